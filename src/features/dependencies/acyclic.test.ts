import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { admitEdges } from './acyclic.ts'
import { findCycle, findPath } from './rules.ts'

type Pair = readonly [task: number, prerequisite: number]

const ends = (pairs: readonly Pair[]) =>
  pairs.map(([task, prerequisite]) => ({
    task_id: String(task),
    depends_on_task_id: String(prerequisite),
  }))

/** One after the other, each after a search of its own. */
function admitOneByOne(known: readonly Pair[], candidates: readonly Pair[]): boolean[] {
  const taken = [...known]
  return candidates.map(([task, prerequisite]) => {
    if (findPath(ends(taken), String(prerequisite), String(task))) return false
    taken.push([task, prerequisite])
    return true
  })
}

const pairs = (nodes: number, maxLength: number) =>
  fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), { maxLength, size: 'max' })

/** Any pairs, turned so that they lead from greater to smaller numbers: no loop. */
const downwards = (any: readonly Pair[]): Pair[] =>
  any.filter(([a, b]) => a !== b).map(([a, b]) => [Math.max(a, b), Math.min(a, b)])

test('an edge is taken exactly if a search at its turn would find no loop', async () => {
  await fc.assert(
    fc.asyncProperty(pairs(12, 20), pairs(12, 40), async (some, candidates) => {
      const known = downwards(some)
      assert.deepEqual(await admitEdges(ends(known), ends(candidates)), admitOneByOne(known, candidates))
    }),
    { numRuns: 1500 },
  )
})

test('the same in graphs so dense that levels rise', async () => {
  await fc.assert(
    fc.asyncProperty(pairs(40, 60), pairs(40, 300), async (some, candidates) => {
      const known = downwards(some)
      assert.deepEqual(await admitEdges(ends(known), ends(candidates)), admitOneByOne(known, candidates))
    }),
    { numRuns: 60 },
  )
})

test('of a ring of thirty thousand edges, in whatever order, all but the last are taken', async () => {
  const size = 30_000
  const ring = Array.from({ length: size }, (_, nth): Pair => [nth, (nth + 1) % size])
  const scattered = ring.map((_, nth) => ring[(nth * 31_337) % size]!)
  for (const order of [ring, ring.toReversed(), scattered]) {
    const admitted = await admitEdges(ends([]), ends(order))
    assert.deepEqual([admitted.indexOf(false), admitted.lastIndexOf(false)], [size - 1, size - 1])
  }
})

test('what was taken holds no loop, however tangled what was offered', async () => {
  let state = 1
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const offered = Array.from({ length: 20_000 }, (): Pair => [random(3_000), random(3_000)])
  const admitted = await admitEdges(ends([]), ends(offered))
  const taken = offered.filter((_, nth) => admitted[nth])
  assert.ok(taken.length > 10_000 && taken.length < offered.length)
  assert.equal(findCycle(ends(taken)), undefined)
})
