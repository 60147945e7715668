import { setImmediate as turn } from 'node:timers/promises'

/**
 * Which tasks most others wait for, in Node on typed arrays: not by a recursive query a task.
 *
 * A prerequisite is waited for by all that wait for its dependents, and by these themselves. So whoever is waited for most
 * waits for nothing, and only such tasks are counted: they are also those about which something can be done. Each is first
 * bounded from above (paths in the place of tasks, from the ends up), the most promising are counted exactly, 32 in one
 * walk, and the search ends where no bound is above the least of the best.
 */

/** How many walks are made at most, each of 32 tasks over the whole graph. */
const WALKS = 32

/** An edge is two entries of `ends`: the prerequisite, then the task that waits for it, by their places from 0 on. */
export interface OpenGraph {
  readonly size: number
  readonly ends: Uint32Array
}

export interface Waited {
  /** The task, by its place. */
  readonly node: number
  readonly direct: number
  readonly total: number
}

interface Rows {
  readonly start: Uint32Array
  readonly to: Uint32Array
  readonly waitsFor: Uint32Array
}

function inRows({ size, ends }: OpenGraph): Rows {
  const start = new Uint32Array(size + 1)
  const waitsFor = new Uint32Array(size)
  for (let at = 0; at < ends.length; at += 2) {
    start[ends[at]! + 1]!++
    waitsFor[ends[at + 1]!]!++
  }
  for (let node = 0; node < size; node++) start[node + 1]! += start[node]!
  const place = start.slice(0, size)
  const to = new Uint32Array(ends.length / 2)
  for (let at = 0; at < ends.length; at += 2) to[place[ends[at]!]!++] = ends[at + 1]!
  return { start, to, waitsFor }
}

/** All tasks, each after all that it waits for. */
function inOrder(size: number, { start, to, waitsFor }: Rows): Uint32Array {
  const left = waitsFor.slice()
  const order = new Uint32Array(size)
  let filled = 0
  for (let node = 0; node < size; node++) if (left[node] === 0) order[filled++] = node
  for (let at = 0; at < filled; at++) {
    const node = order[at]!
    for (let edge = start[node]!; edge < start[node + 1]!; edge++)
      if (--left[to[edge]!]! === 0) order[filled++] = to[edge]!
  }
  return order.subarray(0, filled)
}

/** For each task, no less than what waits for it: the paths that lead from it. */
function boundsOf(size: number, { start, to }: Rows, order: Uint32Array): Float64Array {
  const bounds = new Float64Array(size)
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!
    let bound = 0
    for (let edge = start[node]!; edge < start[node + 1]!; edge++) bound += 1 + bounds[to[edge]!]!
    bounds[node] = Math.min(bound, size)
  }
  return bounds
}

/** How many tasks wait for each of up to 32 tasks, in one walk over the graph. */
function countWaiting(
  sources: readonly number[],
  { start, to }: Rows,
  order: Uint32Array,
  marks: Int32Array,
) {
  marks.fill(0)
  const totals = sources.map(() => 0)
  sources.forEach((node, nth) => (marks[node] = 1 << nth))
  for (const node of order) {
    const mark = marks[node]!
    if (mark === 0) continue
    for (let edge = start[node]!; edge < start[node + 1]!; edge++) marks[to[edge]!]! |= mark
    for (let rest = mark; rest !== 0; rest &= rest - 1) totals[31 - Math.clz32(rest & -rest)]!++
  }
  return totals.map((total) => total - 1)
}

/** The `top` tasks that most others wait for; `exact` says that there can be no others. Other requests get their turns. */
export async function mostWaitedFor(
  graph: OpenGraph,
  top: number,
): Promise<{ best: Waited[]; exact: boolean }> {
  const rows = inRows(graph)
  await turn()
  const order = inOrder(graph.size, rows)
  const bounds = boundsOf(graph.size, rows, order)
  await turn()
  const candidates: number[] = []
  for (let node = 0; node < graph.size; node++)
    if (rows.waitsFor[node] === 0 && bounds[node]! > 0) candidates.push(node)
  candidates.sort((a, b) => bounds[b]! - bounds[a]! || a - b)
  const marks = new Int32Array(graph.size)
  let best: Waited[] = []
  let at = 0
  const undecided = (): boolean =>
    at < candidates.length && (best.length < top || bounds[candidates[at]!]! > best.at(-1)!.total)
  for (let walk = 0; walk < WALKS && undecided(); walk++) {
    const sources = candidates.slice(at, at + 32)
    at += sources.length
    const totals = countWaiting(sources, rows, order, marks)
    const counted = sources.map((node, nth): Waited => ({
      node,
      direct: rows.start[node + 1]! - rows.start[node]!,
      total: totals[nth]!,
    }))
    best = [...best, ...counted].sort((a, b) => b.total - a.total || b.direct - a.direct || a.node - b.node)
    best.length = Math.min(best.length, top)
    await turn()
  }
  return { best, exact: !undecided() }
}
