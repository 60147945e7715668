import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { detachTask, lockNeighbourhood } from '../dependencies/index.ts'
import { LeaseToken, Note } from '../executions/index.ts'
import {
  lockTask,
  recordTask,
  saveTask,
  storedMetadata,
  Task,
  taskExample,
  taskId,
  TaskRef,
} from '../tasks/index.ts'
import { endOpenExecution } from './change.ts'
import * as sql from './sql.ts'
import { deleteTool } from './tools.ts'

/** Takes a task away from its worker: an assignment, or a run that ends as released. */
export const releaseTask = operation({
  name: 'tasks.release',
  summary: 'Make an assigned or running task ready again',
  description:
    'A run ends as released; one with a live lease needs its lease_token, or override: true and assign_tasks.',
  http: { method: 'POST', path: '/tasks/:task_id/release', status: 200 },
  permission: 'execute_tasks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: z.strictObject({
    task_id: TaskRef,
    lease_token: LeaseToken.optional(),
    override: z.boolean().default(false).meta({ description: 'Without the token; needs assign_tasks' }),
    note: Note.optional(),
  }),
  output: Task,
  problems: { task_not_found: 404, nothing_to_release: 409, lease_held: 409 },
  examples: [
    {
      summary: 'With a note',
      input: { task_id: 17, note: 'the tests are red on main' },
      output: { ...taskExample, version: 4 },
    },
  ],
  async run(ctx, { task_id, note, ...right }) {
    const before = await lockTask(ctx, task_id)
    if (before.status === 'in_progress') await endOpenExecution(ctx, before, 'released', right, note ?? null)
    else if (before.status !== 'assigned')
      throw new Problem(
        'nothing_to_release',
        409,
        `Only an assigned or running task can be released; this one is ${before.status}.`,
        { task_status: before.status },
      )
    const after = await saveTask(ctx, { ...before, status: 'ready', assigned_worker: null })
    recordTask(ctx, 'task.released', before, after)
    return after
  },
})

/** Deletes a task with its edges, executions and metadata. */
export const deleteTask = operation({
  name: 'tasks.delete',
  summary: 'Delete a task and all that belongs to it',
  description: 'Whatever its status; its edges go, too, and what waited for it is counted anew.',
  http: { method: 'DELETE', path: '/tasks/:task_id', status: 204 },
  permission: 'delete_tasks',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ task_id: TaskRef }),
  output: z.void(),
  tool: deleteTool,
  problems: { task_not_found: 404 },
  async run(ctx, { task_id }) {
    // Its neighbours first, in one order with it: a prerequisite may be completed at this moment.
    const id = await taskId(ctx, task_id)
    await lockNeighbourhood(ctx, id)
    const task = await lockTask(ctx, id)
    const metadata = await storedMetadata(ctx, task.id)
    await detachTask(ctx, task.id)
    await sql.deleteTask(ctx, task.id)
    recordChange(ctx, 'task.deleted', { ...task, metadata }, null)
  },
})
