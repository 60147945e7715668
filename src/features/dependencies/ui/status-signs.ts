import type { Look } from './scene.ts'

/** A status is told by its form as well as by its colour: as an icon near by, as a pattern from afar. */

type Canvas = CanvasRenderingContext2D

const circle = (canvas: Canvas, x: number, y: number, radius: number): void => {
  canvas.beginPath()
  canvas.arc(x, y, radius, 0, 2 * Math.PI)
}

const lines = (canvas: Canvas, ...paths: readonly (readonly (readonly [number, number])[])[]): void => {
  canvas.beginPath()
  for (const path of paths)
    path.forEach(([x, y], nth) => (nth === 0 ? canvas.moveTo(x, y) : canvas.lineTo(x, y)))
  canvas.stroke()
}

/** What stands on a disc: cut out of it in the colour of the ground. */
const INSIDE: Partial<Record<Look, (canvas: Canvas, x: number, y: number, r: number) => void>> = {
  completed: (canvas, x, y, r) =>
    lines(canvas, [
      [x - 0.45 * r, y + 0.05 * r],
      [x - 0.1 * r, y + 0.4 * r],
      [x + 0.5 * r, y - 0.35 * r],
    ]),
  failed: (canvas, x, y, r) =>
    lines(
      canvas,
      [
        [x - 0.38 * r, y - 0.38 * r],
        [x + 0.38 * r, y + 0.38 * r],
      ],
      [
        [x + 0.38 * r, y - 0.38 * r],
        [x - 0.38 * r, y + 0.38 * r],
      ],
    ),
  in_progress(canvas, x, y, r) {
    canvas.beginPath()
    canvas.moveTo(x - 0.3 * r, y - 0.5 * r)
    canvas.lineTo(x + 0.55 * r, y)
    canvas.lineTo(x - 0.3 * r, y + 0.5 * r)
    canvas.fill()
  },
}

/** The sign of a status about a point. */
export function drawIcon(
  canvas: Canvas,
  look: Look,
  x: number,
  y: number,
  radius: number,
  colour: string,
  ground: string,
): void {
  canvas.lineWidth = radius / 4
  canvas.strokeStyle = canvas.fillStyle = colour
  const inside = INSIDE[look]
  if (inside) {
    circle(canvas, x, y, radius)
    canvas.fill()
    canvas.strokeStyle = canvas.fillStyle = ground
    canvas.lineWidth = radius / 3.4
    inside(canvas, x, y, radius)
    return
  }
  const r = radius * 0.85
  if (look === 'waiting') {
    lines(canvas, [
      [x - 0.7 * r, y - r],
      [x + 0.7 * r, y - r],
      [x - 0.7 * r, y + r],
      [x + 0.7 * r, y + r],
      [x - 0.7 * r, y - r],
    ])
    return
  }
  circle(canvas, x, y, r)
  canvas.stroke()
  if (look === 'assigned') {
    circle(canvas, x, y, r * 0.45)
    canvas.fill()
  } else if (look === 'split')
    lines(
      canvas,
      [
        [x, y - r],
        [x, y + r],
      ],
      [
        [x, y],
        [x + r, y],
      ],
    )
}

/** A box seen from afar, in the canvas's own pixels: full or hollow, halved, barred or crossed. */
export function drawBlock(
  canvas: Canvas,
  look: Look,
  x: number,
  y: number,
  width: number,
  height: number,
  ground: string,
): void {
  const edge = Math.max(0.6, Math.min(1.5, height / 5))
  const hollow = (left: number): void => {
    canvas.fillRect(x, y, width, height)
    canvas.save()
    canvas.fillStyle = ground
    canvas.fillRect(x + left, y + edge, width - left - edge, height - 2 * edge)
    canvas.restore()
  }
  if (height < 2.5) return canvas.fillRect(x, y, width, Math.max(0.75, height))
  switch (look) {
    case 'waiting':
    case 'ready':
      hollow(look === 'ready' ? width / 6 : edge)
      return
    case 'assigned':
      hollow(width / 2)
      return
    case 'split':
      hollow(edge)
      canvas.fillRect(x + width / 2 - edge / 2, y, edge, height)
      return
    default:
      canvas.fillRect(x, y, width, height)
  }
  if (look === 'completed') return
  canvas.save()
  canvas.fillStyle = ground
  if (look === 'in_progress') canvas.fillRect(x + width * 0.3, y + height * 0.38, width * 0.4, height * 0.24)
  else {
    canvas.fillRect(x + width * 0.3, y, width * 0.08, height)
    canvas.fillRect(x + width * 0.62, y, width * 0.08, height)
  }
  canvas.restore()
}
