import { NODE_HEIGHT, NODE_WIDTH } from '../picture/measures.ts'
import type { Box } from './camera.ts'
import type { Scene } from './scene.ts'

/** Draws edges: level beside boxes, in curves between columns. */

type Canvas = CanvasRenderingContext2D

/** So many edges go into one path: one path of all takes far longer, since its own crossings are looked for. */
const BATCH = 150
/** From this zoom on there is a head to each arrow, and lines are curves. */
const CURVED = 0.2
const HEAD = 7

function follow(
  canvas: Canvas,
  { graph, picture }: Scene,
  edge: number,
  curved: boolean,
  head: number,
): void {
  const { x, y, bendStart, bendX, bendY } = picture
  const [source, target] = [graph.from[edge]!, graph.to[edge]!]
  let fromX = x[source]! + NODE_WIDTH
  let fromY = y[source]! + NODE_HEIGHT / 2
  const goTo = (toX: number, toY: number): void => {
    if (!curved || fromY === toY) canvas.lineTo(toX, toY)
    else {
      const reach = Math.max(24, Math.abs(toX - fromX) / 2)
      canvas.bezierCurveTo(fromX + reach, fromY, toX - reach, toY, toX, toY)
    }
    fromX = toX
    fromY = toY
  }
  canvas.moveTo(fromX, fromY)
  for (let bend = bendStart[edge]!; bend < bendStart[edge + 1]!; bend++) {
    goTo(bendX[bend]!, bendY[bend]!)
    goTo(bendX[bend]! + NODE_WIDTH, bendY[bend]!)
  }
  goTo(x[target]! - head, y[target]! + NODE_HEIGHT / 2)
}

function headOf(canvas: Canvas, { graph, picture }: Scene, edge: number): void {
  const target = graph.to[edge]!
  const [x, y] = [picture.x[target]!, picture.y[target]! + NODE_HEIGHT / 2]
  canvas.moveTo(x, y)
  canvas.lineTo(x - HEAD, y - HEAD / 2)
  canvas.lineTo(x - HEAD, y + HEAD / 2)
}

export interface Stroke {
  readonly colour: string
  /** Of the window's pixels. */
  readonly width: number
  readonly alpha: number
}

/** Draws those of the edges that show in the window; soft ones are dashed. The canvas is in the picture's coordinates. */
export function drawEdges(
  canvas: Canvas,
  scene: Scene,
  edges: Iterable<number>,
  { window, zoom }: { window: Box; zoom: number },
  { colour, width, alpha }: Stroke,
): void {
  const { extents, graph } = scene
  const [right, bottom] = [window.x + window.width, window.y + window.height]
  const hard: number[] = []
  const soft: number[] = []
  for (const edge of edges) {
    const at = edge * 4
    if (extents[at]! > right || extents[at + 1]! > bottom) continue
    if (extents[at + 2]! < window.x || extents[at + 3]! < window.y) continue
    if (graph.edges[edge]!.type === 'hard') hard.push(edge)
    else soft.push(edge)
  }
  const curved = zoom >= CURVED
  canvas.globalAlpha = alpha
  canvas.strokeStyle = canvas.fillStyle = colour
  canvas.lineWidth = width / zoom
  for (const [list, dashes] of [
    [hard, []],
    [soft, [5 / zoom, 4 / zoom]],
  ] as const) {
    canvas.setLineDash([...dashes])
    for (let first = 0; first < list.length; first += BATCH) {
      const batch = list.slice(first, first + BATCH)
      canvas.beginPath()
      for (const edge of batch) follow(canvas, scene, edge, curved, curved ? HEAD - 1 : 0)
      canvas.stroke()
      if (!curved) continue
      canvas.beginPath()
      for (const edge of batch) headOf(canvas, scene, edge)
      canvas.fill()
    }
  }
  canvas.setLineDash([])
  canvas.globalAlpha = 1
}
