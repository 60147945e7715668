import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'

/**
 * What an active webhook has yet to get: the record after its cursor, and the window before it that the queue holds.
 * Locks are taken in the order webhook, cursor, queue; each function here runs in a transaction that has locked the
 * webhook (FOR NO KEY UPDATE or more).
 */

const Sequence = z.object({ sequence: z.number() })

const openCursor = query(
  'webhooks.open_cursor',
  Sequence,
  `INSERT INTO webhook_cursors (tenant_id, webhook_id, sequence)
   VALUES ($1, $2, coalesce($3::bigint, (SELECT last_sequence FROM record_heads WHERE tenant_id = $1), 0))
   RETURNING sequence`,
)

/** In a statement of its own: what the fan-out queued before it let go is seen by the next one. */
const lockCursor = query(
  'webhooks.lock_cursor',
  Sequence,
  `SELECT sequence FROM webhook_cursors WHERE tenant_id = $1 AND webhook_id = $2 FOR UPDATE`,
)

const dropBacklog = query(
  'webhooks.drop_backlog',
  Sequence,
  `WITH queued AS (
     DELETE FROM webhook_queue WHERE tenant_id = $1 AND webhook_id = $2 RETURNING sequence
   ), cursor AS (
     DELETE FROM webhook_cursors WHERE tenant_id = $1 AND webhook_id = $2 RETURNING sequence
   )
   SELECT least(cursor.sequence, (SELECT min(sequence) - 1 FROM queued)) AS sequence FROM cursor`,
)

/** Lets a webhook follow the record after a sequence, or from now on where none is named. */
export async function openBacklog(scope: Scope, webhookId: string, after: number | null): Promise<void> {
  await openCursor(scope, webhookId, after)
}

/**
 * Ends what a webhook follows, with all that is queued for it. Answers the sequence after which it has not got
 * everything. What is being sent at this moment still arrives.
 */
export async function dropBacklogOf(scope: Scope, webhookId: string): Promise<number> {
  await lockCursor(scope, webhookId)
  const [row] = await dropBacklog(scope, webhookId)
  if (!row) throw new Error(`the webhook ${webhookId} follows nothing`)
  return row.sequence
}

/** Sends an active webhook everything after a sequence again, and what it had not got before that first. */
export async function rewindBacklog(scope: Scope, webhookId: string, after: number): Promise<void> {
  const missing = await dropBacklogOf(scope, webhookId)
  await openBacklog(scope, webhookId, Math.min(after, missing))
}
