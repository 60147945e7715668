import type { Event } from '../audit/index.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a text may do to a terminal it must not do here: anybody may have written it. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const LONGEST = 80

/** A value on one line: harmless, and not too long. */
function shown(value: unknown): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(CONTROL, '\u{fffd}')
  const letters = [...text]
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : text
}

/** The end of an id: it begins with the time, which neighbours share. */
const shortId = (id: unknown): string => (typeof id === 'string' ? `…${shown(id.slice(-8))}` : '')

const nameOf = (entity: Fields): string => {
  const name = entity['title'] ?? entity['name'] ?? entity['url']
  return typeof name === 'string' ? shown(name) : ''
}

/** Who and what else it is about, where it has no name that says it. */
function relations(entity: Fields): string {
  const { task_id, depends_on_task_id, worker_id } = entity
  if (depends_on_task_id) return `${shortId(task_id)} waits for ${shortId(depends_on_task_id)}`
  const parts = [task_id ? `of ${shortId(task_id)}` : '', worker_id ? `by ${shown(worker_id)}` : '']
  return parts.filter(Boolean).join(' ')
}

/** Fields that change with every change, or are told by the event's type. */
const UNTOLD = ['version', 'updated_at']

const isSimple = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && JSON.stringify(value).length <= 30)

/** What changed: former and new value where both are short. */
function changes(entity: Fields, former: Fields | null): string {
  const told = Object.keys(former ?? {}).filter((field) => !UNTOLD.includes(field))
  return told
    .map((field) => {
      const [old, now] = [former?.[field], entity[field]]
      return isSimple(old) && isSimple(now) ? `${field} ${shown(old)} → ${shown(now)}` : field
    })
    .map(shown)
    .join(', ')
}

/** An event as one line for people: time of day here, sequence, type, and what it is about. */
export function lineOf({ sequence, type, timestamp, data }: Event): string {
  const kind = type.slice(0, type.indexOf('.'))
  const entity = (data[kind] ?? {}) as Fields
  const id = typeof entity['number'] === 'number' ? `#${entity['number']}` : shortId(entity['id'])
  const changed = type.endsWith('.updated') ? changes(entity, data.old_values) : ''
  return [
    new Date(timestamp).toTimeString().slice(0, 8),
    String(sequence).padStart(7),
    shown(type).padEnd(20),
    id.padEnd(9),
    nameOf(entity) || relations(entity),
    changed && `(${changed})`,
  ]
    .join('  ')
    .trimEnd()
}
