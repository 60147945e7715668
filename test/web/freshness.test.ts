import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser, testBrowser, type TestBrowser, type TestWindow } from '../browser.ts'
import { claimOne } from '../claims.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask } from '../tasks.ts'

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
})
