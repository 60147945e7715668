import { inRows, type Rows } from './rows.ts'
import { untangle } from './crossings.ts'
import { heightsOf } from './heights.ts'
import { inLayers } from './layers.ts'
import {
  ASPECT,
  COLUMN_GAP,
  GAP,
  HEADING,
  NODE_HEIGHT,
  NODE_WIDTH,
  PART_GAP,
  PART_GAP_BELOW,
  WIDEST_COLUMN_GAP,
} from './measures.ts'
import { pack } from './packing.ts'
import { stack } from './stacking.ts'

/**
 * The picture of a graph: tasks in columns, arrows from left to right with the work. Parts that no edge joins are laid out
 * apart and packed beside each other; tasks without edges form a grid below. With lanes each lane holds its own tasks,
 * and a part keeps its columns in all of them. Nothing here is drawn by chance: the same graph gives the same picture.
 */

export interface Drawing {
  /** How many tasks: their numbers are 0 to `size` - 1. */
  size: number
  /** Edge number `nth` leads from the prerequisite `from[nth]` to `to[nth]`. */
  from: Int32Array
  to: Int32Array
  /** The lane of each task, from 0 without gaps; without it there are none. */
  lane?: Int32Array
}

/** A region with a heading: a lane, or, with `lane` -1, the tasks without edges. */
export interface Region {
  lane: number
  x: number
  y: number
  width: number
  height: number
}

export interface Picture {
  width: number
  height: number
  /** The left top corner of each task's box. */
  x: Float64Array
  y: Float64Array
  /** The points of edge `nth` are `bendStart[nth]` to `bendStart[nth + 1]` - 1; at each it runs level for a box's width from `bendX`. */
  bendStart: Int32Array
  bendX: Float64Array
  bendY: Float64Array
  regions: Region[]
}

/** Some of the graph's tasks and edges, by their numbers in it, laid out from 0, 0. */
interface Part {
  tasks: Int32Array
  edges: Int32Array
  width: number
  /** Its lanes' upper ends, and the lower end of the last. */
  lanes: Float64Array
  x: Float64Array
  y: Float64Array
  /** The points of its edges, as in a picture. */
  bendStart: Int32Array
  bendX: Float64Array
  bendY: Float64Array
}

function isDrawn({ size, from, to }: Drawing, edge: number): boolean {
  const [source, target] = [from[edge]!, to[edge]!]
  return source !== target && source >= 0 && target >= 0 && source < size && target < size
}

/** The edges that can be drawn, by the numbers of their ends, so that their order in the input has no influence. */
function drawnEdges(drawing: Drawing): Int32Array {
  const { from, to } = drawing
  return Int32Array.from(from.keys())
    .filter((edge) => isDrawn(drawing, edge))
    .sort((a, b) => from[a]! - from[b]! || to[a]! - to[b]! || a - b)
}

/** Tasks that edges join, each list by number; those without edges come last, in one list. */
function connected({ size }: Drawing, down: Rows, up: Rows): { parts: number[][]; alone: number[] } {
  const seen = new Uint8Array(size)
  const parts: number[][] = []
  const alone: number[] = []
  for (let root = 0; root < size; root++) {
    if (seen[root]) continue
    seen[root] = 1
    const part = [root]
    const meet = (next: number): void => {
      if (seen[next]) return
      seen[next] = 1
      part.push(next)
    }
    for (const task of part)
      for (const { start, to } of [down, up]) to.subarray(start[task], start[task + 1]).forEach(meet)
    if (part.length === 1) alone.push(root)
    else parts.push(part.sort((a, b) => a - b))
  }
  return { parts, alone }
}

/** The left end of each column: the further lines climb between two columns, the further apart these stand. */
function columns(layers: number, layer: Int32Array, y: Float64Array, down: Rows): Float64Array {
  const climb = new Float64Array(layers)
  for (let vertex = 0; vertex < layer.length; vertex++)
    for (let entry = down.start[vertex]!; entry < down.start[vertex + 1]!; entry++) {
      const rise = Math.abs(y[down.to[entry]!]! - y[vertex]!)
      climb[layer[vertex]!] = Math.max(climb[layer[vertex]!]!, rise)
    }
  const left = new Float64Array(layers)
  for (let nth = 1; nth < layers; nth++) {
    const gap = Math.min(WIDEST_COLUMN_GAP, COLUMN_GAP + climb[nth - 1]! / 8)
    left[nth] = left[nth - 1]! + NODE_WIDTH + gap
  }
  return left
}

/** Lays out some tasks and the edges between them; `numbers` is scratch space for the tasks' numbers in the part. */
function layOut(
  drawing: Drawing,
  tasks: Int32Array,
  edges: Int32Array,
  numbers: Int32Array,
  lanes: number,
): Part {
  tasks.forEach((task, nth) => (numbers[task] = nth))
  const from = edges.map((edge) => numbers[drawing.from[edge]!]!)
  const to = edges.map((edge) => numbers[drawing.to[edge]!]!)
  const layered = inLayers(tasks.length, from, to)
  const { layer, layers, trunk, bends, down } = layered
  const lane = new Int32Array(layer.length)
  if (drawing.lane && lanes > 1)
    tasks.forEach((task, nth) => {
      lane[nth] = drawing.lane![task]!
      lane.fill(lane[nth], trunk[nth], trunk[nth + 1] ?? layer.length)
    })
  const heights = heightsOf(layered, untangle(layered, lane), lane, lanes)
  const left = columns(layers, layer, heights.y, down)
  const bendStart = new Int32Array(edges.length + 1)
  bends.forEach((count, nth) => (bendStart[nth + 1] = bendStart[nth]! + Math.max(0, count)))
  const [bendX, bendY] = [new Float64Array(bendStart.at(-1)!), new Float64Array(bendStart.at(-1)!)]
  from.forEach((source, nth) => {
    for (let step = 0; step < bends[nth]!; step++) {
      const point = trunk[source]! + step
      bendX[bendStart[nth]! + step] = left[layer[point]!]!
      bendY[bendStart[nth]! + step] = heights.y[point]!
    }
  })
  return {
    tasks,
    edges,
    width: layers === 0 ? 0 : left[layers - 1]! + NODE_WIDTH,
    lanes: heights.lanes,
    x: Float64Array.from(tasks, (_, nth) => left[layer[nth]!]!),
    y: Float64Array.from(tasks, (_, nth) => heights.y[nth]! - NODE_HEIGHT / 2),
    bendStart,
    bendX,
    bendY,
  }
}

/** How many columns a grid of so many boxes has, and what it takes. */
function gridOf(count: number, across: number): { columns: number; width: number; height: number } {
  const columns = Math.max(1, Math.min(count, Math.floor((across + GAP) / (NODE_WIDTH + GAP))))
  const rows = Math.ceil(count / columns)
  return { columns, width: columns * (NODE_WIDTH + GAP) - GAP, height: rows * (NODE_HEIGHT + GAP) - GAP }
}

/** Where a part goes: all of it to the right by `x`, each task and its edges' points down by `y`. */
interface Place {
  part: Part
  x: number
  y: (task: number) => number
}

/** The picture of parts that have their places; the tasks in none of them are placed by whoever asks. */
function gather(drawing: Drawing, places: readonly Place[]): Picture {
  const bendStart = new Int32Array(drawing.from.length + 1)
  for (const { part } of places)
    part.edges.forEach((edge, nth) => (bendStart[edge + 1] = part.bendStart[nth + 1]! - part.bendStart[nth]!))
  for (let edge = 0; edge < drawing.from.length; edge++) bendStart[edge + 1]! += bendStart[edge]!
  const [bendX, bendY] = [new Float64Array(bendStart.at(-1)!), new Float64Array(bendStart.at(-1)!)]
  const [x, y] = [new Float64Array(drawing.size), new Float64Array(drawing.size)]
  for (const { part, ...by } of places) {
    part.tasks.forEach((task, nth) => {
      x[task] = part.x[nth]! + by.x
      y[task] = part.y[nth]! + by.y(task)
    })
    part.edges.forEach((edge, nth) => {
      const lower = by.y(drawing.from[edge]!)
      const shift = bendStart[edge]! - part.bendStart[nth]!
      for (let bend = part.bendStart[nth]!; bend < part.bendStart[nth + 1]!; bend++) {
        bendX[bend + shift] = part.bendX[bend]! + by.x
        bendY[bend + shift] = part.bendY[bend]! + lower
      }
    })
  }
  return { width: 0, height: 0, x, y, bendStart, bendX, bendY, regions: [] }
}

/** Puts tasks into a grid below its heading, as wide as `across`, and says what region that is. */
function putGrid(
  picture: Picture,
  tasks: readonly number[],
  lane: number,
  y: number,
  across: number,
): Region {
  const { columns, width, height } = gridOf(tasks.length, across)
  tasks.forEach((task, nth) => {
    picture.x[task] = (nth % columns) * (NODE_WIDTH + GAP)
    picture.y[task] = y + HEADING + Math.floor(nth / columns) * (NODE_HEIGHT + GAP)
  })
  return { lane, x: 0, y, width, height: HEADING + height }
}

/** How wide a picture is whose boxes and parts take so much room. */
const acrossOf = (area: number): number => Math.sqrt(area * ASPECT)

const BOX = (NODE_WIDTH + GAP) * (NODE_HEIGHT + GAP)

/** What edges join, each by itself. */
function drawParts(
  drawing: Drawing,
  edges: Int32Array,
  parts: readonly (readonly number[])[],
  lanes: number,
): Part[] {
  const partOf = new Int32Array(drawing.size)
  parts.forEach((tasks, nth) => {
    for (const task of tasks) partOf[task] = nth
  })
  const byPart = inRows(
    parts.length,
    edges.map((edge) => partOf[drawing.from[edge]!]!),
    edges,
  )
  const numbers = new Int32Array(drawing.size)
  return parts.map((tasks, nth) =>
    layOut(
      drawing,
      Int32Array.from(tasks),
      byPart.to.subarray(byPart.start[nth], byPart.start[nth + 1]),
      numbers,
      lanes,
    ),
  )
}

/** Parts beside each other, what stands alone below. */
function inParts(drawing: Drawing, edges: Int32Array, down: Rows, up: Rows): Picture {
  const { parts, alone } = connected(drawing, down, up)
  const drawn = drawParts(drawing, edges, parts, 1)
  const widths = Float64Array.from(drawn, ({ width }) => width + PART_GAP)
  const heights = Float64Array.from(drawn, ({ lanes }) => lanes.at(-1)! + PART_GAP_BELOW)
  const area = widths.reduce((sum, width, nth) => sum + width * heights[nth]!, alone.length * BOX)
  const packed = pack(widths, heights, acrossOf(area))
  const picture = gather(
    drawing,
    drawn.map((part, nth) => ({ part, x: packed.x[nth]!, y: () => packed.y[nth]! })),
  )
  picture.width = Math.max(0, packed.width - PART_GAP)
  picture.height = Math.max(0, packed.height - PART_GAP_BELOW)
  if (alone.length > 0) {
    const top = parts.length > 0 ? picture.height + PART_GAP_BELOW : 0
    const region = putGrid(picture, alone, -1, top, Math.max(picture.width, acrossOf(area)))
    picture.regions.push(region)
    picture.width = Math.max(picture.width, region.width)
    picture.height = top + region.height
  }
  return picture
}

/** One row a lane: the parts, each in its lanes, beside and above each other; what has no edges in a grid below them. */
function inLanes(drawing: Drawing, edges: Int32Array, down: Rows, up: Rows): Picture {
  const lane = drawing.lane!
  const lanes = lane.reduce((most, each) => Math.max(most, each + 1), 1)
  const { parts, alone } = connected(drawing, down, up)
  const drawn = drawParts(drawing, edges, parts, lanes)
  const stacked = stack(
    drawn.map(({ width, lanes: ends }) => ({
      width,
      heights: Float64Array.from({ length: lanes }, (_, nth) => ends[nth + 1]! - ends[nth]!),
    })),
    lanes,
  )
  const aloneIn = Array.from({ length: lanes }, () => new Array<number>())
  for (const task of alone) aloneIn[lane[task]!]!.push(task)
  const height = stacked.lanes.reduce((all, each) => all + each, 0)
  const across = Math.max(stacked.width, acrossOf(alone.length * BOX + stacked.width * height), NODE_WIDTH)
  const laneTop = new Float64Array(lanes)
  const regions: Region[] = []
  const grids: (() => void)[] = []
  let top = 0
  for (let nth = 0; nth < lanes; nth++) {
    const layered = stacked.lanes[nth]!
    laneTop[nth] = top + HEADING
    const gridTop = top + layered
    const grid = aloneIn[nth]!
    if (grid.length > 0) grids.push(() => putGrid(picture, grid, nth, gridTop, across))
    const taken = HEADING + layered + (grid.length > 0 ? gridOf(grid.length, across).height : 0)
    regions.push({ lane: nth, x: 0, y: top, width: across, height: taken })
    top += taken + GAP
  }
  const picture = gather(
    drawing,
    drawn.map((part, nth) => ({
      part,
      x: stacked.x[nth]!,
      y: (task) => {
        const at = lane[task]!
        return laneTop[at]! + stacked.tops[nth]![at]! - part.lanes[at]!
      },
    })),
  )
  for (const put of grids) put()
  return { ...picture, width: across, height: Math.max(0, top - GAP), regions }
}

/** Lays out a graph. Edges from a task to itself, or with an end that is no task, are left out; loops are cut somewhere. */
export function layOutGraph(drawing: Drawing): Picture {
  const edges = drawnEdges(drawing)
  const from = edges.map((edge) => drawing.from[edge]!)
  const to = edges.map((edge) => drawing.to[edge]!)
  const [down, up] = [inRows(drawing.size, from, to), inRows(drawing.size, to, from)]
  return drawing.lane && drawing.size > 0
    ? inLanes(drawing, edges, down, up)
    : inParts(drawing, edges, down, up)
}
