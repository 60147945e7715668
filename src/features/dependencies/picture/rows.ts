/**
 * A graph of nodes 0 to `size` - 1 in compressed rows: the edges of a node are the entries `start[node]` to
 * `start[node + 1] - 1`; entry `nth` leads to the node `to[nth]` and stands for the edge number `edge[nth]`.
 */
export interface Rows {
  size: number
  start: Int32Array
  to: Int32Array
  edge: Int32Array
}

/** Edge number `nth` leads from `from[nth]` to `to[nth]`; the edges of one node keep their order. */
export function inRows(size: number, from: Int32Array, to: Int32Array): Rows {
  const start = new Int32Array(size + 1)
  for (const node of from) start[node + 1]!++
  for (let node = 0; node < size; node++) start[node + 1]! += start[node]!
  const place = start.slice(0, size)
  const sorted = new Int32Array(to.length)
  const edge = new Int32Array(to.length)
  from.forEach((node, nth) => {
    const entry = place[node]!++
    sorted[entry] = to[nth]!
    edge[entry] = nth
  })
  return { size, start, to: sorted, edge }
}
