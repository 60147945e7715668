import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mixedSoak } from './mixed.ts'

test('a mixed load of agents, planners, readers, followers and a webhook goes through without a fault', async (t) => {
  const result = await mixedSoak({
    seconds: 9,
    // Enough that each kind has had its turn, on a slow machine too.
    leastCalls: 900,
    sampleSeconds: 1,
    rate: 60,
    say: (line) => t.diagnostic(line),
  })
  assert.deepEqual(result.faults, [])
  assert.ok(result.tasks.completed > 0 && result.events > 0)
  // Whether it is flat is for a longer run to tell: here all that is watched must have been seen.
  assert.ok(result.samples.every(({ statements, connections }) => statements > 0 && connections > 0))
  const kinds = new Set(result.latencies.map(({ kind }) => kind))
  for (const kind of ['claim', 'complete', 'list', 'search', 'dashboard', 'brief', 'GraphQL', 'MCP find'])
    assert.ok(kinds.has(kind), `${kind} was never called`)
})
