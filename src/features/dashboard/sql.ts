import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { NamedTask } from '../executions/index.ts'
import { AgentFigures, MOST_AGENTS, RecentCompletion, StaleExecution, TOP } from './schema.ts'

// Reads the tables of tasks, dependencies and executions: each statement once a dashboard, whatever their size.

const named = (t = 't', x = 'x'): string =>
  `json_build_object('id', ${t}.id, 'number', ${t}.number, 'title', ${x}.title, 'status', ${t}.status)`

/** How many tasks there are of each status: by the index alone. A million took 0.1 s. */
export const countByStatus = query(
  'dashboard.count_by_status',
  z.object({ status: z.string(), count: z.number() }),
  `SELECT status, count(*) FROM tasks WHERE tenant_id = $1 GROUP BY status`,
)

/**
 * What waits to be claimed, in one pass: ages fall into steps of one percent each, of which there are few, and the median is
 * the mean age of its step. To sort the ages of a million tasks would take several times as long, and so would keeping them.
 */
export const queueAges = query(
  'dashboard.queue_ages',
  z.object({
    startable: z.number(),
    oldest_seconds: z.number().nullable(),
    median_seconds: z.number().nullable(),
    oldest: NamedTask.nullable(),
  }),
  `WITH steps AS MATERIALIZED (
     SELECT floor(100 * ln(greatest(1, date_part('epoch', now() - created_at)))) AS step, count(*) AS members,
       avg(date_part('epoch', now() - created_at)) AS age, min(created_at) AS oldest
     FROM tasks WHERE tenant_id = $1 AND status = 'ready' AND unmet_dependencies = 0 GROUP BY 1
   ), running AS (
     SELECT age, sum(members) OVER (ORDER BY step) AS reached, sum(members) OVER () AS startable FROM steps
   ), first AS (
     SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.status = 'ready' AND t.unmet_dependencies = 0
       AND t.created_at = (SELECT min(oldest) FROM steps) LIMIT 1
   )
   SELECT coalesce(sum(members), 0)::bigint AS startable,
     round(date_part('epoch', now() - min(oldest)))::bigint AS oldest_seconds,
     (SELECT round(r.age)::bigint FROM running r WHERE r.reached * 2 >= r.startable ORDER BY r.reached LIMIT 1)
       AS median_seconds,
     (SELECT ${named()} FROM first f JOIN tasks t ON t.tenant_id = $1 AND t.id = f.id
      JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = f.id) AS oldest
   FROM steps`,
)

/**
 * All agent types there are, read by leaps through the index: one look-up each, so that what ended lately is then found by
 * the same index, (agent_type, completed_at), and no other is needed.
 */
const AGENT_TYPES = `
  agent_types (agent_type) AS (
    (SELECT e.agent_type FROM executions e WHERE e.tenant_id = $1 ORDER BY e.agent_type LIMIT 1)
    UNION ALL
    SELECT (SELECT e.agent_type FROM executions e WHERE e.tenant_id = $1 AND e.agent_type > a.agent_type
      ORDER BY e.agent_type LIMIT 1)
    FROM agent_types a WHERE a.agent_type IS NOT NULL
  )`

const Verdicts = z.object({
  ended: z.array(
    z.object({
      nth: z.number(),
      completed: z.number(),
      failed: z.number(),
      given_up: z.number(),
      cost_dollars: z.number(),
    }),
  ),
  agents: z.array(AgentFigures),
  agent_types: z.number(),
})

/** What ended from `$2` (seconds since 1970) on, by buckets of `$3` seconds, the last being `$4`; and by agent type. */
export const endedSince = query(
  'dashboard.ended_since',
  Verdicts,
  `WITH RECURSIVE ${AGENT_TYPES}, cells AS MATERIALIZED (
     SELECT a.agent_type,
       least(floor((extract(epoch FROM e.completed_at) - $2::double precision) / $3::integer)::integer, $4::integer) AS nth,
       count(*) FILTER (WHERE e.outcome = 'succeeded') AS completed, count(*) FILTER (WHERE e.outcome = 'failed') AS failed,
       count(*) FILTER (WHERE e.outcome = 'lost') AS lost, count(*) FILTER (WHERE e.outcome = 'released') AS released,
       count(*) FILTER (WHERE e.outcome = 'preempted') AS preempted, sum(e.cost_dollars) AS cost,
       sum(e.cost_dollars) FILTER (WHERE e.success IS NOT NULL) AS verdict_cost,
       sum(e.duration_seconds) FILTER (WHERE e.success IS NOT NULL) AS verdict_seconds
     FROM agent_types a JOIN executions e
       ON e.tenant_id = $1 AND e.agent_type = a.agent_type AND e.completed_at >= to_timestamp($2::double precision)
     WHERE a.agent_type IS NOT NULL
     GROUP BY 1, 2
   ), agents AS (
     SELECT agent_type, sum(completed) AS completed, sum(failed) AS failed, sum(lost) AS lost, sum(released) AS released,
       sum(preempted) AS preempted, sum(cost) AS cost, sum(verdict_cost) AS verdict_cost,
       sum(verdict_seconds) AS verdict_seconds, nullif(sum(completed + failed), 0) AS verdicts
     FROM cells GROUP BY 1
   )
   SELECT
     (SELECT coalesce(json_agg(json_build_object('nth', nth, 'completed', completed, 'failed', failed,
        'given_up', given_up, 'cost_dollars', cost)), '[]')
      FROM (SELECT nth, sum(completed) AS completed, sum(failed) AS failed, sum(lost + released + preempted) AS given_up,
        sum(cost) AS cost FROM cells GROUP BY 1) AS by_time) AS ended,
     (SELECT coalesce(json_agg(json_build_object('agent_type', agent_type, 'completed', completed, 'failed', failed,
        'lost', lost, 'released', released, 'preempted', preempted, 'success_rate', round(100.0 * completed / verdicts, 2),
        'average_duration', round(verdict_seconds / verdicts, 3), 'average_cost', round(verdict_cost / verdicts, 6),
        'total_cost', cost)), '[]')
      FROM (SELECT * FROM agents ORDER BY completed + failed + lost + released + preempted DESC, agent_type
        LIMIT ${MOST_AGENTS}) AS busiest) AS agents,
     (SELECT count(*) FROM agents) AS agent_types`,
)

/** The executions that got a verdict last, since `$2` (seconds since 1970). */
export const recentCompletions = query(
  'dashboard.recent_completions',
  z.object({ completion: RecentCompletion }),
  `WITH RECURSIVE ${AGENT_TYPES}, latest AS (
     SELECT e.* FROM agent_types a CROSS JOIN LATERAL (
       SELECT e.* FROM executions e WHERE e.tenant_id = $1 AND e.agent_type = a.agent_type
         AND e.completed_at >= to_timestamp($2::double precision) AND e.success IS NOT NULL
       ORDER BY e.completed_at DESC LIMIT ${TOP}
     ) AS e ORDER BY e.completed_at DESC, e.id DESC LIMIT ${TOP}
   )
   SELECT json_build_object('execution_id', e.id, 'task', ${named()}, 'agent_type', e.agent_type,
     'worker_id', e.worker_id, 'outcome', e.outcome, 'completed_at', rfc3339(e.completed_at),
     'duration_seconds', e.duration_seconds, 'cost_dollars', e.cost_dollars) AS completion
   FROM latest e JOIN tasks t ON t.tenant_id = $1 AND t.id = e.task_id
   JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = e.task_id
   ORDER BY e.completed_at DESC, e.id DESC`,
)

/** What runs now, and what of it runs longer than expected; by the same rules as GET /executions/stale. */
export const unfinished = query(
  'dashboard.unfinished',
  z.object({ open: z.number(), stale: z.number(), longest: z.array(StaleExecution) }),
  `WITH running AS MATERIALIZED (
     SELECT e.id, e.task_id, e.agent_type, e.worker_id, e.started_at, extract(epoch FROM now() - e.started_at) AS seconds,
       e.started_at < now() - interval '120 minutes' AS over_age,
       coalesce(extract(epoch FROM now() - e.started_at) > 120.0 * t.effort_estimate, false) AS over_estimate
     FROM executions e JOIN tasks t ON t.tenant_id = $1 AND t.id = e.task_id
     WHERE e.tenant_id = $1 AND e.completed_at IS NULL
   )
   SELECT count(*) AS open, count(*) FILTER (WHERE over_age OR over_estimate) AS stale,
     (SELECT coalesce(json_agg(json_build_object('execution_id', r.id, 'task', ${named()}, 'agent_type', r.agent_type,
        'worker_id', r.worker_id, 'started_at', rfc3339(r.started_at), 'running_seconds', round(r.seconds)::integer,
        'reasons', array_remove(ARRAY[CASE WHEN over_age THEN 'over_age' END,
          CASE WHEN over_estimate THEN 'over_estimate' END], NULL)) ORDER BY r.started_at, r.id), '[]')
      FROM (SELECT * FROM running WHERE over_age OR over_estimate ORDER BY started_at, id LIMIT ${TOP}) AS r
      JOIN tasks t ON t.tenant_id = $1 AND t.id = r.task_id
      JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = r.task_id) AS longest
   FROM running`,
)

/**
 * At most `$2` hard edges whose prerequisite is not completed, each as the two tasks' numbers, prerequisite first: one
 * value of 16 bytes an edge, since rows would cost several times as much.
 */
export const openEdges = query(
  'dashboard.open_edges',
  z.object({ edges: z.instanceof(Uint8Array) }),
  `SELECT coalesce(string_agg(float8send(e.prerequisite) || float8send(e.waiting), ''), '') AS edges FROM (
     SELECT p.number::double precision AS prerequisite, t.number::double precision AS waiting
     FROM dependencies d
     JOIN tasks p ON p.tenant_id = $1 AND p.id = d.depends_on_task_id
     JOIN tasks t ON t.tenant_id = $1 AND t.id = d.task_id
     WHERE d.tenant_id = $1 AND d.dependency_type = 'hard' AND p.status <> 'completed' LIMIT $2::integer
   ) AS e`,
)

export const tasksNamed = query(
  'dashboard.tasks_named',
  z.object({ task: NamedTask }),
  `SELECT ${named()} AS task FROM tasks t JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = t.id
   WHERE t.tenant_id = $1 AND t.number = ANY($2::bigint[])`,
)
