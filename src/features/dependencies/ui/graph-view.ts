import { around, type Marks } from '../picture/reach.ts'
import { fit, lookAt, pan, reveal, shown, zoomAt, type Box, type Camera, type Size } from './camera.ts'
import { drawMinimap, pointOfMinimap } from './minimap.ts'
import { Cuts, paint, type Emphasis } from './painter.ts'
import type { Palette } from './palette.ts'
import { boxOf, neighbour, taskAt, type Scene, type Way } from './scene.ts'

/** Whom the view tells what happened in it. Tasks are numbers in the scene. */
export interface ViewListener {
  onSelect(task: number | undefined): void
  onOpen(task: number): void
  onHover(task: number | undefined): void
}

/** A drawing that takes longer is not repeated while a hand moves it: its image is moved instead. Milliseconds. */
const SLOW = 20
/** So long after the last movement it is drawn anew. Milliseconds. */
const REST = 120
/** A pointer that moved less was a click. Pixels. */
const STILL = 4
/** Where a task is gone to, it can be read. */
const READABLE = 0.8
/** A first look that would be smaller shows a corner that can be read in blocks. */
const SMALLEST_FIRST = 0.12

const ARROWS: Readonly<Record<string, Way>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** A graph on a canvas: what is seen of it, and what hands and keys do there. */
export class GraphView {
  readonly #canvas: HTMLCanvasElement
  readonly #minimap: HTMLCanvasElement
  readonly #listener: ViewListener
  readonly #cuts = new Cuts()
  readonly #ending = new AbortController()
  readonly #watcher: ResizeObserver
  readonly #pointers = new Map<number, { x: number; y: number }>()
  #scene: Scene | undefined
  #palette: Palette | undefined
  #camera: Camera = { x: 0, y: 0, zoom: 1 }
  #size: Size = { width: 0, height: 0 }
  #hovered: number | undefined
  #selected: number | undefined
  #found: Marks | undefined
  #critical = false
  #moved = 0
  #frame = 0
  #rest: ReturnType<typeof setTimeout> | undefined
  #moving = false
  #image: { bitmap: HTMLCanvasElement; camera: Camera } | undefined
  #cost = 0
  #fitted = false

  constructor(canvas: HTMLCanvasElement, minimap: HTMLCanvasElement, listener: ViewListener) {
    this.#canvas = canvas
    this.#minimap = minimap
    this.#listener = listener
    const { signal } = this.#ending
    const on = <K extends keyof HTMLElementEventMap>(
      target: HTMLElement,
      type: K,
      handle: (event: HTMLElementEventMap[K]) => void,
    ): void => target.addEventListener(type, handle, { signal, passive: false })
    on(canvas, 'wheel', (event) => this.#wheel(event))
    on(canvas, 'pointerdown', (event) => this.#down(event))
    on(canvas, 'pointermove', (event) => this.#move(event))
    on(canvas, 'pointerup', (event) => this.#up(event))
    on(canvas, 'pointercancel', (event) => void this.#pointers.delete(event.pointerId))
    on(canvas, 'pointerleave', () => this.#hover(undefined))
    on(canvas, 'keydown', (event) => this.#key(event))
    for (const type of ['pointerdown', 'pointermove'] as const)
      on(minimap, type, (event) => this.#goByMinimap(event))
    this.#watcher = new ResizeObserver(() => this.#resize())
    this.#watcher.observe(canvas)
    this.#resize()
  }

  /** Ends it: nothing is drawn or listened to any more. */
  close(): void {
    this.#ending.abort()
    this.#watcher.disconnect()
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#rest)
    this.#scene = undefined
    this.#image = undefined
  }

  /** Shows a scene; a new picture is looked at as a whole, a recoloured one from where one was. */
  show(scene: Scene): void {
    const isNew = this.#scene?.picture !== scene.picture
    this.#scene = scene
    if (isNew) {
      this.#hover(undefined)
      this.#image = undefined
      if (this.#size.width > 0) this.#firstLook()
      else this.#fitted = false
    }
    this.#draw()
  }

  set palette(palette: Palette) {
    this.#palette = palette
    this.#draw()
  }

  set critical(critical: boolean) {
    this.#critical = critical
    this.#draw()
  }

  /** Dims all but these; undefined dims nothing. */
  set found(marks: Marks | undefined) {
    this.#found = marks
    this.#draw()
  }

  get selected(): number | undefined {
    return this.#selected
  }

  /** Marks a task as the one that keys start from; `go` moves the window to it. */
  select(task: number | undefined, go = false): void {
    this.#selected = task
    if (task !== undefined && go) this.goTo(task)
    this.#draw()
  }

  goTo(task: number): void {
    if (!this.#scene) return
    this.#look(lookAt(this.#camera, boxOf(this.#scene.picture, task), this.#size, READABLE))
  }

  /** All of the picture. */
  fitAll(): void {
    if (this.#scene) this.#look(fit({ x: 0, y: 0, ...this.#pictureSize() }, this.#size))
  }

  /** By the middle of the window. */
  zoom(factor: number): void {
    this.#look(zoomAt(this.#camera, factor, { x: this.#size.width / 2, y: this.#size.height / 2 }))
  }

  #pictureSize(): Size {
    const { width, height } = this.#scene!.picture
    return { width, height }
  }

  /** All, where that can be told apart; else what has edges, as wide as it is. */
  #firstLook(): void {
    const { picture } = this.#scene!
    this.#fitted = true
    const alone = picture.regions.find((region) => region.lane < 0)
    const joined: Box = { x: 0, y: 0, width: picture.width, height: picture.height }
    const whole = fit(joined, this.#size)
    if (whole.zoom < READABLE / 2 && this.#selected !== undefined && this.#selected < picture.x.length) {
      this.#camera = lookAt(
        { ...this.#camera, zoom: READABLE },
        boxOf(picture, this.#selected),
        this.#size,
        READABLE,
      )
      return
    }
    if (whole.zoom >= SMALLEST_FIRST || !alone || alone.y <= 0) this.#camera = whole
    else this.#camera = fit({ ...joined, height: alone.y }, this.#size)
  }

  #look(camera: Camera): void {
    this.#camera = camera
    this.#draw()
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    if (width === 0 || height === 0) return
    this.#size = { width, height }
    this.#canvas.width = Math.round(width * devicePixelRatio)
    this.#canvas.height = Math.round(height * devicePixelRatio)
    this.#image = undefined
    if (this.#scene && !this.#fitted) this.#firstLook()
    this.#paint()
  }

  #draw(): void {
    if (this.#frame !== 0 || this.#ending.signal.aborted) return
    this.#frame = requestAnimationFrame(() => this.#paint())
  }

  /** The same, but by a hand that goes on moving. */
  #drawMoving(): void {
    this.#moving = true
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => {
      this.#moving = false
      this.#draw()
    }, REST)
    this.#draw()
  }

  #emphasis(): Emphasis {
    const task = this.#hovered ?? (this.#found ? undefined : this.#selected)
    return {
      marks: task !== undefined && this.#scene ? this.#around(task) : this.#found,
      hovered: this.#hovered,
      selected: this.#selected,
      critical: this.#critical,
    }
  }

  #marks: { scene: Scene; task: number; marks: Marks } | undefined
  #around(task: number): Marks | undefined {
    const scene = this.#scene!
    if (task >= scene.graph.nodes.length) return undefined
    if (this.#marks?.scene !== scene || this.#marks.task !== task)
      this.#marks = { scene, task, marks: around(scene.graph, task) }
    return this.#marks.marks
  }

  #paint(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const [scene, palette] = [this.#scene, this.#palette]
    const canvas = this.#canvas.getContext('2d', { alpha: false })
    if (!scene || !palette || !canvas || this.#size.width === 0) return
    if (this.#moving && this.#image && this.#cost > SLOW) this.#moveImage(canvas, palette)
    else {
      const begin = performance.now()
      paint(canvas, {
        scene,
        camera: this.#camera,
        size: this.#size,
        density: devicePixelRatio,
        palette,
        cuts: this.#cuts,
        emphasis: this.#emphasis(),
      })
      this.#cost = performance.now() - begin
      if (this.#cost > SLOW) this.#keepImage()
    }
    drawMinimap(this.#minimap, scene, palette, shown(this.#camera, this.#size))
    this.#canvas.dataset['drawn'] = String(scene.graph.nodes.length)
  }

  #keepImage(): void {
    const bitmap = this.#image?.bitmap ?? document.createElement('canvas')
    bitmap.width = this.#canvas.width
    bitmap.height = this.#canvas.height
    bitmap.getContext('2d')?.drawImage(this.#canvas, 0, 0)
    this.#image = { bitmap, camera: this.#camera }
  }

  #moveImage(canvas: CanvasRenderingContext2D, palette: Palette): void {
    const { bitmap, camera } = this.#image!
    const ratio = this.#camera.zoom / camera.zoom
    const scale = devicePixelRatio * this.#camera.zoom
    canvas.setTransform(1, 0, 0, 1, 0, 0)
    canvas.fillStyle = palette.ground
    canvas.fillRect(0, 0, this.#canvas.width, this.#canvas.height)
    const [x, y] = [(camera.x - this.#camera.x) * scale, (camera.y - this.#camera.y) * scale]
    canvas.drawImage(bitmap, x, y, bitmap.width * ratio, bitmap.height * ratio)
  }

  #taskUnder(x: number, y: number): number | undefined {
    if (!this.#scene) return undefined
    const { zoom } = this.#camera
    return taskAt(this.#scene, this.#camera.x + x / zoom, this.#camera.y + y / zoom)
  }

  #hover(task: number | undefined): void {
    if (task === this.#hovered) return
    this.#hovered = task
    this.#listener.onHover(task)
    this.#canvas.style.cursor = task === undefined ? 'grab' : 'pointer'
    this.#draw()
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    if (event.shiftKey || (event.deltaX !== 0 && !event.ctrlKey))
      this.#camera = pan(
        this.#camera,
        -(event.deltaX || event.deltaY) * unit,
        event.deltaX ? -event.deltaY * unit : 0,
      )
    else {
      const factor = Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0015))
      this.#camera = zoomAt(this.#camera, factor, { x: event.offsetX, y: event.offsetY })
    }
    this.#drawMoving()
  }

  #down(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId)
    this.#pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY })
    if (this.#pointers.size === 1) this.#moved = 0
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId)
    const now = { x: event.offsetX, y: event.offsetY }
    if (!before) return this.#hover(this.#taskUnder(now.x, now.y))
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
    this.#pointers.set(event.pointerId, now)
    this.#moved += Math.hypot(now.x - before.x, now.y - before.y)
    if (this.#moved <= STILL) return
    if (other) {
      const [was, is] = [before, now].map(({ x, y }) => Math.hypot(x - other.x, y - other.y))
      if (was! > 0) this.#camera = zoomAt(this.#camera, is! / was!, other)
    } else this.#camera = pan(this.#camera, now.x - before.x, now.y - before.y)
    this.#drawMoving()
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId)
    if (this.#moved > STILL || event.button !== 0) return
    const task = this.#taskUnder(event.offsetX, event.offsetY)
    this.select(task)
    this.#listener.onSelect(task)
    if (task !== undefined) this.#listener.onOpen(task)
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#scene) return
    const way = ARROWS[event.key]
    if (way) this.#walk(way)
    else if (event.key === 'Enter' && this.#selected !== undefined) this.#listener.onOpen(this.#selected)
    else if (event.key === 'Escape') {
      this.select(undefined)
      this.#listener.onSelect(undefined)
    } else if (event.key === '+' || event.key === '=') this.zoom(1.25)
    else if (event.key === '-') this.zoom(0.8)
    else if (event.key === '0') this.fitAll()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #walk(way: Way): void {
    const scene = this.#scene!
    if (scene.graph.nodes.length === 0) return
    const next = this.#selected === undefined ? this.#firstTask() : neighbour(scene, this.#selected, way)
    if (next === undefined) return
    this.#selected = next
    this.#hover(undefined)
    const camera = { ...this.#camera }
    const box = boxOf(scene.picture, next)
    this.#camera =
      camera.zoom < READABLE / 2 ? lookAt(camera, box, this.#size, READABLE) : reveal(camera, box, this.#size)
    this.#listener.onSelect(next)
    this.#draw()
  }

  /** Where the keyboard begins: at the left top, by preference of what has edges. */
  #firstTask(): number {
    const { graph, picture } = this.#scene!
    const distance = (task: number): number => picture.x[task]! + picture.y[task]!
    return graph.nodes.reduce((best, _, task) => (distance(task) < distance(best) ? task : best), 0)
  }

  #goByMinimap(event: PointerEvent): void {
    if (!this.#scene || event.buttons === 0) return
    const point = pointOfMinimap(this.#minimap, this.#scene, event.offsetX, event.offsetY)
    const { width, height } = shown(this.#camera, this.#size)
    this.#camera = { ...this.#camera, x: point.x - width / 2, y: point.y - height / 2 }
    this.#drawMoving()
  }
}
