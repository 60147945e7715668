import type { Entity } from './kinds.ts'

/** What an event does to its thing: makes it, ends it, or changes it, in a way that can be seen. */
type Effect = 'makes' | 'ends' | ((before: Entity, after: Entity) => boolean)

const changes: Effect = () => true

const becomes =
  (field: string, ...values: unknown[]): Effect =>
  (_before, after) =>
    values.includes(after[field])

const keeps =
  (field: string): Effect =>
  (before, after) =>
    (before[field] ?? null) === (after[field] ?? null)

/** What each type of event does, of those that are about things with a table. */
export const EFFECTS: Readonly<Record<string, Effect>> = {
  'task.created': 'makes',
  'task.updated': keeps('status'),
  'task.unblocked': becomes('unmet_dependencies', 0),
  'task.assigned': becomes('status', 'assigned'),
  'task.started': becomes('status', 'in_progress'),
  'task.completed': becomes('status', 'completed'),
  'task.failed': becomes('status', 'failed'),
  'task.released': becomes('status', 'ready'),
  'task.retried': becomes('status', 'ready'),
  'task.deleted': 'ends',
  'dependency.added': 'makes',
  'dependency.removed': 'ends',
  'execution.started': 'makes',
  'execution.completed': becomes('outcome', 'succeeded', 'failed', 'preempted'),
  'execution.lost': becomes('outcome', 'lost'),
  'execution.released': becomes('outcome', 'released'),
  'tenant.created': 'makes',
  'tenant.updated': changes,
  'tenant.deleted': 'ends',
  'user.created': 'makes',
  'user.updated': changes,
  'user.deleted': 'ends',
  'role.created': 'makes',
  'role.updated': changes,
  'role.deleted': 'ends',
  'key.created': 'makes',
  'key.updated': keeps('revoked_at'),
  'key.revoked': (before, after) => (before['revoked_at'] ?? null) === null && after['revoked_at'] !== null,
  'key.deleted': 'ends',
  'webhook.created': 'makes',
  'webhook.updated': changes,
  'webhook.disabled': becomes('active', false),
  'webhook.deleted': 'ends',
}

/** Whether a row that made `after` of `before`, null where there was nothing, may be of a type; its effect is known. */
export function fits(type: string, before: Entity | null, after: Entity | null): boolean {
  const effect = EFFECTS[type]!
  if (effect === 'makes') return before === null && after !== null
  if (effect === 'ends') return before !== null && after === null
  return before !== null && after !== null && effect(before, after)
}

/**
 * When a change happened by what it left in the thing: a row and its change are of one transaction, and have its time. Undefined
 * where it left none: an end, what is told without a new version, and a new task, whose times an import may bring along.
 */
export function timeLeft(kind: string, before: Entity | null, after: Entity | null): string | undefined {
  const left = whatIsLeft(kind, before, after)
  return typeof left === 'string' ? left : undefined
}

function whatIsLeft(kind: string, before: Entity | null, after: Entity | null): unknown {
  if (after === null) return undefined
  if (kind === 'execution') return before === null ? after['started_at'] : after['completed_at']
  if (before === null) return kind === 'task' ? undefined : after['created_at']
  return before['updated_at'] === after['updated_at'] ? undefined : after['updated_at']
}
