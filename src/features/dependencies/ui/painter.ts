import { GAP, HEADING, NODE_HEIGHT, NODE_WIDTH } from '../picture/measures.ts'
import type { Marks } from '../picture/reach.ts'
import { shown, type Camera, type Size } from './camera.ts'
import { drawEdges } from './edge-painter.ts'
import type { Palette } from './palette.ts'
import { lookOfNode, tasksWithin, type Scene } from './scene.ts'
import { drawBlock, drawIcon } from './status-signs.ts'

/** What stands out in a scene. */
export interface Emphasis {
  /** What this marks is drawn as ever, all else is dimmed. */
  readonly marks?: Marks | undefined
  readonly hovered?: number | undefined
  readonly selected?: number | undefined
  readonly critical: boolean
}

type Canvas = CanvasRenderingContext2D

/** From this zoom on a box shows its title, below it its number, and from afar nothing but its status. */
const NEAR = 0.5
const MIDDLE = 0.22
const DIMMED = 0.16

const range = function* (count: number, holds: (nth: number) => boolean): Generator<number> {
  for (let nth = 0; nth < count; nth++) if (holds(nth)) yield nth
}

/** Texts cut to the room that a box has, kept until titles change. */
export class Cuts {
  readonly #kept = new Map<string, string>()

  /** The text, or as much of it as fits, in the canvas's font. */
  cut(canvas: Canvas, text: string, room: number): string {
    const key = `${room} ${canvas.font} ${text}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    if (this.#kept.size > 20_000) this.#kept.clear()
    const fitting = this.#fitting(canvas, text.replace(/\s+/g, ' '), room)
    this.#kept.set(key, fitting)
    return fitting
  }

  #fitting(canvas: Canvas, text: string, room: number): string {
    if (canvas.measureText(text).width <= room) return text
    const characters = [...text.slice(0, 120)]
    let [least, most] = [0, characters.length]
    while (least < most) {
      const middle = Math.ceil((least + most) / 2)
      if (canvas.measureText(`${characters.slice(0, middle).join('')}…`).width <= room) least = middle
      else most = middle - 1
    }
    return `${characters.slice(0, least).join('').trimEnd()}…`
  }
}

export interface View {
  readonly scene: Scene
  readonly camera: Camera
  /** Of the window, in its own pixels. */
  readonly size: Size
  /** Pixels of the canvas for one of the window's. */
  readonly density: number
  readonly palette: Palette
  readonly cuts: Cuts
  readonly emphasis: Emphasis
}

/** Draws all that the window shows. */
export function paint(canvas: Canvas, view: View): void {
  const { scene, camera, size, density, palette, emphasis } = view
  const { marks, critical } = emphasis
  canvas.setTransform(density, 0, 0, density, 0, 0)
  canvas.globalAlpha = 1
  canvas.fillStyle = palette.ground
  canvas.fillRect(0, 0, size.width, size.height)
  const scale = density * camera.zoom
  canvas.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale)
  drawLanes(canvas, view)
  const look = { window: shown(camera, size), zoom: camera.zoom }
  const count = scene.graph.edges.length
  const plain = { colour: palette.soft, width: camera.zoom < MIDDLE ? 0.7 : 1.1, alpha: marks ? 0.1 : 0.6 }
  drawEdges(
    canvas,
    scene,
    range(count, () => true),
    look,
    plain,
  )
  if (marks) {
    const strong = { colour: palette.accent, width: 1.8, alpha: 0.95 }
    drawEdges(
      canvas,
      scene,
      range(count, (edge) => marks.edges[edge] === 1),
      look,
      strong,
    )
  }
  if (critical) {
    const path = scene.critical.edges
    const strong = { colour: palette.critical, width: 2.6, alpha: marks ? 0.5 : 1 }
    drawEdges(
      canvas,
      scene,
      range(count, (edge) => path[edge] === 1),
      look,
      strong,
    )
  }
  for (const task of tasksWithin(scene, look.window)) {
    canvas.globalAlpha = !marks || marks.tasks[task] === 1 ? 1 : DIMMED
    drawTask(canvas, view, task)
  }
  canvas.globalAlpha = 1
  drawHeadings(canvas, view)
}

/** The ground of each lane, every other one a shade darker. */
function drawLanes(canvas: Canvas, { scene, camera, palette }: View): void {
  for (const { lane, x, y, width, height } of scene.picture.regions) {
    if (lane < 0) continue
    canvas.fillStyle = palette.raised
    if (lane % 2 === 0) canvas.fillRect(x - 16, y, width + 32, height + GAP)
    canvas.fillStyle = palette.line
    canvas.fillRect(x - 16, y, width + 32, 1 / camera.zoom)
  }
}

/** Headings that stay readable however far the window is, above the lines that cross them. */
function drawHeadings(canvas: Canvas, { scene, camera, size, palette, cuts }: View): void {
  const { regions } = scene.picture
  canvas.lineJoin = 'round'
  for (const region of regions) {
    // From afar the name of a lane is larger than its heading, as long as the lane has room for it.
    const fits = region.lane >= 0 && region.height * camera.zoom > 16
    const text = Math.max(Math.min(HEADING * 0.7, 13 / camera.zoom), fits ? 11 / camera.zoom : 0)
    canvas.lineWidth = text / 3
    // In a lane that begins left of the window its name stays in sight.
    const left = Math.max(
      region.x,
      Math.min(camera.x + 12 / camera.zoom, region.x + region.width - 40 * text),
    )
    const name =
      region.lane >= 0
        ? (scene.laneNames[region.lane] ?? '')
        : `${aloneIn(scene)} ${scene.graph.edges.length > 0 ? 'without dependencies' : 'tasks, no dependencies between them'}`
    canvas.font = `600 ${text}px ${palette.font}`
    canvas.strokeStyle = palette.ground
    canvas.fillStyle = palette.ink
    canvas.textBaseline = 'alphabetic'
    const room = Math.max(region.width, (size.width - 24) / camera.zoom)
    const cut = cuts.cut(canvas, name, Math.round(room))
    const baseline = region.y + Math.max(HEADING / 2 + text / 2.6, text * 1.1)
    canvas.strokeText(cut, left, baseline)
    canvas.fillText(cut, left, baseline)
  }
}

const aloneIn = ({ graph }: Scene): number =>
  graph.nodes.filter(
    (_, task) =>
      graph.up.start[task] === graph.up.start[task + 1] &&
      graph.down.start[task] === graph.down.start[task + 1],
  ).length

function drawTask(canvas: Canvas, view: View, task: number): void {
  const { scene, camera, palette, emphasis } = view
  const { zoom } = camera
  const [x, y] = [scene.picture.x[task]!, scene.picture.y[task]!]
  const node = scene.graph.nodes[task]!
  const look = lookOfNode(node)
  const colour = palette.status[look]
  const onPath = emphasis.critical && scene.critical.tasks[task] === 1
  if (zoom < MIDDLE) drawFar(canvas, view, task)
  else {
    canvas.fillStyle = palette.ground
    canvas.strokeStyle = onPath ? palette.critical : palette.line
    canvas.lineWidth = onPath ? 2 / zoom : Math.max(1, 0.8 / zoom)
    canvas.beginPath()
    canvas.roundRect(x, y, NODE_WIDTH, NODE_HEIGHT, 6)
    canvas.fill()
    canvas.save()
    canvas.clip()
    canvas.fillStyle = colour
    // What is over, failed or under way has a wash of its colour; open work has none.
    const alpha = canvas.globalAlpha
    canvas.globalAlpha *= look === 'completed' ? 0.08 : look === 'failed' || look === 'in_progress' ? 0.14 : 0
    canvas.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT)
    canvas.globalAlpha = alpha
    canvas.fillRect(x, y, 4, NODE_HEIGHT)
    canvas.restore()
    canvas.beginPath()
    canvas.roundRect(x, y, NODE_WIDTH, NODE_HEIGHT, 6)
    canvas.stroke()
    if (zoom < NEAR) drawMiddle(canvas, view, task)
    else drawNear(canvas, view, task)
  }
  if (task !== emphasis.hovered && task !== emphasis.selected) return
  const away = 3 / zoom
  canvas.strokeStyle = palette.accent
  canvas.lineWidth = (task === emphasis.selected ? 2.5 : 1.5) / zoom
  canvas.beginPath()
  canvas.roundRect(x - away, y - away, NODE_WIDTH + 2 * away, NODE_HEIGHT + 2 * away, 8)
  canvas.stroke()
}

/** A block, on the canvas's own pixels: thousands of them are to stay sharp. */
function drawFar(canvas: Canvas, { scene, camera, density, palette, emphasis }: View, task: number): void {
  const scale = camera.zoom * density
  const node = scene.graph.nodes[task]!
  const onPath = emphasis.critical && scene.critical.tasks[task] === 1
  const x = Math.round((scene.picture.x[task]! - camera.x) * scale)
  const y = Math.round((scene.picture.y[task]! - camera.y) * scale)
  canvas.save()
  canvas.setTransform(1, 0, 0, 1, 0, 0)
  const look = lookOfNode(node)
  canvas.fillStyle = onPath ? palette.critical : palette.status[look]
  if (look === 'completed' && !onPath) canvas.globalAlpha *= 0.6
  drawBlock(
    canvas,
    look,
    x,
    y,
    Math.max(1, Math.round(NODE_WIDTH * scale)),
    Math.max(1, Math.round(NODE_HEIGHT * scale)),
    palette.ground,
  )
  canvas.restore()
}

function drawMiddle(canvas: Canvas, { scene, palette, cuts }: View, task: number): void {
  const [x, y] = [scene.picture.x[task]!, scene.picture.y[task]!]
  const node = scene.graph.nodes[task]!
  const look = lookOfNode(node)
  drawIcon(canvas, look, x + 24, y + NODE_HEIGHT / 2, 11, palette.status[look], palette.ground)
  canvas.textBaseline = 'middle'
  canvas.font = `500 22px ${palette.font}`
  canvas.fillStyle = palette.ink
  canvas.fillText(
    cuts.cut(canvas, `${node.number} ${node.title}`, NODE_WIDTH - 52),
    x + 44,
    y + NODE_HEIGHT / 2 + 1,
  )
}

const worth = (minutes: number): string =>
  minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`

function drawNear(canvas: Canvas, { scene, palette, cuts }: View, task: number): void {
  const [x, y] = [scene.picture.x[task]!, scene.picture.y[task]!]
  const node = scene.graph.nodes[task]!
  const look = lookOfNode(node)
  drawIcon(canvas, look, x + 17, y + 13, 6, palette.status[look], palette.ground)
  canvas.textBaseline = 'alphabetic'
  canvas.font = `500 12px ${palette.font}`
  canvas.fillStyle = palette.ink
  canvas.fillText(cuts.cut(canvas, node.title, NODE_WIDTH - 38), x + 30, y + 17)
  canvas.font = `10.5px ${palette.mono}`
  canvas.fillStyle = palette.soft
  const number = String(node.number)
  canvas.fillText(number, x + 30, y + 32)
  const taken = canvas.measureText(number).width
  const facts = [
    look === 'waiting' ? `waits for ${node.unmet_dependencies}` : look.replace('_', ' '),
    `P${node.priority}`,
    ...(node.effort_estimate === null ? [] : [worth(node.effort_estimate)]),
    ...(node.assigned_worker === null ? [] : [node.assigned_worker]),
  ].join(' · ')
  canvas.font = `10.5px ${palette.font}`
  canvas.fillText(cuts.cut(canvas, facts, Math.floor(NODE_WIDTH - 46 - taken)), x + 38 + taken, y + 32)
}
