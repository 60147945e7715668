import { ASPECT, PART_GAP, PART_GAP_BELOW } from './measures.ts'

/** What is stacked: how wide it is, and what it takes of each lane. */
export interface Layered {
  readonly width: number
  readonly heights: Float64Array
}

/** Where each goes: from the left, and from the top of each lane. */
export interface Stacked {
  readonly x: Float64Array
  readonly tops: readonly Float64Array[]
  readonly width: number
  /** The height of each lane. */
  readonly lanes: Float64Array
}

/** How many times as high as a square deal the stacks may be: the picture that fills a window best is taken. */
const HEIGHTS = [1, 1.5, 2, 3, 4, 6, 10, Infinity]

const sum = (values: Float64Array): number => values.reduce((all, each) => all + each, 0)

/** One above the other in all lanes, the widest first, until a stack is `most` high; then another one to its right. */
function stackUpTo(parts: readonly Layered[], lanes: number, most: number): Stacked {
  const x = new Float64Array(parts.length)
  const tops: Float64Array[] = []
  const heights = new Float64Array(lanes)
  const widestFirst = [...parts.keys()].sort((a, b) => parts[b]!.width - parts[a]!.width || a - b)
  let [left, width] = [0, 0]
  let taken = new Float64Array(lanes)
  for (const nth of widestFirst) {
    const part = parts[nth]!
    if (sum(taken) > 0 && sum(taken) + sum(part.heights) > most) {
      left = width + PART_GAP
      taken = new Float64Array(lanes)
    }
    x[nth] = left
    tops[nth] = taken.map((height) => (height > 0 ? height + PART_GAP_BELOW : 0))
    taken = taken.map((height, lane) =>
      part.heights[lane]! > 0 ? tops[nth]![lane]! + part.heights[lane]! : height,
    )
    taken.forEach((height, lane) => (heights[lane] = Math.max(heights[lane]!, height)))
    width = Math.max(width, left + part.width)
  }
  return { x, tops, width, lanes: heights }
}

/** Puts parts that share lanes beside and above each other, so that the whole has about the shape of a window. */
export function stack(parts: readonly Layered[], lanes: number): Stacked {
  const area = parts.reduce((all, { width, heights }) => all + (width + PART_GAP) * sum(heights), 0)
  const square = Math.sqrt(area / ASPECT)
  const side = ({ width, lanes: heights }: Stacked): number => Math.max(width / ASPECT, sum(heights))
  const [first, ...others] = HEIGHTS.map((factor) => stackUpTo(parts, lanes, square * factor))
  return others.reduce((best, each) => (side(each) < side(best) ? each : best), first!)
}
