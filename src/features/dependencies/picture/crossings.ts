import { inRows, type Rows } from './rows.ts'
import type { Layered } from './layers.ts'

/**
 * The order of the vertices within each layer, so that few edges cross: sweeps by the barycentre, there and back, and then
 * swaps of neighbours. The best order that was met is kept. Lanes stay together, and in their order.
 */

/** The vertices of layer `n` are `vertex[start[n]]` to `vertex[start[n + 1] - 1]`, from top to bottom. */
export interface Order {
  start: Int32Array
  vertex: Int32Array
}

/** Steps that all sweeps, and all rounds of swaps, may take: what a graph of 10,000 tasks needs some ten times. */
const EFFORT = 4_000_000
const MOST_SWEEPS = 24
const MOST_ROUNDS = 20

/** Depth first, so that what belongs together starts together; the lowest numbers first. */
function firstOrder({ layer, layers, down, up, size }: Layered, lane: Int32Array): Order {
  const vertices = layer.length
  const seen = new Uint8Array(vertices)
  const met: number[] = []
  const open: number[] = []
  const visit = (root: number): void => {
    open.push(root)
    while (open.length > 0) {
      const vertex = open.pop()!
      if (seen[vertex]) continue
      seen[vertex] = 1
      met.push(vertex)
      for (let entry = down.start[vertex + 1]! - 1; entry >= down.start[vertex]!; entry--)
        open.push(down.to[entry]!)
    }
  }
  for (let node = 0; node < size; node++) if (up.start[node] === up.start[node + 1]) visit(node)
  for (let node = 0; node < size; node++) visit(node)
  const lanes = lane.reduce((most, each) => Math.max(most, each), 0) + 1
  const cell = Int32Array.from(met, (vertex) => layer[vertex]! * lanes + lane[vertex]!)
  const { start, to } = inRows(layers * lanes, cell, Int32Array.from(met))
  return { start: Int32Array.from({ length: layers + 1 }, (_, nth) => start[nth * lanes]!), vertex: to }
}

/** How many pairs of segments cross, between all neighbouring layers. */
export function crossings({ start, vertex }: Order, down: Rows): number {
  const place = new Int32Array(vertex.length)
  let total = 0
  for (let layer = start.length - 3; layer >= 0; layer--) {
    const [first, middle, end] = [start[layer]!, start[layer + 1]!, start[layer + 2]!]
    for (let at = middle; at < end; at++) place[vertex[at]!] = at - middle + 1
    const tree = new Int32Array(end - middle + 1)
    let inserted = 0
    const ends: number[] = []
    for (let at = first; at < middle; at++) {
      ends.length = 0
      for (let entry = down.start[vertex[at]!]!; entry < down.start[vertex[at]! + 1]!; entry++)
        ends.push(place[down.to[entry]!]!)
      // Those that stand above and end below cross; segments of one vertex do not cross each other.
      for (const to of ends) {
        total += inserted
        for (let index = to; index > 0; index -= index & -index) total -= tree[index]!
      }
      for (const to of ends) {
        inserted++
        for (let index = to; index < tree.length; index += index & -index) tree[index]!++
      }
    }
  }
  return total
}

/** Sorts each lane of one layer by where the neighbours in `towards` stand; what has none stays about where it is. */
function sortLayer(
  order: Order,
  nth: number,
  towards: Rows,
  size: number,
  place: Int32Array,
  lane: Int32Array,
): void {
  const { start, vertex } = order
  const [begin, end] = [start[nth]!, start[nth + 1]!]
  for (let from = begin; from < end;) {
    let until = from + 1
    while (until < end && lane[vertex[until]!] === lane[vertex[from]!]) until++
    // One number holds the barycentre, to a thousandth of a place, and the former place, which decides between equals.
    const keys = new Float64Array(until - from)
    const former = vertex.slice(from, until)
    for (let at = from; at < until; at++) {
      const [first, last] = [towards.start[vertex[at]!]!, towards.start[vertex[at]! + 1]!]
      let sum = 0
      for (let entry = first; entry < last; entry++) sum += place[towards.to[entry]!]! + 0.5
      const centre = first < last ? sum / (last - first) : ((at - begin + 0.5) / (end - begin)) * size
      keys[at - from] = Math.round(centre * 1_000) * 1_048_576 + (at - from)
    }
    keys.sort()
    keys.forEach((key, at) => (vertex[from + at] = former[key % 1_048_576]!))
    from = until
  }
}

/** Numbers the places of one layer. */
function number({ start, vertex }: Order, nth: number, place: Int32Array): void {
  for (let at = start[nth]!; at < start[nth + 1]!; at++) place[vertex[at]!] = at - start[nth]!
}

/** Two hubs side by side are left as they are: to compare all their segments would take longer than the rest. */
const MOST_PAIRS = 4_096

/** The crossings between the segments of two vertices of one layer, the first above the second, less those of the swapped. */
function gain(first: number, second: number, towards: Rows, place: Int32Array): number {
  let difference = 0
  const degree = (vertex: number): number => towards.start[vertex + 1]! - towards.start[vertex]!
  if (degree(first) * degree(second) > MOST_PAIRS) return 0
  for (let a = towards.start[first]!; a < towards.start[first + 1]!; a++)
    for (let b = towards.start[second]!; b < towards.start[second + 1]!; b++)
      difference += Math.sign(place[towards.to[a]!]! - place[towards.to[b]!]!)
  return difference
}

/** Swaps neighbours in a layer wherever that spares crossings, round after round. */
function swapNeighbours(order: Order, { down, up }: Layered, place: Int32Array, lane: Int32Array): void {
  const { start, vertex } = order
  const rounds = Math.min(MOST_ROUNDS, Math.floor(EFFORT / (vertex.length + 4 * down.to.length)))
  for (let round = 0, swapped = true; swapped && round < rounds; round++) {
    swapped = false
    for (let layer = 0; layer < start.length - 1; layer++)
      for (let at = start[layer]!; at < start[layer + 1]! - 1; at++) {
        const [first, second] = [vertex[at]!, vertex[at + 1]!]
        if (lane[first] !== lane[second]) continue
        if (gain(first, second, down, place) + gain(first, second, up, place) <= 0) continue
        ;[vertex[at], vertex[at + 1]] = [second, first]
        ;[place[first], place[second]] = [place[second]!, place[first]!]
        swapped = true
      }
  }
}

/** Orders the vertices of each layer. `lane` is that of each vertex. */
export function untangle(layered: Layered, lane: Int32Array): Order {
  const { layers, down, up } = layered
  const order = firstOrder(layered, lane)
  const { start, vertex } = order
  const place = new Int32Array(vertex.length)
  for (let nth = 0; nth < layers; nth++) number(order, nth, place)
  let best = vertex.slice()
  let fewest = crossings(order, down)
  const effort = vertex.length + 2 * down.to.length
  const sweeps = Math.max(4, Math.min(MOST_SWEEPS, Math.floor(EFFORT / effort)))
  const keep = (): void => {
    const now = crossings(order, down)
    if (now >= fewest) return
    fewest = now
    best = vertex.slice()
  }
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const forward = sweep % 2 === 0
    for (let step = 1; step < layers; step++) {
      const nth = forward ? step : layers - 1 - step
      const beside = forward ? nth - 1 : nth + 1
      sortLayer(order, nth, forward ? up : down, start[beside + 1]! - start[beside]!, place, lane)
      number(order, nth, place)
    }
    keep()
  }
  vertex.set(best)
  if (fewest > 0) {
    for (let nth = 0; nth < layers; nth++) number(order, nth, place)
    swapNeighbours(order, layered, place, lane)
  }
  return order
}
