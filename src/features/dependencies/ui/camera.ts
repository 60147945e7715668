/** Where the window looks: the point of the picture at its left top, and how many of its pixels one of the picture's takes. */
export interface Camera {
  x: number
  y: number
  zoom: number
}

export interface Size {
  width: number
  height: number
}

export interface Box extends Size {
  x: number
  y: number
}

export const NEAREST = 2.5
const FARTHEST = 0.01
/** Around what is fitted into the window, in the window's pixels; below there is the legend. */
const FRAME = 24
const BELOW = 56

/** Looks at all of a box, its middle in the window's; not nearer than 1:1. */
export function fit(box: Box, window: Size): Camera {
  const zoom = Math.max(
    FARTHEST,
    Math.min(
      1,
      (window.width - 2 * FRAME) / Math.max(1, box.width),
      (window.height - FRAME - BELOW) / Math.max(1, box.height),
    ),
  )
  return {
    zoom,
    x: box.x + box.width / 2 - window.width / 2 / zoom,
    y: box.y + box.height / 2 - (window.height + FRAME - BELOW) / 2 / zoom,
  }
}

/** Nearer or farther by a factor; what is at that point of the window stays there. */
export function zoomAt(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const zoom = Math.max(FARTHEST, Math.min(NEAREST, camera.zoom * factor))
  return {
    zoom,
    x: camera.x + at.x / camera.zoom - at.x / zoom,
    y: camera.y + at.y / camera.zoom - at.y / zoom,
  }
}

/** Moved by so many of the window's pixels. */
export const pan = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x - dx / camera.zoom,
  y: camera.y - dy / camera.zoom,
})

/** With the box in the middle; at least at `nearest`, since whoever goes to a task wants to read it. */
export function lookAt(camera: Camera, box: Box, window: Size, nearest: number): Camera {
  const zoom = Math.max(camera.zoom, nearest)
  return {
    zoom,
    x: box.x + box.width / 2 - window.width / 2 / zoom,
    y: box.y + box.height / 2 - window.height / 2 / zoom,
  }
}

/** Moved as little as shows all of the box. */
export function reveal(camera: Camera, box: Box, window: Size): Camera {
  const [across, down] = [window.width / camera.zoom, window.height / camera.zoom]
  const space = FRAME / camera.zoom
  return {
    ...camera,
    x: Math.max(Math.min(camera.x, box.x - space), box.x + box.width + space - across),
    y: Math.max(Math.min(camera.y, box.y - space), box.y + box.height + space - down),
  }
}

/** What of the picture the window shows. */
export const shown = (camera: Camera, window: Size): Box => ({
  x: camera.x,
  y: camera.y,
  width: window.width / camera.zoom,
  height: window.height / camera.zoom,
})
