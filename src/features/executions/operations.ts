import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { Time } from '../../kernel/time.ts'
import { unmetPrerequisites } from '../dependencies/index.ts'
import { lockTask, recordTask, saveTask } from '../tasks/index.ts'
import { claimTasks } from './claim.ts'
import { claimExamples, heartbeatExamples, releaseExamples, startExamples } from './examples.ts'
import { releaseExecution } from './give-back.ts'
import { refuse, untilDone } from './guarded.ts'
import { rememberHolders } from './holders.ts'
import { executionId } from './reading.ts'
import { whyNotStartable } from './rules.ts'
import {
  Claim,
  ClaimTasks,
  Execution,
  ExecutionRef,
  Lease,
  LeaseSeconds,
  LeaseToken,
  Note,
  Progress,
  StartExecution,
} from './schema.ts'
import * as sql from './sql.ts'
import { heartbeatTool, nextTool, releaseTool, startTool } from './tools.ts'

/** Opens an execution of a named task. */
export const startExecution = operation({
  name: 'executions.start',
  summary: 'Start an execution of a task',
  description:
    'For a task that is assigned, or ready with nothing unmet. Without lease_seconds it has no lease. With parent_execution_id it works beside the open execution. Prefer POST /tasks/claim.',
  http: { method: 'POST', path: '/tasks/:task_id/executions', status: 201 },
  permission: 'execute_tasks',
  runs: 'transaction',
  precondition: true,
  input: StartExecution,
  output: Execution.extend({ lease: Lease.optional() }),
  problems: {
    task_not_found: 404,
    execution_not_found: 404,
    task_not_startable: 409,
    execution_open: 409,
    assigned_to_other_worker: 409,
    dependencies_unmet: 409,
  },
  examples: startExamples,
  tool: startTool,
  async run(ctx, input) {
    const before = await lockTask(ctx, input.task_id)
    const [open] = await sql.findOpen(ctx, before.id)
    const parent = input.parent_execution_id
    if (parent !== undefined && parent !== open?.execution.id) {
      const [found] = await sql.findExecution(ctx, parent)
      if (!found) throw notFound('execution', parent)
    }
    const beside = open !== undefined && open.execution.id === parent
    const unmet = before.unmet_dependencies > 0 ? await unmetPrerequisites(ctx, before.id) : []
    const reason = whyNotStartable(before, input.worker_id, unmet, open, beside)
    if (reason) throw reason
    const [opened] = await sql.openExecution(
      ctx,
      before.id,
      input.agent_type,
      input.worker_id,
      parent ?? null,
      beside,
      input.lease_seconds ?? null,
    )
    const { execution, token } = opened!
    recordChange(ctx, 'execution.started', null, execution)
    if (!beside) {
      const after = await saveTask(ctx, {
        ...before,
        status: 'in_progress',
        assigned_worker: input.worker_id,
      })
      recordTask(ctx, 'task.started', before, after)
    }
    if (token === null || execution.lease_expires_at === null) return execution
    return { ...execution, lease: { token, expires_at: execution.lease_expires_at } }
  },
})

/** Hands out what may start now: atomically, with leases. */
export const claim = operation({
  name: 'executions.claim',
  summary: 'Claim tasks to work on',
  description:
    'First what is assigned to this worker and not started, then startable tasks: priority_score where there is one, then priority, then age. Each is set in progress with an execution and a lease. Empty when there is nothing to do; wait_seconds waits for something.',
  http: { method: 'POST', path: '/tasks/claim', status: 200 },
  permission: 'execute_tasks',
  runs: 'statement',
  gathers: true,
  input: ClaimTasks,
  output: z.array(Claim),
  longPoll: { seconds: (input) => input.wait_seconds, satisfied: (claims) => claims.length > 0 },
  examples: claimExamples,
  tool: nextTool,
  async run(ctx, { wait_seconds: _, ...wish }) {
    const claims = await claimTasks(ctx, { origin: ctx.origin, wish }, (claimed) => claimed)
    rememberHolders(ctx, claims)
    return claims
  },
})

/** Extends a lease. Throws `lease_lost` (409) when it is not the caller's any more. */
export const heartbeat = operation({
  name: 'executions.heartbeat',
  summary: "Extend an execution's lease, and tell the progress",
  description:
    'Send it well before the lease ends, a third of its length apart. stop, when not null, says why to stop.',
  http: { method: 'POST', path: '/executions/:execution_id/heartbeat', status: 200 },
  permission: 'execute_tasks',
  urgent: true,
  runs: 'statement',
  input: z.strictObject({
    execution_id: ExecutionRef,
    lease_token: LeaseToken,
    lease_seconds: LeaseSeconds.optional().meta({
      description: "Seconds from now; the lease's own length unless given",
    }),
    progress: Progress.optional(),
  }),
  output: z.strictObject({ expires_at: Time, stop: z.string().nullable() }),
  problems: { execution_not_found: 404, execution_completed: 409, lease_lost: 409, no_lease: 409 },
  examples: heartbeatExamples,
  tool: heartbeatTool,
  async run(ctx, { execution_id: ref, lease_token, lease_seconds, progress }) {
    const execution_id = await executionId(ctx, ref)
    const { expires_at } = await untilDone(ctx, execution_id, lease_token, async () => {
      const [row] = await sql.heartbeat(
        ctx,
        execution_id,
        lease_token,
        lease_seconds ?? null,
        progress === undefined ? null : JSON.stringify(progress),
      )
      if (row) return row
      const held = await refuse(ctx, execution_id, lease_token)
      if (held.lease_token === null)
        throw new Problem('no_lease', 409, 'This execution has no lease to extend; nothing needs to be done.')
      return undefined
    })
    return { expires_at, stop: null }
  },
})

/** Gives a task back unfinished. */
export const release = operation({
  name: 'executions.release',
  summary: 'Give a task back unfinished, with a note for the next',
  http: { method: 'POST', path: '/executions/:execution_id/release', status: 200 },
  permission: 'execute_tasks',
  urgent: true,
  runs: 'statement',
  input: z.strictObject({
    execution_id: ExecutionRef,
    lease_token: LeaseToken.optional(),
    note: Note.optional(),
  }),
  output: Execution,
  problems: { execution_not_found: 404, execution_completed: 409, lease_held: 409, lease_lost: 409 },
  examples: releaseExamples,
  tool: releaseTool,
  async run(ctx, { execution_id: ref, lease_token, note }) {
    const execution_id = await executionId(ctx, ref)
    const token = lease_token ?? null
    return untilDone(ctx, execution_id, token, () =>
      releaseExecution(ctx, ctx.origin, execution_id, note ?? null, token),
    )
  },
})
