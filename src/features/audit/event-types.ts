import { closest } from 'fastest-levenshtein'
import { holds, requirePermission, type Caller } from '../../kernel/context.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'

const entityOf = (type: string): string => type.slice(0, type.indexOf('.'))

const covers = (pattern: string, type: string): boolean =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && entityOf(pattern) === entityOf(type))

/**
 * The event types among `known` that any of `patterns` (`task.created`, `task.*`, `*`) stands for. Throws
 * `validation_failed` (400) for a pattern that stands for none: a typing error must not pass as silence.
 */
export function typesOf(patterns: readonly string[], known: readonly string[], field: string): string[] {
  const faults = patterns.flatMap((pattern, index) => {
    if (known.some((type) => covers(pattern, type))) return []
    const near = closest(
      pattern,
      pattern.endsWith('.*') ? known.map((type) => `${entityOf(type)}.*`) : [...known],
    )
    return [
      { path: `${field}.${index}`, message: `no event is of the type ${pattern}; did you mean ${near}?` },
    ]
  })
  if (faults.length > 0) throw validationFailed(faults)
  return typesCovered(patterns, known)
}

/** The event types among `known` that any of `patterns` stands for: of patterns that were checked when they were stored. */
export const typesCovered = (patterns: readonly string[], known: readonly string[]): string[] =>
  known.filter((type) => patterns.some((pattern) => covers(pattern, type)))

/** The event types of one kind of entity. Throws `validation_failed` (400) where there is no such kind. */
export function typesOfEntity(entity: string, known: readonly string[]): string[] {
  const types = known.filter((type) => entityOf(type) === entity)
  if (types.length > 0) return types
  const kinds = [...new Set(known.map(entityOf))].sort()
  throw validationFailed([{ path: 'entity_type', message: `must be one of ${kinds.join(', ')}` }])
}

/** Entities whose events tell of the work itself. All others (people, roles, keys, …) are for who may read the audit trail. */
const OF_THE_WORK = new Set(['task', 'dependency', 'execution'])

/**
 * The event types that `caller` follows by `patterns`, or undefined for all there are. Who may not read the audit trail
 * follows the work alone. Throws `forbidden` (403) when a pattern asks for more, and `validation_failed` (400) for one
 * that stands for no type.
 */
export function typesToFollow(
  caller: Caller,
  patterns: readonly string[] | undefined,
  known: readonly string[],
): string[] | undefined {
  const all = holds(caller, 'read_audit')
  const asked = patterns ?? ['*']
  if (all && asked.includes('*')) return undefined
  const types = typesOf(asked, known, 'types')
  if (all) return types
  for (const pattern of asked)
    if (pattern !== '*' && !OF_THE_WORK.has(entityOf(pattern))) requirePermission(caller, 'read_audit')
  return types.filter((type) => OF_THE_WORK.has(entityOf(type)))
}

/**
 * Checks that `caller` may have all events of `patterns` sent somewhere, those of types to come as well. Throws
 * `validation_failed` (400) for a pattern that stands for no type, and `forbidden` (403) for one beyond the work itself
 * where they may not read the audit trail.
 */
export function requireSubscription(
  caller: Caller,
  patterns: readonly string[],
  known: readonly string[],
): void {
  typesOf(patterns, known, 'event_types')
  if (holds(caller, 'read_audit')) return
  const beyond = patterns.filter((pattern) => !OF_THE_WORK.has(entityOf(pattern)))
  if (beyond.length > 0)
    throw new Problem(
      'forbidden',
      403,
      `Events of ${beyond.join(', ')} need the permission read_audit, which this key's user lacks; without it, subscribe to ${[...OF_THE_WORK].map((entity) => `${entity}.*`).join(', ')}.`,
      { permission: 'read_audit' },
    )
}
