import { LIMITS, type ParsedItem } from './parsed.ts'
import type { Tallies } from './tally.ts'
import { cutBytes, cutCharacters, fitsBytes } from './text-limits.ts'
import { utcTime } from './times.ts'

type Time = 'created_at' | 'updated_at' | 'completed_at'

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** JSON of a parsed JSON value, or null where it is nested too deeply to be written again. */
function jsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/**
 * As many leading elements as fit into a metadata value, as JSON: half an array is still of use, half its
 * text is not.
 */
function jsonOfLeading(values: readonly unknown[]): string {
  const texts: string[] = []
  let left = LIMITS.metadata_value_bytes - 2
  for (const value of values) {
    const text = jsonText(value)
    if (text === null) break
    left -= Buffer.byteLength(text) + 1
    if (left < 0) break
    texts.push(text)
  }
  return `[${texts.join(',')}]`
}

/** What is left of a value that is too long for metadata; null where nothing of use is. */
function beginningOf(value: unknown): string | null {
  if (typeof value === 'string') return cutBytes(value, LIMITS.metadata_value_bytes)
  const text = Array.isArray(value) ? jsonOfLeading(value) : '[]'
  return text === '[]' ? null : text
}

/** An item being filled: each setter keeps to the limits and counts what it had to cut, move or lose. */
export class Draft {
  readonly item: ParsedItem
  readonly #tallies: Tallies
  readonly #prefix: string
  readonly #repeats = new Map<string, number>()

  constructor(tallies: Tallies, prefix: string, line: number, source_ref: string, title: string) {
    this.#tallies = tallies
    this.#prefix = prefix
    this.item = {
      line,
      source_ref,
      title: cutCharacters(title, LIMITS.title_characters).trimEnd(),
      description: '',
      priority: 3,
      effort_estimate: null,
      tags: [],
      metadata: {},
      state: 'ready',
      created_at: null,
      updated_at: null,
      completed_at: null,
      assigned_worker: null,
    }
    if (title.length > LIMITS.title_characters) {
      tallies.cut.add('title')
      if (fitsBytes(title, LIMITS.metadata_value_bytes)) this.#set('title', title)
    }
  }

  /** A description that is no text is kept as metadata. */
  describe(value: unknown): void {
    if (typeof value !== 'string') {
      this.keep('description', value)
      return
    }
    this.item.description = cutBytes(value, LIMITS.description_bytes)
    if (this.item.description !== value) this.#tallies.cut.add('description')
  }

  /** Whole minutes are an estimate; anything else is kept as metadata. */
  estimate(field: string, minutes: unknown): void {
    if (
      typeof minutes === 'number' &&
      Number.isInteger(minutes) &&
      minutes >= 0 &&
      minutes <= LIMITS.effort_minutes
    )
      this.item.effort_estimate = minutes
    else this.keep(field, minutes)
  }

  /** Adds tags; where one was cut or is one too many, all of them are kept as metadata too. */
  tag(names: readonly string[]): void {
    const tags = new Set(this.item.tags)
    let cut = false
    for (const name of names) {
      const tag = cutCharacters(name.trim(), LIMITS.tag_characters).trimEnd()
      cut ||= tag !== name.trim()
      if (tag) tags.add(tag)
    }
    this.item.tags = [...tags].slice(0, LIMITS.tags)
    if (!cut && tags.size <= LIMITS.tags) return
    this.#tallies.cut.add('tags')
    this.#set('labels', jsonOfLeading(names))
  }

  /** Takes a time of the source's `field`; one that cannot be read is kept as metadata. */
  time(time: Time, field: string, value: unknown, key = field): void {
    const utc = typeof value === 'string' ? utcTime(value) : null
    if (utc === null) this.keep(field, value, { key })
    else this.item[time] = utc
  }

  /**
   * Keeps a field without a place of its own as metadata `<format>_<key>`: texts as they are, all else as
   * JSON. Nothing happens for an empty value. `field` is its name in the report, `count` how many things of
   * the source it stands for.
   */
  keep(field: string, value: unknown, { key = field, count = 1 } = {}): void {
    if (isEmpty(value)) return
    const whole = typeof value === 'string' ? value : jsonText(value)
    const text = whole !== null && fitsBytes(whole, LIMITS.metadata_value_bytes) ? whole : beginningOf(value)
    if (text === null || this.#prefix.length + 1 + key.length > LIMITS.metadata_key_characters) {
      this.#tallies.lost.add(field, count)
      return
    }
    if (text !== whole) this.#tallies.cut.add(field)
    this.#tallies.kept.add(field, count)
    this.#set(key, text)
  }

  /** Counts a field that has no place. */
  lose(field: string, value: unknown): void {
    if (!isEmpty(value)) this.#tallies.lost.add(field)
  }

  // Two names of a source may come to one key; the second is then `…_2`. The Map spares a search for the next
  // free one.
  #set(key: string, value: string): void {
    const base = `${this.#prefix}_${key}`
    let free = base
    while (Object.hasOwn(this.item.metadata, free)) {
      const next = (this.#repeats.get(base) ?? 1) + 1
      this.#repeats.set(base, next)
      free = `${cutCharacters(base, LIMITS.metadata_key_characters - 10)}_${next}`
    }
    this.item.metadata[free] = value
  }
}
