import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimTasks } from '../../test/claims.ts'
import { eventually } from '../../test/eventually.ts'
import { testServer } from '../../test/server.ts'

test('a call that waits ends in time, though the clock is set back meanwhile', async (t) => {
  const server = await testServer()
  t.after(() => server.close())
  let answered = false
  const waiting = claimTasks(server, { wait_seconds: 2 }).then((claims) => {
    answered = true
    return claims
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { now } = Date
  const back = t.mock.method(Date, 'now', () => now() - 3_600_000)
  await eventually('it is answered', () => answered).finally(() => back.mock.restore())
  assert.deepEqual(await waiting, [])
})
