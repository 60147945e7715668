import { cutCharacters } from './text-limits.ts'

/**
 * Columns with a place of their own, as Linear's header names them in lower case; every other one is kept as
 * metadata.
 */
export const PLACED = new Set([
  'id',
  'title',
  'description',
  'priority',
  'labels',
  'created',
  'updated',
  'completed',
  'canceled',
  'blocked by',
  'duplicate of',
])

/** A column of a Linear export: where it is, its header in lower case, and its key among the metadata. */
export interface Column {
  index: number
  name: string
  key: string
}

const keyOf = (name: string): string =>
  cutCharacters(name, 100)
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '')

/** The columns of a header. Of two of one name the first one counts, and the second is kept as `<name>_2`. */
export function readHeader(fields: readonly string[]): { placed: Map<string, number>; others: Column[] } {
  const placed = new Map<string, number>()
  const others: Column[] = []
  const keys = new Map<string, number>()
  for (const [index, field] of fields.entries()) {
    const name = field.trim().toLowerCase()
    const key = keyOf(name) || 'column'
    const repeats = keys.get(key) ?? 0
    keys.set(key, repeats + 1)
    if (PLACED.has(name) && !placed.has(name)) placed.set(name, index)
    else others.push({ index, name: field.trim() || key, key: repeats === 0 ? key : `${key}_${repeats + 1}` })
  }
  return { placed, others }
}
