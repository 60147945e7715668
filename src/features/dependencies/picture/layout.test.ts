import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { layOutGraph, type Drawing, type Picture } from './layout.ts'
import { NODE_HEIGHT, NODE_WIDTH } from './measures.ts'

const drawingOf = (
  size: number,
  edges: readonly (readonly [number, number])[],
  lane?: number[],
): Drawing => ({
  size,
  from: Int32Array.from(edges, ([from]) => from),
  to: Int32Array.from(edges, ([, to]) => to),
  ...(lane && { lane: Int32Array.from(lane) }),
})

/** Lanes are counted from 0 without gaps, as whoever groups does it. */
function withoutGaps(lane: readonly number[]): number[] {
  const known = [...new Set(lane)].sort((a, b) => a - b)
  return lane.map((each) => known.indexOf(each))
}

/** Graphs without loops, of several parts; now and then in lanes. Numbers say nothing about the order of the work. */
const graphs = fc
  .record({
    size: fc.integer({ min: 0, max: 40 }),
    ends: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 12 })), { maxLength: 90 }),
    lanes: fc.option(fc.array(fc.nat({ max: 4 }), { minLength: 40, maxLength: 40 })),
    shuffle: fc.infiniteStream(fc.nat()),
  })
  .map(({ size, ends, lanes, shuffle }) => {
    const keys = Array.from({ length: size }, () => shuffle.next().value as number)
    const named = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b)
    const edges =
      size < 2
        ? []
        : ends.flatMap(([a, , far]): [number, number][] => {
            const from = a % size
            const to = from + 1 + far
            return to < size ? [[named[from]!, named[to]!]] : []
          })
    return drawingOf(size, edges, lanes ? withoutGaps(lanes.slice(0, size)) : undefined)
  })

/** Any edges at all: loops, edges to oneself, twice the same, and ends that are no task. */
const anyGraphs = fc
  .record({
    size: fc.integer({ min: 0, max: 25 }),
    edges: fc.array(fc.tuple(fc.integer({ min: -2, max: 30 }), fc.integer({ min: -2, max: 30 })), {
      maxLength: 80,
    }),
    lanes: fc.option(fc.array(fc.nat({ max: 3 }), { minLength: 25, maxLength: 25 })),
  })
  .map(({ size, edges, lanes }) =>
    drawingOf(size, edges, lanes ? withoutGaps(lanes.slice(0, size)) : undefined),
  )

interface Rectangle {
  left: number
  right: number
  top: number
  bottom: number
}

const boxOf = ({ x, y }: Picture, task: number): Rectangle => ({
  left: x[task]!,
  right: x[task]! + NODE_WIDTH,
  top: y[task]!,
  bottom: y[task]! + NODE_HEIGHT,
})

/** A hair, since sums of fractions are not exact. */
const HAIR = 1e-6
const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.right - HAIR && b.left < a.right - HAIR && a.top < b.bottom - HAIR && b.top < a.bottom - HAIR

/** Two tasks whose boxes overlap; compares only what shares a square of the plane. */
function overlapping(picture: Picture): [number, number] | undefined {
  const squares = new Map<string, number[]>()
  for (let task = 0; task < picture.x.length; task++) {
    const box = boxOf(picture, task)
    for (let column = Math.floor(box.left / 300); column <= Math.floor(box.right / 300); column++)
      for (let row = Math.floor(box.top / 100); row <= Math.floor(box.bottom / 100); row++) {
        const key = `${column} ${row}`
        const here = squares.get(key) ?? []
        const other = here.find((each) => overlap(boxOf(picture, each), box))
        if (other !== undefined) return [other, task]
        here.push(task)
        squares.set(key, here)
      }
  }
  return undefined
}

/** The picture's numbers are numbers, its boxes lie within it, and none lies on another. */
function assertSound(picture: Picture, size: number): void {
  assert.equal(picture.x.length, size)
  for (const { left, right, top, bottom } of Array.from(picture.x, (_, task) => boxOf(picture, task))) {
    assert.ok(left >= -HAIR && top >= -HAIR, `at ${left}, ${top}`)
    assert.ok(right <= picture.width + HAIR && bottom <= picture.height + HAIR)
  }
  assert.ok(picture.bendX.every(Number.isFinite) && picture.bendY.every(Number.isFinite))
  assert.equal(overlapping(picture), undefined)
}

/** The level stretches of an edge: out of its source, through its points, into its target. */
function stretches(drawing: Drawing, picture: Picture, edge: number): { x: number; y: number }[] {
  const middle = (task: number) => ({ x: picture.x[task]!, y: picture.y[task]! + NODE_HEIGHT / 2 })
  const [first, last] = [picture.bendStart[edge]!, picture.bendStart[edge + 1]!]
  const points = Array.from({ length: last - first }, (_, nth) => ({
    x: picture.bendX[first + nth]!,
    y: picture.bendY[first + nth]!,
  }))
  return [middle(drawing.from[edge]!), ...points, middle(drawing.to[edge]!)]
}

const edgesOf = (drawing: Drawing): number[] => [...drawing.from.keys()]

/** An edge all of whose stretches follow each other from left to right. */
const runsForward = (drawing: Drawing, picture: Picture, edge: number): boolean => {
  const all = stretches(drawing, picture, edge)
  return all.every((each, nth) => nth === 0 || each.x >= all[nth - 1]!.x + NODE_WIDTH)
}

test('no two boxes overlap, all are within the picture, and every edge runs forward', () => {
  fc.assert(
    fc.property(graphs, (drawing) => {
      const picture = layOutGraph(drawing)
      assertSound(picture, drawing.size)
      for (const edge of edgesOf(drawing)) assert.ok(runsForward(drawing, picture, edge))
    }),
    { numRuns: 500 },
  )
})

test('no edge runs across the box of another task', () => {
  fc.assert(
    fc.property(graphs, ({ lane: _, ...drawing }) => {
      const picture = layOutGraph(drawing)
      const boxes = Array.from(picture.x, (_x, task) => boxOf(picture, task))
      for (const edge of edgesOf(drawing)) {
        const all = stretches(drawing, picture, edge)
        const covered: Rectangle[] = all
          .slice(1, -1)
          .map(({ x, y }) => ({ left: x, right: x + NODE_WIDTH, top: y - 1, bottom: y + 1 }))
        for (let nth = 1; nth < all.length; nth++) {
          const [before, after] = [all[nth - 1]!, all[nth]!]
          covered.push({
            left: before.x + NODE_WIDTH,
            right: after.x,
            top: Math.min(before.y, after.y),
            bottom: Math.max(before.y, after.y),
          })
        }
        for (const box of boxes) for (const each of covered) assert.ok(!overlap(box, each))
      }
    }),
    { numRuns: 300 },
  )
})

test('lanes hold their own tasks, and no other', () => {
  fc.assert(
    fc.property(graphs, (drawing) => {
      fc.pre(drawing.lane !== undefined)
      const picture = layOutGraph(drawing)
      assert.deepEqual(
        picture.regions.map((region) => region.lane),
        [...new Set(drawing.lane)].sort(),
      )
      for (let task = 0; task < drawing.size; task++) {
        const { top, bottom } = boxOf(picture, task)
        const within = picture.regions.filter(({ y, height }) => y <= top && bottom <= y + height)
        assert.deepEqual(
          within.map((region) => region.lane),
          [drawing.lane[task]],
        )
      }
    }),
  )
})

test('in lanes, too, parts stand beside each other: the picture has about the shape of a window', () => {
  const parts = 60
  const tasks = [0, 1, 2].flatMap((step) => Array.from({ length: parts }, (_, part) => step * parts + part))
  const edges = tasks.slice(parts).map((task): [number, number] => [task - parts, task])
  const { x, width, height } = layOutGraph(
    drawingOf(
      tasks.length,
      edges,
      tasks.map((task) => Math.min(1, Math.floor(task / parts))),
    ),
  )
  assert.ok(width / height > 1 && width / height < 4, `${width} x ${height}`)
  assert.ok(new Set(x.subarray(0, parts)).size > 2, 'the first tasks of the parts in several columns')
})

test('tasks without edges stand in a region of their own, in order', () => {
  const picture = layOutGraph(drawingOf(6, [[4, 1]]))
  const [region] = picture.regions
  assert.equal(region?.lane, -1)
  const alone = [0, 2, 3, 5]
  for (const task of alone) assert.ok(picture.y[task]! > region.y)
  for (const task of [1, 4]) assert.ok(picture.y[task]! + NODE_HEIGHT <= region.y)
  const read = alone.toSorted((a, b) => picture.y[a]! - picture.y[b]! || picture.x[a]! - picture.x[b]!)
  assert.deepEqual(read, alone)
})

test('the same graph gives the same picture, whatever the order of its edges', () => {
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (drawing, random) => {
      const order = edgesOf(drawing)
        .map((edge) => [edge, random.next().value as number] as const)
        .sort((a, b) => a[1] - b[1])
        .map(([edge]) => edge)
      const shuffled = {
        ...drawing,
        from: Int32Array.from(order, (edge) => drawing.from[edge]!),
        to: Int32Array.from(order, (edge) => drawing.to[edge]!),
      }
      const [one, other] = [layOutGraph(drawing), layOutGraph(shuffled)]
      assert.deepEqual(other.x, one.x)
      assert.deepEqual(other.y, one.y)
      order.forEach((edge, nth) =>
        assert.deepEqual(stretches(shuffled, other, nth), stretches(drawing, one, edge)),
      )
    }),
  )
})

test('loops, edges to oneself and edges without ends are drawn or left out, and never hang', () => {
  fc.assert(
    fc.property(anyGraphs, (drawing) => {
      assertSound(layOutGraph(drawing), drawing.size)
    }),
    { numRuns: 500 },
  )
})

test('a ring of ten thousand is cut, not followed', () => {
  const size = 10_000
  const picture = layOutGraph(
    drawingOf(
      size,
      Array.from({ length: size }, (_, from) => [from, (from + 1) % size]),
    ),
  )
  assertSound(picture, size)
})

/** A fixed sequence of numbers that look drawn by chance. */
function* chance(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

test('ten thousand tasks with thirty thousand edges are all placed', () => {
  const random = chance()
  const edges = Array.from({ length: 30_000 }, (): [number, number] => {
    const to = 1 + Math.floor(random.next().value * 9_999)
    return [Math.max(0, to - 1 - Math.floor(random.next().value * 1_000)), to]
  })
  const drawing = drawingOf(10_000, edges)
  const picture = layOutGraph(drawing)
  assertSound(picture, 10_000)
  for (const edge of edgesOf(drawing)) assert.ok(runsForward(drawing, picture, edge))
})

test('edges too long to go round everything in between are drawn without points', () => {
  const size = 1_000
  const chain = Array.from({ length: size - 1 }, (_, from): [number, number] => [from, from + 1])
  const far = Array.from({ length: size - 2 }, (_, from): [number, number] => [from, size - 1])
  const drawing = drawingOf(size, [...chain, ...far])
  const picture = layOutGraph(drawing)
  assertSound(picture, size)
  for (const edge of edgesOf(drawing)) assert.ok(runsForward(drawing, picture, edge))
  const without = (edge: number): boolean => picture.bendStart[edge] === picture.bendStart[edge + 1]
  assert.ok(without(size - 1), 'the longest')
  assert.ok(!without(drawing.from.length - 2), 'one of two columns')
})

test('a tree is drawn without any crossing, each task between those that it leads to', () => {
  const picture = layOutGraph(
    drawingOf(7, [
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
      [2, 5],
      [2, 6],
    ]),
  )
  const { y } = picture
  assert.ok(y[3]! < y[4]! && y[4]! < y[5]! && y[5]! < y[6]!)
  assert.ok(y[1]! > y[3]! && y[1]! < y[4]! && y[2]! > y[5]! && y[2]! < y[6]!)
  assert.ok(Math.abs(y[0]! - (y[1]! + y[2]!) / 2) < 1)
})

test('a real plan is drawn: each task right of what blocks it', () => {
  const file = new URL('../../imports/fixtures/beads.jsonl', import.meta.url)
  interface Issue {
    id: string
    dependencies?: { issue_id: string; depends_on_id: string; type: string }[]
  }
  const issues = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Issue)
  const place = new Map(issues.map((issue, nth) => [issue.id, nth]))
  const edges = issues
    .flatMap((issue) => issue.dependencies ?? [])
    .filter(({ type }) => type === 'blocks')
    .map(({ issue_id, depends_on_id }): [number, number] => [
      place.get(depends_on_id) ?? -1,
      place.get(issue_id) ?? -1,
    ])
  assert.ok(edges.length > 0)
  const drawing = drawingOf(issues.length, edges)
  const picture = layOutGraph(drawing)
  assertSound(picture, issues.length)
})
