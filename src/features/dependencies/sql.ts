import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { changedTextsFragment, Task, taskJson, TASKS, TaskStatus, withTexts } from '../tasks/index.ts'
import { FREED_STATUSES } from './rules.ts'
import { BlockedTask, Dependency, GraphEdge, GraphNode, type DependencyType } from './schema.ts'

/** The one way a row of `dependencies` becomes a Dependency. */
export const dependencyJson = (d = 'd'): string => `json_build_object(
  'id', ${d}.id, 'task_id', ${d}.task_id, 'depends_on_task_id', ${d}.depends_on_task_id,
  'dependency_type', ${d}.dependency_type, 'created_at', rfc3339(${d}.created_at))`

const FREED = FREED_STATUSES.map((status) => `'${status}'`).join(', ')

const DependencyRow = z.object({ dependency: Dependency })

/** A task set free, and how many of its prerequisites fell away at once. */
const Unblocked = z.object({ task: Task, met: z.number() })

/** Takes the tenant's graph row until the transaction ends. A statement after it sees all edges added before. */
export const lockGraph = query(
  'dependencies.lock_graph',
  z.object({}),
  `INSERT INTO graphs AS g (tenant_id, edges_added) VALUES ($1, 1)
   ON CONFLICT (tenant_id) DO UPDATE SET edges_added = g.edges_added + 1`,
)

/**
 * Locks tasks and reads their statuses after the lock. What may be completing at this moment (nothing unmet) comes
 * before what still waits, since a completion locks in that order, too.
 */
export const lockStatuses = query(
  'dependencies.lock_statuses',
  z.object({ id: z.string(), status: TaskStatus }),
  `SELECT t.id, t.status FROM tasks t WHERE t.tenant_id = $1 AND t.id = ANY($2::uuid[])
   ORDER BY t.unmet_dependencies > 0, t.id FOR NO KEY UPDATE`,
)

/** How a walk steps: from which end of an edge to which. `up` goes to prerequisites. */
const STEPS = {
  up: { from: 'task_id', to: 'depends_on_task_id' },
  down: { from: 'depends_on_task_id', to: 'task_id' },
} as const
export type Direction = keyof typeof STEPS

/**
 * A recursive table expression `name (id)`: all tasks reached from those that `start` selects, themselves included.
 * It keeps ids only, so that UNION drops what was seen before and the walk stays linear.
 */
const walk = (name: string, start: string, direction: Direction, condition = ''): string => `
  ${name} (id) AS (
    ${start}
    UNION
    SELECT d.${STEPS[direction].to} FROM ${name} r
    JOIN dependencies d ON d.tenant_id = $1 AND d.${STEPS[direction].from} = r.id ${condition}
  )`

/**
 * Whether the edge from `$2` to its prerequisite `$3` is there already, and whether it would close a loop: whether the
 * prerequisite waits for the task. Where nothing waits for the task, nothing needs to be walked.
 */
export const lookBeforeEdge = query(
  'dependencies.look_before_edge',
  z.object({ there: z.boolean(), loop: z.boolean() }),
  `WITH RECURSIVE ${walk(
    'reached',
    `SELECT $3::uuid WHERE EXISTS (
       SELECT FROM dependencies d WHERE d.tenant_id = $1 AND d.depends_on_task_id = $2::uuid)`,
    'up',
  )}
   SELECT EXISTS (SELECT FROM dependencies d
       WHERE d.tenant_id = $1 AND d.task_id = $2::uuid AND d.depends_on_task_id = $3::uuid) AS there,
     EXISTS (SELECT FROM reached WHERE id = $2::uuid) AS loop`,
)

/**
 * The edges of the `$3` tasks (null: of all) that come first on the way up from the task `$2`: near ones before far ones,
 * since a recursive query goes step by step, and no further than it is asked to.
 */
export const edgesAbove = query(
  'dependencies.edges_above',
  z.object({ task_id: z.string(), depends_on_task_id: z.string() }),
  `WITH RECURSIVE ${walk('reached', 'SELECT $2::uuid', 'up')}
   SELECT d.task_id, d.depends_on_task_id FROM (SELECT id FROM reached LIMIT $3::integer) AS near
   JOIN dependencies d ON d.tenant_id = $1 AND d.task_id = near.id`,
)

/**
 * Writes edges (`$2` tasks, `$3` prerequisites, `$4` types) and the changes of counts that they bring (`$5` tasks, `$6`
 * unmet, `$7` dependents). The caller has locked the tasks.
 */
export const writeEdges = query(
  'dependencies.write_edges',
  DependencyRow,
  `WITH added AS (
     INSERT INTO dependencies AS d (tenant_id, task_id, depends_on_task_id, dependency_type)
     SELECT $1::uuid, * FROM unnest($2::uuid[], $3::uuid[], $4::text[])
     RETURNING d.*
   ), counted AS (
     UPDATE tasks t SET unmet_dependencies = t.unmet_dependencies + s.unmet,
       dependents_version = t.dependents_version + s.dependents
     FROM unnest($5::uuid[], $6::integer[], $7::integer[]) AS s (id, unmet, dependents)
     WHERE t.tenant_id = $1 AND t.id = s.id
   )
   SELECT ${dependencyJson()} AS dependency FROM added d`,
)

/** Those of the pairs (`$2` tasks, `$3` prerequisites) that are edges. */
export const existingEdges = query(
  'dependencies.existing',
  z.object({ task_id: z.string(), depends_on_task_id: z.string() }),
  `SELECT pair.* FROM unnest($2::uuid[], $3::uuid[]) AS pair (task_id, depends_on_task_id)
   WHERE (SELECT true FROM dependencies d WHERE d.tenant_id = $1
     AND d.task_id = pair.task_id AND d.depends_on_task_id = pair.depends_on_task_id)`,
)

/** The ends of all edges. */
export const allEnds = query(
  'dependencies.all_ends',
  z.object({ task_id: z.string(), depends_on_task_id: z.string() }),
  `SELECT d.task_id, d.depends_on_task_id FROM dependencies d WHERE d.tenant_id = $1`,
)

/**
 * Has this connection plan its statements anew. A plan that was made while the tables were small stays in use as long as
 * statistics do, and those do not know of what this transaction has inserted: 6,000 edges were then compared with each
 * of 1,400 tasks.
 */
export const forgetPlans = (scope: Scope): Promise<unknown> => scope.db.query('DISCARD PLANS')

export const findEdge = query(
  'dependencies.find',
  DependencyRow,
  `SELECT ${dependencyJson()} AS dependency FROM dependencies d
   WHERE d.tenant_id = $1 AND d.task_id = $2 AND d.id = $3`,
)

/** The ids of a task's edges, in both directions. */
export const edgesOfTask = query(
  'dependencies.of_task',
  z.object({ id: z.string() }),
  `SELECT d.id FROM dependencies d
   WHERE d.tenant_id = $1 AND (d.task_id = $2 OR d.depends_on_task_id = $2)`,
)

/** Locks a task and its neighbours, in the order of `lockStatuses`. */
export const lockNeighbourhood = query(
  'dependencies.lock_neighbourhood',
  z.object({ id: z.string() }),
  `SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.id = ANY(ARRAY(
     SELECT $2::uuid
     UNION ALL SELECT d.depends_on_task_id FROM dependencies d WHERE d.tenant_id = $1 AND d.task_id = $2
     UNION ALL SELECT d.task_id FROM dependencies d WHERE d.tenant_id = $1 AND d.depends_on_task_id = $2))
   ORDER BY t.unmet_dependencies > 0, t.id FOR NO KEY UPDATE`,
)

/**
 * Removes the edges `$2` and recounts both ends, but for the task `$3` (null for none), which is about to go. The
 * prerequisites are locked, so that their statuses stand.
 */
export const removeEdges = query(
  'dependencies.remove',
  z.object({ dependencies: z.array(Dependency), unblocked: z.array(Unblocked) }),
  `WITH gone AS (
     DELETE FROM dependencies d WHERE d.tenant_id = $1 AND d.id = ANY($2::uuid[]) RETURNING d.*
   ), fallen AS (
     SELECT g.task_id AS id, count(*)::integer AS met
     FROM gone g JOIN tasks p ON p.tenant_id = $1 AND p.id = g.depends_on_task_id
     WHERE g.dependency_type = 'hard' AND p.status <> 'completed' AND g.task_id IS DISTINCT FROM $3::uuid
     GROUP BY g.task_id
   ), released AS (
     UPDATE tasks t SET unmet_dependencies = t.unmet_dependencies - f.met
     FROM fallen f WHERE t.tenant_id = $1 AND t.id = f.id
     RETURNING t.*, f.met
   ), left_behind AS (
     UPDATE tasks t SET dependents_version = t.dependents_version + 1
     FROM gone g
     WHERE t.tenant_id = $1 AND t.id = g.depends_on_task_id AND g.dependency_type = 'hard'
       AND t.id IS DISTINCT FROM $3::uuid
   ), ${changedTextsFragment('released')}
   SELECT (SELECT coalesce(json_agg(${dependencyJson()}), '[]') FROM gone d) AS dependencies,
     (SELECT coalesce(json_agg(json_build_object('task', ${taskJson()}, 'met', t.met)), '[]')
      FROM released t ${withTexts('t')}
      WHERE t.unmet_dependencies = 0 AND t.status IN (${FREED})) AS unblocked`,
)

/** Recounts what waits for the task `$2`, which this transaction has locked and completed; tells whom that sets free. */
export const releaseDependents = query(
  'dependencies.release',
  z.object({ task: Task }),
  `WITH waiting AS MATERIALIZED (
     SELECT t.id FROM tasks t WHERE t.tenant_id = $1 AND t.id = ANY(ARRAY(
       SELECT d.task_id FROM dependencies d
       WHERE d.tenant_id = $1 AND d.depends_on_task_id = $2 AND d.dependency_type = 'hard'))
     ORDER BY t.id FOR NO KEY UPDATE
   ), released AS (
     UPDATE tasks t SET unmet_dependencies = t.unmet_dependencies - 1
     FROM waiting w WHERE t.tenant_id = $1 AND t.id = w.id
     RETURNING t.*
   ), ${changedTextsFragment('released')}
   SELECT ${taskJson()} AS task FROM released t ${withTexts('t')}
   WHERE t.unmet_dependencies = 0 AND t.status IN (${FREED})
   ORDER BY t.id`,
)

export const unmetPrerequisites = query(
  'dependencies.unmet',
  z.object({ id: z.string() }),
  `SELECT p.id FROM dependencies d JOIN tasks p ON p.tenant_id = $1 AND p.id = d.depends_on_task_id
   WHERE d.tenant_id = $1 AND d.task_id = $2 AND d.dependency_type = 'hard' AND p.status <> 'completed'
   ORDER BY d.created_at, d.id`,
)

/** Tasks whose stored count is not the true one; none, unless something is broken. */
export const miscounted = query(
  'dependencies.miscounted',
  z.object({ id: z.string(), number: z.number(), stored: z.number(), counted: z.number() }),
  `SELECT t.id, t.number, t.unmet_dependencies AS stored, coalesce(c.counted, 0) AS counted
   FROM tasks t LEFT JOIN (
     SELECT d.task_id, count(*) AS counted FROM dependencies d
     JOIN tasks p ON p.tenant_id = $1 AND p.id = d.depends_on_task_id
     WHERE d.tenant_id = $1 AND d.dependency_type = 'hard' AND p.status <> 'completed'
     GROUP BY d.task_id
   ) c ON c.task_id = t.id
   WHERE t.tenant_id = $1 AND t.unmet_dependencies <> coalesce(c.counted, 0)
   ORDER BY t.number`,
)

/** One page of what a task waits for, the oldest edge first; `$3` and `$4` are the sort keys of the last edge seen. */
export const listDependencies = query(
  'dependencies.list',
  z.object({ dependency: Dependency, task: Task }),
  `SELECT ${dependencyJson()} AS dependency, ${taskJson()} AS task
   FROM dependencies d JOIN ${TASKS} ON t.tenant_id = d.tenant_id AND t.id = d.depends_on_task_id
   WHERE d.tenant_id = $1 AND d.task_id = $2
     AND ($3::timestamptz IS NULL OR (d.created_at, d.id) > ($3::timestamptz, $4::uuid))
   ORDER BY d.created_at, d.id LIMIT $5 OFFSET $6`,
)

/** Of each of the tasks `$2` at most `$4` edges, the oldest first, of the type `$3` (null: of any). */
const edgesOfEach = (direction: Direction) =>
  query(
    `dependencies.edges_${direction}`,
    z.object({ key: z.string(), dependency: Dependency }),
    `SELECT here.id AS key, ${dependencyJson()} AS dependency
     FROM unnest($2::uuid[]) AS here (id)
     CROSS JOIN LATERAL (
       SELECT e.* FROM dependencies e
       WHERE e.tenant_id = $1 AND e.${STEPS[direction].from} = here.id
         AND ($3::text IS NULL OR e.dependency_type = $3)
       ORDER BY e.created_at, e.id LIMIT $4
     ) AS d
     ORDER BY d.created_at, d.id`,
  )
export const edgesUp = edgesOfEach('up')
export const edgesDown = edgesOfEach('down')

/** The prerequisites among `p` that are not completed, as a JSON array. */
const unsatisfied = (type: DependencyType): string => `coalesce(json_agg(p.id ORDER BY d.created_at, d.id)
  FILTER (WHERE d.dependency_type = '${type}' AND p.status <> 'completed'), '[]')`

/** What stands between a task and its start; no row where there is no such task. */
export const readiness = query(
  'dependencies.readiness',
  z.object({ status: TaskStatus, hard: z.array(z.string()), soft: z.array(z.string()) }),
  `SELECT t.status, ${unsatisfied('hard')} AS hard, ${unsatisfied('soft')} AS soft
   FROM tasks t
   LEFT JOIN dependencies d ON d.tenant_id = $1 AND d.task_id = t.id
   LEFT JOIN tasks p ON p.tenant_id = $1 AND p.id = d.depends_on_task_id
   WHERE t.tenant_id = $1 AND t.id = $2
   GROUP BY t.tenant_id, t.id`,
)

/** What waits for a task directly, by edges of the types `$3`, the most urgent first. */
export const listDependents = query(
  'dependencies.dependents',
  z.object({ task: BlockedTask }),
  `SELECT ${taskJson('t', 'x', { dependency_type: 'd.dependency_type' })} AS task
   FROM dependencies d JOIN ${TASKS} ON t.tenant_id = d.tenant_id AND t.id = d.task_id
   WHERE d.tenant_id = $1 AND d.depends_on_task_id = $2 AND d.dependency_type = ANY($3::text[])
   ORDER BY t.priority DESC, t.created_at, t.id`,
)

const Ids = z.object({ ids: z.array(z.string()) })

/** Ids of all that a task waits for, or that waits for it, directly or through others; with the task itself. */
const reach = (name: string, direction: Direction, condition = '') =>
  query(
    `dependencies.reach_${name}`,
    Ids,
    `WITH RECURSIVE ${walk('reached', 'SELECT $2::uuid', direction, condition)}
     SELECT json_agg(id) AS ids FROM reached`,
  )
export const reachOf = { up: reach('up', 'up'), down: reach('down', 'down') }
export const reachDownHard = reach('down_hard', 'down', `AND d.dependency_type = 'hard'`)

/** What waits for each of the tasks `$2`, directly or through others, by edges of the types `$3`. A walk for each. */
export const reachOfEach = query(
  'dependencies.reach_of_each',
  Ids.extend({ key: z.string() }),
  `SELECT here.id AS key, reach.ids FROM unnest($2::uuid[]) AS here (id)
   CROSS JOIN LATERAL (
     WITH RECURSIVE ${walk('reached', 'SELECT here.id', 'down', 'AND d.dependency_type = ANY($3::text[])')}
     SELECT coalesce(json_agg(r.id), '[]') AS ids FROM reached r WHERE r.id <> here.id
   ) AS reach`,
)

/** The other ends of all edges that lead from the tasks `$2`: one step of a walk of limited depth. */
const step = (direction: Direction) =>
  query(
    `dependencies.step_${direction}`,
    Ids,
    `SELECT coalesce(json_agg(DISTINCT d.${STEPS[direction].to}), '[]') AS ids
     FROM unnest($2::uuid[]) AS here (id)
     JOIN dependencies d ON d.tenant_id = $1 AND d.${STEPS[direction].from} = here.id`,
  )
export const stepOf = { up: step('up'), down: step('down') }

// A graph is sent as plain rows: 100,000 tasks and 300,000 edges took 0.5 s so, 1.0 s as one JSON object a row, and 1.5
// s as JSON arrays of 2,000 objects. What is looked up row by row stays linear with a plan from when the tables were small.
const NODES = `SELECT t.id, t.number, x.title, t.status, t.priority, t.unmet_dependencies, t.assigned_worker,
    t.effort_estimate, x.tags
  FROM tasks t CROSS JOIN LATERAL (
    SELECT title, tags FROM task_texts WHERE tenant_id = $1 AND task_id = t.id OFFSET 0) AS x
  WHERE t.tenant_id = $1 AND ($2::text[] IS NULL OR t.status = ANY($2::text[]))`
const EDGE = `d.id, d.depends_on_task_id AS source, d.task_id AS target, d.dependency_type AS type`

/** The tenant's tasks of the statuses `$2`; null for all. */
export const allNodes = query('dependencies.all_nodes', GraphNode, `${NODES} ORDER BY t.number`)

/** The tasks `$3` that have one of the statuses `$2`. */
export const nodesAmong = query(
  'dependencies.nodes_among',
  GraphNode,
  `${NODES} AND t.id = ANY($3::uuid[]) ORDER BY t.number`,
)

export const allEdges = query(
  'dependencies.all_edges',
  GraphEdge,
  `SELECT ${EDGE} FROM dependencies d WHERE d.tenant_id = $1`,
)

/** All edges by which one of the tasks `$2` waits. */
export const edgesOf = query(
  'dependencies.edges_of',
  GraphEdge,
  `SELECT e.* FROM unnest($2::uuid[]) AS waiting (id) CROSS JOIN LATERAL (
     SELECT ${EDGE} FROM dependencies d WHERE d.tenant_id = $1 AND d.task_id = waiting.id OFFSET 0) AS e`,
)
