import type { Order } from './crossings.ts'
import type { Layered } from './layers.ts'
import { BEND_HEIGHT, GAP, NODE_HEIGHT } from './measures.ts'

/**
 * How high each vertex stands: as near to its neighbours as the order within its layer and the distances allow. Each step
 * is the best answer for one layer, by isotonic regression (pool adjacent violators); sweeps carry it through all.
 */

/** Lines through points are to be straight before all else, then lines of one task. */
const WEIGHTS = { nodes: 1, nodeAndPoint: 2, points: 16 }
const SWEEPS = 8
/** Sweeps that look to both sides draw what is small to its very best; a graph of 10,000 tasks has only a few of them. */
const MOST_SWEEPS = 64
const EFFORT = 400_000
/** How much a vertex likes to stay where it is, where nothing pulls it. */
const INERTIA = 1e-3

/** The distance that the centres of two vertices keep. */
const apart = (first: number, second: number, size: number): number =>
  ((first < size ? NODE_HEIGHT + GAP : BEND_HEIGHT) + (second < size ? NODE_HEIGHT + GAP : BEND_HEIGHT)) / 2

/** The room from the top of a lane to the centre of a vertex beside it. */
const margin = (vertex: number, size: number): number => (vertex < size ? NODE_HEIGHT + GAP : BEND_HEIGHT) / 2

/** A stretch of one layer that lies in one lane: the vertices `from` to `until` - 1 of the order. */
interface Stretch {
  from: number
  until: number
  lane: number
}

function stretches({ start, vertex }: Order, lane: Int32Array): Stretch[][] {
  return Array.from({ length: start.length - 1 }, (_, layer) => {
    const found: Stretch[] = []
    for (let from = start[layer]!; from < start[layer + 1]!;) {
      let until = from + 1
      while (until < start[layer + 1]! && lane[vertex[until]!] === lane[vertex[from]!]) until++
      found.push({ from, until, lane: lane[vertex[from]!]! })
      from = until
    }
    return found
  })
}

/** The heights of the lanes that their fullest layers need. */
function roomOf(all: Stretch[][], { vertex }: Order, size: number, lanes: number): Float64Array {
  const room = new Float64Array(lanes)
  for (const { from, until, lane } of all.flat()) {
    let need = 0
    for (let at = from; at < until; at++) need += 2 * margin(vertex[at]!, size)
    room[lane] = Math.max(room[lane]!, need)
  }
  return room
}

/**
 * Puts the stretch's vertices as near to what they wish as their order and distances allow: the least sum of weighted squares.
 * Distances are taken out first, so that the answer has only to rise; whatever would fall is pooled to its mean.
 */
function settle(
  { from, until }: Stretch,
  vertex: Int32Array,
  size: number,
  wish: Float64Array,
  weight: Float64Array,
  y: Float64Array,
  bounds: readonly [number, number],
): void {
  const count = until - from
  const offset = new Float64Array(count)
  for (let nth = 1; nth < count; nth++)
    offset[nth] = offset[nth - 1]! + apart(vertex[from + nth - 1]!, vertex[from + nth]!, size)
  const mean = new Float64Array(count)
  const mass = new Float64Array(count)
  const first = new Int32Array(count)
  let blocks = 0
  for (let nth = 0; nth < count; nth++) {
    mean[blocks] = wish[vertex[from + nth]!]! - offset[nth]!
    mass[blocks] = weight[vertex[from + nth]!]!
    first[blocks++] = nth
    while (blocks > 1 && mean[blocks - 2]! >= mean[blocks - 1]!) {
      const sum = mass[blocks - 2]! + mass[blocks - 1]!
      mean[blocks - 2] = (mean[blocks - 2]! * mass[blocks - 2]! + mean[blocks - 1]! * mass[blocks - 1]!) / sum
      mass[blocks - 2] = sum
      blocks--
    }
  }
  const lowest = bounds[0] + margin(vertex[from]!, size)
  const highest = bounds[1] - margin(vertex[until - 1]!, size) - offset[count - 1]!
  for (let block = 0; block < blocks; block++) {
    const base = Math.min(Math.max(mean[block]!, lowest), Math.max(highest, lowest))
    const end = block + 1 < blocks ? first[block + 1]! : count
    for (let nth = first[block]!; nth < end; nth++) y[vertex[from + nth]!] = base + offset[nth]!
  }
}

export interface Heights {
  /** The centre of each vertex, in pixels. */
  y: Float64Array
  /** Where each lane begins, and after the last one the end of all; of one lane alone there are no bounds but what it takes. */
  lanes: Float64Array
}

/** The heights of all vertices. With one lane nothing bounds them; with several each keeps to its own. */
export function heightsOf(layered: Layered, order: Order, lane: Int32Array, lanes: number): Heights {
  const { size, up, down } = layered
  const { vertex } = order
  const all = stretches(order, lane)
  const room = roomOf(all, order, size, lanes)
  const top = new Float64Array(lanes + 1)
  for (let nth = 0; nth < lanes; nth++) top[nth + 1] = top[nth]! + room[nth]!
  const boundsOf = (nth: number): readonly [number, number] =>
    lanes === 1 ? [-Infinity, Infinity] : [top[nth]!, top[nth + 1]!]

  const y = new Float64Array(vertex.length)
  const wish = new Float64Array(vertex.length)
  const weight = new Float64Array(vertex.length).fill(1)
  for (const stretch of all.flat()) {
    let at = top[stretch.lane]!
    for (let nth = stretch.from; nth < stretch.until; nth++) {
      const space = margin(vertex[nth]!, size)
      y[vertex[nth]!] = at + space
      at += 2 * space
    }
    const slack = (top[stretch.lane + 1]! - at) / 2
    for (let nth = stretch.from; nth < stretch.until; nth++) y[vertex[nth]!]! += slack
  }

  const pull = (rows: typeof up, each: number): [number, number] => {
    let [sum, mass] = [0, 0]
    for (let entry = rows.start[each]!; entry < rows.start[each + 1]!; entry++) {
      const other = rows.to[entry]!
      const points = Number(each >= size) + Number(other >= size)
      const strength = points === 2 ? WEIGHTS.points : points === 1 ? WEIGHTS.nodeAndPoint : WEIGHTS.nodes
      sum += strength * y[other]!
      mass += strength
    }
    return [sum, mass]
  }
  const sweep = (forward: boolean, both: boolean): void => {
    for (let step = 0; step < all.length; step++)
      for (const stretch of all[forward ? step : all.length - 1 - step]!) {
        for (let nth = stretch.from; nth < stretch.until; nth++) {
          const each = vertex[nth]!
          const [sumUp, massUp] = forward || both ? pull(up, each) : [0, 0]
          const [sumDown, massDown] = !forward || both ? pull(down, each) : [0, 0]
          weight[each] = massUp + massDown + INERTIA
          wish[each] = (sumUp + sumDown + INERTIA * y[each]!) / weight[each]
        }
        settle(stretch, vertex, size, wish, weight, y, boundsOf(stretch.lane))
      }
  }
  for (let nth = 0; nth < SWEEPS; nth++) sweep(nth % 2 === 0, false)
  const finer = Math.max(SWEEPS, Math.min(MOST_SWEEPS, Math.floor(EFFORT / (vertex.length + 1))))
  for (let nth = 0; nth < finer; nth++) sweep(nth % 2 === 0, true)

  if (lanes === 1 && vertex.length > 0) {
    let [least, most] = [Infinity, -Infinity]
    for (const each of vertex) {
      least = Math.min(least, y[each]! - margin(each, size))
      most = Math.max(most, y[each]! + margin(each, size))
    }
    for (const each of vertex) y[each]! -= least
    top[1] = most - least
  }
  return { y, lanes: top }
}
