import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { Webhook } from './schema.ts'

/** The one way a row of `webhooks` (alias `w`) becomes a Webhook: all of it but the secrets. */
export const webhookJson = (w = 'w'): string => `json_build_object(
  'id', ${w}.id, 'url', ${w}.url, 'event_types', ${w}.event_types, 'active', ${w}.active,
  'disabled_reason', ${w}.disabled_reason, 'missed_after', ${w}.missed_after,
  'previous_secret_expires_at', rfc3339(${w}.previous_secret_expires_at), 'version', ${w}.version,
  'created_at', rfc3339(${w}.created_at), 'updated_at', rfc3339(${w}.updated_at))`

export const WebhookRow = z.object({ webhook: Webhook })
const Nothing = z.object({})

/** The secrets that sign for a webhook now, newest first. */
export const secretsArray = (w = 'w'): string => `
  CASE WHEN ${w}.previous_secret_expires_at > now() THEN ARRAY[${w}.secret, ${w}.previous_secret]
       ELSE ARRAY[${w}.secret] END
  || CASE WHEN ${w}.older_secrets <> '[]' THEN ARRAY(
       SELECT o ->> 'secret' FROM jsonb_array_elements(${w}.older_secrets) AS o
       WHERE (o ->> 'expires_at')::timestamptz > now()) END`

export const findWebhook = query(
  'webhooks.find',
  WebhookRow,
  `SELECT ${webhookJson()} AS webhook FROM webhooks w WHERE w.tenant_id = $1 AND w.id = $2`,
)

export const webhookIds = query(
  'webhooks.ids',
  z.object({ id: z.string() }),
  `SELECT id FROM webhooks WHERE tenant_id = $1`,
)

/** One with what is needed to call it. */
export const findReceiver = query(
  'webhooks.find_receiver',
  WebhookRow.extend({ secrets: z.array(z.string()), read_at: z.string() }),
  `SELECT ${webhookJson()} AS webhook, ${secretsArray()} AS secrets, rfc3339(now()) AS read_at
   FROM webhooks w WHERE w.tenant_id = $1 AND w.id = $2`,
)

/** In the order of ids, which is that of their creation. */
export const listWebhooks = query(
  'webhooks.list',
  WebhookRow,
  `SELECT ${webhookJson()} AS webhook FROM webhooks w WHERE w.tenant_id = $1 AND w.id > $2
   ORDER BY w.id LIMIT $3 OFFSET $4`,
)

export const lockWebhook = query(
  'webhooks.lock',
  WebhookRow,
  `SELECT ${webhookJson()} AS webhook FROM webhooks w WHERE w.tenant_id = $1 AND w.id = $2 FOR NO KEY UPDATE`,
)

/** Whether a secret is the one that a webhook signs by. */
export const hasSecret = query(
  'webhooks.has_secret',
  Nothing,
  `SELECT FROM webhooks WHERE tenant_id = $1 AND id = $2 AND secret = $3`,
)

/** Lets one creation after another count the tenant's webhooks: the tenant's own row is what they share. */
export const lockTenant = query(
  'webhooks.lock_tenant',
  Nothing,
  `SELECT FROM tenants WHERE id = $1 FOR NO KEY UPDATE`,
)

export const countWebhooks = query(
  'webhooks.count',
  z.object({ count: z.number() }),
  `SELECT count(*) FROM webhooks WHERE tenant_id = $1`,
)

export const insertWebhook = query(
  'webhooks.insert',
  WebhookRow,
  `INSERT INTO webhooks AS w (tenant_id, id, url, event_types, secret) VALUES ($1, $2, $3, $4, $5)
   RETURNING ${webhookJson()} AS webhook`,
)

const CHANGED = 'version = w.version + 1, updated_at = now()'

/** Url, event types, whether it is active, and after what it has not got everything. */
export const updateWebhook = query(
  'webhooks.update',
  WebhookRow,
  `UPDATE webhooks AS w SET url = $3, event_types = $4, active = $5, missed_after = $6,
     disabled_reason = NULL, ${CHANGED}
   WHERE w.tenant_id = $1 AND w.id = $2 RETURNING ${webhookJson()} AS webhook`,
)

/** Switches a locked webhook off: why (`$3`), and after what it has not got everything (`$4`). */
export const disableWebhook = query(
  'webhooks.disable',
  WebhookRow,
  `UPDATE webhooks AS w SET active = false, disabled_reason = $3, missed_after = $4, ${CHANGED}
   WHERE w.tenant_id = $1 AND w.id = $2 RETURNING ${webhookJson()} AS webhook`,
)

/** Secrets beside the last two, at most: each signs every request. */
const MOST_OLDER = 4

/**
 * A new secret (`$3`); the one before signs as well for so many hours (`$4`). Those before that go on until their own overlaps
 * end, unless there is none now: who rotates again since the answer was lost has a receiver that knows only an older one.
 */
export const rotateSecret = query(
  'webhooks.rotate_secret',
  WebhookRow,
  `UPDATE webhooks AS w SET secret = $3,
     older_secrets = CASE WHEN $4 > 0 THEN coalesce((
       SELECT jsonb_agg(o ORDER BY nth) FROM (
         SELECT o, nth FROM (
           SELECT jsonb_build_object('secret', w.previous_secret, 'expires_at', w.previous_secret_expires_at) AS o, 0 AS nth
           UNION ALL SELECT * FROM jsonb_array_elements(w.older_secrets) WITH ORDINALITY
         ) AS earlier
         WHERE (o ->> 'expires_at')::timestamptz > now() ORDER BY nth LIMIT ${MOST_OLDER}
       ) AS kept), '[]') ELSE '[]' END,
     previous_secret = CASE WHEN $4 > 0 THEN w.secret END,
     previous_secret_expires_at = CASE WHEN $4 > 0 THEN now() + make_interval(hours => $4) END, ${CHANGED}
   WHERE w.tenant_id = $1 AND w.id = $2 RETURNING ${webhookJson()} AS webhook`,
)

export const deleteDeliveriesOf = query(
  'webhooks.delete_deliveries',
  Nothing,
  `DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2`,
)

export const deleteWebhook = query(
  'webhooks.delete',
  Nothing,
  `DELETE FROM webhooks WHERE tenant_id = $1 AND id = $2`,
)

/** The newest sequence there is; 0 before the first. */
export const newestSequence = query(
  'webhooks.newest_sequence',
  z.object({ sequence: z.number() }),
  `SELECT coalesce((SELECT last_sequence FROM record_heads WHERE tenant_id = $1), 0) AS sequence`,
)

/**
 * The first sequence of a row that is of a moment (`$2`) or later. The search begins where the id (`$3`) of a time
 * well before leads to, since `created_at` is when a transaction began, and sequences go by when it ended.
 */
export const firstSequenceSince = query(
  'webhooks.first_sequence_since',
  z.object({ sequence: z.number() }),
  `SELECT f.sequence FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
   WHERE f.tenant_id = $1 AND a.created_at >= $2::timestamptz AND f.sequence > coalesce((
     SELECT e.sequence FROM audit_log b JOIN record_feed e ON e.tenant_id = $1 AND e.position = b.position
     WHERE b.tenant_id = $1 AND b.id < $3 ORDER BY b.id DESC LIMIT 1), 0)
   ORDER BY f.sequence LIMIT 1`,
)

/** How many events of some types (`$3`) lie after a sequence (`$2`). */
export const countEventsAfter = query(
  'webhooks.count_events_after',
  z.object({ count: z.number() }),
  `SELECT count(*) FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
   WHERE f.tenant_id = $1 AND f.sequence > $2 AND a.event_type = ANY($3::text[])`,
)
