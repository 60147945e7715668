import { z } from 'zod'
import { query, type Scope } from './database.ts'

/**
 * The record (`audit_log`): every change appends a row an entity, in its own transaction. Whatever reacts to a
 * change only ever reads it; there is no second path for events.
 *
 * A row is written through one of two faces: `ctx.record(entry)` inside a transaction, or `recordFragment` inside a
 * statement that changes something by itself. Rows commit without a sequence; the sequencer gives it to them.
 */
export interface RecordEntry {
  /** `entity.past_participle`, declared in the feature's `events`. */
  event_type: string
  entity_type: string
  entity_id: string
  /** The former values of the fields that changed; the whole entity for a delete, null for a create. */
  old_values: object | null
  /** The whole entity after the change; null after a delete. */
  new_values: object | null
}

/** Who did it, as the record tells it. */
export interface Actor {
  kind: 'operator' | 'user' | 'system'
  /** The user's id; null for the operator and for the system itself. */
  id: string | null
  name: string
}

/** A numbered row of the record, as its readers get it. */
export interface NumberedRow {
  id: string
  sequence: number
  event_type: string
  entity_type: string
  entity_id: string
  actor: Actor
  request_id: string | null
  old_values: Record<string, unknown> | null
  new_values: Record<string, unknown> | null
  created_at: string
}

/**
 * The one way a row of `audit_log` (alias `a`) and its place in `record_feed` (alias `f`, or another relation's column
 * `sequence`) become what readers get.
 */
export const recordJson = (f = 'f'): string => `json_build_object(
  'id', a.id, 'sequence', ${f}.sequence, 'event_type', a.event_type,
  'entity_type', a.entity_type, 'entity_id', a.entity_id,
  'actor', json_build_object('kind', a.actor_kind, 'id', a.actor_id, 'name', a.actor_name),
  'request_id', a.request_id, 'old_values', a.old_values, 'new_values', a.new_values,
  'created_at', rfc3339(a.created_at))`

/** The fields of `before` whose values differ in `after`: what `old_values` holds for a change. */
export function formerValues<T extends object>(before: T, after: T): Partial<T> {
  const former: Partial<T> = {}
  for (const key of Object.keys(before) as (keyof T)[])
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) former[key] = before[key]
  return former
}

/**
 * Puts a change of an entity into the record, in this transaction: `before` is null when it was created, `after` when it
 * is gone. The entity's type is the first word of the event's.
 */
export function recordChange<T extends { id: string }>(
  recorder: { record(entry: RecordEntry): void },
  eventType: string,
  before: T | null,
  after: T | null,
): void {
  recorder.record({
    event_type: eventType,
    entity_type: eventType.slice(0, eventType.indexOf('.')),
    entity_id: (after ?? before)!.id,
    old_values: before && after ? formerValues(before, after) : before,
    new_values: after,
  })
}

/** The columns that a source of record rows must have, in this order. */
export const RECORD_COLUMNS = 'event_type, entity_type, entity_id, old_values, new_values'

/**
 * Common table expressions that put `source`'s rows (RECORD_COLUMNS) into the record, in the order they come.
 * The statement's `$1` is the tenant and `$2` the context's `origin`.
 *
 * One row of `record_pending` says that a transaction's rows wait for the sequencer. It is narrow and short-lived, and
 * spares `audit_log` an update of wide rows and of all their index entries.
 */
export const recordFragment = (source: string): string => `
  recorded AS (
    INSERT INTO audit_log (tenant_id, actor_kind, actor_id, actor_name, request_id, ${RECORD_COLUMNS})
    SELECT $1::uuid, o.kind, o.id, o.name, o.request_id, s.*
    FROM (${source}) AS s (${RECORD_COLUMNS}), json_to_record($2::json) AS o(kind text, id uuid, name text, request_id text)
    RETURNING position
  ),
  announced AS (
    INSERT INTO record_pending (tenant_id, positions)
    SELECT $1::uuid, array_agg(position) FROM recorded HAVING count(*) > 0
  )`

/**
 * The same for a statement that serves several calls (`gather`): `$2` is the array of their origins, and each row of
 * `source` begins with the number of its call, from 1.
 */
export const recordGatheredFragment = (source: string): string => `
  origins AS MATERIALIZED (
    SELECT array_agg(kind) AS kinds, array_agg(id) AS ids, array_agg(name) AS names, array_agg(request_id) AS request_ids
    FROM json_to_recordset($2::json) AS o (kind text, id uuid, name text, request_id text)
  ),
  recorded AS (
    INSERT INTO audit_log (tenant_id, actor_kind, actor_id, actor_name, request_id, ${RECORD_COLUMNS})
    SELECT $1::uuid, o.kinds[s.call], o.ids[s.call], o.names[s.call], o.request_ids[s.call], ${RECORD_COLUMNS}
    FROM (${source}) AS s (call, ${RECORD_COLUMNS}), origins o
    RETURNING position
  ),
  announced AS (
    INSERT INTO record_pending (tenant_id, positions)
    SELECT $1::uuid, array_agg(position) FROM recorded HAVING count(*) > 0
  )`

const appendAll = query(
  'record.append',
  z.object({}),
  `WITH ${recordFragment(`
    SELECT event_type, entity_type, entity_id, old_values, new_values
    FROM json_to_recordset($3::json) AS e(event_type text, entity_type text, entity_id uuid, old_values json, new_values json)`)}
  SELECT`,
)

/** Appends rows to the record in one statement; the caller holds the transaction that made the changes. */
export async function appendToRecord(
  scope: Scope,
  origin: string,
  entries: readonly RecordEntry[],
): Promise<void> {
  if (entries.length > 0) await appendAll(scope, origin, JSON.stringify(entries))
}
