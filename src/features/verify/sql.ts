import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { DEFAULT_TENANT, keyJson, roleJson, tenantJson, userJson } from '../access/index.ts'
import { dependencyJson } from '../dependencies/index.ts'
import { executionJson } from '../executions/index.ts'
import { taskJson, TASKS } from '../tasks/index.ts'
import { webhookJson } from '../webhooks/index.ts'

/**
 * Reads the tables of all features, page by page in the order of their keys (`$2` the last one seen, `$3` rows), and
 * changes nothing. How rows become JSON is their owners' matter, as it is for the record.
 */
const Any = z.record(z.string(), z.unknown())
const Row = z.object({ entity: Any })
export type EntityRow = z.output<typeof Row>

const page = (alias: string): string =>
  `${alias}.tenant_id = $1 AND ${alias}.id > $2 ORDER BY ${alias}.id LIMIT $3`

const TaskPage = Row.extend({ fence: z.number(), mirrored: z.boolean(), assigned_then: z.boolean() })
export type TaskPage = z.output<typeof TaskPage>

/**
 * `mirrored`: whether the column that claims read says what the metadata `agent_type` says. `assigned_then`: whether an assignment,
 * whose time runs out, is as old as the record has it, by the row that told its status or worker last.
 */
export const taskPage = query(
  'verify.tasks',
  TaskPage,
  `SELECT ${taskJson('t', 'x', { metadata: 'm.metadata' })} AS entity, t.fence,
     t.agent_type IS NOT DISTINCT FROM m.metadata->>'agent_type' AS mirrored,
     t.assigned_at IS NULL OR t.assigned_at IS NOT DISTINCT FROM (
       SELECT a.created_at FROM audit_log a
       WHERE a.tenant_id = $1 AND a.entity_id = t.id AND (a.old_values IS NULL
         OR a.old_values->'status' IS NOT NULL OR a.old_values->'assigned_worker' IS NOT NULL)
       ORDER BY a.position DESC LIMIT 1) AS assigned_then
   FROM ${TASKS}, LATERAL (
     SELECT coalesce(json_object_agg(d.metadata_key, d.metadata_value), '{}'::json) AS metadata
     FROM task_metadata d WHERE d.tenant_id = $1 AND d.task_id = t.id) AS m
   WHERE ${page('t')}`,
)

const ExecutionPage = Row.extend({
  beside: z.boolean(),
  lease_token: z.number().nullable(),
  lease_seconds: z.number().nullable(),
})
export type ExecutionPage = z.output<typeof ExecutionPage>

export const executionPage = query(
  'verify.executions',
  ExecutionPage,
  `SELECT ${executionJson()} AS entity, e.beside, e.lease_token, e.lease_seconds FROM executions e WHERE ${page('e')}`,
)

export const dependencyPage = query(
  'verify.dependencies',
  Row,
  `SELECT ${dependencyJson()} AS entity
   FROM dependencies d WHERE ${page('d')}`,
)

export const rolePage = query(
  'verify.roles',
  Row,
  `SELECT ${roleJson()} AS entity
   FROM roles r WHERE ${page('r')}`,
)

const UserPage = Row.extend({ role_ids: z.array(z.string()) })
export type UserPage = z.output<typeof UserPage>

export const userPage = query(
  'verify.users',
  UserPage,
  `SELECT ${userJson()} AS entity,
     ARRAY(SELECT h.role_id FROM user_roles h WHERE h.tenant_id = $1 AND h.user_id = u.id) AS role_ids
   FROM users u WHERE ${page('u')}`,
)

export const keyPage = query(
  'verify.keys',
  Row,
  `SELECT ${keyJson()} AS entity
   FROM api_keys k WHERE ${page('k')}`,
)

export const webhookPage = query(
  'verify.webhooks',
  Row,
  `SELECT ${webhookJson()} AS entity
   FROM webhooks w WHERE ${page('w')}`,
)

/** Tenants are in the record of the operator's own tenant; the others know of none. */
export const tenantPage = query(
  'verify.tenants',
  Row,
  `SELECT ${tenantJson()} AS entity
   FROM tenants t WHERE $1::uuid = '${DEFAULT_TENANT}' AND t.id > $2 ORDER BY t.id LIMIT $3`,
)

const RecordRow = z.object({
  sequence: z.number().nullable(),
  position: z.number(),
  event_type: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  actor_kind: z.string(),
  actor_id: z.string().nullable(),
  created_at: z.string(),
  old_values: Any.nullable(),
  new_values: Any.nullable(),
})
export type RecordRow = z.output<typeof RecordRow>

const RECORD =
  'a.position, a.event_type, a.entity_type, a.entity_id, a.actor_kind, a.actor_id, rfc3339(a.created_at) AS created_at, a.old_values, a.new_values'

/** The record after a sequence (`$2`), in its order. */
export const recordPage = query(
  'verify.record',
  RecordRow,
  `SELECT f.sequence, ${RECORD} FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
   WHERE f.tenant_id = $1 AND f.sequence > $2 ORDER BY f.sequence LIMIT $3`,
)

/** What is committed and has no sequence yet: the rows of `$3` transactions after the one of `$2`, in their order. */
export const pendingPage = query(
  'verify.pending',
  RecordRow.extend({ transaction: z.number() }),
  `SELECT NULL::bigint AS sequence, p.id AS transaction, ${RECORD}
   FROM (SELECT id, positions FROM record_pending WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS p,
     unnest(p.positions) AS awaited
   JOIN audit_log a ON a.tenant_id = $1 AND a.position = awaited
   ORDER BY p.id, a.position`,
)

/** How much there is: rows of the record, and things of the three large kinds. */
export const recordExtent = query(
  'verify.extent',
  z.object({ rows: z.number(), things: z.number(), last_sequence: z.number() }),
  `SELECT (SELECT count(*) FROM audit_log a WHERE a.tenant_id = $1) AS rows,
     (SELECT count(*) FROM tasks t WHERE t.tenant_id = $1) + (SELECT count(*) FROM executions e WHERE e.tenant_id = $1)
       + (SELECT count(*) FROM dependencies d WHERE d.tenant_id = $1) AS things,
     coalesce((SELECT h.last_sequence FROM record_heads h WHERE h.tenant_id = $1), 0) AS last_sequence`,
)

const AWAITED = 'SELECT unnest(p.positions) FROM record_pending p WHERE p.tenant_id = $1'

/** Rows that have no sequence and wait for none: no reader of the feed will ever see them. */
export const strayRows = query(
  'verify.strays',
  z.object({ event_type: z.string(), entity_id: z.string(), position: z.number() }),
  `SELECT a.event_type, a.entity_id, a.position FROM audit_log a
   WHERE a.tenant_id = $1 AND a.position NOT IN (${AWAITED})
     AND NOT EXISTS (SELECT FROM record_feed f WHERE f.tenant_id = $1 AND f.position = a.position)
   ORDER BY a.position`,
)

/** What the record says of a thing before a position (`$3`): its last state, and the metadata that was told last. */
export const stateBefore = query(
  'verify.state_before',
  z.object({ state: Any.nullable(), metadata: Any.nullable() }),
  `SELECT (SELECT a.new_values FROM audit_log a WHERE a.tenant_id = $1 AND a.entity_id = $2 AND a.position < $3
           ORDER BY a.position DESC LIMIT 1) AS state,
     (SELECT a.new_values->'metadata' FROM audit_log a
      WHERE a.tenant_id = $1 AND a.entity_id = $2 AND a.position < $3 AND a.new_values->'metadata' IS NOT NULL
      ORDER BY a.position DESC LIMIT 1) AS metadata`,
)
