import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { noBrowser, testBrowser, type TestBrowser, type TestWindow } from '../browser.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTasks } from '../tasks.ts'

const TITLES = ['first', 'second', 'third']

describe('the keys of the list', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    await createTasks(
      server,
      TITLES.map((title) => ({ title, tags: ['keys'] })),
    )
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const row = ({ page }: TestWindow, title: string) => page.getByRole('row').filter({ hasText: title })

  /** The list with the second task active, and none chosen. */
  async function atSecond(): Promise<TestWindow> {
    const window = await browser.open(server, '/tasks?tag=keys&sort=oldest', { key: server.key })
    await row(window, 'third').waitFor()
    for (const key of ['j', 'j']) await window.page.keyboard.press(key)
    await isAt(window, 'second')
    return window
  }

  const isAt = (window: TestWindow, title: string): Promise<void> =>
    window.page.locator('[role=row][data-active]').filter({ hasText: title }).waitFor()

  /** Types all keys of the list into where the focus is. */
  async function typeInto(window: TestWindow, place: Locator): Promise<void> {
    await place.waitFor()
    assert.equal(
      await window.page.evaluate(`document.activeElement.closest('[role=menu], [role=dialog]') !== null`),
      true,
      'it has the focus',
    )
    await window.page.keyboard.type('jxkkx')
  }

  async function nothingHappened(window: TestWindow): Promise<void> {
    await isAt(window, 'second')
    assert.equal(await window.page.locator('[role=row][aria-selected=true]').count(), 0)
    assert.equal(new URL(window.page.url()).searchParams.get('task'), null)
  }

  test('they do nothing while a menu has the focus, and work again after it', async () => {
    const window = await atSecond()
    const { page } = window
    await page.getByRole('button', { name: 'Status', exact: true }).click()
    await page.getByRole('menuitemcheckbox').first().focus()
    await typeInto(window, page.getByRole('menu'))
    await nothingHappened(window)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.keyboard.press('k')
    await isAt(window, 'first')
    await window.close()
  })

  test('they do nothing while a dialog has the focus, be it a question or the palette', async () => {
    const window = await atSecond()
    const { page } = window
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search or go to').waitFor()
    await typeInto(window, page.getByRole('dialog'))
    assert.equal(await page.getByLabel('Search or go to').inputValue(), 'jxkkx')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await nothingHappened(window)

    await page.keyboard.press('x')
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: 'Cancel' }).focus()
    await typeInto(window, question)
    await isAt(window, 'second')
    await page.getByText('1 chosen').waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    await page.getByText('1 chosen').waitFor()
    await page.keyboard.press('x')
    await page.getByText('1 chosen').waitFor({ state: 'detached' })
    await nothingHappened(window)
    await window.close()
  })

  test('they are letters in a field of text', async () => {
    const window = await atSecond()
    const { page } = window
    await page.getByRole('button', { name: 'Tags', exact: false }).first().click()
    const field = page.locator('input[aria-label="Tags"]')
    await typeInto(window, page.getByRole('dialog'))
    assert.equal(await field.inputValue(), 'jxkkx')
    await nothingHappened(window)
    await window.close()
  })

  test('a box that was ticked by a click takes no keys', async () => {
    const window = await atSecond()
    const { page } = window
    await row(window, 'third').getByRole('checkbox').click()
    await page.getByText('1 chosen').waitFor()
    await page.keyboard.press('x')
    await page.getByText('2 chosen').waitFor()
    await window.close()
  })
})
