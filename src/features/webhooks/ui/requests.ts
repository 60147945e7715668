import type { z } from 'zod'
import { useQuery } from '@tanstack/react-query'
import { get, patch, post, remove } from '../../../web/kit/api.ts'
import type { Delivery, DeliveryWithPayload, Webhook, WebhookWithSecret } from '../schema.ts'

export type NewWebhook = z.output<typeof WebhookWithSecret>
export type FullDelivery = z.output<typeof DeliveryWithPayload>

/** All webhooks of the tenant: a hundred at most. */
export const useWebhooks = () =>
  useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => get<Webhook[]>('/webhooks', { query: { limit: 1000 }, signal }),
    meta: { follows: { kinds: ['webhook'] } },
  })

/** The names of all event types, and the patterns for all of a kind. */
export const useEventPatterns = () =>
  useQuery({
    queryKey: ['event-types'],
    queryFn: ({ signal }) => get<{ type: string; description: string }[]>('/event-types', { signal }),
    staleTime: Infinity,
    select: (types): string[] => {
      const names = types.map(({ type }) => type)
      return ['*', ...new Set(names.map((name) => `${name.split('.')[0]}.*`)), ...names]
    },
  })

const at = ({ id }: Pick<Webhook, 'id'>): string => `/webhooks/${id}`

export const createWebhook = (body: unknown, idempotencyKey: string) =>
  post<NewWebhook>('/webhooks', body, { idempotencyKey })
export const changeWebhook = (webhook: Webhook, body: object) =>
  patch<Webhook>(at(webhook), body, { version: webhook.version })
export const rotateSecret = (webhook: Webhook, overlap_hours: number) =>
  post<NewWebhook>(`${at(webhook)}/rotate-secret`, { overlap_hours })
export const deleteWebhook = (webhook: Webhook) => remove(at(webhook))
export const testWebhook = (webhook: Webhook) => post<Delivery>(`${at(webhook)}/test`)

/** Lets an inactive webhook go on: from a sequence on, or from now on. */
export const resumeWebhook = (webhook: Webhook, since: number | null) =>
  patch<Webhook>(at(webhook), { active: true }, since === null ? {} : { query: { since } })

/** Sends an active webhook everything since a place (a sequence, or a time) again. */
export const redeliverSince = (webhook: Webhook, since: string) =>
  post<{ events: number }>(`${at(webhook)}/redeliver`, undefined, { query: { since } })

export const redeliver = (delivery: Delivery) =>
  post<Delivery>(`/webhooks/${delivery.webhook_id}/deliveries/${delivery.id}/redeliver`)
