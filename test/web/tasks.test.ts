import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser, type TestWindow } from '../browser.ts'
import { keyOfNewTenant, keyWith } from '../people.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, createTasks, readTask } from '../tasks.ts'

const ROWS = 5_000
const HOSTILE = '<img src=x onerror=alert(1)>'

describe('the list of tasks', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const row = ({ page }: TestWindow, title: string) => page.getByRole('row').filter({ hasText: title })

  for (const colours of ['light', 'dark'] satisfies ColourScheme[])
    test(`filters stand in the address, and menus are accessible, in ${colours}`, async () => {
      const tag = `f-${colours}`
      await createTasks(server, [
        { title: `${tag} urgent`, priority: 5, tags: [tag] },
        { title: `${tag} normal`, tags: [tag] },
      ])
      const window = await browser.open(server, `/tasks?tag=${tag}`, { colours, key: server.key })
      const { page } = window
      await row(window, `${tag} normal`).waitFor()
      await page.getByRole('button', { name: 'Priority', exact: true }).first().click()
      await page.getByRole('menuitemcheckbox', { name: '5, most urgent' }).click()
      await row(window, `${tag} normal`).waitFor({ state: 'detached' })
      assert.deepEqual(await window.inaccessible(), [])
      assert.deepEqual(new URL(page.url()).searchParams.getAll('priority'), ['5'])
      await page.keyboard.press('Escape')
      await page.goBack()
      await row(window, `${tag} normal`).waitFor()
      assert.deepEqual(await window.inaccessible(), [])
      await window.close()
    })

  test('the keyboard goes down and up, opens, chooses, searches and creates', async () => {
    const tag = 'keys'
    await createTasks(
      server,
      ['one', 'two', 'three'].map((title) => ({ title: `${tag} ${title}`, tags: [tag] })),
    )
    const window = await browser.open(server, `/tasks?tag=${tag}&sort=oldest`, { key: server.key })
    const { page } = window
    await row(window, 'keys three').waitFor()
    for (const key of ['j', 'j', 'j', 'k', 'x']) await page.keyboard.press(key)
    await page.getByText('1 chosen').waitFor()
    assert.equal(await row(window, 'keys two').getAttribute('aria-selected'), 'true')
    await page.keyboard.press('Enter')
    await page.getByRole('article', { name: /Task/ }).getByText('keys two').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('article').waitFor({ state: 'detached' })
    await page.keyboard.press('c')
    await page.getByRole('form', { name: 'New task' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('form', { name: 'New task' }).waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('keys three')
    await row(window, 'keys two').waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).searchParams.get('q'), 'keys three')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search or go to').fill('new task')
    await page.keyboard.press('Enter')
    await page.getByRole('form', { name: 'New task' }).waitFor()
    await window.close()
  })

  test('what is done to several is done to each, and a refusal is told', async () => {
    const tag = 'bulk'
    const tasks = await createTasks(
      server,
      ['a', 'b'].map((title) => ({ title: `bulk ${title}`, tags: [tag] })),
    )
    const window = await browser.open(server, `/tasks?tag=${tag}`, { key: server.key })
    const { page } = window
    for (const { number } of tasks) await page.getByRole('checkbox', { name: `Choose ${number}` }).check()
    const bar = page.getByRole('toolbar', { name: 'What to do with the chosen tasks' })
    await bar.getByRole('button', { name: 'Priority' }).click()
    await page.getByRole('menuitem', { name: '4, high' }).click()
    await page.getByText('2 changed').waitFor()
    for (const { id } of tasks) assert.equal((await readTask(server, id)).priority, 4)
    await page.getByRole('checkbox', { name: `Choose ${tasks[0]!.number}` }).check()
    await bar.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row(window, 'bulk a').waitFor({ state: 'detached' })
    assert.equal((await server.get(`/tasks/${tasks[0]!.id}`)).status, 404)
    await window.close()
  })

  test('a view is kept, and found again', async () => {
    await createTask(server, { title: 'viewed', tags: ['view'] })
    const window = await browser.open(server, '/tasks?tag=view', { key: server.key })
    const { page } = window
    await row(window, 'viewed').waitFor()
    await page.getByRole('button', { name: 'View', exact: true }).click()
    assert.deepEqual(await window.inaccessible(), [])
    await page.getByLabel('Name of the view').fill('Mine')
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.goto('/app/tasks?status=failed')
    await page.getByText('No task fits').waitFor()
    await page.getByRole('button', { name: 'View', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Mine', exact: true }).click()
    await row(window, 'viewed').waitFor()
    assert.equal(new URL(page.url()).search, '?tag=view')
    await window.close()
  })

  test('what others do shows by itself, and where there is nothing the list says what to do', async () => {
    const key = await keyOfNewTenant(server)
    const window = await browser.open(server, '/tasks', { key })
    await window.page.getByText('No tasks yet').waitFor()
    await window.live()
    assert.deepEqual(await window.inaccessible(), [])
    const task = bodyOf<{ id: string }>(await server.post('/tasks', { title: 'from afar' }, { key }), 201)
    await row(window, 'from afar').waitFor()
    await server.post(`/tasks/${task.id}/assign`, { worker_id: 'w' }, { key })
    await row(window, 'from afar').getByText('Assigned').waitFor()
    await server.del(`/tasks/${task.id}`, { key })
    await window.page.getByText('No tasks yet').waitFor()
    await window.close()
  })

  test('who may only read is offered nothing else, and who may not even that is told why', async () => {
    await createTask(server, { title: 'readable' })
    const reader = await browser.open(server, '/tasks?q=readable', {
      key: await keyWith(server, ['read_tasks']),
    })
    await row(reader, 'readable').waitFor()
    assert.equal(await reader.page.getByRole('button', { name: 'New task' }).count(), 0)
    await reader.close()
    const stranger = await browser.open(server, '/tasks', { key: await keyWith(server, ['create_tasks']) })
    await stranger.page.getByText('It needs the permission read_tasks').waitFor()
    await stranger.close()
  })

  test('text from tasks is text', async () => {
    const task = await createTask(server, {
      title: HOSTILE,
      description: `[x](javascript:alert(2)) javascript:alert(3) ${HOSTILE}`,
      tags: [HOSTILE],
      metadata: { [HOSTILE]: 'javascript:alert(4)' },
    })
    const window = await browser.open(server, `/tasks?task=${task.number}`, { key: server.key })
    const { page } = window
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await row(window, HOSTILE).waitFor()
    await page.getByRole('article').getByText('javascript:alert(4)').waitFor()
    assert.equal(await page.locator('img[src="x"], a[href^="javascript" i]').count(), 0)
    assert.deepEqual(dialogs, [])
    await window.close()
  })

  test('of 5,000 tasks at most 60 rows are in the page, wherever it is scrolled', async (t) => {
    const key = await keyOfNewTenant(server)
    const { tenant } = bodyOf<{ tenant: { id: string } }>(await server.get('/whoami', { key }))
    await server.sql(
      `WITH made AS (INSERT INTO tasks (tenant_id, id) SELECT $1, uuid_v7() FROM generate_series(1, $2)
         RETURNING tenant_id, id, number)
       INSERT INTO task_texts (tenant_id, task_id, title) SELECT tenant_id, id, 'row ' || number FROM made`,
      [tenant.id, ROWS],
    )
    const window = await browser.open(server, '/tasks', { key })
    const { page } = window
    await page.getByRole('row').nth(10).waitFor()
    let most = 0
    for (let shown = false; !shown;) {
      most = Math.max(most, await page.getByRole('row').count())
      await page.evaluate(
        `(() => { const grid = document.querySelector('[role=grid]'); grid.scrollTop = grid.scrollHeight })()`,
      )
      shown = await page.getByText(`${ROWS} tasks`).isVisible()
    }
    most = Math.max(most, await page.getByRole('row').count())
    t.diagnostic(`${most} rows`)
    assert.ok(most > 10 && most <= 60, `${most} rows`)
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), String(ROWS + 1))
    await window.close()
  })
})
