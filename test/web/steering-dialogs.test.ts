import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type TestBrowser, type TestWindow } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { testReceiver, type TestReceiver } from '../receiver.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, createTasks } from '../tasks.ts'

const RECEIVED = 'task.created'

describe('what one decides in dialogs', { skip: noBrowser }, () => {
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

  const visit = (path: string): Promise<TestWindow> =>
    browser.open(server, path, { colours: 'dark', key: server.key })
  const act = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name }).click()
  }

  test('a webhook is changed, its secret rotated, sent what is past, parked, caught up and deleted', async () => {
    const made = bodyOf<{ id: string }>(
      await server.post('/webhooks', { url: receiver.url, event_types: ['task.completed'] }),
      201,
    )
    await createTask(server, { title: 'before' })
    const { page, inaccessible, close } = await visit('/webhooks')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.keyboard.press('Escape')

    await act(page, 'Change')
    await page.getByLabel('Take all event types out').click()
    await page.getByRole('combobox', { name: 'Event types' }).fill(RECEIVED)
    await page.getByRole('option', { name: RECEIVED }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Save' }).click()
    await eventually('it was changed', async () => {
      const { event_types } = (await server.get(`/webhooks/${made.id}`)).body
      return event_types.join() === RECEIVED
    })

    await act(page, 'Rotate')
    await page.getByLabel('Overlap in hours').fill('1')
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    assert.match(await page.getByTestId('secret').innerText(), /^whsec_/)
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByText('The secret before the last rotation signs as well').waitFor()

    await act(page, 'Send past events')
    await page.getByLabel('Since').fill('yesterday')
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByLabel('Since').and(page.locator('[aria-invalid=true]')).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByLabel('Since').fill('0')
    await page.getByRole('button', { name: 'Send again' }).click()
    await receiver.got(1)

    await act(page, 'Park')
    await page.getByRole('button', { name: 'Park', exact: true }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'Park', exact: true }).click()
    await page.getByText('Somebody parked it').waitFor()
    await createTask(server, { title: 'meanwhile' })
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'Resume and catch up' }).click()
    await receiver.got(2)
    await page.getByText('Somebody parked it').waitFor({ state: 'hidden' })

    await act(page, 'Delete')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await eventually('it is gone', async () => (await server.get(`/webhooks/${made.id}`)).status === 404)
    await close()
  })

  test('the record is narrowed by kind and time, and read page by page', async () => {
    await createTasks(
      server,
      Array.from({ length: 60 }, (_, nth) => ({ title: `task ${nth}` })),
    )
    await createTasks(
      server,
      Array.from({ length: 60 }, (_, nth) => ({ title: `task ${60 + nth}` })),
    )
    const { page, inaccessible, close } = await visit('/audit')
    const rows = page.getByRole('list', { name: 'The record, newest first' }).getByRole('listitem')
    await rows.first().waitFor()
    const first = await rows.count()
    await page.getByRole('button', { name: /older/i }).click()
    await eventually('more rows came', async () => (await rows.count()) > first)

    await page.getByRole('combobox', { name: 'Kind of thing' }).click()
    await page.getByRole('option', { name: 'webhook' }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('option', { name: 'webhook' }).click()
    // The list before the choice holds webhooks too: only that the tasks go shows it is the narrowed one.
    await rows.filter({ hasText: 'task.created' }).first().waitFor({ state: 'hidden' })
    await rows.filter({ hasText: 'webhook.created' }).first().waitFor()
    assert.equal(await rows.filter({ hasText: 'task.created' }).count(), 0)

    await page.getByRole('button', { name: 'Since' }).click()
    await page.getByRole('table').first().waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await rows.filter({ hasText: 'task.created' }).first().waitFor()
    await close()
  })

  test('the dialogs of keys and people are accessible, and a new key is shown once', async () => {
    bodyOf(await server.post('/users', { name: 'bifrost', roles: ['agent'] }), 201)
    const { page, inaccessible, close } = await visit('/access')
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('combobox', { name: 'Whose' }).click()
    await page.getByRole('option', { name: 'bifrost' }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('option', { name: 'bifrost' }).click()
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    await page.getByTestId('secret').waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByTestId('secret').waitFor({ state: 'hidden' })
    await page.getByRole('table').getByText('laptop').waitFor()
    assert.deepEqual(await inaccessible(), [])
    await close()
  })
})
