import { z } from 'zod'
import { Id } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { typesCovered } from '../audit/index.ts'
import { rewindBacklog } from './backlog.ts'
import { webhookExample } from './example.ts'
import { lockWebhook } from './registry.ts'
import { Since } from './schema.ts'
import { sequenceBefore } from './since.ts'
import * as sql from './sql.ts'

/** Sends an active webhook past events again. Throws `webhook_inactive` (409). */
export const redeliverSince = operation({
  name: 'webhooks.redeliver',
  summary: 'Send a webhook everything since some place again',
  description:
    'All events of its types after that place, in their order, and what it has not got yet with them; those that it got before come again under the same ids. The answer comes at once, the events in their turn.',
  http: { method: 'POST', path: '/webhooks/:webhook_id/redeliver', status: 200, query: ['since'] },
  permission: 'manage_webhooks',
  runs: 'transaction',
  input: z.strictObject({ webhook_id: Id, since: Since }),
  output: z.strictObject({
    webhook_id: z.uuid(),
    after: z.int().meta({ description: 'The sequence after which everything is sent' }),
    events: z.int().meta({ description: 'How many events of its types lie after it by now' }),
  }),
  problems: { webhook_not_found: 404, webhook_inactive: 409 },
  examples: [
    {
      summary: 'Since nine in the morning',
      input: { webhook_id: webhookExample.id, since: '2026-11-22T09:00:00Z' },
      output: { webhook_id: webhookExample.id, after: 4711, events: 38 },
    },
  ],
  async run(ctx, { webhook_id, since }) {
    const webhook = await lockWebhook(ctx, webhook_id)
    if (!webhook.active)
      throw new Problem(
        'webhook_inactive',
        409,
        `The webhook is not active; PATCH /webhooks/${webhook_id}?since=… with {"active": true} resumes it from there.`,
        { missed_after: webhook.missed_after },
      )
    const after = await sequenceBefore(ctx, since)
    await rewindBacklog(ctx, webhook_id, after)
    const types = typesCovered(webhook.event_types, Object.keys(ctx.app.events))
    const [row] = await sql.countEventsAfter(ctx, after, types)
    return { webhook_id, after, events: row!.count }
  },
})
