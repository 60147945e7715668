import { hash } from 'node:crypto'
import { BUILT_IN_ROLES, DEFAULT_TENANT } from '../access/index.ts'

/** A thing as the record keeps it, and as its table has it. */
export type Entity = Readonly<Record<string, unknown>>

/** What of a kind of things the record tells, and what it leaves out on purpose (contract section 7). */
export interface Kind {
  /** The record's `entity_type`. */
  readonly name: string
  /** Fields that change without a row of the record: heartbeats, recounts, scores, the use of a key. */
  readonly unrecorded: readonly string[]
  /** Whether the unrecorded fields stand still by now, so that the last row tells them, too. */
  readonly settled: (entity: Entity) => boolean
  /** As what the installation made one, if it did: such may be in its table without ever having been recorded. */
  readonly given: (entity: Entity) => Entity | undefined
}

const never = (): false => false
const none = (): undefined => undefined

const kind = (name: string, more: Partial<Kind> = {}): Kind => ({
  name,
  unrecorded: [],
  settled: never,
  given: none,
  ...more,
})

/** Recounts are checked by counting again, and not against the record. */
export const TASK = kind('task', { unrecorded: ['unmet_dependencies', 'priority_score'] })
export const EXECUTION = kind('execution', {
  unrecorded: ['progress', 'lease_expires_at'],
  settled: (execution) => (execution['outcome'] ?? null) !== null,
})
export const DEPENDENCY = kind('dependency')
/** The first migration made the operator's tenant, and its built-in roles, before there was a record. */
export const ROLE = kind('role', {
  given(role) {
    const model = role['built_in'] === true && BUILT_IN_ROLES.find(({ name }) => name === role['name'])
    return model ? { ...model, version: 1 } : undefined
  },
})
export const TENANT = kind('tenant', {
  given: ({ id }) => (id === DEFAULT_TENANT ? { name: 'default', configuration: {}, version: 1 } : undefined),
})
export const USER = kind('user')
export const KEY = kind('key', { unrecorded: ['last_used_at'] })
export const WEBHOOK = kind('webhook')

/** In the order in which they are read: roles before the users who hold them, tasks before what refers to them. */
export const KINDS: readonly Kind[] = [ROLE, USER, KEY, TENANT, TASK, DEPENDENCY, EXECUTION, WEBHOOK]

/** What the record tells of and no table holds as a thing of its own. */
export const WITHOUT_TABLE: readonly string[] = ['event_store']

/** Metadata is recorded only where a change touched any, so that it has a digest of its own. */
const APART = 'metadata'

/** Two words of a hash: enough to tell two states of one thing apart. */
export type Digest = readonly [number, number]

function digestOf(value: unknown): Digest {
  const bytes = hash('sha256', JSON.stringify(value), 'buffer')
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

/** Null and absent are one: a field that came with a later release is absent in the rows before it. */
const fieldsOf = (entity: Entity, wanted: (name: string) => boolean): [string, unknown][] =>
  Object.entries(entity)
    .filter(([name, value]) => value !== null && value !== undefined && wanted(name))
    .sort(byName)

/** The digest of all that the record tells of a thing, but its metadata. */
export const digest = (kind: Kind, entity: Entity): Digest =>
  digestOf(fieldsOf(entity, (name) => name !== APART && !kind.unrecorded.includes(name)))

/** The digest of metadata; undefined where the row does not tell any. */
export const metadataDigest = (entity: Entity): Digest | undefined => {
  const metadata = entity[APART]
  return metadata === undefined ? undefined : digestOf(Object.entries(metadata as Entity).sort(byName))
}
export const NO_METADATA: Digest = digestOf([])

/** The digest of the fields that are recorded only once they stand still. */
export const settledDigest = (kind: Kind, entity: Entity): Digest =>
  digestOf(fieldsOf(entity, (name) => kind.unrecorded.includes(name)))

const LONGEST = 80
const shown = (value: unknown): string => {
  const text = JSON.stringify(value ?? null)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** A field that two states of a thing tell differently, each shortened for a sentence. */
export interface Difference {
  name: string
  one: string
  other: string
}

/** The fields in which two states of a thing differ, of those that the record tells. */
export function differences(kind: Kind, one: Entity, other: Entity): Difference[] {
  const settled = kind.settled(one)
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .sort()
    .filter((name) => settled || !kind.unrecorded.includes(name))
    .filter((name) => text(one[name]) !== text(other[name]))
    .map((name) => ({ name, one: shown(one[name]), other: shown(other[name]) }))
}

const text = (value: unknown): string =>
  JSON.stringify(
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).sort(byName)
      : (value ?? null),
  )
