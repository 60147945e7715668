import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { jsonObject } from '../../kernel/json-object.ts'
import { TASKS, Task, taskJson } from '../tasks/index.ts'
import { Execution, History } from './schema.ts'

/** The one way a row of `executions` becomes an Execution. The lease's token is not part of it: it is a secret of its holder. */
export const executionJson = (e = 'e'): string =>
  jsonObject({
    id: `${e}.id`,
    task_id: `${e}.task_id`,
    agent_type: `${e}.agent_type`,
    worker_id: `${e}.worker_id`,
    parent_execution_id: `${e}.parent_execution_id`,
    started_at: `rfc3339(${e}.started_at)`,
    completed_at: `rfc3339(${e}.completed_at)`,
    duration_seconds: `${e}.duration_seconds`,
    cost_dollars: `${e}.cost_dollars`,
    success: `${e}.success`,
    outcome: `${e}.outcome`,
    error_message: `${e}.error_message`,
    result: `${e}.result`,
    progress: `${e}.progress`,
    note: `${e}.note`,
    lease_expires_at: `rfc3339(${e}.lease_expires_at)`,
  })

/**
 * That an execution is open, for a statement that knows its id. By `completed_at` the planner could take a partial index of
 * what is open in place of the primary key: it is all but empty whenever it is analysed, and then read from end to end, with
 * every entry that is dead and not yet vacuumed, for each execution.
 */
export const OPEN_BY_ID = 'e.outcome IS NULL'

/** Whole seconds from an execution's start to now. */
export const DURATION = `greatest(0, round(extract(epoch FROM now() - e.started_at)))::integer`

/** An execution as the rules need it: with the token that its lease has. */
export const Held = z.object({
  execution: Execution,
  lease_token: z.number().nullable(),
  live: z.boolean(),
  beside: z.boolean(),
})
export type Held = z.output<typeof Held>

const HELD = `${executionJson()} AS execution, e.lease_token, e.beside,
  (e.completed_at IS NULL AND coalesce(e.lease_expires_at > now(), false)) AS live`

export const findExecution = query(
  'executions.find',
  Held,
  `SELECT ${HELD} FROM executions e WHERE e.tenant_id = $1 AND e.id = $2`,
)

/** The execution that got the token `$3` for the task with the number `$2`. One whose lease was overridden has it negated. */
export const executionOfLease = query(
  'executions.of_lease',
  z.object({ id: z.string() }),
  `SELECT e.id FROM tasks t JOIN executions e ON e.tenant_id = t.tenant_id AND e.task_id = t.id
   WHERE t.tenant_id = $1 AND e.tenant_id = $1 AND t.number = $2 AND abs(e.lease_token) = $3
   ORDER BY e.started_at DESC LIMIT 1`,
)

/**
 * The open execution that a task in progress has of its own, locked: a heartbeat that is in flight is waited for, and counts. The
 * caller holds the task's lock.
 */
export const findOpen = query(
  'executions.find_open',
  Held,
  `SELECT ${HELD} FROM executions e
   WHERE e.tenant_id = $1 AND e.task_id = $2 AND e.completed_at IS NULL AND NOT e.beside FOR NO KEY UPDATE`,
)

/** Opens an execution; with `lease_seconds` ($7) it has a lease whose token is the task's next fence. */
export const openExecution = query(
  'executions.open',
  z.object({ execution: Execution, token: z.number().nullable() }),
  `WITH t AS (
     UPDATE tasks SET fence = fence + 1 WHERE tenant_id = $1 AND id = $2 AND $7::integer IS NOT NULL RETURNING fence
   ), e AS (
     INSERT INTO executions (tenant_id, task_id, agent_type, worker_id, parent_execution_id, beside,
       lease_token, lease_expires_at, lease_seconds)
     SELECT $1, $2, $3, $4, $5, $6, (SELECT fence FROM t),
       CASE WHEN $7::integer IS NOT NULL THEN now() + make_interval(secs => $7::integer) END, $7::integer
     RETURNING *
   ) SELECT ${executionJson()} AS execution, e.lease_token AS token FROM e`,
)

/** Closes one open execution of a locked task. `$4` fences its holder out: negated, its token is no longer the execution's. */
export const closeExecution = query(
  'executions.close',
  z.object({ execution: Execution }),
  `WITH e AS (
     UPDATE executions e SET completed_at = now(), duration_seconds = ${DURATION}, outcome = $3,
       success = CASE $3 WHEN 'succeeded' THEN true WHEN 'failed' THEN false END,
       note = coalesce($5, e.note), lease_token = e.lease_token * CASE WHEN $4::boolean THEN -1 ELSE 1 END
     WHERE e.tenant_id = $1 AND e.id = $2 AND ${OPEN_BY_ID}
     RETURNING *
   ) SELECT ${executionJson()} AS execution FROM e`,
)

/** Extends a live lease. The new end is worked out in a SELECT: Citus evaluates no `now() + column` in an UPDATE. */
export const heartbeat = query(
  'executions.heartbeat',
  z.object({ expires_at: z.string() }),
  `WITH wanted AS (
     SELECT now() + make_interval(secs => coalesce($4::integer, lease_seconds)) AS expires_at
     FROM executions WHERE tenant_id = $1 AND id = $2
   )
   UPDATE executions e SET lease_expires_at = w.expires_at, progress = coalesce($5::json, e.progress)
   FROM wanted w
   WHERE e.tenant_id = $1 AND e.id = $2 AND ${OPEN_BY_ID} AND e.lease_token = $3 AND e.lease_expires_at > now()
   RETURNING rfc3339(e.lease_expires_at) AS expires_at`,
)

/** Of each of the tasks `$2` the last `$3` executions, newest first. */
export const executionsOfEach = query(
  'executions.of_each',
  z.object({ key: z.string(), execution: Execution }),
  `SELECT here.id AS key, ${executionJson()} AS execution
   FROM unnest($2::uuid[]) AS here (id)
   CROSS JOIN LATERAL (
     SELECT x.* FROM executions x WHERE x.tenant_id = $1 AND x.task_id = here.id
     ORDER BY x.started_at DESC, x.id DESC LIMIT $3
   ) AS e
   ORDER BY e.started_at DESC, e.id DESC`,
)

export const readExecutions = query(
  'executions.read',
  z.object({ execution: Execution }),
  `SELECT ${executionJson()} AS execution FROM executions e WHERE e.tenant_id = $1 AND e.id = ANY($2::uuid[])`,
)

export const historyOf = query(
  'executions.history',
  z.object({ found: z.boolean(), executions: z.array(Execution), summary: History.shape.summary }),
  `SELECT EXISTS (SELECT FROM tasks WHERE tenant_id = $1 AND id = $2) AS found,
     coalesce(json_agg(${executionJson()} ORDER BY e.started_at DESC, e.id DESC), '[]'::json) AS executions,
     json_build_object(
       'total_attempts', count(*), 'success_count', count(*) FILTER (WHERE e.success),
       'failure_count', count(*) FILTER (WHERE NOT e.success), 'total_cost', coalesce(sum(e.cost_dollars), 0),
       'average_duration', round(avg(e.duration_seconds), 3)) AS summary
   FROM executions e WHERE e.tenant_id = $1 AND e.task_id = $2`,
)

const Figures = z
  .strictObject({
    total_executions: z.int(),
    success_rate: z
      .number()
      .nullable()
      .meta({ description: 'Percent of those that succeeded or failed; null with none' }),
    average_duration: z.number().nullable().meta({ description: 'Seconds' }),
    average_cost: z.number().nullable().meta({ description: 'Dollars' }),
    total_cost: z.number().meta({ description: 'Dollars' }),
    lost: z.int(),
    released: z.int(),
    preempted: z.int(),
  })
  .meta({ id: 'ExecutionFigures' })
export const AgentMetrics = z.strictObject({
  agent_type: z.string(),
  metrics: z.strictObject({ last_hour: Figures, last_day: Figures, all_time: Figures }),
})

/** Aggregates over the finished executions of an agent type that ended within an interval. */
const metricsSince = (condition: string): string => `json_build_object(
  'total_executions', count(*) FILTER (WHERE e.success IS NOT NULL AND ${condition}),
  'success_rate', round(100.0 * count(*) FILTER (WHERE e.success AND ${condition})
    / nullif(count(*) FILTER (WHERE e.success IS NOT NULL AND ${condition}), 0), 2),
  'average_duration', round(avg(e.duration_seconds) FILTER (WHERE e.success IS NOT NULL AND ${condition}), 3),
  'average_cost', round(avg(e.cost_dollars) FILTER (WHERE e.success IS NOT NULL AND ${condition}), 6),
  'total_cost', coalesce(sum(e.cost_dollars) FILTER (WHERE ${condition}), 0),
  'lost', count(*) FILTER (WHERE e.outcome = 'lost' AND ${condition}),
  'released', count(*) FILTER (WHERE e.outcome = 'released' AND ${condition}),
  'preempted', count(*) FILTER (WHERE e.outcome = 'preempted' AND ${condition}))`

export const agentMetrics = query(
  'executions.agent_metrics',
  AgentMetrics.pick({ metrics: true }),
  `SELECT json_build_object(
     'last_hour', ${metricsSince(`e.completed_at > now() - interval '1 hour'`)},
     'last_day', ${metricsSince(`e.completed_at > now() - interval '1 day'`)},
     'all_time', ${metricsSince('true')}) AS metrics
   FROM executions e WHERE e.tenant_id = $1 AND e.agent_type = $2 AND e.completed_at IS NOT NULL`,
)

/** Open executions older than `$2` minutes, or running longer than twice their task's estimate. */
export const staleExecutions = query(
  'executions.stale',
  z.object({ execution: Execution, task: Task, over_age: z.boolean(), over_estimate: z.boolean() }),
  `SELECT * FROM (
     SELECT ${executionJson()} AS execution, ${taskJson()} AS task, e.started_at,
       e.started_at < now() - make_interval(mins => $2) AS over_age,
       coalesce(extract(epoch FROM now() - e.started_at) > 120.0 * t.effort_estimate, false) AS over_estimate
     FROM executions e JOIN ${TASKS} ON t.tenant_id = e.tenant_id AND t.id = e.task_id
     WHERE e.tenant_id = $1 AND t.tenant_id = $1 AND e.completed_at IS NULL
   ) AS unfinished WHERE over_age OR over_estimate ORDER BY started_at LIMIT $3`,
)
