import { NODE_HEIGHT, NODE_WIDTH } from '../picture/measures.ts'
import type { Box, Camera } from './camera.ts'
import type { Palette } from './palette.ts'
import { lookOfNode, type Scene } from './scene.ts'

/** The whole picture in a corner, with what of it the window shows. */

/** What was drawn last, so that a moved window costs one image and one frame. */
const drawings = new WeakMap<
  HTMLCanvasElement,
  { scene: Scene; palette: Palette; bitmap: HTMLCanvasElement; camera: Camera }
>()

const cameraOf = (canvas: HTMLCanvasElement, { picture }: Scene): Camera => {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight }
  const zoom = Math.min(
    (size.width - 8) / Math.max(1, picture.width),
    (size.height - 8) / Math.max(1, picture.height),
  )
  return {
    zoom,
    x: picture.width / 2 - size.width / 2 / zoom,
    y: picture.height / 2 - size.height / 2 / zoom,
  }
}

function drawAll(canvas: HTMLCanvasElement, scene: Scene, palette: Palette): HTMLCanvasElement {
  const bitmap = document.createElement('canvas')
  bitmap.width = canvas.width
  bitmap.height = canvas.height
  const context = bitmap.getContext('2d')
  if (!context) return bitmap
  const camera = cameraOf(canvas, scene)
  const scale = camera.zoom * devicePixelRatio
  scene.graph.nodes.forEach((node, task) => {
    const look = lookOfNode(node)
    context.fillStyle = palette.status[look]
    context.globalAlpha = look === 'completed' ? 0.5 : 1
    context.fillRect(
      (scene.picture.x[task]! - camera.x) * scale,
      (scene.picture.y[task]! - camera.y) * scale,
      Math.max(1, NODE_WIDTH * scale),
      Math.max(1, NODE_HEIGHT * scale),
    )
  })
  return bitmap
}

export function drawMinimap(canvas: HTMLCanvasElement, scene: Scene, palette: Palette, window: Box): void {
  const { picture } = scene
  // Where the window shows all, there is nothing to say.
  const isAll =
    window.x <= 0 &&
    window.y <= 0 &&
    window.x + window.width >= picture.width &&
    window.y + window.height >= picture.height
  canvas.style.visibility = isAll ? 'hidden' : 'visible'
  if (isAll || canvas.clientWidth === 0) return
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((each) =>
    Math.round(each * devicePixelRatio),
  )
  let drawing = drawings.get(canvas)
  if (drawing?.scene !== scene || drawing.palette !== palette || canvas.width !== width) {
    canvas.width = width!
    canvas.height = height!
    drawing = { scene, palette, bitmap: drawAll(canvas, scene, palette), camera: cameraOf(canvas, scene) }
    drawings.set(canvas, drawing)
  }
  const context = canvas.getContext('2d')
  if (!context) return
  const { bitmap, camera } = drawing
  const scale = camera.zoom * devicePixelRatio
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0)
  context.strokeStyle = palette.accent
  context.lineWidth = 1.5 * devicePixelRatio
  context.strokeRect(
    (window.x - camera.x) * scale,
    (window.y - camera.y) * scale,
    window.width * scale,
    window.height * scale,
  )
}

/** The point of the picture at a point of the minimap. */
export function pointOfMinimap(
  canvas: HTMLCanvasElement,
  scene: Scene,
  x: number,
  y: number,
): { x: number; y: number } {
  const camera = cameraOf(canvas, scene)
  return { x: camera.x + x / camera.zoom, y: camera.y + y / camera.zoom }
}
