import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { firstIdAt } from '../../kernel/ids.ts'
import { pageFragment } from '../../kernel/page.ts'
import { Execution, ListedExecution, type Outcome } from './schema.ts'
import { executionJson } from './sql.ts'

const ListedRow = z.object({
  execution: Execution,
  more: ListedExecution.pick({ task: true, attempt: true, startable_since: true }),
})

/** Which executions; an absent member is no condition. */
export interface ListFilter {
  agent_type?: string | undefined
  worker_id?: string | undefined
  outcome?: readonly Outcome[] | undefined
  open?: boolean | undefined
  /** The task's id. */
  task?: string | undefined
  since?: string | undefined
  until?: string | undefined
  /** The id of the last execution seen. */
  before?: string | undefined
  limit: number
  offset: number
}

const MINUTE = 60_000

/**
 * Since when the task of the execution `e` could have been started: since it was there, since the attempt before ended, since
 * its last hard prerequisite was completed; the latest of these.
 */
const STARTABLE_SINCE = `least(e.started_at, greatest(t.created_at, earlier.ended_at, (
  SELECT max(p.completed_at) FROM dependencies d
  JOIN executions p ON p.tenant_id = $1 AND p.task_id = d.depends_on_task_id AND p.success
  WHERE d.tenant_id = $1 AND d.task_id = e.task_id AND d.dependency_type = 'hard' AND p.completed_at <= e.started_at)))`

/**
 * One page of executions, newest first, which is the order of ids: they are made when an execution begins. Its text
 * depends only on which filters are there, so that each combination is one named statement. A time is turned into an id
 * as well, with a minute to spare, since `started_at` is when its transaction began.
 */
export function listExecutions(scope: Scope, filter: ListFilter): Promise<z.output<typeof ListedRow>[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  const names: string[] = []
  const parameter = (value: unknown): string => `$${values.push(value) + 1}`
  const where = (name: string, condition: string): void => {
    names.push(name)
    conditions.push(`AND ${condition}`)
  }
  const { agent_type, worker_id, outcome, open, task, since, until, before } = filter
  if (agent_type !== undefined) where('agent', `e.agent_type = ${parameter(agent_type)}`)
  if (worker_id !== undefined) where('worker', `e.worker_id = ${parameter(worker_id)}`)
  if (outcome !== undefined) where('outcome', `e.outcome = ANY(${parameter(outcome)}::text[])`)
  if (open !== undefined) where(open ? 'open' : 'ended', `e.completed_at IS ${open ? '' : 'NOT '}NULL`)
  if (task !== undefined) where('task', `e.task_id = ${parameter(task)}`)
  if (since !== undefined)
    where(
      'since',
      `e.started_at >= ${parameter(since)}::timestamptz AND e.id >= ${parameter(firstIdAt(Date.parse(since) - MINUTE))}`,
    )
  if (until !== undefined)
    where(
      'until',
      `e.started_at <= ${parameter(until)}::timestamptz AND e.id < ${parameter(firstIdAt(Date.parse(until) + MINUTE))}`,
    )
  if (before !== undefined) where('before', `e.id < ${parameter(before)}`)
  const page = pageFragment(
    `SELECT e.* FROM executions e WHERE e.tenant_id = $1 ${conditions.join(' ')} ORDER BY e.id DESC`,
    filter,
    names.every((name) => name === 'before'),
    parameter,
  )
  const list = query(
    `executions.list:${names.join('+')}${page.name}`,
    ListedRow,
    `SELECT ${executionJson()} AS execution, json_build_object(
       'task', json_build_object('id', t.id, 'number', t.number, 'title', x.title, 'status', t.status),
       'attempt', earlier.attempts + 1, 'startable_since', rfc3339(${STARTABLE_SINCE})) AS more
     FROM (${page.text}) AS e
     JOIN tasks t ON t.tenant_id = $1 AND t.id = e.task_id
     JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = e.task_id
     CROSS JOIN LATERAL (
       SELECT count(*) AS attempts, max(b.completed_at) FILTER (WHERE b.completed_at <= e.started_at) AS ended_at
       FROM executions b WHERE b.tenant_id = $1 AND b.task_id = e.task_id AND b.id < e.id
     ) AS earlier
     ORDER BY e.id DESC`,
  )
  return list(scope, ...values)
}
