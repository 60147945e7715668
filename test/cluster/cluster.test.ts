import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killAndStop, rollingRestart } from './cluster.ts'

test('a server that is killed and one that is stopped and goes on cause no double, lose nothing and leave nobody asleep', async (t) => {
  const result = await killAndStop({
    tasks: 2_000,
    claimers: 20,
    stopMilliseconds: 14_000,
    say: (line) => t.diagnostic(line),
  })
  t.diagnostic(JSON.stringify(result))
  assert.deepEqual(result.faults, [])
})

test('a rolling restart under load fails no request of a client that does what problems say', async (t) => {
  const result = await rollingRestart({ tasks: 1_500, claimers: 20, say: (line) => t.diagnostic(line) })
  t.diagnostic(JSON.stringify(result))
  assert.deepEqual(result.faults, [])
})
