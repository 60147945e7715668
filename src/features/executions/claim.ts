import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { recordFragment } from '../../kernel/record.ts'
import { lockedTextsFragment, Task, taskJson } from '../tasks/index.ts'
import { Execution, type Claim } from './schema.ts'
import { executionJson } from './sql.ts'

/** What is handed out first; the partial index `tasks_startable` has this order. */
export const CLAIM_ORDER = 'priority_score DESC NULLS LAST, priority DESC, created_at, id'

/** Who claims, how much, and what. */
export interface ClaimWish {
  worker_id: string
  agent_type: string
  count: number
  lease_seconds: number
  tags?: readonly string[] | undefined
  min_priority?: number | undefined
}

/** What a candidate must carry through the statement: its order, and its former values for the record. */
const CANDIDATE =
  't.id, t.status, t.assigned_worker, t.version, t.updated_at, t.priority_score, t.priority, t.created_at'

/**
 * The conditions of a wish, and their parameters. `first` is the number of the first parameter; worker, agent type and
 * lease come first, whatever else is asked for after them.
 */
export function claimParameters(wish: ClaimWish, first: number) {
  const values: unknown[] = [wish.worker_id, wish.agent_type, wish.lease_seconds]
  const conditions = [`(t.agent_type IS NULL OR t.agent_type = $${first + 1})`]
  let name = `${wish.count}`
  if (wish.min_priority !== undefined) {
    values.push(wish.min_priority)
    conditions.push(`t.priority >= $${first + values.length - 1}`)
    name += ' priority'
  }
  if (wish.tags) {
    values.push(wish.tags)
    conditions.push(`(SELECT x.tags @> $${first + values.length - 1}::text[] FROM task_texts x
      WHERE x.tenant_id = $1 AND x.task_id = t.id)`)
    name += ' tags'
  }
  return {
    values,
    filter: conditions.join(' AND '),
    name,
    worker: `$${first}`,
    agent: `$${first + 1}`,
    lease: `$${first + 2}`,
  }
}
export type ClaimParameters = ReturnType<typeof claimParameters>

/**
 * Locks candidates: `mine`, what is assigned to the worker and not started, and `fresh`, what anybody may start.
 * Rows that others hold are skipped. The limit is written into the text: with a parameter in its place a generic plan
 * may read the whole table.
 */
export const candidateFragment = ({ filter, worker }: ClaimParameters, count: number): string => `
  mine AS MATERIALIZED (
    SELECT ${CANDIDATE}, 0 AS rank FROM tasks t
    WHERE t.tenant_id = $1 AND t.assigned_worker = ${worker} AND t.status = 'assigned' AND t.unmet_dependencies = 0
      AND ${filter}
    ORDER BY ${CLAIM_ORDER} LIMIT ${count} FOR NO KEY UPDATE SKIP LOCKED
  ),
  fresh AS MATERIALIZED (
    SELECT ${CANDIDATE}, 1 AS rank FROM tasks t
    WHERE t.tenant_id = $1 AND t.status = 'ready' AND t.unmet_dependencies = 0 AND ${filter}
    ORDER BY ${CLAIM_ORDER} LIMIT ${count} FOR NO KEY UPDATE SKIP LOCKED
  )`

/**
 * Opens an execution for each task of the relation `started`, and turns both into the rows of the answer. The tasks' texts
 * are in the relation `texts`.
 */
export const openClaimsFragment = (started: string, { worker, agent, lease }: ClaimParameters): string => `
  opened AS (
    INSERT INTO executions (tenant_id, task_id, agent_type, worker_id, lease_token, lease_expires_at, lease_seconds)
    SELECT $1, s.id, ${agent}, ${worker}, s.fence, now() + make_interval(secs => ${lease}::integer), ${lease}::integer
    FROM ${started} s
    RETURNING *
  ),
  claims AS (
    SELECT s.id AS task_id, e.id AS execution_id, s.rank, s.priority_score, s.priority, s.created_at, s.id,
      e.lease_token AS token, rfc3339(e.lease_expires_at) AS expires_at, ${executionJson()} AS execution,
      ${taskJson('s', 'x')} AS task,
      (jsonb_build_object('status', s.old_status, 'version', s.old_version, 'updated_at', rfc3339(s.old_updated_at))
        || CASE s.old_status WHEN 'ready' THEN '{"assigned_worker": null}'::jsonb ELSE '{}' END
        || CASE s.met WHEN 1 THEN '{"unmet_dependencies": 1}'::jsonb ELSE '{}' END)::json AS old_task
    FROM ${started} s
    JOIN opened e ON e.task_id = s.id
    JOIN texts x ON x.task_id = s.id
  )`

/** The record's rows of the relation `claims`. */
export const CLAIM_EVENTS = `
  SELECT 'execution.started', 'execution', execution_id, NULL::json, execution FROM claims
  UNION ALL
  SELECT 'task.started', 'task', task_id, old_task, task FROM claims`

export const ClaimRow = z.object({
  task: Task,
  execution: Execution,
  token: z.number(),
  expires_at: z.string(),
})

export const asClaim = ({ task, execution, token, expires_at }: z.output<typeof ClaimRow>): Claim => ({
  task,
  execution,
  lease: { token, expires_at },
})

const claimStatement = (parameters: ClaimParameters, count: number): string => `
  WITH ${candidateFragment(parameters, count)},
  chosen AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM mine UNION ALL SELECT * FROM fresh) AS candidates
    ORDER BY rank, ${CLAIM_ORDER} LIMIT ${count}
  ),
  started AS (
    UPDATE tasks t SET status = 'in_progress', assigned_worker = ${parameters.worker}, assigned_at = NULL,
      fence = t.fence + 1, version = t.version + 1, updated_at = now()
    FROM chosen c WHERE t.tenant_id = $1 AND t.id = c.id
    RETURNING t.*, c.rank, 0 AS met, c.status AS old_status, c.version AS old_version, c.updated_at AS old_updated_at
  ),
  ${lockedTextsFragment('chosen')},
  ${openClaimsFragment('started', parameters)},
  ${recordFragment(CLAIM_EVENTS)}
  SELECT task, execution, token, expires_at FROM claims ORDER BY rank, ${CLAIM_ORDER}`

/**
 * Hands out up to `count` startable tasks with their executions and leases, in one statement and one round trip.
 * Touches `tasks` of the feature above, by the fragments that it exports.
 */
export async function claimTasks(scope: Scope, origin: string, wish: ClaimWish): Promise<Claim[]> {
  const parameters = claimParameters(wish, 3)
  const statement = query(
    `executions.claim:${parameters.name}`,
    ClaimRow,
    claimStatement(parameters, wish.count),
  )
  return (await statement(scope, origin, ...parameters.values)).map(asClaim)
}
