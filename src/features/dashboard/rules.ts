import { MOST_POINTS } from './schema.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Lengths of time that people count in, in seconds. */
const BUCKETS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY]

export interface Buckets {
  /** How long each is, in seconds. */
  readonly seconds: number
  /** When the first begins, in seconds since 1970. */
  readonly first: number
  readonly count: number
}

/**
 * Cuts the last `hours` before `now` (milliseconds since 1970) into buckets that begin at round times, at most
 * `MOST_POINTS` and the one that is under way.
 */
export function bucketsOf(hours: number, now: number): Buckets {
  const wanted = hours * HOUR
  const seconds = BUCKETS.find((each) => wanted / each <= MOST_POINTS)!
  const count = Math.ceil(wanted / seconds) + 1
  const last = Math.floor(now / 1_000 / seconds) * seconds
  return { seconds, first: last - (count - 1) * seconds, count }
}

/** What ended in one bucket. */
export interface Ended {
  nth: number
  completed: number
  failed: number
  given_up: number
  cost_dollars: number
}

/** A point for every bucket, also where nothing ended. */
export function pointsOf({ seconds, first, count }: Buckets, ended: readonly Ended[]) {
  const byNth = new Map(ended.map((each) => [each.nth, each]))
  return Array.from({ length: count }, (_, nth) => {
    const { completed = 0, failed = 0, given_up = 0, cost_dollars = 0 } = byNth.get(nth) ?? {}
    const start = new Date((first + nth * seconds) * 1_000).toISOString()
    return { start, completed, failed, given_up, cost_dollars }
  })
}
