import { Cuts, paint } from './painter.ts'
import type { Palette } from './palette.ts'
import type { Scene } from './scene.ts'

/** What browsers draw on one canvas without fail, in pixels a side and in all. */
const MOST_ACROSS = 12_000
const MOST_PIXELS = 60_000_000
const FRAME = 24

/** The whole picture as a PNG, as near as one image can hold it. */
async function imageOf(scene: Scene, palette: Palette, critical: boolean): Promise<Blob | null> {
  const width = scene.picture.width + 2 * FRAME
  const height = scene.picture.height + 2 * FRAME
  const zoom = Math.min(
    2,
    MOST_ACROSS / width,
    MOST_ACROSS / height,
    Math.sqrt(MOST_PIXELS / (width * height)),
  )
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(width * zoom)
  canvas.height = Math.ceil(height * zoom)
  const context = canvas.getContext('2d')
  if (!context) return null
  paint(context, {
    scene,
    camera: { x: -FRAME, y: -FRAME, zoom },
    size: { width: canvas.width, height: canvas.height },
    density: 1,
    palette,
    cuts: new Cuts(),
    emphasis: { critical },
  })
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

/** Hands the whole picture to the reader as a file. Answers whether there is one. */
export async function savePicture(scene: Scene, palette: Palette, critical: boolean): Promise<boolean> {
  const image = await imageOf(scene, palette, critical)
  if (!image) return false
  const link = document.createElement('a')
  link.href = URL.createObjectURL(image)
  link.download = 'cairn-graph.png'
  link.click()
  // The download has the image by then, and the page need not keep it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  return true
}
