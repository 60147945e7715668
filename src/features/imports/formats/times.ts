const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/
const JS_DATE =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d?) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-]\d{4})(?: \(.*\))?$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface Clock {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
  /** Digits after the point, as they were written. */
  fraction: string
  /** Minutes east of UTC. */
  offset: number
}

function offsetMinutes(zone: string | undefined): number {
  if (!zone || zone === 'Z' || zone === 'z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -minutes : minutes
}

function readClock(text: string): Clock | null {
  const iso = ISO.exec(text)
  if (iso) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = iso
    return {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      fraction,
      offset: offsetMinutes(zone),
    }
  }
  const written = JS_DATE.exec(text)
  if (!written) return null
  const [, month = '', day, year, hour, minute, second, zone] = written
  return {
    year: Number(year),
    month: MONTHS.indexOf(month) + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction: '',
    offset: offsetMinutes(zone),
  }
}

/**
 * A time as RFC 3339 in UTC, to the microsecond that PostgreSQL keeps: `2025-11-03T05:58:07.295058Z`. Reads
 * ISO 8601 (a date alone, and a time without an offset, are UTC) and what JavaScript's `Date.toString`
 * writes. Null for anything else: a day that does not exist, and years before 1900, among them the zero time
 * of Go programs.
 */
export function utcTime(text: string): string | null {
  if (text.length > 200) return null
  const clock = readClock(text.trim())
  if (!clock || clock.year < 1900 || clock.hour > 23 || clock.minute > 59 || clock.second > 60) return null
  if (Math.abs(clock.offset) > 18 * 60) return null
  const day = new Date(Date.UTC(clock.year, clock.month - 1, clock.day))
  if (day.getUTCMonth() !== clock.month - 1 || day.getUTCDate() !== clock.day) return null
  const minutes = clock.hour * 60 + clock.minute - clock.offset
  const time = new Date(day.getTime() + (minutes * 60 + clock.second) * 1000)
  if (time.getUTCFullYear() > 9999) return null
  const fraction = clock.fraction.slice(0, 6).replace(/0+$/, '')
  return time.toISOString().slice(0, 19) + (fraction && `.${fraction}`) + 'Z'
}
