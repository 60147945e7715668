import { z } from 'zod'
import { holds, requirePermission, type Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'
import { formerValues, recordChange } from '../../kernel/record.ts'
import { releaseDependents, unmetPrerequisites } from '../dependencies/index.ts'
import { closeExecution, dependenciesUnmet, findOpen, openExecution } from '../executions/index.ts'
import {
  EffortMinutes,
  lockTask,
  recordTask,
  saveTask,
  saveTexts,
  storedMetadata,
  Task,
  taskExample,
  TaskRef,
  WorkerId,
  writeMetadata,
  type Status,
} from '../tasks/index.ts'
import { EVENT_OF_MOVE, requireMove } from './rules.ts'
import { ChangeTask } from './schema.ts'

/** What a step of a task's life gives the caller of a change. */
interface Step {
  status: Status
  assigned_worker: string | null
}

/** The right to end a task's open execution: no live lease, its token, or an override. */
export interface EndingRight {
  lease_token?: number | undefined
  override: boolean
}

/**
 * Closes the open execution of a locked task. Throws `lease_held` (409) when it holds a live lease and the caller neither
 * has its token nor may override. Whoever held it is fenced out, unless it was their own token that ended it: their late
 * completion is then `lease_lost`, and not taken for a second one.
 */
export async function endOpenExecution(
  ctx: Ctx,
  task: Task,
  outcome: 'succeeded' | 'failed' | 'released',
  right: EndingRight,
  note: string | null = null,
): Promise<void> {
  const [open] = await findOpen(ctx, task.id)
  if (!open) throw new Error(`task ${task.id} is in progress without an execution`)
  const foreign = right.lease_token !== open.lease_token
  if (foreign && open.live && right.override) requirePermission(ctx.caller, 'assign_tasks')
  else if (foreign && open.live)
    throw new Problem(
      'lease_held',
      409,
      `${open.execution.worker_id} holds a lease on this task until ${open.execution.lease_expires_at}; send its lease_token${
        holds(ctx.caller, 'assign_tasks') ? ', or override: true' : ', or wait until it ends'
      }.`,
      { worker_id: open.execution.worker_id, expires_at: open.execution.lease_expires_at },
    )
  const [closed] = await closeExecution(ctx, open.execution.id, outcome, foreign, note)
  const { execution } = closed!
  const event = outcome === 'released' ? 'execution.released' : 'execution.completed'
  recordChange(ctx, event, open.execution, execution)
}

async function requirePrerequisites(ctx: Ctx, task: Task): Promise<void> {
  if (task.unmet_dependencies > 0) throw dependenciesUnmet(await unmetPrerequisites(ctx, task.id))
}

/** What each move does beside the status itself. */
async function takeStep(ctx: Ctx, task: Task, to: Status, input: ChangeTask): Promise<Step> {
  switch (to) {
    case 'assigned':
      requirePermission(ctx.caller, 'assign_tasks')
      await requirePrerequisites(ctx, task)
      return { status: to, assigned_worker: input.assigned_worker ?? task.assigned_worker }
    case 'in_progress': {
      await requirePrerequisites(ctx, task)
      const worker = task.assigned_worker ?? ctx.caller.actor.name
      const [opened] = await openExecution(
        ctx,
        task.id,
        input.agent_type ?? 'manual',
        worker,
        null,
        false,
        null,
      )
      const { execution } = opened!
      recordChange(ctx, 'execution.started', null, execution)
      return { status: to, assigned_worker: worker }
    }
    case 'completed':
      await endOpenExecution(ctx, task, 'succeeded', input)
      return { status: to, assigned_worker: task.assigned_worker }
    case 'failed':
      await endOpenExecution(ctx, task, 'failed', input)
      return { status: to, assigned_worker: task.assigned_worker }
    case 'ready':
      return { status: to, assigned_worker: null }
    case 'split':
      return { status: to, assigned_worker: task.assigned_worker }
  }
}

/** Counts one more retry in a locked task's metadata; returns it before and after, for the record. */
async function countRetry(ctx: Ctx, task: Task) {
  const before = await storedMetadata(ctx, task.id)
  const retry_count = String(Number(before['retry_count'] ?? 0) + 1)
  await writeMetadata(ctx, task.id, { retry_count })
  return { before, after: { ...before, retry_count } }
}

/** A task with the fields that the call names. */
const withFields = (task: Task, input: ChangeTask): Task => ({
  ...task,
  title: input.title ?? task.title,
  description: input.description ?? task.description,
  priority: input.priority ?? task.priority,
  effort_estimate: input.effort_estimate === undefined ? task.effort_estimate : input.effort_estimate,
})

/** Changes a locked task's fields and moves it, as one row of the record under the most specific type. */
export async function applyChange(ctx: Ctx, before: Task, input: ChangeTask): Promise<Task> {
  const to = input.status ?? before.status
  requireMove(before.status, to)
  const moves = to !== before.status
  const reassigns =
    to === 'assigned' &&
    input.assigned_worker !== undefined &&
    input.assigned_worker !== before.assigned_worker
  if (input.assigned_worker !== undefined && to !== 'assigned')
    throw validationFailed([{ path: 'assigned_worker', message: 'may be given with status assigned only' }])
  const step = moves || reassigns ? await takeStep(ctx, before, to, input) : before
  const wanted: Task = {
    ...withFields(before, input),
    status: step.status,
    assigned_worker: step.assigned_worker,
  }
  const changed = formerValues(before, wanted)
  if (!moves && Object.keys(changed).length === 0) return before
  if ('title' in changed || 'description' in changed)
    await saveTexts(ctx, before.id, wanted.title, wanted.description, before.tags)
  const metadata = moves && to === 'ready' ? await countRetry(ctx, before) : undefined
  const after = await saveTask(ctx, wanted)
  recordTask(ctx, moves || reassigns ? EVENT_OF_MOVE[to] : 'task.updated', before, after, metadata)
  if (moves && to === 'completed') await releaseDependents(ctx, before.id)
  return after
}

/** Changes a task, moves it, or both. */
export const changeTask = operation({
  name: 'tasks.update',
  summary: 'Change a task, or move it',
  description:
    'Moves: ready to assigned, assigned to in_progress, in_progress to completed or failed, failed to ready. The status it has already is no move. If-Match guards against a change in between.',
  http: { method: 'PATCH', path: '/tasks/:task_id', status: 200 },
  permission: 'update_tasks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeTask,
  output: Task,
  problems: {
    invalid_status_transition: 400,
    task_not_found: 404,
    dependencies_unmet: 409,
    lease_held: 409,
  },
  examples: [
    {
      summary: 'Another priority',
      input: { task_id: 17, priority: 5 },
      output: { ...taskExample, priority: 5, version: 2 },
    },
  ],
  run: async (ctx, input) => applyChange(ctx, await lockTask(ctx, input.task_id), input),
})

/** Assigns a task to a worker. */
export const assignTask = operation({
  name: 'tasks.assign',
  summary: 'Assign a task to a worker',
  description: 'Ready to assigned, or from one worker to another while it is not started.',
  http: { method: 'POST', path: '/tasks/:task_id/assign', status: 200 },
  permission: 'assign_tasks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: z.strictObject({ task_id: TaskRef, worker_id: WorkerId }),
  output: Task,
  problems: {
    invalid_status_transition: 400,
    task_not_found: 404,
    dependencies_unmet: 409,
  },
  examples: [
    {
      summary: 'To a worker',
      input: { task_id: 17, worker_id: 'bifrost-7' },
      output: { ...taskExample, status: 'assigned', assigned_worker: 'bifrost-7', version: 2 },
    },
  ],
  run: async (ctx, { task_id, worker_id }) =>
    applyChange(ctx, await lockTask(ctx, task_id), {
      task_id,
      status: 'assigned',
      assigned_worker: worker_id,
      override: false,
    }),
})

/** Sets a task's effort estimate. */
export const estimateTask = operation({
  name: 'tasks.estimate',
  summary: "Set a task's effort estimate",
  http: { method: 'POST', path: '/tasks/:task_id/estimate', status: 200 },
  permission: 'update_tasks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: z.strictObject({ task_id: TaskRef, effort_minutes: EffortMinutes }),
  output: Task,
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'Half an hour',
      input: { task_id: 17, effort_minutes: 30 },
      output: { ...taskExample, version: 2 },
    },
  ],
  run: async (ctx, { task_id, effort_minutes }) =>
    applyChange(ctx, await lockTask(ctx, task_id), {
      task_id,
      effort_estimate: effort_minutes,
      override: false,
    }),
})

/** Makes a failed task ready for another attempt. */
export const retryTask = operation({
  name: 'tasks.retry',
  summary: 'Make a failed task ready again',
  description: 'Adds one to the metadata retry_count and clears the worker.',
  http: { method: 'POST', path: '/tasks/:task_id/retry', status: 200 },
  permission: 'update_tasks',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: z.strictObject({ task_id: TaskRef }),
  output: Task,
  problems: { task_not_found: 404, not_failed: 409 },
  examples: [{ summary: 'After a failure', input: { task_id: 17 }, output: { ...taskExample, version: 4 } }],
  async run(ctx, { task_id }) {
    const task = await lockTask(ctx, task_id)
    if (task.status !== 'failed')
      throw new Problem('not_failed', 409, `Only a failed task can be retried; this one is ${task.status}.`, {
        task_status: task.status,
      })
    return applyChange(ctx, task, { task_id, status: 'ready', override: false })
  },
})
