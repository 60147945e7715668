import { inRows, type Rows } from './rows.ts'
import type { GraphEdge, GraphNode } from '../schema.ts'

/**
 * A graph as the server sends it, with numbers in the place of ids: task `n` is the nth by its number, so that the rows'
 * order has no influence on the picture.
 */
export interface TaskGraph {
  nodes: readonly GraphNode[]
  /** Edge `n` leads from the prerequisite `from[n]` to `to[n]`. */
  edges: readonly GraphEdge[]
  from: Int32Array
  to: Int32Array
  /** What waits for each task, and what each waits for. */
  down: Rows
  up: Rows
  /** The place of each task in `nodes`, by its id. */
  place: ReadonlyMap<string, number>
}

/** Edges without both ends, as a filter leaves them, and edges from a task to itself are left out. */
export function taskGraph(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): TaskGraph {
  const sorted = [...nodes].sort((a, b) => a.number - b.number)
  const place = new Map(sorted.map((node, nth) => [node.id, nth]))
  const placed = edges
    .map((edge) => ({ edge, from: place.get(edge.source) ?? -1, to: place.get(edge.target) ?? -1 }))
    .filter(({ from, to }) => from >= 0 && to >= 0 && from !== to)
    .sort((a, b) => a.from - b.from || a.to - b.to || (a.edge.id < b.edge.id ? -1 : 1))
  const from = Int32Array.from(placed, (each) => each.from)
  const to = Int32Array.from(placed, (each) => each.to)
  return {
    nodes: sorted,
    edges: placed.map(({ edge }) => edge),
    from,
    to,
    down: inRows(sorted.length, from, to),
    up: inRows(sorted.length, to, from),
    place,
  }
}
