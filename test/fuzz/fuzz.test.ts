import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '../server.ts'
import { fuzz } from './fuzz.ts'

test('thousands of requests, whole and broken, get no 5xx, no silence and no answer that is not declared', async (t) => {
  const server = await testServer({
    environment: { CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/', CAIRN_WEBHOOK_RETRY_SECONDS: '1,1,1' },
  })
  t.after(() => server.close())
  const result = await fuzz({ ...server, requests: 5_000, seed: 1, say: (line) => t.diagnostic(line) })
  t.diagnostic(`${result.seconds} s: ${JSON.stringify(result.statuses)}`)
  assert.deepEqual(result.faults, [])
  assert.deepEqual(result.unreached, [], 'every operation was reached')
})
