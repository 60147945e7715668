import { z } from 'zod'
import { relation, stream, type Stream, type Thing } from '../../kernel/relation.ts'
import type { Services } from '../../kernel/services.ts'
import { Event } from '../audit/index.ts'
import { Task, tasksOfIds } from '../tasks/index.ts'
import { Following } from './following.ts'
import { Hello, Subscription } from './messages.ts'
import type { Shared } from './session.ts'

/** The record as a stream of events: what the channel at /ws sends, for other doors. */
export const eventStream = (liveOf: (app: Services) => Shared): Stream =>
  stream({
    name: 'events',
    summary: 'Follow what happens, as it happens',
    description:
      'The events of the record: none is missed, none comes twice, and those of one entity come in their order. After a lost connection, ask again with the sequence of the last event as `after`. Without the permission read_audit these are the events of tasks, dependencies and executions.',
    permission: 'read_tasks',
    input: z.strictObject({ ...Subscription.shape, after: Hello.shape.after }),
    output: Event,
    open: (call, wish) => Following.open(liveOf(call.app), call, wish),
  })

/** The id of the task that an event tells of: the task itself, or the one that an execution or an edge belongs to. */
function taskOf({ type, data }: Thing): string | null {
  const entity = (data as Record<string, { id: string; task_id?: string } | null>)[
    String(type).split('.')[0] ?? ''
  ]
  return (String(type).startsWith('task.') ? entity?.id : entity?.task_id) ?? null
}

export const taskOfEvent = relation({
  of: 'Event',
  name: 'task',
  summary: 'The task that it tells of, as it is by now; null where there is none',
  permission: 'read_tasks',
  input: z.strictObject({}),
  output: Task,
  key: taskOf,
  load: tasksOfIds,
})
