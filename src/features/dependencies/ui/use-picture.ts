import { useEffect, useRef, useState } from 'react'
import type { Drawing, Picture } from '../picture/layout.ts'

/** A picture and what it is of: what is drawn meanwhile may be newer than both. */
export interface Laid {
  readonly drawing: Drawing
  readonly picture: Picture
}

const sameNumbers = (one: Int32Array | undefined, other: Int32Array | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.length === other.length &&
    one.every((number, nth) => number === other[nth]))

/** Whether two graphs have the same picture: as many tasks, the same edges, the same lanes. */
export const sameShape = (one: Drawing, other: Drawing): boolean =>
  one.size === other.size &&
  sameNumbers(one.from, other.from) &&
  sameNumbers(one.to, other.to) &&
  sameNumbers(one.lane, other.lane)

/**
 * Lays a graph out in a worker. The former picture stays until the next is there; a layout that is no longer wanted is ended. A
 * graph that has the shape of the former one keeps its picture.
 */
export function usePicture(drawing: Drawing | undefined): {
  laid: Laid | undefined
  failed: boolean
  again: () => void
} {
  const [laid, setLaid] = useState<Laid>()
  const [failed, setFailed] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const wanted = useRef<{ drawing: Drawing; worker: Worker }>(undefined)
  useEffect(() => {
    if (!drawing) return
    if (wanted.current && sameShape(wanted.current.drawing, drawing)) return
    wanted.current?.worker.terminate()
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    wanted.current = { drawing, worker }
    worker.addEventListener('message', ({ data }: MessageEvent<Picture>) => {
      setLaid({ drawing, picture: data })
      setFailed(false)
      worker.terminate()
    })
    worker.addEventListener('error', () => {
      setFailed(true)
      worker.terminate()
    })
    worker.postMessage(drawing)
  }, [drawing, attempt])
  useEffect(
    () => () => {
      wanted.current?.worker.terminate()
      wanted.current = undefined
    },
    [],
  )
  const again = (): void => {
    wanted.current = undefined
    setAttempt((before) => before + 1)
  }
  return { laid, failed, again }
}
