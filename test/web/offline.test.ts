import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser, testBrowser, type TestBrowser } from '../browser.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, patchTask } from '../tasks.ts'
import { FaultProxy, targetOf } from '../torture/fault-proxy.ts'

/** Where nobody listens: a connection is refused at once. */
const NOBODY = { host: '127.0.0.1', port: 1 }

describe('a server that is out of reach for a while', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  let proxy: FaultProxy
  let through: TestServer
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    proxy = new FaultProxy(targetOf(server.url))
    through = { ...server, url: `http://127.0.0.1:${await proxy.listen()}` }
  })
  after(async () => {
    await browser.close()
    await proxy.close()
    await server.close()
  })

  test('is said to be, and what changed meanwhile is there once it is back, without a reload', async () => {
    const task = await createTask(server, { title: 'before', description: 'old words' })
    const window = await browser.open(through, `/tasks?task=${task.number}`, { key: server.key })
    const { page } = window
    await window.live()
    const row = (title: string) => page.getByRole('row').filter({ hasText: title })
    await row('before').waitFor()
    await page.getByRole('article').getByText('old words').waitFor()
    await page.evaluate('globalThis.neverReloaded = true')

    proxy.target = NOBODY
    proxy.reset()
    await page.locator('[data-connection=offline]:visible').getByText('Offline').waitFor()
    assert.deepEqual(await window.inaccessible(), [])
    await patchTask(server, task.id, { title: 'after', description: 'new words' })
    await createTask(server, { title: 'made meanwhile' })
    await row('before').waitFor()

    proxy.target = targetOf(server.url)
    await window.live()
    await row('after').waitFor()
    await row('made meanwhile').waitFor()
    await page.getByRole('article').getByText('new words').waitFor()
    assert.equal(await page.evaluate('globalThis.neverReloaded'), true)
    // That a connection was refused is the browser's own word on it, and no fault of the page.
    for (const fault of window.faults()) assert.match(fault, /^console: WebSocket connection to .* failed/)
    await window.close()
  })
})
