import type pg from 'pg'
import { transact } from '../../kernel/database.ts'
import type { TakenJob } from '../../kernel/jobs.ts'
import { appendToRecord, formerValues } from '../../kernel/record.ts'
import type { Services } from '../../kernel/services.ts'
import { attempts, newJobs, type AttemptJob } from './attempt-jobs.ts'
import { dropBacklogOf } from './backlog.ts'
import type { CallResult } from './call.ts'
import { giveTurns, holdWebhooks, settleTurns, standingTurn } from './queue-sql.ts'
import { disableWebhook, lockWebhook } from './sql.ts'

/** An attempt that was made, and what came of it. */
export interface Outcome {
  /** The id of its row: the same when it is written down again after a lost connection. */
  id: string
  job: TakenJob<AttemptJob>
  event_id: string
  event_type: string
  /** 1 for the first. */
  attempt: number
  /** RFC 3339: when it began. */
  delivered_at: string
  result: CallResult
}

const DELIVERY = JSON.stringify({ kind: 'system', id: null, name: 'webhook-delivery', request_id: null })

/** In how many seconds an attempt that failed is followed by another; null when it was the last, or none may follow. */
const nextIn = ({ attempt, result }: Outcome, waits: readonly number[]): number | null =>
  (result.outcome === 'again' ? waits[attempt - 1] : undefined) ?? null

const isLast = ({ attempt, result }: Outcome, waits: readonly number[]): boolean =>
  result.outcome === 'again' && attempt > waits.length

/** Switches off the webhook whose last try this was, unless somebody changed what it waits for meanwhile. */
async function disable(app: Services, db: pg.PoolClient, tenant: string, outcome: Outcome): Promise<boolean> {
  const { webhook_id, sequence, turn } = outcome.job.data
  const scope = { db, tenant }
  const [locked] = await lockWebhook(scope, webhook_id)
  const [standing] = await standingTurn(scope, webhook_id, sequence, turn)
  if (!locked?.webhook.active || !standing) return false
  const missedAfter = await dropBacklogOf(scope, webhook_id)
  const { error_message, status_code } = outcome.result
  const reason = `${outcome.attempt} attempts to deliver ${outcome.event_type} failed, the last: ${error_message ?? `status ${status_code}`}`
  const [row] = await disableWebhook(scope, webhook_id, reason, missedAfter)
  await appendToRecord(scope, DELIVERY, [
    {
      event_type: 'webhook.disabled',
      entity_type: 'webhook',
      entity_id: webhook_id,
      old_values: formerValues(locked.webhook, row!.webhook),
      new_values: row!.webhook,
    },
  ])
  app.log.warn({ webhook_id, tenant_id: tenant, reason }, 'a webhook was switched off')
  return true
}

/**
 * Writes down what came of attempts of one tenant, in one transaction: their rows, the next turns with their jobs, and
 * the end of those webhooks whose last try failed. It waits for nobody, since one slow deletion would keep all outcomes waiting:
 * answers those of webhooks that somebody else is changing, or deleting with their tenant, to be settled later.
 */
export async function settle(
  app: Services,
  tenant: string,
  outcomes: readonly Outcome[],
  waits: readonly number[],
): Promise<Outcome[]> {
  const last = outcomes.filter((each) => isLast(each, waits))
  const idsOf = (some: readonly Outcome[]): string[] => some.map(({ job }) => job.data.webhook_id)
  const { disabled, left } = await transact(app.pool, async (db) => {
    const scope = { db, tenant }
    const known = await holdWebhooks(scope, idsOf(outcomes), idsOf(last))
    const held = new Map(known.map((each) => [each.webhook_id, each.held]))
    const heldBy = (each: Outcome): boolean | undefined => held.get(each.job.data.webhook_id)
    let disabled = false
    for (const outcome of last)
      if (heldBy(outcome)) disabled = (await disable(app, db, tenant, outcome)) || disabled
    const rows = outcomes.filter(heldBy).map((each) => ({
      id: each.id,
      webhook_id: each.job.data.webhook_id,
      sequence: each.job.data.sequence,
      turn: each.job.data.turn,
      event_id: each.event_id,
      event_type: each.event_type,
      attempt: each.attempt,
      delivered_at: each.delivered_at,
      status_code: each.result.status_code,
      response_body: each.result.response_body,
      error_message: each.result.error_message,
      duration_ms: each.result.duration_ms,
      next_in: nextIn(each, waits),
    }))
    const [settled] = await settleTurns(scope, JSON.stringify(rows))
    const { free, again } = settled!
    // A statement of its own: it sees what the fan-out queued behind the events that are done.
    const turns = free.length > 0 ? await giveTurns(scope, JSON.stringify(free)) : []
    await app.jobs.add(db, attempts, [...newJobs(tenant, again), ...newJobs(tenant, turns)])
    await app.jobs.remove(
      db,
      attempts,
      outcomes.filter((each) => heldBy(each) !== false).map(({ job }) => job),
    )
    return { disabled, left: outcomes.filter((each) => heldBy(each) === false) }
  })
  if (disabled) app.wake.committed()
  return left
}
