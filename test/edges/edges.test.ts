import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tryEdges } from './edges.ts'
import { faultsOf, tasksInLoops } from './verdict.ts'

test('of two thousand random edges from sixteen clients none closes a loop, and none is refused that would not', async (t) => {
  const options = { edges: 2_000, clients: 16, tasks: 150, seed: 1 }
  const result = await tryEdges({ ...options, say: (line) => t.diagnostic(line) })
  assert.deepEqual(result.faults, [])
  assert.ok(result.added > 0 && result.refused > 0)
  assert.equal(result.added + result.existing + result.refused, 2_000)
})

test('the verdict notices a loop, a lost edge, one that nobody added, and a refusal for no reason', () => {
  const edge = (task: string, prerequisite: string) => ({ task, prerequisite })
  const rows = [edge('a', 'b'), edge('b', 'c')]
  const told = { added: rows, existing: [], refused: [{ ...edge('c', 'a'), cycle: ['c', 'a', 'b'] }] }
  assert.deepEqual(faultsOf(rows, told), [])
  assert.equal(tasksInLoops([...rows, edge('c', 'a')]), 3)
  const looping = [...rows, edge('c', 'a')]
  assert.match(faultsOf(looping, { ...told, added: looping }).join(), /loops/)
  assert.match(faultsOf(rows.slice(1), told).join(), /is not/)
  assert.match(faultsOf([...rows, edge('a', 'c')], told).join(), /2 edges were acknowledged; 3 pairs/)
  const groundless = [{ ...edge('c', 'd'), cycle: ['c', 'd'] }]
  assert.match(faultsOf(rows, { ...told, refused: groundless }).join(), /a loop that is none/)
})
