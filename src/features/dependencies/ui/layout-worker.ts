import { layOutGraph, type Drawing } from '../picture/layout.ts'

// A worker of its own: whatever the layout takes, the page stays as quick as it is.
addEventListener('message', ({ data }: MessageEvent<Drawing>) => {
  const picture = layOutGraph(data)
  const { x, y, bendStart, bendX, bendY } = picture
  postMessage(picture, { transfer: [x, y, bendStart, bendX, bendY].map(({ buffer }) => buffer) })
})
