import { z } from 'zod'
import { query, queryAcrossTenants } from '../../kernel/database.ts'
import { EventStore } from './schema.ts'

// Statements are named by the folder: `event_store.…` are events.

const Nothing = z.object({})

/** Tenants that the store has not got everything of, who waited longest first; not those whose batch rests (`$1` at most). */
export const tenantsBehind = queryAcrossTenants(
  'event-store.tenants_behind',
  z.object({ tenant_id: z.string() }),
  `SELECT h.tenant_id
   FROM record_heads h
   JOIN tenants t ON t.id = h.tenant_id
   LEFT JOIN event_store_positions p ON p.tenant_id = h.tenant_id
   WHERE h.last_sequence > coalesce(p.sequence, 0) AND (p.retry_at IS NULL OR p.retry_at <= now())
   ORDER BY p.tried_at NULLS FIRST, h.tenant_id LIMIT $1`,
)

export const position = query(
  'event-store.position',
  z.object({
    sequence: z.number(),
    batch_id: z.string().nullable(),
    batch_last: z.number().nullable(),
    failures: z.number(),
  }),
  `SELECT sequence, batch_id, batch_last, failures FROM event_store_positions WHERE tenant_id = $1`,
)

/**
 * Fixes the batch (`$3`) of what follows a sequence (`$2`), up to its last one (`$4`). No row when another server was
 * quicker.
 */
export const fixBatch = query(
  'event-store.fix_batch',
  z.object({ batch_id: z.string() }),
  `INSERT INTO event_store_positions AS p (tenant_id, sequence, batch_id, batch_last) VALUES ($1, $2, $3, $4)
   ON CONFLICT (tenant_id) DO UPDATE SET batch_id = excluded.batch_id, batch_last = excluded.batch_last
     WHERE p.batch_id IS NULL AND p.sequence = excluded.sequence
   RETURNING batch_id`,
)

/** The store has a batch (`$2`). No row when another server has said so before, or the tenant is gone. */
export const batchAccepted = query(
  'event-store.batch_accepted',
  z.object({ sequence: z.number() }),
  `UPDATE event_store_positions
   SET sequence = batch_last, batch_id = NULL, batch_last = NULL, failures = 0, reason = NULL, retry_at = NULL,
       tried_at = now()
   WHERE tenant_id = $1 AND batch_id = $2 RETURNING sequence`,
)

/** The store has not accepted a batch (`$2`), so often in a row (`$3`), why (`$4`); it rests for `$5` seconds. */
export const batchFailed = query(
  'event-store.batch_failed',
  Nothing,
  `UPDATE event_store_positions
   SET failures = $3, reason = $4, retry_at = now() + make_interval(secs => $5), tried_at = now()
   WHERE tenant_id = $1 AND batch_id = $2`,
)

/** Why the store did not accept some tenant's batch, where it still waits for that. */
export const failingBatch = queryAcrossTenants(
  'event-store.failing_batch',
  z.object({ reason: z.string() }),
  `SELECT reason FROM event_store_positions WHERE failures > 0 ORDER BY tenant_id LIMIT 1`,
)

/** How many events the store has not got, of all tenants. */
export const lagOfAll = queryAcrossTenants(
  'event-store.lag_of_all',
  z.object({ lag: z.number() }),
  `SELECT coalesce(sum(h.last_sequence - coalesce(p.sequence, 0)), 0) AS lag
   FROM record_heads h
   JOIN tenants t ON t.id = h.tenant_id
   LEFT JOIN event_store_positions p ON p.tenant_id = h.tenant_id`,
)

/** How far the store has one tenant's record, and how far that goes. */
export const progress = query(
  'event-store.progress',
  z.object({ head: z.number(), sequence: z.number(), retry_at: z.string().nullable() }),
  `SELECT coalesce(h.last_sequence, 0) AS head, coalesce(p.sequence, 0) AS sequence, rfc3339(p.retry_at) AS retry_at
   FROM (SELECT $1::uuid AS id) AS t
   LEFT JOIN record_heads h ON h.tenant_id = t.id AND h.tenant_id = $1
   LEFT JOIN event_store_positions p ON p.tenant_id = t.id AND p.tenant_id = $1`,
)

const StateRow = z.object({
  state: EventStore.omit({ url: true }),
  failures: z.number(),
  next_attempt_at: z.string().nullable(),
  /** Whether it may be tried now. */
  due: z.boolean(),
  /** Whether the breaker of the wake is open or was. */
  wake_failures: z.number(),
})
export type StateRow = z.output<typeof StateRow>

const state = `
  json_build_object('id', s.id, 'status', s.status, 'since', rfc3339(s.since), 'reason', s.reason) AS state,
  s.failures, rfc3339(s.next_attempt_at) AS next_attempt_at,
  s.next_attempt_at IS NULL OR s.next_attempt_at <= now() AS due, s.wake_failures`

/** The row is there before its first change, so that two servers which make that at once know of each other. */
export const ensureState = query(
  'event-store.ensure_state',
  Nothing,
  `INSERT INTO event_store_state (tenant_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
)

export const findState = query(
  'event-store.find_state',
  StateRow,
  `SELECT ${state} FROM event_store_state s WHERE s.tenant_id = $1 AND s.id = $2`,
)

export const lockState = query(
  'event-store.lock_state',
  StateRow,
  `SELECT ${state} FROM event_store_state s WHERE s.tenant_id = $1 AND s.id = $2 FOR UPDATE`,
)

/** Down for a reason (`$3`), after so many failures (`$4`), to be tried again in `$5` seconds, or at once when null. */
export const setDown = query(
  'event-store.set_down',
  StateRow,
  `UPDATE event_store_state AS s
   SET status = 'down', since = CASE WHEN status = 'down' THEN since ELSE now() END, reason = $3, failures = $4,
       next_attempt_at = now() + make_interval(secs => $5)
   WHERE s.tenant_id = $1 AND s.id = $2 RETURNING ${state}`,
)

export const setUp = query(
  'event-store.set_up',
  StateRow,
  `UPDATE event_store_state AS s
   SET status = 'up', since = now(), reason = NULL, failures = 0, next_attempt_at = NULL,
       wake_failures = 0, wake_after = NULL
   WHERE s.tenant_id = $1 AND s.id = $2 RETURNING ${state}`,
)

/** Begins a wake (`$3`) of at most `$4` seconds. No row while another is under way, or the breaker is open. */
export const beginWake = query(
  'event-store.begin_wake',
  z.object({ wake_failures: z.number() }),
  `UPDATE event_store_state SET wake_id = $3, wake_until = now() + make_interval(secs => $4)
   WHERE tenant_id = $1 AND id = $2 AND (wake_until IS NULL OR wake_until < now())
     AND (wake_after IS NULL OR wake_after <= now())
   RETURNING wake_failures`,
)

/** Ends a wake (`$3`) after so many that failed in a row (`$4`); with any, the next waits for `$5` seconds. */
export const endWake = query(
  'event-store.end_wake',
  Nothing,
  `UPDATE event_store_state
   SET wake_id = NULL, wake_until = NULL, wake_failures = $4,
       wake_after = CASE WHEN $4 > 0 THEN now() + make_interval(secs => $5) END
   WHERE tenant_id = $1 AND id = $2 AND wake_id = $3`,
)

/** The store answers its probes: it may be woken again at once when it is needed. */
export const closeBreaker = query(
  'event-store.close_breaker',
  Nothing,
  `UPDATE event_store_state SET wake_failures = 0, wake_after = NULL WHERE tenant_id = $1 AND id = $2`,
)
