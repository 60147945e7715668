import { z } from 'zod'
import { Time } from '../../kernel/time.ts'

/** The id of the installation's one event store, in the record. */
export const STORE_ID = '00000000-0000-7000-8000-00000000e5e5'

export const Status = z.enum(['unknown', 'up', 'down'])

/** The event store as the record tells of it. */
export const EventStore = z.strictObject({
  id: z.uuid(),
  /** Without its query, which may hold a secret. */
  url: z.string(),
  status: Status,
  since: Time,
  reason: z.string().nullable(),
})
export type EventStore = z.output<typeof EventStore>

/** What GET /event-store answers. */
export const EventStoreReport = z
  .strictObject({
    status: Status.meta({
      description:
        '`unknown` before the first batch was tried; `down` until everything that failed was accepted',
    }),
    since: Time.nullable().meta({ description: 'Since when it has this status' }),
    url: z
      .string()
      .nullable()
      .meta({ description: "Where the events go, for the operator's tenant; null for others" }),
    reason: z
      .string()
      .nullable()
      .meta({ description: "Why it is down, for the operator's tenant; null for others" }),
    next_attempt_at: Time.nullable().meta({ description: 'When it is tried again, where it is down' }),
    last_sequence: z.int().meta({ description: "Up to here the store has accepted this tenant's events" }),
    lag: z.int().meta({ description: "This tenant's events that the store has not accepted yet" }),
  })
  .meta({ id: 'EventStore' })
export type EventStoreReport = z.output<typeof EventStoreReport>
