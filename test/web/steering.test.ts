import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser, type TestWindow } from '../browser.ts'
import { claimOne, complete } from '../claims.ts'
import { eventually } from '../eventually.ts'
import { addEdge } from '../graph.ts'
import { keyWith } from '../people.ts'
import { testReceiver, type TestReceiver } from '../receiver.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask } from '../tasks.ts'

const HOSTILE = '<img src=x onerror=alert(1)>'

describe('the screens by which one steers', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  let receiver: TestReceiver
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    receiver = await testReceiver()
    const blocker = await createTask(server, { title: HOSTILE })
    await addEdge(server, (await createTask(server, { title: 'waits' })).id, blocker.id)
    await createTask(server, { title: 'done', tags: ['done'] })
    await complete(server, await claimOne(server, { tags: ['done'] }), { cost_dollars: 0.25 })
    await createTask(server, { title: 'broken', tags: ['broken'] })
    await complete(server, await claimOne(server, { tags: ['broken'] }), {
      success: false,
      error_message: HOSTILE,
    })
    await createTask(server, { title: 'runs', tags: ['runs'] })
    await claimOne(server, { tags: ['runs'] })
  })
  after(async () => {
    await browser.close()
    receiver.close()
    await server.close()
  })

  const visit = (path: string, colours: ColourScheme = 'light', key = server.key): Promise<TestWindow> =>
    browser.open(server, path, { colours, key })

  for (const colours of ['light', 'dark'] satisfies ColourScheme[]) {
    test(`the dashboard shows its figures, as charts and as tables, in ${colours}`, async () => {
      const { page, inaccessible, close } = await visit('/dashboard', colours)
      await page.getByRole('region', { name: 'What blocks most' }).getByText(HOSTILE).waitFor()
      await page.getByRole('img', { name: /a bar for every .*: 1 succeeded, 1 failed/ }).waitFor()
      assert.deepEqual(await inaccessible(), [])
      await page.getByRole('button', { name: 'Agents: show as a table' }).click()
      const agents = page.getByRole('region', { name: 'Agents, in numbers' })
      await agents.getByRole('cell', { name: '50 %' }).waitFor()
      assert.deepEqual(await inaccessible(), [])
      await close()
    })

    test(`the runs show each attempt, and opening one opens its task, in ${colours}`, async () => {
      const { page, inaccessible, close } = await visit('/runs', colours)
      const rows = page.getByRole('grid', { name: 'Runs' }).getByRole('row')
      await rows.getByText('Running').waitFor()
      await rows.getByText('Failed').waitFor()
      assert.deepEqual(await inaccessible(), [])
      await rows.filter({ hasText: 'runs' }).getByText('coder').click()
      await page.waitForURL(/[?&]task=\d+/)
      await close()
    })

    test(`the audit trail tells who changed what, in ${colours}`, async () => {
      const { page, inaccessible, close } = await visit('/audit?event_type=task.completed', colours)
      const list = page.getByRole('list', { name: 'The record, newest first' })
      await list.getByRole('button', { name: /task\.completed/ }).click()
      await list.getByText('is now').first().waitFor({ state: 'attached' })
      await list.getByText('in_progress', { exact: true }).waitFor()
      assert.equal(await list.getByRole('listitem').count(), 1)
      assert.deepEqual(await inaccessible(), [])
      await close()
    })

    test(`people, roles and tenants are shown, in ${colours}`, async () => {
      const { page, inaccessible, close } = await visit('/access', colours)
      for (const [tab, text] of [
        ['Users', 'No users yet'],
        ['Roles', 'orchestrator'],
        ['Tenants', 'your own'],
      ]) {
        await page.getByRole('tab', { name: tab! }).click()
        await page.getByText(text!).first().waitFor()
        assert.deepEqual(await inaccessible(), [])
      }
      await close()
    })
  }

  test('a run that begins shows by itself', async () => {
    const { page, close } = await visit('/runs?agent_type=sudden')
    await page.getByText('No runs of that kind').waitFor()
    await page.locator('[data-connection=live]').last().waitFor({ state: 'attached' })
    await createTask(server, { title: 'sudden', tags: ['sudden'] })
    await claimOne(server, { tags: ['sudden'], agent_type: 'sudden' })
    await page.getByRole('grid', { name: 'Runs' }).getByText('Running').waitFor()
    await close()
  })

  test('a webhook is registered, its secret shown once, tried, and its delivery read', async () => {
    const { page, inaccessible, close } = await visit('/webhooks')
    await page.getByRole('button', { name: 'Register a webhook' }).click()
    await page.getByLabel('URL').fill('ftp://nowhere')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page
      .getByText(/must be|http/)
      .first()
      .waitFor()
    await page.getByLabel('URL').fill(receiver.url)
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    assert.match(await page.getByTestId('secret').innerText(), /^whsec_/)
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'I have it' }).click()
    await createTask(server, { title: 'told' })
    await receiver.got(1)
    await page.getByRole('region', { name: 'Deliveries' }).getByText('task.created').click()
    await page.getByRole('region', { name: 'Payload' }).getByText('"told"').waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('button', { name: 'Send again' }).click()
    await receiver.got(2)
    assert.equal(receiver.received[0]!.id, receiver.received[1]!.id)
    await close()
  })

  test('a key is made for a user, shown once, and revoked after a question', async () => {
    const user = bodyOf<{ name: string }>(
      await server.post('/users', { name: 'bifrost', roles: ['agent'] }),
      201,
    )
    const { page, close } = await visit('/access')
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('combobox', { name: 'Whose' }).click()
    await page.getByRole('option', { name: user.name }).click()
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    const key = await page.getByTestId('secret').innerText()
    assert.equal((await server.get('/whoami', { key })).status, 200)
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByRole('button', { name: 'Revoke laptop' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText(/^Revoked/).waitFor()
    await eventually('it opens nothing', async () => (await server.get('/whoami', { key })).status === 401)
    await close()
  })

  test('a screen that a key does not open is not offered, and says so', async () => {
    const { page, close } = await visit('/webhooks', 'light', await keyWith(server, ['read_tasks']))
    await page.getByText('It needs the permission manage_webhooks').waitFor()
    const navigation = page.getByRole('navigation', { name: 'Main' })
    await navigation.getByText('Dashboard').waitFor()
    for (const title of ['Webhooks', 'Audit', 'Keys and people'])
      assert.equal(await navigation.getByText(title).count(), 0)
    await close()
  })
})
