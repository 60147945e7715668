import { inRows, type Rows } from './rows.ts'

/**
 * Nodes in columns: what is needed stands left of what waits for it. An edge over several columns goes through a point
 * in each column between, and all edges of a task share these points for as far as they go: one line leaves it, and branches.
 */

/** How many points all edges together may go through; the longest edges beyond that are drawn without any. */
const MOST_BENDS = 250_000

export interface Layered {
  /** How many nodes there are; the vertices from this number on are points of edges. */
  size: number
  /** The layer of each vertex, and how many layers there are. */
  layer: Int32Array
  layers: number
  /** The segments between neighbouring layers, by the vertex at their left and at their right. */
  down: Rows
  up: Rows
  /** The first point of each node's edges; an edge of node `n` passes `trunk[n]`, `trunk[n] + 1` … in the layers that follow. */
  trunk: Int32Array
  /** How many points each edge goes through; -1 for one that has none and may run across others. */
  bends: Int32Array
}

/**
 * The place of each node in an order in which prerequisites come first, the lowest numbers first where there is a choice. A loop
 * is cut at its lowest number: the edge that closes it runs backward.
 */
export function inOrder({ size, start, to }: Rows, up: Rows): { order: Int32Array; place: Int32Array } {
  const missing = Int32Array.from({ length: size }, (_, node) => up.start[node + 1]! - up.start[node]!)
  const order = new Int32Array(size)
  const place = new Int32Array(size).fill(-1)
  let placed = 0
  const put = (node: number): void => {
    place[node] = placed
    order[placed++] = node
  }
  for (let node = 0; node < size; node++) if (missing[node] === 0) put(node)
  let lowest = 0
  for (let read = 0; read < size; read++) {
    if (read === placed) {
      while (place[lowest] !== -1) lowest++
      put(lowest)
    }
    const node = order[read]!
    for (let entry = start[node]!; entry < start[node + 1]!; entry++) {
      const next = to[entry]!
      if (--missing[next]! === 0 && place[next] === -1) put(next)
    }
  }
  return { order, place }
}

/** The longest way to each node counts; what more leads out of than in moves right, beside what waits for it. */
function layersByLongestPath(down: Rows, up: Rows, order: Int32Array, place: Int32Array): Int32Array {
  const layer = new Int32Array(down.size)
  for (const node of order)
    for (let entry = down.start[node]!; entry < down.start[node + 1]!; entry++) {
      const next = down.to[entry]!
      if (place[next]! > place[node]!) layer[next] = Math.max(layer[next]!, layer[node]! + 1)
    }
  for (let nth = order.length - 1; nth >= 0; nth--) {
    const node = order[nth]!
    if (up.start[node + 1]! - up.start[node]! >= down.start[node + 1]! - down.start[node]!) continue
    let nearest = Infinity
    for (let entry = down.start[node]!; entry < down.start[node + 1]!; entry++) {
      const next = down.to[entry]!
      if (place[next]! > place[node]!) nearest = Math.min(nearest, layer[next]!)
    }
    if (nearest !== Infinity) layer[node] = Math.max(layer[node]!, nearest - 1)
  }
  return layer
}

/** How many points each edge goes through: the shortest edges get theirs first. */
function bendsOf(from: Int32Array, to: Int32Array, layer: Int32Array): Int32Array {
  const bends = Int32Array.from(from, (node, edge) => layer[to[edge]!]! - layer[node]! - 1)
  let longest = 0
  for (const count of bends) longest = Math.max(longest, count)
  const points = new Float64Array(longest + 1)
  for (const count of bends) if (count > 0) points[count]! += count
  let allowed = 0
  for (let sum = 0; allowed < longest && sum + points[allowed + 1]! <= MOST_BENDS; allowed++)
    sum += points[allowed + 1]!
  return bends.map((count) => (count < 0 || count > allowed ? -1 : count))
}

/** Puts the nodes 0 to `size` - 1 into layers. No edge leads from a node to itself; whatever else they do, this ends. */
export function inLayers(size: number, from: Int32Array, to: Int32Array): Layered {
  const nodesDown = inRows(size, from, to)
  const nodesUp = inRows(size, to, from)
  const { order, place } = inOrder(nodesDown, nodesUp)
  const layerOfNode = layersByLongestPath(nodesDown, nodesUp, order, place)
  const bends = bendsOf(from, to, layerOfNode)

  const reach = new Int32Array(size)
  bends.forEach((count, edge) => (reach[from[edge]!] = Math.max(reach[from[edge]!]!, count)))
  const trunk = new Int32Array(size)
  let vertices = size
  for (let node = 0; node < size; node++) {
    trunk[node] = vertices
    vertices += reach[node]!
  }
  const layer = new Int32Array(vertices)
  layer.set(layerOfNode)
  const left: number[] = []
  const right: number[] = []
  for (let node = 0; node < size; node++)
    for (let step = 0; step < reach[node]!; step++) {
      const point = trunk[node]! + step
      layer[point] = layer[node]! + step + 1
      left.push(step === 0 ? node : point - 1)
      right.push(point)
    }
  bends.forEach((count, edge) => {
    if (count < 0) return
    left.push(count === 0 ? from[edge]! : trunk[from[edge]!]! + count - 1)
    right.push(to[edge]!)
  })
  const [lefts, rights] = [Int32Array.from(left), Int32Array.from(right)]
  const layers = layer.reduce((most, each) => Math.max(most, each + 1), 0)
  const [down, up] = [inRows(vertices, lefts, rights), inRows(vertices, rights, lefts)]
  return { size, layer, layers, down, up, trunk, bends }
}
