import { memo, useSyncExternalStore } from 'react'
import { serverNow } from './clock.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span of time, short: `42s`, `3m 05s`, `2h 10m`, `4d 3h`. `seconds` may be a fraction. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < MINUTE) return `${whole}s`
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m ${String(whole % MINUTE).padStart(2, '0')}s`
  if (whole < DAY)
    return `${Math.floor(whole / HOUR)}h ${String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, '0')}m`
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`
}

/** An effort in minutes: `45m`, `2h`, `1h 30m`. */
export function effortText(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [...(hours > 0 ? [`${hours}h`] : []), ...(rest > 0 || hours === 0 ? [`${rest}m`] : [])].join(' ')
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })
const dayOfYear = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' })

/** The moment in full, in the reader's own zone. */
export const exactTime = (time: string): string => exact.format(new Date(time))

/** How long ago, short: `now`, `5m ago`, `3h ago`, `6d ago`, then the date. `now` in milliseconds since 1970. */
export function agoText(time: string, now: number): string {
  const then = new Date(time)
  const seconds = (now - then.getTime()) / 1000
  if (seconds < -45) return `in ${durationText(-seconds)}`
  if (seconds < 45) return 'now'
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)}m ago`
  if (seconds < DAY) return `${Math.round(seconds / HOUR)}h ago`
  if (seconds < 14 * DAY) return `${Math.round(seconds / DAY)}d ago`
  return then.getFullYear() === new Date(now).getFullYear() ? day.format(then) : dayOfYear.format(then)
}

// One clock for all times on screen: it ticks every 30 seconds, and only while somebody looks.
let now = 0
const watchers = new Set<() => void>()
let clock: ReturnType<typeof setInterval> | undefined

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher)
  if (clock === undefined) now = serverNow()
  clock ??= setInterval(() => {
    now = serverNow()
    for (const each of watchers) each()
  }, 30_000)
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(clock)
    clock = undefined
  }
}

/** Milliseconds since 1970 by the server's clock, to the half minute. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => (now ||= serverNow()))

/** A moment as how long ago it was; in full when pointed at. */
export const Ago = memo(function Ago({ time }: { time: string }) {
  const now = useNow()
  return (
    <time dateTime={time} title={exactTime(time)}>
      {agoText(time, now)}
    </time>
  )
})
