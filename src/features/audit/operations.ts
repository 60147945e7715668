import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { Id } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { validationFailed } from '../../kernel/problem.ts'
import { typesOf, typesOfEntity, typesToFollow } from './event-types.ts'
import { toEvent } from './event.ts'
import { taskExample as task } from '../tasks/index.ts'
import { Event, FollowEvents, ListAudit, RecordRow } from './schema.ts'
import * as sql from './sql.ts'

const taskExample = { ...task, status: 'completed', version: 3 }

const rowExample = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00',
  sequence: 4711,
  event_type: 'task.completed',
  entity_type: 'task',
  entity_id: taskExample.id,
  actor: { kind: 'user', id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a11', name: 'bifrost' },
  request_id: '6e1f0c0a-6a52-4c7f-9a5e-1c1df3b8f9d2',
  old_values: { status: 'in_progress' },
  new_values: taskExample,
  created_at: '2026-11-22T09:30:00.000000Z',
}

/** What `actor` names: somebody's id, one of the two who are no users, or a name. */
async function actorFilter(
  ctx: Ctx,
  actor: string | undefined,
): Promise<Pick<sql.RecordFilter, 'users' | 'kind'>> {
  if (actor === undefined) return {}
  if (actor === 'operator' || actor === 'system') return { kind: actor }
  const id = Id.safeParse(actor)
  if (id.success) return { users: [id.data] }
  return { users: (await sql.usersNamed(ctx, actor)).map((user) => user.id) }
}

/** The event types that both filters leave, or undefined for all. */
function typesFilter(
  known: readonly string[],
  entityType: string | undefined,
  patterns: readonly string[] | undefined,
): string[] | undefined {
  const ofEntity = entityType === undefined ? undefined : typesOfEntity(entityType, known)
  const asked = patterns && typesOf(patterns, known, 'event_type')
  return ofEntity && asked ? asked.filter((type) => ofEntity.includes(type)) : (asked ?? ofEntity)
}

const LastPosition = z.tuple([z.int()])

/** Lists the record, newest first. */
export const listAudit = operation({
  name: 'audit.list',
  summary: 'Read the audit trail, newest first',
  description:
    'Every change of state, one row an entity, from the moment it is committed. The next page is in the Link header (rel="next"); rows that come meanwhile do not move it.',
  http: { method: 'GET', path: '/audit', status: 200 },
  permission: 'read_audit',
  runs: 'read',
  input: ListAudit,
  output: z.array(RecordRow),
  examples: [
    { summary: 'All about one task', input: { entity_id: taskExample.id }, output: [rowExample] },
    {
      summary: 'What one user did since a moment',
      input: { actor: 'bifrost', since: '2026-11-22T09:00:00Z' },
      output: [rowExample],
    },
  ],
  async run(ctx, { limit, offset, cursor, ...filter }) {
    const list = `audit ${JSON.stringify(filter)}`
    const rows = await sql.listRecord(ctx, {
      ...(await actorFilter(ctx, filter.actor)),
      entity: filter.entity_id,
      types: typesFilter(Object.keys(ctx.app.events), filter.entity_type, filter.event_type),
      since: filter.since,
      until: filter.until,
      before: cursor === undefined ? undefined : openCursor(ctx, list, cursor, LastPosition)[0],
      limit: limit + 1,
      offset,
    })
    return cutPage(ctx, list, rows, limit, (last) => [last.position]).map(({ row }) => row)
  },
})

/**
 * Throws `validation_failed` (400) for a sequence that was never given: of another server's record, or of this one's before it was
 * restored from a backup. Who waited there would miss what comes until then.
 */
async function requireWithin(ctx: Ctx, after: number): Promise<void> {
  const [last] = await sql.lastSequence(ctx)
  if (after > last!.sequence)
    throw validationFailed([
      { path: 'after', message: `the record ends at ${last!.sequence}; was it restored from a backup?` },
    ])
}

/** Follows the record from a sequence on. */
export const followEvents = operation({
  name: 'audit.follow_events',
  summary: 'Follow the events after a sequence, oldest first',
  description:
    'Ask again with the sequence of the last event as `after`: none is ever missed, none comes twice, and those of one entity come in their order. Without the permission read_audit these are the events of tasks, dependencies and executions.',
  http: { method: 'GET', path: '/events', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: FollowEvents,
  output: z.array(Event),
  examples: [
    {
      summary: 'What tasks do, waiting up to 20 seconds for it',
      input: { after: 4710, types: ['task.*'], wait_seconds: 20 },
      output: [
        {
          sequence: 4711,
          id: rowExample.id,
          type: 'task.completed',
          timestamp: rowExample.created_at,
          data: { task: taskExample, old_values: { status: 'in_progress' } },
        },
      ],
    },
  ],
  longPoll: { seconds: (input) => input.wait_seconds, satisfied: (events) => events.length > 0 },
  async run(ctx, { after, limit, types: patterns }) {
    const types = typesToFollow(ctx.caller, patterns, Object.keys(ctx.app.events))
    const rows = types
      ? await sql.feedOfTypesAfter(ctx, after, limit, types)
      : await sql.feedAfter(ctx, after, limit)
    if (rows.length === 0) await requireWithin(ctx, after)
    return rows.map(({ row }) => toEvent(row))
  },
})

/** Lists every type of event that this server records. */
export const listEventTypes = operation({
  name: 'audit.list_event_types',
  summary: 'List the types of events',
  http: { method: 'GET', path: '/event-types', status: 200 },
  permission: 'authenticated',
  runs: 'read',
  input: z.strictObject({}),
  output: z.array(z.strictObject({ type: z.string(), description: z.string() })),
  examples: [
    {
      summary: 'One of them',
      input: {},
      output: [{ type: 'task.created', description: 'A task was created' }],
    },
  ],
  run: async (ctx) =>
    Object.entries(ctx.app.events)
      .map(([type, description]) => ({ type, description }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
})
