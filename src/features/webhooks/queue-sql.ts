import { z } from 'zod'
import { query, queryAcrossTenants } from '../../kernel/database.ts'
import { recordJson } from '../../kernel/record.ts'
import { RecordRow } from '../audit/index.ts'
import { secretsArray } from './sql.ts'

/** Events that a webhook may have in its queue; the record keeps the others until there is room. */
export const WINDOW = 1_000
/** Rows of the record that one turn of the fan-out looks through for a webhook. */
const STRIDE = 500

/** The next attempt of an event: what its job carries. */
export const Turn = z.object({ webhook_id: z.string(), sequence: z.number(), turn: z.string() })
export type Turn = z.output<typeof Turn>

/**
 * Moves what a tenant's webhooks have to get from the record into their queues, for those whose cursor nobody else
 * holds. Answers the turns of events that wait for no other; the others get theirs when the event before is done.
 *
 * - A cursor that another server moved since this statement's snapshot is left to the next time, as what that one
 *   queued is not seen here.
 * - Whether an event's entity has one in the queue is asked with a lock on the last of them, which waits for a delivery
 *   that is just being settled: either that one finds what is queued here, or it is gone here.
 */
export const fanOut = query(
  'webhooks.fan_out',
  z.object({
    cursors: z.number(),
    more: z.boolean(),
    crowded: z.boolean(),
    turns: z.array(Turn),
  }),
  `WITH seen AS MATERIALIZED (
     SELECT c.webhook_id, c.sequence,
       (SELECT count(*) FROM (
          SELECT FROM webhook_queue q WHERE q.tenant_id = $1 AND q.webhook_id = c.webhook_id LIMIT ${WINDOW}
        ) AS queued) = ${WINDOW} AS crowded
     FROM webhook_cursors c WHERE c.tenant_id = $1
   ), due AS MATERIALIZED (
     SELECT c.webhook_id, c.sequence
     FROM webhook_cursors c JOIN seen ON seen.webhook_id = c.webhook_id AND seen.sequence = c.sequence
     WHERE c.tenant_id = $1 AND NOT seen.crowded
       AND c.sequence < (SELECT last_sequence FROM record_heads WHERE tenant_id = $1)
     FOR UPDATE OF c SKIP LOCKED
   ), scanned AS MATERIALIZED (
     SELECT d.webhook_id, f.sequence, f.position
     FROM due d CROSS JOIN LATERAL (
       SELECT sequence, position FROM record_feed
       WHERE tenant_id = $1 AND sequence > d.sequence ORDER BY sequence LIMIT ${STRIDE}
     ) AS f
   ), matched AS MATERIALIZED (
     SELECT s.webhook_id, s.sequence, s.position, a.entity_id,
       row_number() OVER (PARTITION BY s.webhook_id, a.entity_id ORDER BY s.sequence) AS nth
     FROM scanned s
     JOIN audit_log a ON a.tenant_id = $1 AND a.position = s.position
     JOIN webhooks w ON w.tenant_id = $1 AND w.id = s.webhook_id
     WHERE w.event_types && ARRAY[a.event_type, a.entity_type || '.*', '*']
   ), waiting AS MATERIALIZED (
     SELECT q.webhook_id, q.entity_id FROM webhook_queue q
     WHERE q.tenant_id = $1 AND (q.webhook_id, q.sequence) IN (
       SELECT m.webhook_id, (
         SELECT max(l.sequence) FROM webhook_queue l
         WHERE l.tenant_id = $1 AND l.webhook_id = m.webhook_id AND l.entity_id = m.entity_id)
       FROM matched m WHERE m.nth = 1)
     FOR KEY SHARE
   ), moved AS (
     UPDATE webhook_cursors c SET sequence = s.last
     FROM (SELECT webhook_id, max(sequence) AS last FROM scanned GROUP BY webhook_id) AS s
     WHERE c.tenant_id = $1 AND c.webhook_id = s.webhook_id
   ), queued AS (
     INSERT INTO webhook_queue (tenant_id, webhook_id, sequence, position, entity_id, turn)
     SELECT $1, m.webhook_id, m.sequence, m.position, m.entity_id,
       CASE WHEN m.nth = 1 AND NOT EXISTS (
         SELECT FROM waiting w WHERE w.webhook_id = m.webhook_id AND w.entity_id = m.entity_id
       ) THEN gen_random_uuid() END
     FROM matched m
     RETURNING webhook_id, sequence, turn
   )
   SELECT (SELECT count(*) FROM seen) AS cursors,
     EXISTS (SELECT FROM scanned GROUP BY webhook_id HAVING count(*) = ${STRIDE}) AS more,
     EXISTS (SELECT FROM seen WHERE crowded) AS crowded,
     coalesce((
       SELECT json_agg(json_build_object('webhook_id', webhook_id, 'sequence', sequence, 'turn', turn) ORDER BY sequence)
       FROM queued WHERE turn IS NOT NULL), '[]') AS turns`,
)

/** Tenants with a webhook that has not looked at all of the record: what a lost notification leaves behind. */
export const tenantsBehind = queryAcrossTenants(
  'webhooks.tenants_behind',
  z.object({ tenant_id: z.string() }),
  `SELECT h.tenant_id FROM record_heads h
   WHERE EXISTS (SELECT FROM webhook_cursors c WHERE c.tenant_id = h.tenant_id AND c.sequence < h.last_sequence)`,
)

/** What the turns in `$2` (JSON of Turn) have to send; none for a turn that is no longer the event's. */
export const loadTurns = query(
  'webhooks.load_turns',
  Turn.extend({
    attempts: z.number(),
    url: z.string(),
    secrets: z.array(z.string()),
    taken_at: z.string(),
    row: RecordRow.extend({ sequence: z.int() }),
  }),
  `SELECT q.webhook_id, q.sequence, q.turn, q.attempts, w.url, rfc3339(now()) AS taken_at,
     ${secretsArray()} AS secrets,
     ${recordJson('q')} AS row
   FROM json_to_recordset($2::json) AS t(webhook_id uuid, sequence bigint, turn uuid)
   JOIN webhook_queue q
     ON q.tenant_id = $1 AND q.webhook_id = t.webhook_id AND q.sequence = t.sequence AND q.turn = t.turn
   JOIN webhooks w ON w.tenant_id = $1 AND w.id = q.webhook_id
   JOIN audit_log a ON a.tenant_id = $1 AND a.position = q.position`,
)

/** Whether a turn still stands. */
export const standingTurn = query(
  'webhooks.standing_turn',
  z.object({ sequence: z.number() }),
  `SELECT sequence FROM webhook_queue WHERE tenant_id = $1 AND webhook_id = $2 AND sequence = $3 AND turn = $4`,
)

/**
 * Which of the webhooks in `$2` are there, and whether they are held now: those in `$3` as by whoever changes one, the others
 * so that they stay. What somebody else is changing, or deleting with its tenant, is not waited for.
 */
export const holdWebhooks = query(
  'webhooks.hold',
  z.object({ webhook_id: z.string(), held: z.boolean() }),
  `WITH tenant AS MATERIALIZED (
     SELECT FROM tenants WHERE id = $1 FOR KEY SHARE SKIP LOCKED
   ), changing AS MATERIALIZED (
     SELECT w.id FROM webhooks w
     WHERE w.tenant_id = $1 AND w.id = ANY($3) AND EXISTS (SELECT FROM tenant) FOR NO KEY UPDATE SKIP LOCKED
   ), staying AS MATERIALIZED (
     SELECT w.id FROM webhooks w
     WHERE w.tenant_id = $1 AND w.id = ANY($2) AND w.id <> ALL($3) AND EXISTS (SELECT FROM tenant) FOR SHARE SKIP LOCKED
   )
   SELECT w.id AS webhook_id, w.id IN (SELECT id FROM changing UNION ALL SELECT id FROM staying) AS held
   FROM webhooks w WHERE w.tenant_id = $1 AND w.id = ANY($2)`,
)

/** An event that is to be tried again, and when. */
const Again = Turn.extend({ attempts: z.number(), next_attempt_at: z.string() })
const Entity = z.object({ webhook_id: z.string(), entity_id: z.string() })

/**
 * Writes down attempts (`$2`: JSON of `Settlement`) of webhooks that are held (`holdWebhooks`), takes events that are done out of the queue, and gives those that
 * are to be tried again their next turn, by the database's clock as the queue of jobs. Answers the entities whose next event has its turn now, and the new turns.
 */
export const settleTurns = query(
  'webhooks.settle_turns',
  z.object({ free: z.array(Entity), again: z.array(Again) }),
  `WITH o AS MATERIALIZED (
     SELECT * FROM json_to_recordset($2::json) AS o(
       id uuid, webhook_id uuid, sequence bigint, turn uuid, event_id uuid, event_type text, attempt integer,
       delivered_at timestamptz, status_code integer, response_body text, error_message text, duration_ms integer,
       next_in integer)
   ), gone AS (
     DELETE FROM webhook_queue q USING o
     WHERE q.tenant_id = $1 AND q.webhook_id = o.webhook_id AND q.sequence = o.sequence AND q.turn = o.turn
       AND o.next_in IS NULL
     RETURNING q.webhook_id, q.entity_id
   ), again AS (
     UPDATE webhook_queue q SET attempts = o.attempt, turn = gen_random_uuid() FROM o
     WHERE q.tenant_id = $1 AND q.webhook_id = o.webhook_id AND q.sequence = o.sequence AND q.turn = o.turn
       AND o.next_in IS NOT NULL
     RETURNING o.id, q.webhook_id, q.sequence, q.turn, q.attempts,
       now() + make_interval(secs => o.next_in) AS next_attempt_at
   ), written AS (
     INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, event_type, attempt, delivered_at,
       status_code, response_body, error_message, duration_ms, next_attempt_at)
     SELECT $1, o.id, o.webhook_id, o.event_id, o.event_type, o.attempt, o.delivered_at,
       o.status_code, o.response_body, o.error_message, o.duration_ms,
       (SELECT a.next_attempt_at FROM again a WHERE a.id = o.id)
     FROM o
     ON CONFLICT (tenant_id, id) DO NOTHING
   )
   SELECT coalesce((SELECT json_agg(gone) FROM gone), '[]') AS free,
     coalesce((SELECT json_agg(json_build_object(
       'webhook_id', webhook_id, 'sequence', sequence, 'turn', turn, 'attempts', attempts,
       'next_attempt_at', rfc3339(next_attempt_at))) FROM again), '[]') AS again`,
)

/** Gives the first event of each entity in `$2` (JSON of webhook_id and entity_id) its turn where it has none. */
export const giveTurns = query(
  'webhooks.give_turns',
  Turn,
  `WITH next AS MATERIALIZED (
     SELECT e.webhook_id, q.sequence
     FROM (SELECT DISTINCT webhook_id, entity_id
           FROM json_to_recordset($2::json) AS e(webhook_id uuid, entity_id uuid)) AS e
     CROSS JOIN LATERAL (
       SELECT sequence, turn FROM webhook_queue
       WHERE tenant_id = $1 AND webhook_id = e.webhook_id AND entity_id = e.entity_id ORDER BY sequence LIMIT 1
     ) AS q WHERE q.turn IS NULL
   )
   UPDATE webhook_queue q SET turn = gen_random_uuid() FROM next
   WHERE q.tenant_id = $1 AND q.webhook_id = next.webhook_id AND q.sequence = next.sequence AND q.turn IS NULL
   RETURNING q.webhook_id, q.sequence, q.turn`,
)
