import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { firstIdAt } from '../../kernel/ids.ts'
import { pageFragment } from '../../kernel/page.ts'
import { recordJson } from '../../kernel/record.ts'
import { RecordRow } from './schema.ts'

const PlacedRow = z.object({ position: z.number(), row: RecordRow })
const NumberedRow = z.object({ row: RecordRow.extend({ sequence: z.int() }) })

/** Which rows of the record; an absent member is no condition. */
export interface RecordFilter {
  /** Ids of users. */
  users?: readonly string[] | undefined
  kind?: 'operator' | 'system' | undefined
  entity?: string | undefined
  types?: readonly string[] | undefined
  since?: string | undefined
  until?: string | undefined
  /** The position of the last row seen. */
  before?: number | undefined
  limit: number
  offset: number
}

/**
 * Whoever ever had a name: users are in the record from their first day, so that those who are gone are found as well.
 * Asked apart from the list, so that the list is planned for these very users.
 */
export const usersNamed = query(
  'audit.users_named',
  z.object({ id: z.string() }),
  `SELECT DISTINCT entity_id AS id FROM audit_log
   WHERE tenant_id = $1 AND event_type IN ('user.created', 'user.updated') AND new_values ->> 'name' = $2`,
)

const MINUTE = 60_000

/**
 * One page of the record, newest first. Its text depends only on which filters are there, so that each combination is
 * one named statement.
 *
 * A time is turned into a position first, by way of the ids, which are sorted by time: so that a range of last month's
 * rows is not looked for from today's on. The bounds are wide, since `created_at` is when a transaction began, and the
 * id is made when the row is written.
 */
export function listRecord(scope: Scope, filter: RecordFilter): Promise<z.output<typeof PlacedRow>[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  const names: string[] = []
  const parameter = (value: unknown): string => `$${values.push(value) + 1}`
  const where = (name: string, condition: string): void => {
    names.push(name)
    conditions.push(condition)
  }
  const { users, kind, entity, types, since, until, before } = filter
  if (users !== undefined) where('users', `a.actor_id = ANY(${parameter(users)}::uuid[])`)
  if (kind !== undefined) where('kind', `a.actor_id IS NULL AND a.actor_kind = ${parameter(kind)}`)
  if (entity !== undefined) where('entity', `a.entity_id = ${parameter(entity)}`)
  if (types !== undefined) where('types', `a.event_type = ANY(${parameter(types)}::text[])`)
  if (since !== undefined)
    where(
      'since',
      `a.created_at >= ${parameter(since)}::timestamptz AND a.position > coalesce((
         SELECT b.position FROM audit_log b
         WHERE b.tenant_id = $1 AND b.id < ${parameter(firstIdAt(Date.parse(since) - MINUTE))}
         ORDER BY b.id DESC LIMIT 1), 0)`,
    )
  if (until !== undefined)
    where(
      'until',
      `a.created_at <= ${parameter(until)}::timestamptz AND a.position <= coalesce((
         SELECT b.position FROM audit_log b
         WHERE b.tenant_id = $1 AND b.id > ${parameter(firstIdAt(Date.parse(until) + 60 * MINUTE))}
         ORDER BY b.id LIMIT 1), ${Number.MAX_SAFE_INTEGER})`,
    )
  if (before !== undefined) where('before', `a.position < ${parameter(before)}`)
  const page = pageFragment(
    `SELECT a.position, ${recordJson()} AS row
     FROM audit_log a LEFT JOIN record_feed f ON f.tenant_id = $1 AND f.position = a.position
     WHERE a.tenant_id = $1 ${conditions.map((each) => `AND ${each}`).join(' ')}
     ORDER BY a.position DESC`,
    filter,
    names.every((name) => ['entity', 'before'].includes(name)),
    parameter,
  )
  const list = query(`audit.list:${names.join('+')}${page.name}`, PlacedRow, page.text)
  return list(scope, ...values)
}

/** The feed after a sequence (`$2`), oldest first, at most `$3` rows. */
export const feedAfter = query(
  'audit.feed_after',
  NumberedRow,
  `SELECT ${recordJson()} AS row
   FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
   WHERE f.tenant_id = $1 AND f.sequence > $2 ORDER BY f.sequence LIMIT $3`,
)

/** The same of some event types (`$4`) only. */
export const feedOfTypesAfter = query(
  'audit.feed_of_types_after',
  NumberedRow,
  `SELECT ${recordJson()} AS row
   FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
   WHERE f.tenant_id = $1 AND f.sequence > $2 AND a.event_type = ANY($4::text[]) ORDER BY f.sequence LIMIT $3`,
)

/** The last sequence that was given; 0 before the first. */
export const lastSequence = query(
  'audit.last_sequence',
  z.object({ sequence: z.number() }),
  `SELECT coalesce(max(last_sequence), 0) AS sequence FROM record_heads WHERE tenant_id = $1`,
)
