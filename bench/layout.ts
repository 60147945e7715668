import { layOutGraph, type Drawing } from '../src/features/dependencies/picture/layout.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { reportTimes } from './latency.ts'

/** A fixed sequence of numbers from 0 to 1 that look drawn by chance. */
function* chance(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

/** So many tasks, each waiting for up to three of the thousand before it; in five lanes where asked for. */
function drawingOf(size: number, lanes: boolean): Drawing {
  const random = chance()
  const to = Int32Array.from({ length: 3 * size }, () => 1 + Math.floor(random.next().value * (size - 1)))
  const from = to.map((task) => Math.max(0, task - 1 - Math.floor(random.next().value * 1_000)))
  return { size, from, to, ...(lanes && { lane: Int32Array.from({ length: size }, (_, task) => task % 5) }) }
}

/** The picture of the graph: what the web app's worker does, here in Node. */
export async function measureLayout({ rounds, quick }: Effort): Promise<Measured> {
  const figures = new Figures()
  const drawings = (quick ? [1_000] : [1_000, 10_000]).flatMap((size) => [
    { name: `${size} tasks, ${3 * size} edges`, drawing: drawingOf(size, false) },
    { name: `${size} tasks, ${3 * size} edges, five lanes`, drawing: drawingOf(size, true) },
  ])
  for (let round = 0; round <= rounds; round++)
    for (const { name, drawing } of drawings) {
      const begin = performance.now()
      layOutGraph(drawing)
      if (round > 0) figures.add(name, 'ms', performance.now() - begin)
    }
  return { text: reportTimes(figures, () => undefined), figures: figures.all() }
}
