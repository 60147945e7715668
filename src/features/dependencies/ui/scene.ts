import type { Picture } from '../picture/layout.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../picture/measures.ts'
import { criticalPath, type CriticalPath } from '../picture/reach.ts'
import type { TaskGraph } from '../picture/task-graph.ts'
import type { GraphNode } from '../schema.ts'
import type { Box } from './camera.ts'

/** How a task is drawn; a ready one with something unmet is waiting. */
export type Look = GraphNode['status'] | 'waiting'

export const lookOfNode = (node: GraphNode): Look =>
  node.status === 'ready' && node.unmet_dependencies > 0 ? 'waiting' : node.status

/** A graph, its picture, and what is found fast in it. */
export interface Scene {
  readonly graph: TaskGraph
  readonly picture: Picture
  /** What each lane is called; the tasks that stand alone have a heading of their own. */
  readonly laneNames: readonly string[]
  readonly critical: CriticalPath
  /** What each edge takes of the picture: left, top, right and bottom. */
  readonly extents: Float64Array
  readonly squares: ReadonlyMap<number, readonly number[]>
}

/** Squares of the plane by which tasks are found: about as many pixels as a dozen boxes take. */
const SQUARE = 512
const squareOf = (column: number, row: number): number => row * 65_536 + column

export const boxOf = ({ x, y }: Picture, task: number): Box => ({
  x: x[task]!,
  y: y[task]!,
  width: NODE_WIDTH,
  height: NODE_HEIGHT,
})

function squaresOf({ x, y }: Picture): Map<number, number[]> {
  const squares = new Map<number, number[]>()
  for (let task = 0; task < x.length; task++) {
    const square = squareOf(Math.floor(x[task]! / SQUARE), Math.floor(y[task]! / SQUARE))
    const there = squares.get(square)
    if (there) there.push(task)
    else squares.set(square, [task])
  }
  return squares
}

function extentsOf({ from, to }: TaskGraph, { x, y, bendStart, bendX, bendY }: Picture): Float64Array {
  const extents = new Float64Array(from.length * 4)
  for (let edge = 0; edge < from.length; edge++) {
    const [source, target] = [from[edge]!, to[edge]!]
    let left = Math.min(x[source]!, x[target]!)
    let right = Math.max(x[source]!, x[target]!) + NODE_WIDTH
    let top = Math.min(y[source]!, y[target]!)
    let bottom = Math.max(y[source]!, y[target]!) + NODE_HEIGHT
    for (let bend = bendStart[edge]!; bend < bendStart[edge + 1]!; bend++) {
      left = Math.min(left, bendX[bend]!)
      right = Math.max(right, bendX[bend]! + NODE_WIDTH)
      top = Math.min(top, bendY[bend]!)
      bottom = Math.max(bottom, bendY[bend]!)
    }
    extents.set([left, top, right, bottom], edge * 4)
  }
  return extents
}

export const sceneOf = (graph: TaskGraph, picture: Picture, laneNames: readonly string[]): Scene => ({
  graph,
  picture,
  laneNames,
  critical: criticalPath(graph),
  extents: extentsOf(graph, picture),
  squares: squaresOf(picture),
})

/** The same picture with tasks that changed in what no layout depends on. */
export const recoloured = (scene: Scene, graph: TaskGraph): Scene => ({
  ...scene,
  graph,
  critical: criticalPath(graph),
})

/** The tasks whose boxes may show in a part of the picture. */
export function* tasksWithin({ squares, picture }: Scene, box: Box): Generator<number> {
  const first = Math.floor((box.x - NODE_WIDTH) / SQUARE)
  const last = Math.floor(Math.min(box.x + box.width, picture.width) / SQUARE)
  const top = Math.floor((box.y - NODE_HEIGHT) / SQUARE)
  const bottom = Math.floor(Math.min(box.y + box.height, picture.height) / SQUARE)
  for (let row = Math.max(0, top); row <= bottom; row++)
    for (let column = Math.max(0, first); column <= last; column++)
      yield* squares.get(squareOf(column, row)) ?? []
}

/** The task whose box is at a point of the picture. */
export function taskAt(scene: Scene, x: number, y: number): number | undefined {
  for (const task of tasksWithin(scene, { x, y, width: 0, height: 0 })) {
    const box = boxOf(scene.picture, task)
    if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height) return task
  }
  return undefined
}

export type Way = 'left' | 'right' | 'up' | 'down'

/**
 * Where an arrow key leads: along an edge to the nearest task that waits (right) or is waited for (left), or to the next
 * one in the same column; a task without edges has its neighbours in the grid.
 */
export function neighbour({ graph, picture }: Scene, task: number, way: Way): number | undefined {
  const { x, y } = picture
  const rows = way === 'right' ? graph.down : graph.up
  const nearest = (candidates: Iterable<number>, distance: (other: number) => number): number | undefined => {
    let [best, least] = [-1, Infinity]
    for (const other of candidates) {
      const far = distance(other)
      if (far > 0 && far < least) [best, least] = [other, far]
    }
    return best < 0 ? undefined : best
  }
  const all = picture.x.keys()
  if (way === 'up' || way === 'down') {
    const sign = way === 'down' ? 1 : -1
    return nearest(all, (other) =>
      Math.abs(x[other]! - x[task]!) < NODE_WIDTH / 2 ? sign * (y[other]! - y[task]!) : -1,
    )
  }
  const along = rows.to.subarray(rows.start[task], rows.start[task + 1])
  if (along.length > 0) return nearest(along, (other) => 1 + Math.abs(y[other]! - y[task]!))
  const alone = (other: number): boolean =>
    graph.up.start[other] === graph.up.start[other + 1] &&
    graph.down.start[other] === graph.down.start[other + 1]
  if (!alone(task)) return undefined
  const sign = way === 'right' ? 1 : -1
  return nearest(all, (other) => (alone(other) && y[other] === y[task] ? sign * (x[other]! - x[task]!) : -1))
}
