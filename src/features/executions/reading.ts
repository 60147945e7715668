import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound } from '../../kernel/problem.ts'
import { AgentType, taskId, Task, TaskRef } from '../tasks/index.ts'
import { getExamples, historyExamples, metricsExamples, staleExamples } from './examples.ts'
import { Execution, ExecutionRef, History } from './schema.ts'
import * as sql from './sql.ts'

/** The id of an execution. A UUID is taken as it is. Throws `execution_not_found` (404) where no such lease was ever given. */
export async function executionId(ctx: Ctx, ref: ExecutionRef): Promise<string> {
  const [number, token, ...more] = ref.split('-').map(Number)
  if (more.length > 0) return ref
  const [row] = await sql.executionOfLease(ctx, number, token)
  if (!row) throw notFound('execution', ref)
  return row.id
}

/** Reads one execution. */
export const getExecution = operation({
  name: 'executions.get',
  summary: 'Get an execution',
  http: { method: 'GET', path: '/executions/:execution_id', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ execution_id: ExecutionRef }),
  output: Execution,
  problems: { execution_not_found: 404 },
  examples: getExamples,
  async run(ctx, { execution_id }) {
    const [held] = await sql.findExecution(ctx, await executionId(ctx, execution_id))
    if (!held) throw notFound('execution', execution_id)
    return held.execution
  },
})

/** All attempts at a task, the newest first, with a summary. */
export const history = operation({
  name: 'executions.history',
  summary: "List a task's executions, newest first, with a summary",
  http: { method: 'GET', path: '/tasks/:task_id/executions', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_id: TaskRef }),
  output: History,
  problems: { task_not_found: 404 },
  examples: historyExamples,
  async run(ctx, { task_id }) {
    const [row] = await sql.historyOf(ctx, await taskId(ctx, task_id))
    if (!row?.found) throw notFound('task', task_id)
    return { executions: row.executions, summary: row.summary }
  },
})

/** How an agent type has done in the last hour, the last day, and ever. */
export const agentMetrics = operation({
  name: 'executions.agent_metrics',
  summary: "Get an agent type's performance",
  description: 'Preempted, released and lost executions are counted apart, not as failures.',
  http: { method: 'GET', path: '/agents/:agent_type/metrics', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ agent_type: AgentType }),
  output: sql.AgentMetrics,
  examples: metricsExamples,
  async run(ctx, { agent_type }) {
    const [row] = await sql.agentMetrics(ctx, agent_type)
    return { agent_type, metrics: row!.metrics }
  },
})

/** Open executions that run longer than expected. */
export const stale = operation({
  name: 'executions.stale',
  summary: 'List open executions that run longer than expected',
  description:
    'Started more than older_than_minutes ago, or running longer than twice their task estimate; oldest first.',
  http: { method: 'GET', path: '/executions/stale', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({
    older_than_minutes: z.int().min(1).max(525_600).default(120).meta({ description: 'Minutes' }),
    limit: z.int().min(1).max(1000).default(100),
  }),
  output: z.array(Execution.extend({ task: Task, reasons: z.array(z.enum(['over_age', 'over_estimate'])) })),
  examples: staleExamples,
  async run(ctx, { older_than_minutes, limit }) {
    const rows = await sql.staleExecutions(ctx, older_than_minutes, limit)
    return rows.map(({ execution, task, over_age, over_estimate }) => ({
      ...execution,
      task,
      reasons: [
        ...(over_age ? (['over_age'] as const) : []),
        ...(over_estimate ? (['over_estimate'] as const) : []),
      ],
    }))
  },
})
