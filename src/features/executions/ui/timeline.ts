/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

interface Run {
  readonly started_at: string
  readonly completed_at: string | null
}

/** The least stretch that is drawn, in milliseconds. */
const LEAST = 10_000

/** The stretch that shows all of the runs, to `now` where one of them is open, with some room at both ends. */
export function stretchOf(runs: readonly Run[], now: number): Stretch {
  let from = Infinity
  let to = -Infinity
  for (const { started_at, completed_at } of runs) {
    from = Math.min(from, Date.parse(started_at))
    to = Math.max(to, completed_at === null ? now : Date.parse(completed_at))
  }
  if (from > to) return { from: now - LEAST, to: now }
  const room = Math.max(LEAST - (to - from), (to - from) * 0.03) / 2
  return { from: from - room, to: to + room }
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90].map((count) => count * DAY),
]
const YEAR = 365 * DAY

/** Round moments in a stretch, at most `most` of them, and how far they lie apart. */
export function ticksOf({ from, to }: Stretch, most: number): { moments: number[]; step: number } {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? Math.ceil((to - from) / most / YEAR) * YEAR
  const moments: number[] = []
  for (let moment = Math.ceil(from / step) * step; moment <= to; moment += step) moments.push(moment)
  return { moments, step }
}

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options)
const seconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minutes = format({ hour: '2-digit', minute: '2-digit' })
const days = format({ month: 'short', day: 'numeric' })

/** How a tick is written, as exactly as the ticks lie apart. */
export const tickText = (moment: number, step: number): string =>
  (step < MINUTE ? seconds : step < DAY ? minutes : days).format(moment)

/** Where a moment lies in a stretch, in percent of it, not beyond its ends. */
export const placeOf = (moment: number, { from, to }: Stretch): number =>
  Math.min(100, Math.max(0, ((moment - from) / (to - from)) * 100))
