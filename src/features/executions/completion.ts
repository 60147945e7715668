import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { changing, problemOfDatabase, retryDeadlocks } from '../../kernel/database.ts'
import { alone, gather, NeedsToBeAlone } from '../../kernel/gather.ts'
import { CHANGES } from '../../kernel/lane.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import {
  completeForAll,
  completeTogether,
  type Completed,
  type CompletionCall,
  type Ending,
} from './complete.ts'
import { completeBatchExamples, completeExamples } from './examples.ts'
import { refuse, untilDone } from './guarded.ts'
import { holderOf, rememberHolders } from './holders.ts'
import { executionId } from './reading.ts'
import {
  Claim,
  CompletedOfBatch,
  CompleteExecution,
  CompletionOfBatch,
  Execution,
  MOST_COMPLETIONS,
  type ClaimNext,
} from './schema.ts'
import { completeTool } from './tools.ts'

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

const endingOf = (execution_id: string, given: CompletionOfBatch): Ending => ({
  execution_id,
  success: given.success,
  cost_dollars: given.cost_dollars,
  error_message: given.error_message ?? null,
  result: given.result,
  lease_token: given.lease_token ?? null,
})

/** What the operation answers, where the execution ended. */
type OutputOf = (done: Completed | undefined) => unknown

/** For a call that is not the operation's whole effect: its answer is not kept for itself. */
const notKept = (): undefined => undefined

/**
 * Ends an execution in a statement that it shares with the others of the moment. A claim that looked at the task while it
 * was being handed out may still hold its lock, for a moment: what was not done is tried once more so.
 */
const endTogether = async (
  ctx: Ctx,
  call: CompletionCall,
  outputOf: OutputOf = notKept,
): Promise<Completed | undefined> =>
  (await completeTogether(ctx, call, outputOf)) ?? completeTogether(ctx, call, outputOf)

/** Ends an execution in a statement that waits for whoever has the task. */
const endAlone = async (ctx: Ctx, call: CompletionCall, outputOf: OutputOf): Promise<Completed | undefined> =>
  (
    await alone(
      ctx,
      (scope) => completeForAll(scope, [call], 'waits'),
      ([done]) => outputOf(done),
    )
  )[0]

/** Ends one execution; what is not done by the first attempt is tried alone. */
const end = (
  ctx: Ctx,
  call: CompletionCall,
  first: () => Promise<Completed | undefined>,
  outputOf: OutputOf = notKept,
): Promise<Completed> =>
  untilDone(ctx, call.ending.execution_id, call.ending.lease_token, (turn) =>
    turn === 0 ? first() : endAlone(ctx, call, outputOf),
  )

/**
 * Ends many executions of one caller: with the others of the moment, then what was not done in a statement that waits for
 * whoever has the tasks, then each by itself, which also finds out why it can't be done. Whatever becomes of some, the others
 * are told what was done: each of these steps commits by itself, and is tried again by itself where PostgreSQL ended it for a deadlock.
 */
async function endAll(
  ctx: Ctx,
  calls: readonly CompletionCall[],
): Promise<PromiseSettledResult<Completed>[]> {
  const first = await Promise.allSettled(
    calls.map((call) => retryDeadlocks(() => changing(() => endTogether(ctx, call)))),
  )
  const left = calls.filter((_, nth) => isUndone(first[nth]!))
  const [second] = await Promise.allSettled([
    left.length > 1 ? retryDeadlocks(() => changing(() => completeForAll(ctx, left, 'waits'))) : [],
  ])
  return Promise.allSettled(
    calls.map(async (call, nth) => {
      const result = first[nth]!
      if (result.status === 'rejected') throw result.reason
      if (result.value) return result.value
      if (second.status === 'rejected') throw second.reason
      const waited = second.value[left.indexOf(call)]
      return retryDeadlocks(() => changing(() => end(ctx, call, () => Promise.resolve(waited))))
    }),
  )
}

const isUndone = (result: PromiseSettledResult<Completed | undefined>): boolean =>
  result.status === 'fulfilled' && result.value === undefined

/**
 * The same in a transaction: in one statement, which has the locks of all the tasks before it takes that of one that waits for
 * them and then holds it, and then why not.
 */
async function endAllIn(
  transaction: Ctx,
  calls: readonly CompletionCall[],
): Promise<PromiseSettledResult<Completed>[]> {
  const done = await completeForAll(transaction, calls, 'waits')
  const results: PromiseSettledResult<Completed>[] = []
  // In turn: a transaction has one connection.
  for (const [nth, call] of calls.entries()) {
    const [result] = await Promise.allSettled([end(transaction, call, () => Promise.resolve(done[nth]))])
    // Whatever is no refusal has ended the transaction, or is to be tried again.
    if (result.status === 'rejected' && !isRefusal(result.reason)) throw result.reason
    results.push(result)
  }
  return results
}

/** Whose executions a call ends. */
interface Batch {
  readonly ctx: Ctx
  readonly calls: readonly CompletionCall[]
}

/**
 * Ends many executions under a key that is reserved, in a transaction with the answer that is kept. Batches that arrive at the
 * same moment share it while all that they ask for is done at once; to wait for others, and to find out why not, is a matter
 * of one caller.
 */
const endBatchesTogether = gather<Batch, PromiseSettledResult<Completed>[]>({
  async run(scope, batches) {
    if (batches.length === 1) {
      const { ctx, calls } = batches[0]!
      return [await endAllIn({ ...ctx, ...scope }, calls)]
    }
    const all = batches.flatMap(({ calls }) => calls)
    const ended = (await completeForAll(scope, all, 'skips')).map((value) => {
      if (!value) throw new NeedsToBeAlone()
      return { status: 'fulfilled', value } as const
    })
    return batches.map(({ calls }) => ended.splice(0, calls.length))
  },
  kind: () => '',
  weight: ({ calls }) => calls.length,
  most: MOST_COMPLETIONS,
  lane: CHANGES,
})

/** Ends an execution and its task; wakes the dependents; claims what is next. */
export const completeExecution = operation({
  name: 'executions.complete',
  summary: 'Complete an execution, and claim what is next',
  description:
    'success: the task is completed and its dependents count down; otherwise it has failed. claim_next makes the next claim in the same round trip, freed dependents among the candidates. With a lease, lease_token is required.',
  http: { method: 'POST', path: '/executions/:execution_id/complete', status: 200 },
  permission: 'execute_tasks',
  urgent: true,
  runs: 'statement',
  gathers: true,
  input: CompleteExecution,
  output: Execution.extend({ next: z.array(Claim).optional() }),
  problems: { execution_not_found: 404, execution_completed: 409, lease_held: 409, lease_lost: 409 },
  examples: completeExamples,
  tool: completeTool,
  async run(ctx, { execution_id: ref, claim_next, ...given }) {
    const id = await executionId(ctx, ref)
    const ending = endingOf(id, { ...given, execution_id: ref })
    const call = {
      origin: ctx.origin,
      ending,
      next: claim_next && (await nextWish(ctx, id, claim_next, ending.lease_token)),
    }
    const outputOf = ({ execution, next }: Completed) => (claim_next ? { ...execution, next } : execution)
    const kept: OutputOf = (done) => done && outputOf(done)
    const completed = await end(ctx, call, () => endTogether(ctx, call, kept), kept)
    rememberHolders(ctx, completed.next)
    return outputOf(completed)
  },
})

/** Whether it is an answer that stands: what may be otherwise in a moment is kept under no key. */
const isRefusal = (error: unknown): boolean => error instanceof Problem && error.status < 500

/** What a call of its own would have been refused with. Throws what is nobody's fault but ours. */
function refusalOf(error: unknown): z.output<typeof CompletedOfBatch>['refusal'] {
  const problem = error instanceof Problem ? error : problemOfDatabase(error)
  if (!problem) throw error
  const { status, code, detail } = problem
  return { status, code, detail }
}

/** Ends up to a hundred executions; each by itself, whatever becomes of the others. */
export const completeBatch = operation({
  name: 'executions.complete_batch',
  summary: 'Complete up to 100 executions, each by itself',
  description:
    'As POST /executions/:execution_id/complete does one. The answer has the order of the request: an execution, or why it was refused. One that is refused hinders no other.',
  http: { method: 'POST', path: '/executions/complete', status: 200, body: 'completions' },
  permission: 'execute_tasks',
  urgent: true,
  runs: 'statement',
  gathers: true,
  input: z.strictObject({ completions: z.array(CompletionOfBatch).min(1).max(MOST_COMPLETIONS) }),
  output: z.array(CompletedOfBatch),
  examples: completeBatchExamples,
  async run(ctx, { completions }) {
    const calls = await Promise.allSettled(
      completions.map(async (given): Promise<CompletionCall> => {
        const id = await executionId(ctx, given.execution_id)
        return { origin: ctx.origin, ending: endingOf(id, given), next: undefined }
      }),
    )
    const outputOf = (results: readonly PromiseSettledResult<Completed>[]) => {
      const ended = results.values()
      return calls.map((call, nth) => {
        const result = call.status === 'rejected' ? call : ended.next().value!
        const done = result.status === 'fulfilled'
        return {
          execution_id: completions[nth]!.execution_id,
          execution: done ? result.value.execution : null,
          refusal: done ? null : refusalOf(result.reason),
        }
      })
    }
    const found = calls.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    if (!ctx.keeping) return outputOf(await endAll(ctx, found))
    for (const call of calls) if (call.status === 'rejected' && !isRefusal(call.reason)) throw call.reason
    await ctx.keeping.hold.reserve()
    return outputOf(await endBatchesTogether(ctx, { ctx, calls: found }, outputOf))
  },
})
