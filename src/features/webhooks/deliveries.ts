import { v5 } from 'uuid'
import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import {
  feedAfter,
  requireSubscription,
  toEvent,
  typesOf,
  type Event as EventSchema,
} from '../audit/index.ts'
import { taskExample } from '../tasks/index.ts'
import { webhookClient } from './call.ts'
import * as deliverySql from './delivery-sql.ts'
import { deliveryExample as example, webhookExample } from './example.ts'
import { Delivery, DeliveryWithPayload, ListDeliveries, type Webhook } from './schema.ts'
import { signedRequest, type Message } from './signature.ts'
import * as sql from './sql.ts'

type Event = z.output<typeof EventSchema>

const LastId = z.tuple([z.string()])

/** Lists a webhook's deliveries, newest first. */
export const listDeliveries = operation({
  name: 'webhooks.list_deliveries',
  summary: "Read the log of a webhook's deliveries, newest first",
  description:
    'One row an attempt, kept for CAIRN_WEBHOOK_RETENTION_DAYS. The next page is in the Link header (rel="next"); rows that come meanwhile do not move it.',
  http: { method: 'GET', path: '/webhooks/:webhook_id/deliveries', status: 200 },
  permission: 'manage_webhooks',
  runs: 'read',
  input: ListDeliveries,
  output: z.array(Delivery),
  problems: { webhook_not_found: 404 },
  examples: [
    {
      summary: 'What is still to be tried again',
      input: { webhook_id: webhookExample.id, status: 'pending' },
      output: [
        {
          ...example,
          status_code: 503,
          response_body: 'busy',
          error_message: 'the receiver answered 503',
          next_attempt_at: '2026-11-22T09:31:30.000000Z',
        },
      ],
    },
  ],
  async run(ctx, { limit, offset, cursor, ...filter }) {
    const { webhook_id, event_type, event_id, status, since, until } = filter
    if ((await sql.findWebhook(ctx, webhook_id)).length === 0) throw notFound('webhook', webhook_id)
    const list = `deliveries ${JSON.stringify(filter)}`
    const rows = await deliverySql.listDeliveries(ctx, {
      webhook: webhook_id,
      types: event_type && typesOf(event_type, Object.keys(ctx.app.events), 'event_type'),
      event: event_id,
      status,
      since,
      until,
      before: cursor === undefined ? undefined : openCursor(ctx, list, cursor, LastId)[0],
      limit: limit + 1,
      offset,
    })
    return cutPage(ctx, list, rows, limit, (last) => [last.delivery.id]).map(({ delivery }) => delivery)
  },
})

/** The type of what is sent to try a webhook. It is of no other meaning, and in no record. */
const TEST = 'webhook.test'

const testMessage = (id: string, webhook: Webhook): Message => ({
  id,
  type: TEST,
  timestamp: new Date().toISOString(),
  data: { webhook, old_values: null },
})

/** A webhook with its secrets, and when that was, by the database's clock. */
interface Receiver {
  webhook: Webhook
  secrets: string[]
  read_at: string
}

/** Throws `webhook_not_found` (404). */
async function requireReceiver(ctx: Ctx, id: string): Promise<Receiver> {
  const [row] = await sql.findReceiver(ctx, id)
  if (!row) throw notFound('webhook', id)
  return row
}

/**
 * Sends a message at once and logs the attempt, beside whatever the queue does: it is not tried again, and switches
 * nothing off. No connection to the database is held while the receiver takes its time.
 */
async function sendNow(
  ctx: Ctx,
  { webhook, secrets, read_at }: Receiver,
  message: Message,
): Promise<Delivery> {
  const began = new Date(read_at)
  const result = await webhookClient(ctx.app).post({
    url: webhook.url,
    ...signedRequest(message, secrets, began),
  })
  const [row] = await deliverySql.insertDelivery(
    ctx,
    webhook.id,
    newId(),
    message.id,
    message.type,
    began.toISOString(),
    result.status_code,
    result.response_body,
    result.error_message,
    result.duration_ms,
  )
  if (!row) throw notFound('webhook', webhook.id)
  return row.delivery
}

/** Under an Idempotency-Key always the same: sent again since its answer was lost, the receiver knows the event. */
const testId = ({ caller, request }: Ctx, webhookId: string): string =>
  request.idempotencyKey === undefined
    ? newId()
    : v5(JSON.stringify([caller.actor.kind, caller.actor.id, request.idempotencyKey]), webhookId)

/** Sends a test event to a webhook, and answers what came of it. */
export const testWebhook = operation({
  name: 'webhooks.test',
  summary: 'Send a test event to a webhook at once',
  description:
    'An event of the type webhook.test, signed like any other, to an inactive webhook as well. The answer is its row in the log, within 10 seconds; whatever comes of it, it is not tried again and switches nothing off.',
  http: { method: 'POST', path: '/webhooks/:webhook_id/test', status: 200 },
  permission: 'manage_webhooks',
  runs: 'read',
  input: z.strictObject({ webhook_id: Id }),
  output: Delivery,
  problems: { webhook_not_found: 404 },
  examples: [
    {
      summary: 'It arrived',
      input: { webhook_id: webhookExample.id },
      output: { ...example, event_type: TEST },
    },
  ],
  async run(ctx, { webhook_id }) {
    const receiver = await requireReceiver(ctx, webhook_id)
    return sendNow(ctx, receiver, testMessage(testId(ctx, webhook_id), receiver.webhook))
  },
})

/** What a delivery carried, as the record tells it; undefined where it is no longer there. */
async function findMessage(ctx: Ctx, { event_id }: Delivery): Promise<Omit<Event, 'sequence'> | undefined> {
  const [place] = await deliverySql.sequenceOfEvent(ctx, event_id)
  const [found] = place ? await feedAfter(ctx, place.sequence - 1, 1) : []
  if (!found) return undefined
  const { sequence: _, ...message } = toEvent(found.row)
  return message
}

/** The same, to be sent again. Throws `event_gone` (409). */
async function messageOf(ctx: Ctx, delivery: Delivery): Promise<Message> {
  const message = await findMessage(ctx, delivery)
  if (message) return message
  throw new Problem(
    'event_gone',
    409,
    `The event ${delivery.event_id} is no longer in the record, so it cannot be sent again.`,
  )
}

/** Reads one attempt with what it carried. Throws `delivery_not_found` (404). */
export const getDelivery = operation({
  name: 'webhooks.get_delivery',
  summary: 'Get a delivery with what it carried',
  description:
    'The payload as the record tells it; null for a test, and where its event is no longer in the record. That of events of people, roles and keys needs the permission read_audit as well.',
  http: { method: 'GET', path: '/webhooks/:webhook_id/deliveries/:delivery_id', status: 200 },
  permission: 'manage_webhooks',
  runs: 'read',
  input: z.strictObject({ webhook_id: Id, delivery_id: Id }),
  output: DeliveryWithPayload,
  problems: { webhook_not_found: 404, delivery_not_found: 404 },
  examples: [
    {
      summary: 'The end of a task',
      input: { webhook_id: webhookExample.id, delivery_id: example.id },
      output: {
        ...example,
        payload: {
          id: example.event_id,
          type: example.event_type,
          timestamp: '2026-11-22T09:30:00.000000Z',
          data: { task: { ...taskExample, status: 'completed' }, old_values: { status: 'in_progress' } },
        },
      },
    },
  ],
  async run(ctx, { webhook_id, delivery_id }) {
    if ((await sql.findWebhook(ctx, webhook_id)).length === 0) throw notFound('webhook', webhook_id)
    const [found] = await deliverySql.findDelivery(ctx, webhook_id, delivery_id)
    if (!found) throw notFound('delivery', delivery_id)
    const { delivery } = found
    if (delivery.event_type === TEST) return { ...delivery, payload: null }
    requireSubscription(ctx.caller, [delivery.event_type], Object.keys(ctx.app.events))
    return { ...delivery, payload: (await findMessage(ctx, delivery)) ?? null }
  },
})

/** Sends the event of a delivery again. Throws `delivery_not_found` (404) and `event_gone` (409). */
export const redeliverEvent = operation({
  name: 'webhooks.redeliver_event',
  summary: 'Send the event of a delivery again, at once',
  description:
    'Under the same event id, to an inactive webhook as well. The answer is the new row in the log; whatever comes of it, it is not tried again and switches nothing off.',
  http: {
    method: 'POST',
    path: '/webhooks/:webhook_id/deliveries/:delivery_id/redeliver',
    status: 200,
  },
  permission: 'manage_webhooks',
  runs: 'read',
  input: z.strictObject({ webhook_id: Id, delivery_id: Id }),
  output: Delivery,
  problems: { webhook_not_found: 404, delivery_not_found: 404, event_gone: 409 },
  examples: [
    {
      summary: 'A second attempt',
      input: { webhook_id: webhookExample.id, delivery_id: example.id },
      output: { ...example, id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2c21', attempt: 2 },
    },
  ],
  async run(ctx, { webhook_id, delivery_id }) {
    const receiver = await requireReceiver(ctx, webhook_id)
    const [found] = await deliverySql.findDelivery(ctx, webhook_id, delivery_id)
    if (!found) throw notFound('delivery', delivery_id)
    const { delivery } = found
    const isTest = delivery.event_type === TEST
    return sendNow(
      ctx,
      receiver,
      isTest ? testMessage(delivery.event_id, receiver.webhook) : await messageOf(ctx, delivery),
    )
  },
})
