import type { Delivery, Webhook } from './schema.ts'

/** A webhook for the documentation. */
export const webhookExample = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2c10',
  url: 'https://example.com/hooks/cairn',
  event_types: ['task.completed', 'task.failed'],
  active: true,
  disabled_reason: null,
  missed_after: null,
  previous_secret_expires_at: null,
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
} satisfies Webhook

export const secretExample = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'

/** A delivery for the documentation. */
export const deliveryExample = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2c20',
  webhook_id: webhookExample.id,
  event_id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00',
  event_type: 'task.completed',
  attempt: 1,
  delivered_at: '2026-11-22T09:31:00.000000Z',
  status_code: 204,
  response_body: '',
  error_message: null,
  duration_ms: 38,
  next_attempt_at: null,
} satisfies Delivery
