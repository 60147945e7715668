import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type TestBrowser } from '../browser.ts'
import { testReceiver, type TestReceiver } from '../receiver.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, patchTask, readTask } from '../tasks.ts'

describe('changes whose answers are lost', { skip: noBrowser }, () => {
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

  /** Loses calls of a method to a path: before the server has them, or once it has done them, their answers. */
  async function lose(
    page: Page,
    method: string,
    path: RegExp,
    what: 'calls' | 'answers',
  ): Promise<() => Promise<void>> {
    const matches = (url: URL): boolean => path.test(url.pathname)
    await page.route(matches, async (route) => {
      if (route.request().method() !== method) return route.fallback()
      if (what === 'answers') await route.fetch()
      await route.abort()
    })
    return () => page.unroute(matches)
  }

  const description = (page: Page) => page.getByLabel('Description', { exact: true })

  test('what was written stays in its field until it is saved, and is no conflict with itself', async () => {
    for (const what of ['calls', 'answers'] as const) {
      const task = await createTask(server, { title: `lost ${what}`, description: 'old words' })
      const window = await browser.open(server, `/tasks/${task.number}`, { key: server.key })
      const { page } = window
      await page.getByRole('button', { name: /^Description:/ }).click()
      await description(page).fill('the work of an hour')
      const heal = await lose(page, 'PATCH', /^\/tasks\//, what)
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('it is not known whether').waitFor()
      assert.equal(await description(page).inputValue(), 'the work of an hour')
      assert.equal(
        (await readTask(server, task.id)).description,
        what === 'calls' ? 'old words' : 'the work of an hour',
      )
      await heal()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('button', { name: 'Description: the work of an hour' }).waitFor()
      assert.equal(await page.getByText('Somebody else changed this').count(), 0)
      assert.equal((await readTask(server, task.id)).description, 'the work of an hour')
      await window.close()
    }
  })

  test('a connection that goes between a refusal and a second look leaves the field as it was', async () => {
    const task = await createTask(server, { title: 'looked at twice', description: 'old words' })
    const window = await browser.open(server, `/tasks/${task.number}`, { key: server.key })
    const { page } = window
    await page.getByRole('button', { name: /^Description:/ }).click()
    await description(page).fill('mine')
    await patchTask(server, task.id, { priority: 5 })
    const heal = await lose(page, 'GET', new RegExp(`^/tasks/${task.id}$`), 'calls')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The server cannot be reached').waitFor()
    await heal()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Description: mine' }).waitFor()
    await window.close()
  })

  test('of two versions, mine is not gone when it could not be saved', async () => {
    const task = await createTask(server, { title: 'two versions', description: 'old words' })
    const window = await browser.open(server, `/tasks/${task.number}`, { key: server.key })
    const { page } = window
    await page.getByRole('button', { name: /^Description:/ }).click()
    await description(page).fill('mine')
    await patchTask(server, task.id, { description: 'theirs' })
    await page.getByRole('button', { name: 'Save' }).click()
    const notice = page.getByRole('alert').filter({ hasText: 'Somebody else changed this' })
    await notice.waitFor()
    const heal = await lose(page, 'PATCH', /^\/tasks\//, 'calls')
    await notice.getByRole('button', { name: 'Save mine over it' }).click()
    await page.getByText('it is not known whether').waitFor()
    await notice.getByText('mine', { exact: true }).waitFor()
    await heal()
    await notice.getByRole('button', { name: 'Save mine over it' }).click()
    await page.getByRole('button', { name: 'Description: mine' }).waitFor()
    assert.equal(await notice.count(), 0)
    await window.close()
  })

  test('a new task that got another prerequisite since is another task', async () => {
    const first = await createTask(server, { title: 'needed by it' })
    const window = await browser.open(server, '/tasks?new=task', { key: server.key })
    const { page } = window
    const form = page.getByRole('form', { name: 'New task' })
    await form.getByRole('textbox', { name: 'Title' }).fill('made at last')
    const heal = await lose(page, 'POST', /^\/tasks$/, 'calls')
    await form.getByRole('button', { name: 'Create' }).click()
    await form.getByText('it is not known whether').waitFor()
    await heal()
    // The server has the key by now, as where only the answer was lost.
    const held = await lose(page, 'POST', /^\/tasks$/, 'answers')
    await form.getByRole('button', { name: 'Create' }).click()
    await form.getByText('it is not known whether').waitFor()
    await held()
    await form.getByLabel('Waits for').fill('needed by')
    await page.getByRole('option', { name: new RegExp(first.title) }).click()
    await form.getByRole('button', { name: 'Create' }).click()
    await form.getByText('Created:').waitFor()
    await window.close()
  })

  test('a webhook that is registered again is the same one, and its secret is said to be lost', async () => {
    const window = await browser.open(server, '/webhooks', { key: server.key })
    const { page } = window
    await page.getByRole('button', { name: 'Register a webhook' }).first().click()
    await page.getByLabel('URL').fill(receiver.url)
    const heal = await lose(page, 'POST', /^\/webhooks$/, 'answers')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('it is not known whether').waitFor()
    await heal()
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('its secret was in an answer that was lost').waitFor()
    assert.equal(bodyOf<unknown[]>(await server.get('/webhooks')).length, 1)
    await window.close()
  })

  test('a key that is made again is the same one, and its secret is said to be lost', async () => {
    bodyOf(await server.post('/users', { name: 'bifrost', roles: ['agent'] }), 201)
    const window = await browser.open(server, '/access', { key: server.key })
    const { page } = window
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('combobox', { name: 'Whose' }).click()
    await page.getByRole('option', { name: 'bifrost' }).click()
    const heal = await lose(page, 'POST', /^\/keys$/, 'answers')
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    await page.getByText('it is not known whether').waitFor()
    await heal()
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    await page.getByText('its secret was in an answer that was lost').waitFor()
    assert.equal(bodyOf<unknown[]>(await server.get('/keys')).length, 1)
    await window.close()
  })

  test('a double click rotates a secret once', async () => {
    const [webhook] = bodyOf<{ id: string }[]>(await server.get('/webhooks'))
    const path = `/webhooks/${webhook!.id}/rotate-secret`
    const window = await browser.open(server, '/webhooks', { key: server.key })
    const { page } = window
    let calls = 0
    await page.route(
      ({ pathname }) => pathname === path,
      async (route) => {
        calls++
        const response = await route.fetch()
        await new Promise((resolve) => setTimeout(resolve, 300))
        await route.fulfill({ response })
      },
    )
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Rotate' }).click()
    await page.getByRole('button', { name: 'Rotate', exact: true }).dblclick()
    await page.getByTestId('secret').waitFor()
    assert.equal(calls, 1)
    await window.close()
  })
})
