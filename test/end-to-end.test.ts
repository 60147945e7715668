import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser, testBrowser, type TestBrowser, type TestWindow } from './browser.ts'
import { testReceiver, type TestReceiver } from './receiver.ts'
import { testServer, type TestServer } from './server.ts'

const FIRST = 'Draw the schema'
const SECOND = 'Write the migration'

describe('from the login to the logout, by a browser’s own controls', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  let receiver: TestReceiver
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    receiver = await testReceiver()
  })
  after(async () => {
    await browser.close()
    receiver.close()
    await server.close()
  })

  /** A window of its own, into which a person has logged in. */
  async function logIn(path: string): Promise<TestWindow> {
    const window = await browser.open(server, path)
    await window.page.getByLabel('API key').fill(server.key)
    await window.page.getByRole('button', { name: 'Log in' }).click()
    await window.live()
    return window
  }

  const go = (page: Page, title: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: title, exact: true }).click()
  const row = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title })
  const moves = (page: Page) => page.getByRole('toolbar', { name: 'Moves' })
  const press = (page: Page, move: string): Promise<void> =>
    moves(page).getByRole('button', { name: move, exact: true }).click()

  async function openTask(page: Page, title: string): Promise<void> {
    await row(page, title).getByText(title).click()
    await page
      .getByRole('article')
      .getByRole('button', { name: `Title: ${title}` })
      .waitFor()
  }

  async function addPrerequisite(page: Page, title: string): Promise<void> {
    await page.getByRole('button', { name: 'Add a prerequisite' }).click()
    await page.getByLabel('Prerequisite', { exact: true }).fill(title)
    await page.getByRole('option').filter({ hasText: title }).click()
  }

  test('two tasks are made, joined, worked through, watched and told of', async () => {
    const one = await logIn('/')
    const { page } = one
    await go(page, 'Tasks')
    await page.getByText('No tasks yet').waitFor()

    // Create.
    await page.getByRole('button', { name: 'New task' }).first().click()
    const form = page.getByRole('form', { name: 'New task' })
    for (const title of [FIRST, SECOND]) {
      await form.getByLabel('Title').fill(title)
      await form.getByRole('button', { name: 'Create' }).click()
      await form.getByRole('status').getByText(title).waitFor()
    }
    await form.getByRole('button', { name: 'Close' }).click()

    // Depend.
    await openTask(page, SECOND)
    await addPrerequisite(page, FIRST)
    await page
      .getByRole('region', { name: 'Waits for' })
      .getByRole('button')
      .filter({ hasText: FIRST })
      .waitFor()
    await row(page, SECOND).getByText('Waiting').waitFor()
    assert.equal(await moves(page).getByRole('button', { name: 'Assign' }).isDisabled(), true)
    const second = new URL(page.url()).searchParams.get('task')
    assert.ok(second)

    // The cycle is refused, and shown.
    await openTask(page, FIRST)
    await addPrerequisite(page, SECOND)
    const loop = page.getByRole('alert').filter({ hasText: 'That would close a loop' })
    for (const title of [FIRST, SECOND]) await loop.getByText(title).waitFor()

    // A second window, of somebody else, looks at what waits.
    const two = await logIn(`/tasks?task=${second}`)
    await two.page.getByText('It can be assigned once its prerequisite is completed.').waitFor()

    // Assign, start, complete.
    await press(page, 'Assign')
    await page.getByLabel('Worker', { exact: true }).fill('bifrost-7')
    await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click()
    await row(two.page, FIRST).getByText('Assigned').waitFor()
    await press(page, 'Start')
    await row(two.page, FIRST).getByText('In progress').waitFor()
    await press(page, 'Complete')
    await page.getByLabel('What it cost').fill('0.25')
    await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click()

    // The dependent is freed where nobody touched anything.
    await row(two.page, FIRST).getByText('Completed').waitFor()
    await row(two.page, SECOND).getByText('Ready').waitFor()
    await two.page.getByText('It can be assigned once').waitFor({ state: 'detached' })
    assert.equal(await moves(two.page).getByRole('button', { name: 'Assign' }).isEnabled(), true)

    // The graph, as a picture and in words.
    await go(page, 'Graph')
    await page.locator('canvas[data-drawn]').waitFor()
    await page.getByRole('radiogroup', { name: 'View' }).getByText('List').click()
    const graph = page.getByRole('grid', { name: 'Tasks of the graph' })
    await graph.getByRole('row').filter({ hasText: FIRST }).getByText('Completed').waitFor()
    await graph.getByRole('row').filter({ hasText: SECOND }).getByText('Ready').waitFor()

    // The dashboard.
    await go(page, 'Dashboard')
    await page.getByRole('img', { name: /a bar for every .*: 1 succeeded, 0 failed/ }).waitFor()
    await page.getByText('$0.25').first().waitFor()

    // A webhook, with a receiver that is real.
    await go(page, 'Webhooks')
    await page.getByRole('button', { name: 'Register a webhook' }).click()
    await page.getByLabel('URL').fill(receiver.url)
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    assert.match(await page.getByTestId('secret').innerText(), /^whsec_/)
    await page.getByRole('button', { name: 'I have it' }).click()
    await press(two.page, 'Assign')
    await two.page.getByLabel('Worker', { exact: true }).fill('bifrost-8')
    await two.page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click()
    const [told] = await receiver.got(1)
    assert.equal(told!.event.type, 'task.assigned')
    assert.match(told!.body, /bifrost-8/)
    const deliveries = page.getByRole('region', { name: 'Deliveries' })
    await deliveries.getByRole('row').filter({ hasText: 'task.assigned' }).getByText('Delivered').waitFor()

    // Log out.
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByLabel('API key').waitFor()
    assert.equal(await page.evaluate('localStorage.getItem("cairn.key")'), null)
    await two.close()
    await one.close()
  })
})
