import { readdirSync, readFileSync } from 'node:fs'
import type { Pool } from './pool.ts'
import type { Random } from './random.ts'
import type { Resolve, Schema } from './schema.ts'

/** What values are made of. */
export interface Source {
  readonly random: Random
  readonly pool: Pool
  readonly resolve: Resolve
}

const WORDS = [
  ...['api', 'docs', 'coder', 'w', 'worker-2', 'branch', 'réécriture', '日本', '😀', "O'Brien", '50%', 'a_b'],
  ...['null', '0', 'task', 'a/b', '..', '%2f', 'x'.repeat(60), '-1', 'select', '<b>', '{}', '\\', '"'],
]
const TIMES = ['2026-11-22T09:30:00Z', '1970-01-01T00:00:00Z', '2026-11-22T09:30:00.123456+05:45']
const PATTERNS = ['*', 'task.*', 'task.created', 'execution.lost', '*.deleted', 'key.*']
const NAMES = ['task_id', 'title', 'priority', 'a', '', ' ', 'é', 'toString', 'branch']

/** Addresses on this machine alone where nobody listens: a fuzz must not knock at other people's doors. */
export const ADDRESSES = ['http://127.0.0.1:9/', 'http://127.0.0.1:9/hook?x=1', 'http://localhost:9/']

const FIXTURES = new URL('../../src/features/imports/fixtures/', import.meta.url)
const sources = readdirSync(FIXTURES)
  .sort()
  .map((name) => readFileSync(new URL(name, FIXTURES), 'utf8'))

/** Some lines of a file that somebody might import. */
function importSource(random: Random): string {
  const lines = random.pick(sources).split('\n')
  const from = random.chance(0.6) ? 0 : random.below(lines.length)
  return lines.slice(from, from + 1 + random.below(30)).join('\n')
}

/** Values that fit by their name better than any that fits by its schema. */
function byName(name: string, { random, pool }: Source): unknown {
  if (name === 'url') return random.pick(ADDRESSES)
  if (name === 'content') return importSource(random)
  if (name === 'wait_seconds') return random.chance(0.05) ? 1 : 0
  if (name === 'cursor') return pool.cursor(random)
  if (name === 'roles') return random.pick([['viewer'], ['agent', 'orchestrator'], []])
  if (name === 'permissions') return random.pick([['read_tasks'], ['read_tasks', 'create_tasks'], []])
  return undefined
}

function textOf(schema: Schema, name: string, { random, pool }: Source): string {
  const { format, pattern, minLength = 0, maxLength = 200 } = schema
  if (format === 'uuid') return pool.id(random, name)
  if (format === 'date-time') return random.pick(TIMES)
  if (format === 'email') return 'somebody@example.com'
  if (pattern) return random.pick(PATTERNS)
  let text = random.pick(WORDS)
  if (random.chance(0.02)) text = random.pick(['x', 'é']).repeat(Math.min(maxLength, 5_000))
  return text.slice(0, maxLength).padEnd(minLength, 'x')
}

function numberOf(schema: Schema, name: string, { random }: Source): number {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema
  // A task's number.
  if (/_(id|ids|on)$/.test(name)) return 1 + random.below(60)
  if (random.chance(0.1)) return random.pick([minimum, maximum])
  const near = Math.min(maximum - minimum, random.pick([3, 10, 1000]))
  return schema.type === 'integer'
    ? minimum + random.below(near + 1)
    : Math.round((minimum + random.fraction() * near) * 100) / 100
}

/** Any small JSON at all. */
export function anyJson(random: Random, depth = 0): unknown {
  const leaf = random.pick([null, true, 0, -1.5, 'x', '', 'a\nb', 1e15])
  if (depth > 2 || random.chance(0.5)) return leaf
  const parts = Array.from({ length: random.below(3) }, () => anyJson(random, depth + 1))
  return random.chance(0.5) ? parts : Object.fromEntries(parts.map((each) => [random.pick(NAMES), each]))
}

/** A value that fits a schema; `name` is the field's, which may say more. */
export function valueOf(schema: Schema, name: string, source: Source, depth = 0): unknown {
  const found = source.resolve(schema)
  const { random } = source
  const special = byName(name, source)
  if (special !== undefined) return special
  if ('const' in found) return found.const
  if (found.enum) return random.pick(found.enum)
  if (found.anyOf) return valueOf(random.pick(found.anyOf), name, source, depth)
  switch (found.type) {
    case 'string':
      return textOf(found, name, source)
    case 'integer':
    case 'number':
      return numberOf(found, name, source)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'array': {
      const { minItems = 0, maxItems = 5 } = found
      const count = Math.min(maxItems, minItems + random.below(random.chance(0.03) ? 100 : 4))
      return Array.from({ length: count }, () => valueOf(found.items ?? {}, name, source, depth + 1))
    }
    case 'object':
      return objectOf(found, source, depth)
    default:
      return anyJson(random, depth)
  }
}

function objectOf(schema: Schema, source: Source, depth: number): Record<string, unknown> {
  const { random } = source
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  const made: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(properties))
    if (required.includes(name) || random.chance(0.35)) made[name] = valueOf(each, name, source, depth + 1)
  if (typeof additionalProperties === 'object')
    for (let left = random.below(3); left > 0; left--)
      made[propertyNames ? textOf(source.resolve(propertyNames), '', source) : random.pick(NAMES)] = valueOf(
        additionalProperties,
        '',
        source,
        depth + 1,
      )
  return made
}
