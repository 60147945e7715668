import { z } from 'zod'
import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { pageById } from '../../kernel/cursor.ts'
import { Page } from '../../kernel/page.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem, validationFailed } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { requireSubscription } from '../audit/index.ts'
import { dropBacklogOf, openBacklog } from './backlog.ts'
import { webhookClient } from './call.ts'
import { secretExample, webhookExample as example } from './example.ts'
import { requireAddress } from './resolution.ts'
import {
  ChangeWebhook,
  CreateWebhook,
  RotateSecret,
  Webhook,
  WebhookWithSecret,
  type Since,
} from './schema.ts'
import { newSecret } from './secret.ts'
import { sequenceBefore } from './since.ts'
import * as sql from './sql.ts'

const MOST_WEBHOOKS = 100

/** Locks a webhook; honours If-Match. Throws `webhook_not_found` (404) and `version_mismatch` (412). */
export async function lockWebhook(ctx: Ctx, id: string): Promise<Webhook> {
  const [row] = await sql.lockWebhook(ctx, id)
  if (!row) throw notFound('webhook', id)
  requireVersion(ctx, 'webhook', row.webhook.version)
  return row.webhook
}

/** Registers a webhook and shows its secret this once. Throws `address_refused` (400) and `too_many_webhooks` (409). */
export const createWebhook = operation({
  name: 'webhooks.create',
  summary: 'Register a webhook',
  description:
    'Every event of these types from now on is posted to the URL, those of one entity in their order, at least once. The secret that signs is shown this once and never again. Events of people, roles and keys need the permission read_audit as well.',
  http: { method: 'POST', path: '/webhooks', status: 201 },
  permission: 'manage_webhooks',
  runs: 'transaction',
  versioned: true,
  input: CreateWebhook,
  output: WebhookWithSecret,
  problems: { address_refused: 400, too_many_webhooks: 409 },
  withoutSecret: (output) => ({ ...output, secret: null }),
  examples: [
    {
      summary: 'The ends of tasks',
      input: { url: example.url, event_types: example.event_types },
      output: { ...example, secret: secretExample },
    },
  ],
  async run(ctx, { url, event_types, secret = newSecret() }) {
    requireSubscription(ctx.caller, event_types, Object.keys(ctx.app.events))
    await requireAddress(url, webhookClient(ctx.app).rules)
    await sql.lockTenant(ctx)
    const [{ count }] = (await sql.countWebhooks(ctx)) as [{ count: number }]
    if (count >= MOST_WEBHOOKS)
      throw new Problem(
        'too_many_webhooks',
        409,
        `There are ${MOST_WEBHOOKS} webhooks already; delete one, or let one have more event types.`,
      )
    const [row] = await sql.insertWebhook(ctx, newId(), url, event_types, secret)
    const { webhook } = row!
    await openBacklog(ctx, webhook.id, null)
    recordChange(ctx, 'webhook.created', null, webhook)
    return { ...webhook, secret }
  },
})

/** Lists the tenant's webhooks. */
export const listWebhooks = operation({
  name: 'webhooks.list',
  summary: 'List webhooks',
  http: { method: 'GET', path: '/webhooks', status: 200 },
  permission: 'manage_webhooks',
  runs: 'read',
  input: z.strictObject({ ...Page }),
  output: z.array(Webhook),
  examples: [{ summary: 'All', input: {}, output: [example] }],
  run: (ctx, { offset, ...page }) =>
    pageById(ctx, 'webhooks', page, async (after, rows) =>
      (await sql.listWebhooks(ctx, after, rows, offset)).map(({ webhook }) => webhook),
    ),
})

/** Reads one webhook, without its secret. Throws `webhook_not_found` (404). */
export const getWebhook = operation({
  name: 'webhooks.get',
  summary: 'Get a webhook, without its secret',
  http: { method: 'GET', path: '/webhooks/:webhook_id', status: 200 },
  permission: 'manage_webhooks',
  runs: 'read',
  versioned: true,
  input: z.strictObject({ webhook_id: Id }),
  output: Webhook,
  problems: { webhook_not_found: 404 },
  examples: [{ summary: 'One', input: { webhook_id: example.id }, output: example }],
  async run(ctx, { webhook_id }) {
    const [row] = await sql.findWebhook(ctx, webhook_id)
    if (!row) throw notFound('webhook', webhook_id)
    return row.webhook
  },
})

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each))

/** Lets what a webhook follows begin or end, where that changes; the sequence after which it then misses something. */
async function moveBacklog(
  ctx: Ctx,
  before: Webhook,
  active: boolean,
  since?: Since,
): Promise<number | null> {
  if (active === before.active) return before.missed_after
  if (!active) return dropBacklogOf(ctx, before.id)
  await openBacklog(ctx, before.id, since === undefined ? null : await sequenceBefore(ctx, since))
  return null
}

/** Changes a webhook, parks it or lets it go on. Throws `address_refused` (400). */
export const updateWebhook = operation({
  name: 'webhooks.update',
  summary: 'Change, park or resume a webhook',
  description:
    'Parked (active=false), nothing is queued for it, and missed_after says after which sequence it has not got everything. active=true lets it go on from now on; with ?since= of that sequence it misses nothing.',
  http: { method: 'PATCH', path: '/webhooks/:webhook_id', status: 200, query: ['since'] },
  permission: 'manage_webhooks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeWebhook,
  output: Webhook,
  problems: { webhook_not_found: 404, address_refused: 400 },
  examples: [
    {
      summary: 'Park it',
      input: { webhook_id: example.id, active: false },
      output: { ...example, active: false, missed_after: 4711, version: 2 },
    },
    {
      summary: 'Resume it where it stopped',
      input: { webhook_id: example.id, active: true, since: '4711' },
      output: { ...example, version: 3 },
    },
  ],
  async run(ctx, { webhook_id, since, ...wanted }) {
    if (wanted.url !== undefined) await requireAddress(wanted.url, webhookClient(ctx.app).rules)
    const before = await lockWebhook(ctx, webhook_id)
    const { url, event_types, active } = { ...before, ...wanted }
    // Who sends the events elsewhere sees them, too.
    if (wanted.event_types || url !== before.url)
      requireSubscription(ctx.caller, event_types, Object.keys(ctx.app.events))
    if (since !== undefined && (before.active || wanted.active !== true))
      throw validationFailed([
        {
          path: 'since',
          message: before.active
            ? 'is for a webhook that is not active; an active one is sent past events by POST …/redeliver?since='
            : 'needs {"active": true} in the body',
        },
      ])
    if (url === before.url && active === before.active && sameSet(event_types, before.event_types))
      return before
    const missedAfter = await moveBacklog(ctx, before, active, since)
    const [row] = await sql.updateWebhook(ctx, webhook_id, url, event_types, active, missedAfter)
    recordChange(ctx, 'webhook.updated', before, row!.webhook)
    return row!.webhook
  },
})

/** Deletes a webhook, with all that is queued for it and the log of its deliveries. */
export const deleteWebhook = operation({
  name: 'webhooks.delete',
  summary: 'Delete a webhook and the log of its deliveries',
  description: 'What is being sent at this moment may still arrive.',
  http: { method: 'DELETE', path: '/webhooks/:webhook_id', status: 204 },
  permission: 'manage_webhooks',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ webhook_id: Id }),
  output: z.void(),
  problems: { webhook_not_found: 404 },
  async run(ctx, { webhook_id }) {
    const before = await lockWebhook(ctx, webhook_id)
    if (before.active) await dropBacklogOf(ctx, webhook_id)
    await sql.deleteDeliveriesOf(ctx, webhook_id)
    await sql.deleteWebhook(ctx, webhook_id)
    recordChange(ctx, 'webhook.deleted', before, null)
  },
})

/** Gives a webhook another secret and shows it this once; for a while both sign. */
export const rotateSecret = operation({
  name: 'webhooks.rotate_secret',
  summary: "Rotate a webhook's secret",
  description:
    'The new secret is shown this once. Until the overlap ends, each request is signed by both, so that the receiver can change over at its own time; so it is for earlier ones whose overlap has not ended. overlap_hours=0 ends all old ones at once.',
  http: { method: 'POST', path: '/webhooks/:webhook_id/rotate-secret', status: 200 },
  permission: 'manage_webhooks',
  runs: 'transaction',
  versioned: true,
  input: RotateSecret,
  output: WebhookWithSecret,
  problems: { webhook_not_found: 404 },
  withoutSecret: (output) => ({ ...output, secret: null }),
  examples: [
    {
      summary: 'Within a day',
      input: { webhook_id: example.id, overlap_hours: 24 },
      output: {
        ...example,
        previous_secret_expires_at: '2026-11-23T10:00:00.000000Z',
        version: 2,
        secret: secretExample,
      },
    },
  ],
  async run(ctx, { webhook_id, overlap_hours, secret = newSecret() }) {
    const before = await lockWebhook(ctx, webhook_id)
    if ((await sql.hasSecret(ctx, webhook_id, secret)).length > 0)
      throw validationFailed([{ path: 'secret', message: 'is the one that it has; give another' }])
    const [row] = await sql.rotateSecret(ctx, webhook_id, secret, overlap_hours)
    recordChange(ctx, 'webhook.updated', before, row!.webhook)
    return { ...row!.webhook, secret }
  },
})
