import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mostWaitedFor, type OpenGraph, type Waited } from './blockers.ts'

/** Edges between up to 40 tasks that all lead from a lower to a higher number: no loop, whatever is drawn. */
const graphs = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), {
      size: 'max',
      maxLength: 200,
      selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
    })
    .map((pairs): OpenGraph => ({
      size,
      ends: Uint32Array.from(
        pairs.filter(([a, b]) => a !== b).flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
      ),
    })),
)

/** The same, task by task: who waits for it, by following every edge. */
function oneByOne({ size, ends }: OpenGraph): Waited[] {
  const edges = Array.from(
    { length: ends.length / 2 },
    (_, nth) => [ends[2 * nth]!, ends[2 * nth + 1]!] as const,
  )
  return Array.from({ length: size }, (_, node) => node)
    .filter((node) => !edges.some(([, waiting]) => waiting === node))
    .map((node) => {
      const reached = new Set([node])
      for (const each of reached) for (const [from, to] of edges) if (from === each) reached.add(to)
      return { node, direct: edges.filter(([from]) => from === node).length, total: reached.size - 1 }
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || b.direct - a.direct || a.node - b.node)
}

test('the best are those that counting one by one finds', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 12 }), async (graph, top) => {
      const { best, exact } = await mostWaitedFor(graph, top)
      assert.ok(exact)
      const totals = (list: readonly Waited[]): number[] => list.map(({ total }) => total)
      const expected = oneByOne(graph)
      assert.deepEqual(totals(best), totals(expected.slice(0, top)))
      for (const each of best)
        assert.deepEqual(
          each,
          expected.find(({ node }) => node === each.node),
        )
    }),
    { numRuns: 300 },
  )
})

test('more prerequisites than are walked at once are counted apart', async () => {
  // Task n of 100 has n + 1 dependents of its own.
  const ends: number[] = []
  let next = 100
  for (let node = 0; node < 100; node++) for (let n = 0; n <= node; n++) ends.push(node, next++)
  const { best, exact } = await mostWaitedFor({ size: next, ends: Uint32Array.from(ends) }, 3)
  assert.deepEqual(best, [
    { node: 99, direct: 100, total: 100 },
    { node: 98, direct: 99, total: 99 },
    { node: 97, direct: 98, total: 98 },
  ])
  assert.ok(exact)
})

test('where too many could be the best, the answer says that it is not exact', async () => {
  // 3,000 prerequisites, each with two paths to one task of its own: every bound is above every total.
  const ends: number[] = []
  for (let n = 0; n < 3_000; n++) {
    const [top, left, right, end] = [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3]
    ends.push(top, left, top, right, left, end, right, end)
  }
  const { best, exact } = await mostWaitedFor({ size: 12_000, ends: Uint32Array.from(ends) }, 10)
  assert.deepEqual(
    best.map(({ total }) => total),
    new Array(10).fill(3),
  )
  assert.ok(!exact)
})

test('a graph without edges has none', async () => {
  assert.deepEqual(await mostWaitedFor({ size: 0, ends: new Uint32Array() }, 10), { best: [], exact: true })
})
