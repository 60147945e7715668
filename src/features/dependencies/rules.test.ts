import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comesTooLate, countShifts, findCycle, findPath, withoutRepeats, type Ends } from './rules.ts'
import type { Edge } from './schema.ts'

const waits = (task_id: string, depends_on_task_id: string): Ends => ({ task_id, depends_on_task_id })
const hard = (task: string, prerequisite: string): Edge => ({
  ...waits(task, prerequisite),
  dependency_type: 'hard',
})
const soft = (task: string, prerequisite: string): Edge => ({
  ...hard(task, prerequisite),
  dependency_type: 'soft',
})

/** Up to 30 edges among eight tasks: about as often with a loop as without. */
const someEdges = fc
  .array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 30, size: 'max' })
  .map((pairs) => pairs.map(([task, prerequisite]) => waits(`t${task}`, `t${prerequisite}`)))

/** Everything that a task waits for, by following edges until nothing is added: slow, and plainly right. */
function everythingAbove(edges: readonly Ends[], task: string): Set<string> {
  const above = new Set<string>()
  for (let grown = -1; grown !== above.size;) {
    grown = above.size
    for (const edge of edges)
      if (edge.task_id === task || above.has(edge.task_id)) above.add(edge.depends_on_task_id)
  }
  return above
}

const isEdge = (edges: readonly Ends[], task: string, prerequisite: string): boolean =>
  edges.some((edge) => edge.task_id === task && edge.depends_on_task_id === prerequisite)

test('findCycle finds a loop exactly where a task comes to wait for itself', () => {
  fc.assert(
    fc.property(someEdges, (edges) => {
      const looping = edges.some(({ task_id }) => everythingAbove(edges, task_id).has(task_id))
      assert.equal(findCycle(edges) !== undefined, looping)
    }),
    { numRuns: 2000 },
  )
})

test('in a loop that findCycle finds each task is named once and waits for the next, the last for the first', () => {
  fc.assert(
    fc.property(someEdges, (edges) => {
      const loop = findCycle(edges)
      if (!loop) return
      assert.equal(new Set(loop).size, loop.length)
      loop.forEach((task, nth) => assert.ok(isEdge(edges, task, loop[(nth + 1) % loop.length]!)))
    }),
    { numRuns: 2000 },
  )
})

test('findCycle names the tasks of the loop alone, not those that lead to it', () => {
  const edges = [waits('a', 'b'), waits('b', 'c'), waits('c', 'd'), waits('d', 'c')]
  assert.deepEqual(findCycle(edges), ['c', 'd'])
  assert.deepEqual(findCycle([waits('a', 'a')]), ['a'])
})

test('a chain of a hundred thousand tasks neither overflows the stack nor passes for a loop', () => {
  const chain = Array.from({ length: 100_000 }, (_, nth) => waits(`t${nth}`, `t${nth + 1}`))
  assert.equal(findCycle(chain), undefined)
  assert.equal(findCycle([...chain, waits('t100000', 't0')])?.length, 100_001)
  assert.equal(findPath(chain, 't0', 't100000')?.length, 100_001)
})

test('findPath finds a shortest way wherever there is one', () => {
  fc.assert(
    fc.property(someEdges, fc.nat(7), fc.nat(7), (edges, a, b) => {
      const [from, to] = [`t${a}`, `t${b}`]
      const steps = (reached: Set<string>, length: number): number | undefined => {
        if (reached.has(to)) return length
        const wider = new Set([...reached, ...[...reached].flatMap((task) => [...nextOf(task)])])
        return wider.size === reached.size ? undefined : steps(wider, length + 1)
      }
      const nextOf = (task: string) =>
        edges.filter((edge) => edge.task_id === task).map((edge) => edge.depends_on_task_id)
      const path = findPath(edges, from, to)
      assert.equal(path && path.length - 1, steps(new Set([from]), 0))
      if (!path) return
      assert.deepEqual([path[0], path.at(-1)], [from, to])
      for (let nth = 1; nth < path.length; nth++) assert.ok(isEdge(edges, path[nth - 1]!, path[nth]!))
    }),
    { numRuns: 2000 },
  )
})

test('only a hard edge puts unfinished work before a task, and only one that has not started takes it', () => {
  for (const started of ['in_progress', 'completed', 'split'] as const) {
    assert.equal(comesTooLate(hard('a', 'b'), started, 'ready'), true)
    assert.equal(comesTooLate(hard('a', 'b'), started, 'failed'), true)
    assert.equal(comesTooLate(hard('a', 'b'), started, 'completed'), false)
    assert.equal(comesTooLate(soft('a', 'b'), started, 'ready'), false)
  }
  for (const waiting of ['ready', 'assigned', 'failed'] as const)
    assert.equal(comesTooLate(hard('a', 'b'), waiting, 'ready'), false)
})

test('a new hard edge counts for its prerequisite always, and for its task while the prerequisite is open', () => {
  const edges = [
    hard('a', 'open'),
    hard('a', 'done'),
    soft('a', 'b'),
    hard('b', 'open'),
    hard('open', 'done'),
  ]
  const shifts = countShifts(edges, (id) => (id === 'done' ? 'completed' : 'ready'))
  assert.deepEqual(
    shifts.sort((x, y) => (x.id < y.id ? -1 : 1)),
    [
      { id: 'a', unmet: 1, dependents: 0 },
      { id: 'b', unmet: 1, dependents: 0 },
      { id: 'done', unmet: 0, dependents: 2 },
      { id: 'open', unmet: 0, dependents: 2 },
    ],
  )
})

test('a pair that is named twice falls together, and is hard if it was ever named so', () => {
  assert.deepEqual(withoutRepeats([soft('a', 'b'), hard('b', 'c'), hard('a', 'b'), soft('b', 'c')]), [
    hard('a', 'b'),
    hard('b', 'c'),
  ])
})
