import { z } from 'zod'
import { characters } from '../../kernel/characters.ts'
import { Page } from '../../kernel/page.ts'
import { Id } from '../../kernel/ids.ts'
import { Time } from '../../kernel/time.ts'
import { TypePatterns } from '../audit/schema.ts'

/** How every secret begins. */
export const SECRET_PREFIX = 'whsec_'
const LEAST_BYTES = 24
const MOST_BYTES = 64

/** Whether a text is a secret of Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(SECRET_PREFIX)) return false
  const base64 = text.slice(SECRET_PREFIX.length)
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return false
  const bytes = atob(base64)
  // Decoders take whatever they can; what is spelled otherwise is read otherwise by others.
  return bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES && btoa(bytes) === base64
}

/** A secret that a caller brings. */
export const Secret = z
  .string()
  .max(100)
  .refine(isSecret, `must be ${SECRET_PREFIX} and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} bytes`)
  .meta({
    description: `${SECRET_PREFIX} and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} bytes; made by the server unless given`,
    examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
  })

/** A webhook as it is answered, and as the record keeps it: without its secrets. */
export const Webhook = z
  .strictObject({
    id: z.uuid(),
    url: z.string(),
    event_types: z.array(z.string()),
    active: z.boolean().meta({ description: 'Nothing is sent to one that is not' }),
    disabled_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the server switched it off; null where a person did, or nobody' }),
    missed_after: z.int().nullable().meta({
      description: 'While it is not active: the sequence after which it has not got everything',
    }),
    previous_secret_expires_at: Time.nullable().meta({
      description: 'Until when the secret before the last rotation signs as well',
    }),
    version: z.int().meta({ description: 'Grows with every change; the ETag' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.output<typeof Webhook>

/** A webhook with the secret that it has from now on. */
export const WebhookWithSecret = Webhook.extend({
  secret: z.string().nullable().meta({
    description:
      'What its requests are signed by, shown this once; null when an Idempotency-Key replays the answer',
  }),
}).meta({ id: 'WebhookWithSecret' })

/** An attempt to deliver an event to a webhook. */
export const Delivery = z
  .strictObject({
    id: z.uuid(),
    webhook_id: z.uuid(),
    event_id: z.uuid().meta({ description: 'The same in every attempt: what `webhook-id` says' }),
    event_type: z.string(),
    attempt: z.int().meta({ description: '1 for the first' }),
    delivered_at: Time.meta({ description: 'When the attempt began' }),
    status_code: z.int().nullable().meta({ description: 'null where no answer came' }),
    response_body: z
      .string()
      .nullable()
      .meta({ description: 'The first 4 KiB of the answer; null where none came' }),
    error_message: z
      .string()
      .nullable()
      .meta({ description: 'What went wrong; null where it was delivered' }),
    duration_ms: z.int().meta({ description: 'Milliseconds' }),
    next_attempt_at: Time.nullable().meta({
      description: 'When it is tried again; null: not because of this',
    }),
  })
  .meta({ id: 'WebhookDelivery' })
export type Delivery = z.output<typeof Delivery>

/** An attempt with what it carried. */
export const DeliveryWithPayload = Delivery.extend({
  payload: z
    .strictObject({
      id: z.uuid(),
      type: z.string(),
      timestamp: Time,
      data: z.record(z.string(), z.unknown()),
    })
    .nullable()
    .meta({ description: 'null for a test, and where its event is no longer in the record' }),
}).meta({ id: 'WebhookDeliveryWithPayload' })

const Url = z
  .string()
  .min(1)
  .max(2048)
  .meta({
    description: 'http or https, to a public address unless the settings allow others; up to 2048 characters',
    examples: ['https://example.com/hooks/cairn'],
  })

const EventTypes = TypePatterns.transform((patterns) => [...new Set(patterns)]).meta({
  description: 'Names of event types, `task.*` for all of tasks, or `*` for all there are or will be',
  examples: [['task.completed', 'execution.*']],
})

const SEQUENCE = /^\d{1,15}$/
const Moment = z.iso.datetime({ offset: true })

/** A place in the record: the last sequence that is not wanted, or the first moment that is. */
export const Since = z
  .string()
  .max(40)
  .refine(
    (text) => SEQUENCE.test(text) || Moment.safeParse(text).success,
    'must be a sequence such as 4711, or a time (RFC 3339)',
  )
  .transform((text) => (SEQUENCE.test(text) ? Number(text) : new Date(text)))
  .meta({
    description: 'A sequence: what comes after it. Or a time (RFC 3339): what happened from then on',
    examples: ['4711', '2026-11-22T09:00:00Z'],
  })
export type Since = z.output<typeof Since>

export const CreateWebhook = z.strictObject({ url: Url, event_types: EventTypes, secret: Secret.optional() })

export const ChangeWebhook = z.strictObject({
  webhook_id: Id,
  url: Url.optional(),
  event_types: EventTypes.optional(),
  active: z
    .boolean()
    .optional()
    .meta({ description: 'false: nothing more is sent; true: what happens from now on is' }),
  since: Since.optional().meta({ description: 'With active=true: from there on, not from now on' }),
})

export const RotateSecret = z.strictObject({
  webhook_id: Id,
  secret: Secret.optional(),
  overlap_hours: z
    .int()
    .min(0)
    .max(168)
    .default(24)
    .meta({ description: 'Hours in which the secret before signs as well' }),
})

export const DELIVERY_STATUSES = ['delivered', 'failed', 'pending'] as const

export const ListDeliveries = z.strictObject({
  webhook_id: Id,
  event_type: TypePatterns.optional(),
  event_id: Id.optional(),
  status: z.enum(DELIVERY_STATUSES).optional().meta({
    description: 'failed: not delivered; pending: those of them that are still to be tried again',
  }),
  since: Moment.optional().meta({ description: 'RFC 3339; this moment included' }),
  until: Moment.optional().meta({ description: 'RFC 3339; this moment included' }),
  ...Page,
})

export const VerifySignature = z.strictObject({
  payload: z.string().meta({ description: 'The raw body, exactly as it came' }),
  signature: characters(1, 1000).meta({
    description: 'The value of X-Webhook-Signature; or, with id and timestamp, that of webhook-signature',
  }),
  secret: characters(1, 200).meta({ description: "The webhook's secret, as it was shown" }),
  id: characters(1, 200).optional().meta({ description: 'The value of webhook-id' }),
  timestamp: z
    .int()
    .min(0)
    .max(9_999_999_999)
    .optional()
    .meta({ description: 'The value of webhook-timestamp: Unix seconds' }),
})
