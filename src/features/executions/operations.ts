import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { Time } from '../../kernel/time.ts'
import { unmetPrerequisites } from '../dependencies/index.ts'
import { lockTask, recordTask, saveTask } from '../tasks/index.ts'
import { claimTasks } from './claim.ts'
import { completeForAll, completeTogether, type CompletionCall } from './complete.ts'
import {
  claimExamples,
  completeExamples,
  heartbeatExamples,
  releaseExamples,
  startExamples,
} from './examples.ts'
import { releaseExecution } from './give-back.ts'
import { holderOf, rememberHolders } from './holders.ts'
import { executionId } from './reading.ts'
import { whyNotHeld, whyNotStartable } from './rules.ts'
import {
  Claim,
  ClaimTasks,
  CompleteExecution,
  Execution,
  ExecutionRef,
  Lease,
  LeaseSeconds,
  LeaseToken,
  Note,
  Progress,
  StartExecution,
  type ClaimNext,
} from './schema.ts'
import * as sql from './sql.ts'
import { completeTool, heartbeatTool, nextTool, releaseTool, startTool } from './tools.ts'

/** Throws why the execution can't be touched with this token: not found, ended, lease lost. Returns when it could be after all. */
async function refuse(ctx: Ctx, id: string, token: number | null): Promise<sql.Held> {
  const [held] = await sql.findExecution(ctx, id)
  if (!held) throw notFound('execution', id)
  const reason = whyNotHeld(held, token)
  if (reason) throw reason
  return held
}

/** How often a statement that met a change in flight is tried again before the caller is asked to. */
const ATTEMPTS = 20

/**
 * Runs a guarded statement until it does something. When it did nothing, `refuse` says why; when there is no reason any
 * more, something else changed the task in between, and the statement is run again.
 */
async function untilDone<T>(
  ctx: Ctx,
  id: string,
  token: number | null,
  attempt: (turn: number) => Promise<T | undefined>,
): Promise<T> {
  for (let turn = 0; turn < ATTEMPTS; turn++) {
    const done = await attempt(turn)
    if (done !== undefined) return done
    await refuse(ctx, id, token)
  }
  throw new Problem(
    'unavailable',
    503,
    'The task is changing too fast just now; send the same request again.',
    { retry_after: 1 },
  )
}

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

/** Who claims next: the completed execution's own worker and agent type unless the call names others. */
async function nextWish(ctx: Ctx, id: string, next: ClaimNext, token: number | null) {
  const { worker_id, agent_type } = next
  if (worker_id !== undefined && agent_type !== undefined) return { ...next, worker_id, agent_type }
  const holder = holderOf(ctx, id) ?? (await refuse(ctx, id, token)).execution
  return {
    ...next,
    worker_id: worker_id ?? holder.worker_id,
    agent_type: agent_type ?? holder.agent_type,
  }
}

/** Ends an execution and its task; wakes the dependents; claims what is next. */
export const completeExecutionOperation = operation({
  name: 'executions.complete',
  summary: 'Complete an execution, and claim what is next',
  description:
    'success: the task is completed and its dependents count down; otherwise it has failed. claim_next makes the next claim in the same round trip, freed dependents among the candidates; name worker_id and agent_type in it to spare the server a look-up. With a lease, lease_token is required.',
  http: { method: 'POST', path: '/executions/:execution_id/complete', status: 200 },
  permission: 'execute_tasks',
  urgent: true,
  runs: 'statement',
  input: CompleteExecution,
  output: Execution.extend({ next: z.array(Claim).optional() }),
  problems: { execution_not_found: 404, execution_completed: 409, lease_held: 409, lease_lost: 409 },
  examples: completeExamples,
  tool: completeTool,
  async run(ctx, { execution_id: ref, claim_next, ...input }) {
    const execution_id = await executionId(ctx, ref)
    const token = input.lease_token ?? null
    const call: CompletionCall = {
      origin: ctx.origin,
      ending: {
        execution_id,
        success: input.success,
        cost_dollars: input.cost_dollars,
        error_message: input.error_message ?? null,
        result: input.result,
        lease_token: token,
      },
      next: claim_next && (await nextWish(ctx, execution_id, claim_next, token)),
    }
    const { execution, next } = await untilDone(ctx, execution_id, token, async (turn) =>
      // A claim that looked at the task while it was being handed out may still hold its lock, for a moment: what was not
      // done together is tried once more so. Then it is tried alone, and waits for whoever has the task.
      turn === 0
        ? ((await completeTogether(ctx, call)) ?? completeTogether(ctx, call))
        : (await completeForAll(ctx, [call], 'waits'))[0],
    )
    rememberHolders(ctx, next)
    return claim_next ? { ...execution, next } : execution
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
  input: ClaimTasks,
  output: z.array(Claim),
  longPoll: { seconds: (input) => input.wait_seconds, satisfied: (claims) => claims.length > 0 },
  examples: claimExamples,
  tool: nextTool,
  async run(ctx, { wait_seconds: _, ...wish }) {
    const claims = await claimTasks(ctx, { origin: ctx.origin, wish })
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
