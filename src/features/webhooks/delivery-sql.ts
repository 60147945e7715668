import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { firstIdAt } from '../../kernel/ids.ts'
import { Delivery, type DELIVERY_STATUSES } from './schema.ts'

/** The one way a row of `webhook_deliveries` (alias `d`) becomes a Delivery. */
export const deliveryJson = (d = 'd'): string => `json_build_object(
  'id', ${d}.id, 'webhook_id', ${d}.webhook_id, 'event_id', ${d}.event_id, 'event_type', ${d}.event_type,
  'attempt', ${d}.attempt, 'delivered_at', rfc3339(${d}.delivered_at), 'status_code', ${d}.status_code,
  'response_body', ${d}.response_body, 'error_message', ${d}.error_message, 'duration_ms', ${d}.duration_ms,
  'next_attempt_at', rfc3339(${d}.next_attempt_at))`

const DeliveryRow = z.object({ delivery: Delivery })

export const findDelivery = query(
  'webhooks.find_delivery',
  DeliveryRow,
  `SELECT ${deliveryJson()} AS delivery FROM webhook_deliveries d
   WHERE d.tenant_id = $1 AND d.webhook_id = $2 AND d.id = $3`,
)

/**
 * Logs an attempt that somebody asked for: the next of its event. No row where the webhook is gone; one that is just being deleted
 * is waited for.
 */
export const insertDelivery = query(
  'webhooks.insert_delivery',
  DeliveryRow,
  `WITH receiver AS MATERIALIZED (
     SELECT FROM webhooks w WHERE w.tenant_id = $1 AND w.id = $2 FOR SHARE
   )
   INSERT INTO webhook_deliveries AS d (tenant_id, webhook_id, id, event_id, event_type, delivered_at,
     status_code, response_body, error_message, duration_ms, attempt)
   SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
     1 + coalesce((SELECT max(e.attempt) FROM webhook_deliveries e
                   WHERE e.tenant_id = $1 AND e.event_id = $4 AND e.webhook_id = $2), 0)
   FROM receiver
   RETURNING ${deliveryJson()} AS delivery`,
)

/** Where an event (`$2`) stands in the feed. */
export const sequenceOfEvent = query(
  'webhooks.sequence_of_event',
  z.object({ sequence: z.number() }),
  `SELECT f.sequence FROM audit_log a JOIN record_feed f ON f.tenant_id = $1 AND f.position = a.position
   WHERE a.tenant_id = $1 AND a.id = $2`,
)

const MINUTE_MILLISECONDS = 60_000
const ARRIVED = 'd.status_code BETWEEN 200 AND 299'

/** What a status means; an attempt that was followed by another waits for none. */
const STATUS_CONDITIONS: Readonly<Record<(typeof DELIVERY_STATUSES)[number], string>> = {
  delivered: ARRIVED,
  failed: `(${ARRIVED}) IS NOT TRUE`,
  pending: `d.next_attempt_at IS NOT NULL
    AND EXISTS (SELECT FROM webhooks w WHERE w.tenant_id = $1 AND w.id = d.webhook_id AND w.active)
    AND NOT EXISTS (
      SELECT FROM webhook_deliveries e
      WHERE e.tenant_id = $1 AND e.event_id = d.event_id AND e.webhook_id = d.webhook_id AND e.delivered_at > d.delivered_at)`,
}

/** Which deliveries; an absent member is no condition. */
export interface DeliveryFilter {
  webhook: string
  types?: readonly string[] | undefined
  event?: string | undefined
  status?: (typeof DELIVERY_STATUSES)[number] | undefined
  since?: string | undefined
  until?: string | undefined
  /** The id of the last row seen. */
  before?: string | undefined
  limit: number
  offset: number
}

/**
 * One page of a webhook's deliveries, newest first. Its text depends only on which filters are there, so that each
 * combination is one named statement. Times bound the ids, too, which are made when an attempt has ended: so that last
 * month's are not looked for from today's on.
 */
export function listDeliveries(
  scope: Scope,
  filter: DeliveryFilter,
): Promise<z.output<typeof DeliveryRow>[]> {
  const { webhook, types, event, status, since, until, before } = filter
  const values: unknown[] = [webhook]
  const conditions: string[] = []
  const names: string[] = []
  const parameter = (value: unknown): string => `$${values.push(value) + 1}`
  const where = (name: string, condition: string): void => {
    names.push(name)
    conditions.push(condition)
  }
  if (types !== undefined) where('types', `d.event_type = ANY(${parameter(types)}::text[])`)
  if (event !== undefined) where('event', `d.event_id = ${parameter(event)}`)
  if (status !== undefined) where(status, STATUS_CONDITIONS[status])
  if (since !== undefined)
    where(
      'since',
      `d.delivered_at >= ${parameter(since)}::timestamptz
       AND d.id >= ${parameter(firstIdAt(Date.parse(since) - MINUTE_MILLISECONDS))}`,
    )
  if (until !== undefined)
    where(
      'until',
      `d.delivered_at <= ${parameter(until)}::timestamptz
       AND d.id < ${parameter(firstIdAt(Date.parse(until) + 10 * MINUTE_MILLISECONDS))}`,
    )
  if (before !== undefined) where('before', `d.id < ${parameter(before)}`)
  const list = query(
    `webhooks.deliveries:${names.join('+')}`,
    DeliveryRow,
    `SELECT ${deliveryJson()} AS delivery FROM webhook_deliveries d
     WHERE d.tenant_id = $1 AND d.webhook_id = $2 ${conditions.map((each) => `AND ${each}`).join(' ')}
     ORDER BY d.id DESC LIMIT ${parameter(filter.limit)} OFFSET ${parameter(filter.offset)}`,
  )
  return list(scope, ...values)
}
