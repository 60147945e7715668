import { percentile } from '../../bench/statistics.ts'

/** How much more the end may show than the middle before a series counts as growing. */
export interface Tolerance {
  /** Of the middle's value: 0.1 is a tenth. */
  readonly share: number
  /** On top of it, in the series' unit. */
  readonly room: number
  /** Which value of a third stands for it: the median unless given. A saw-tooth is known by its floor. */
  readonly quantile?: number
}

/** What became of a series, from its middle to its end. */
export interface Drift {
  readonly name: string
  readonly unit: string
  readonly middle: number
  readonly last: number
  /** What `last` may be at most. */
  readonly limit: number
  readonly flat: boolean
}

/**
 * Holds the last third of something against its middle third. What grows evenly from nothing has then grown by two thirds,
 * so a `share` above a half would let it pass. `slower` is how much slower the machine itself became.
 */
export function driftBetween(
  name: string,
  unit: string,
  [middle, last]: readonly [readonly number[], readonly number[]],
  { share, room, quantile = 0.5 }: Tolerance,
  slower = 1,
): Drift {
  const [before, after] = [percentile(middle, quantile), percentile(last, quantile)]
  const limit = (before * (1 + share) + room) * slower
  return { name, unit, middle: before, last: after, limit, flat: after <= limit }
}

/** The middle and the last third of what was sampled evenly; the first third is for warming up. Throws for less than three. */
export function thirds<T>(samples: readonly T[]): readonly [T[], T[]] {
  const third = Math.floor(samples.length / 3)
  if (third === 0) throw new Error(`${samples.length} samples have no thirds`)
  return [samples.slice(-2 * third, -third), samples.slice(-third)]
}
