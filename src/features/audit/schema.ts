import { z } from 'zod'
import { Id } from '../../kernel/ids.ts'
import { Page } from '../../kernel/page.ts'
import { Time } from '../../kernel/time.ts'

const Entity = z.record(z.string(), z.unknown())
const OldValues = Entity.nullable().meta({
  description:
    'The former values of the fields that changed; the whole entity for a delete, null for a create',
})

/** A row of the record as GET /audit answers it. */
export const RecordRow = z
  .strictObject({
    id: z.uuid(),
    sequence: z
      .int()
      .nullable()
      .meta({ description: 'Its place in the feed, in the order of commits; null until it is given' }),
    event_type: z.string(),
    entity_type: z.string(),
    entity_id: z.uuid(),
    actor: z.strictObject({
      kind: z.enum(['operator', 'user', 'system']),
      id: z.uuid().nullable(),
      name: z.string(),
    }),
    request_id: z.string().nullable().meta({ description: 'The request that caused it' }),
    old_values: OldValues,
    new_values: Entity.nullable().meta({
      description: 'The whole entity after the change; null after a delete',
    }),
    created_at: Time,
  })
  .meta({ id: 'RecordRow' })
export type RecordRow = z.output<typeof RecordRow>

/** A row of the record as its followers get it. */
export const Event = z
  .strictObject({
    sequence: z.int().meta({ description: 'Its place in the feed: what `after` takes' }),
    id: z.uuid(),
    type: z.string(),
    timestamp: Time,
    data: z.looseObject({ old_values: OldValues }).meta({
      description:
        'The entity under its own name (`task`, `execution`, …) as it was after the change, or before its delete; and old_values',
    }),
  })
  .meta({ id: 'Event' })
export type Event = z.output<typeof Event>

/** How event types are named in a filter. */
export const TypePatterns = z
  .array(
    z
      .string()
      .max(100)
      .regex(
        /^(\*|[a-z0-9_]+\.(\*|[a-z0-9_]+))$/,
        'must be an event type such as task.created, or task.*, or *',
      ),
  )
  .min(1)
  .max(50)
  .meta({ description: 'May repeat; `task.*` stands for all of tasks', examples: [['task.*']] })

const Moment = z.iso.datetime({ offset: true })

export const ListAudit = z.strictObject({
  actor: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "A user's id, a name that they have or had, `operator` or `system`" }),
  entity_type: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Such as task', examples: ['task'] }),
  entity_id: Id.optional(),
  event_type: TypePatterns.optional(),
  since: Moment.optional().meta({ description: 'RFC 3339; this moment included' }),
  until: Moment.optional().meta({ description: 'RFC 3339; this moment included' }),
  ...Page,
})

export const FollowEvents = z.strictObject({
  after: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ description: 'The sequence of the last event seen' }),
  limit: z.int().min(1).max(1000).default(100).meta({ description: 'Events an answer' }),
  types: TypePatterns.optional(),
  wait_seconds: z
    .int()
    .min(0)
    .max(30)
    .default(0)
    .meta({ description: 'Seconds to wait for an event where there is none yet' }),
})
