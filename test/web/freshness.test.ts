import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type TestBrowser, type TestWindow } from '../browser.ts'
import { claimOne } from '../claims.ts'
import { eventually } from '../eventually.ts'
import { keyOfNewTenant, keyWith } from '../people.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, readTask } from '../tasks.ts'

describe('what is on screen', { skip: noBrowser }, () => {
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

  test('has what happened between its first reading and the first moment of live updates', async () => {
    await createTask(server, { title: 'was there' })
    const window = await browser.open(server, '/tasks?sort=newest', { key: server.key })
    const { page } = window
    const held: (() => void)[] = []
    let open = false
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const upstream = socket.connectToServer()
      socket.onMessage((message) => {
        if (open) upstream.send(message)
        else held.push(() => upstream.send(message))
      })
    })
    await page.reload()
    await row(window, 'was there').waitFor()
    await eventually('the app has said hello', () => Promise.resolve(held.length > 0))
    await createTask(server, { title: 'came in between' })
    open = true
    for (const send of held) send()
    await window.live()
    await row(window, 'came in between').waitFor({ timeout: 10_000 })
    await window.close()
  })

  test('moves on while events keep coming faster than an answer does', async () => {
    const window = await browser.open(server, '/tasks?sort=newest', { key: server.key })
    const { page } = window
    await window.live()
    await page.getByRole('row').nth(1).waitFor()
    await page.route(
      ({ pathname }) => pathname === '/tasks',
      async (route) => {
        const response = await route.fetch()
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        await route.fulfill({ response }).catch(() => undefined)
      },
    )
    let seen = false
    for (let nth = 0; nth < 40 && !seen; nth++) {
      await createTask(server, { title: `one of a stream, ${nth}` })
      await page.waitForTimeout(250)
      seen = (await row(window, 'one of a stream').count()) > 0
    }
    assert.ok(seen)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await window.close()
  })

  test('stays connected in a window whose timers run once a minute', async () => {
    const window = await browser.open(server, '/tasks', { key: server.key })
    const { page } = window
    await page.clock.install()
    await page.reload()
    await window.live()
    let sockets = 0
    page.on('websocket', () => sockets++)
    for (let minute = 0; minute < 5; minute++) {
      await page.clock.fastForward(61_000)
      await page.waitForTimeout(300)
    }
    assert.equal(sockets, 0)
    await window.close()
  })

  test('stays there while it cannot be fetched anew', async () => {
    await createTask(server, { title: 'still here' })
    const window = await browser.open(server, '/tasks?sort=newest', { key: server.key })
    const { page } = window
    await window.live()
    await row(window, 'still here').waitFor()
    await page.route(
      ({ pathname }) => pathname === '/tasks',
      (route) =>
        route.fulfill({ status: 503, json: { code: 'overloaded', detail: 'Too much to do just now.' } }),
    )
    await createTask(server, { title: 'not shown yet' })
    await page.getByRole('alert').getByText('Too much to do just now.').waitFor()
    assert.equal(await row(window, 'still here').count(), 1)
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await row(window, 'not shown yet').waitFor()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await window.close()
  })

  test('is of the tenant whose key another window logged in with', async () => {
    const key = await keyOfNewTenant(server)
    await createTask(server, { title: 'of the first tenant' })
    const window = await browser.open(server, '/tasks?sort=newest', { key: server.key })
    const { page } = window
    await row(window, 'of the first tenant').waitFor()
    await page.evaluate(`globalThis.seen = []; new MutationObserver(() => {
      if (localStorage.getItem('cairn.key') === ${JSON.stringify(key)} && document.body.innerText.includes('of the first tenant')) seen.push('seen')
    }).observe(document.body, { childList: true, subtree: true })`)
    const other = await page.context().newPage()
    await other.goto('/app/tasks')
    await other.getByRole('button', { name: /^Account of/ }).click()
    await other.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByLabel('API key').waitFor()
    await other.getByLabel('API key').fill(key)
    await other.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('No tasks yet').waitFor()
    assert.deepEqual(await page.evaluate('seen'), [])
    await window.close()
  })

  test('has right times where the clock of the browser is wrong', async () => {
    const task = await createTask(server, { title: 'timed', tags: ['timed'] })
    await claimOne(server, { tags: ['timed'], worker_id: 'w' })
    const window = await browser.open(server, '/tasks', { key: server.key })
    const { page } = window
    for (const hours of [5, -5]) {
      await page.clock.install({ time: Date.now() + hours * 3_600_000 })
      await page.goto(`/app/tasks/${task.number}`)
      const attempts = page.getByRole('region', { name: 'Attempts' })
      await attempts.getByText('w (').waitFor()
      assert.doesNotMatch(await attempts.innerText(), /\dh/)
    }
    await window.close()
  })

  test('takes no tag away that it does not know of', async () => {
    const task = await createTask(server, { title: 'tagged by two', tags: ['first'] })
    const window = await browser.open(server, '/tasks?sort=newest', { key: server.key })
    const { page } = window
    await page.routeWebSocket(/\/ws$/, () => undefined)
    await page.reload()
    await row(window, 'tagged by two').getByRole('checkbox').click()
    await server.post(`/tasks/${task.id}/tags`, ['first', 'theirs'])
    await page.getByRole('button', { name: 'Add a tag' }).click()
    await page.getByLabel('Tag', { exact: true }).fill('mine')
    await page.keyboard.press('Enter')
    await page.getByText('1 tagged').waitFor()
    assert.deepEqual((await readTask(server, task.id)).tags.toSorted(), ['first', 'mine', 'theirs'])
    await window.close()
  })

  test('is not fetched whole, however long the list is, for each change and each look', async () => {
    const key = await keyOfNewTenant(server)
    const { tenant } = bodyOf<{ tenant: { id: string } }>(await server.get('/whoami', { key }))
    await server.sql(
      `WITH made AS (INSERT INTO tasks (tenant_id, id) SELECT $1, uuid_v7() FROM generate_series(1, 1400)
         RETURNING tenant_id, id, number)
       INSERT INTO task_texts (tenant_id, task_id, title) SELECT tenant_id, id, 'row ' || number FROM made`,
      [tenant.id],
    )
    const [first] = bodyOf<{ number: number }[]>(await server.get('/tasks?limit=1', { key }))
    const window = await browser.open(server, `/tasks?task=${first!.number}`, { key })
    const { page } = window
    const toTheEnd = async (): Promise<void> => {
      await page.getByRole('row').nth(1).waitFor()
      while (!(await page.getByText('1400 tasks').isVisible()))
        await page.evaluate(
          `(() => { const grid = document.querySelector('[role=grid]'); grid.scrollTop = grid.scrollHeight })()`,
        )
    }
    let cut = (): unknown => undefined
    await page.routeWebSocket(/\/ws$/, (socket) => {
      socket.connectToServer()
      cut = () => socket.close({ code: 1011 })
    })
    await page.reload()
    await window.live()
    await toTheEnd()
    let pages = 0
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/tasks') pages++
    })
    await page.getByRole('button', { name: /^Title:/ }).click()
    await page.getByLabel('Title', { exact: true }).fill('changed here')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Title: changed here' }).waitFor()
    await page.evaluate(`dispatchEvent(new Event('visibilitychange'))`)
    await page.waitForTimeout(1_000)
    assert.ok(pages <= 3, `${pages} pages for a change and a look`)

    await page.getByRole('button', { name: 'Show the list anew' }).click()
    await page.getByText('More is being fetched').waitFor()
    await toTheEnd()
    pages = 0
    cut()
    await page.locator('[data-connection=offline]:visible').waitFor()
    await window.live()
    await page.getByRole('button', { name: 'Show the list anew' }).waitFor()
    await page.waitForTimeout(1_000)
    assert.ok(pages <= 3, `${pages} pages for a connection`)

    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: 'Tasks' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await page.waitForTimeout(1_000)
    assert.ok(pages <= 3, `${pages} pages for coming back`)
    await window.close()
  })

  test('is a task only where the address names one', async () => {
    const window = await browser.open(server, '/tasks?task=dependency-graph', { key: server.key })
    const { page } = window
    for (const reference of ['dependency-graph', '', '..', 'search', '0', '1e3']) {
      await page.goto(`/app/tasks?task=${encodeURIComponent(reference)}`)
      await page.getByText(`There is no task ${reference}`.trim()).waitFor()
    }
    await window.close()
  })

  test('is said not to be live for who may not follow, and not that the server is away', async () => {
    const window = await browser.open(server, '/', { key: await keyWith(server, ['create_tasks']) })
    await window.page.locator('[data-connection=refused]:visible').getByText('Not live').waitFor()
    await window.close()
  })
})
