import { z } from 'zod'
import { query, queryAcrossTenants, type Scope } from '../../kernel/database.ts'
import { taskJson, TaskRow, TASKS, TaskStatus, type Task } from '../tasks/index.ts'

/** Takes the tenant's turn until the transaction ends; another import waits here. */
export const takeTurn = query(
  'imports.take_turn',
  z.object({}),
  `INSERT INTO import_turns AS i (tenant_id, taken) VALUES ($1, 1)
   ON CONFLICT (tenant_id) DO UPDATE SET taken = i.taken + 1`,
)

/** The tasks that came from the sources `$2` before. Reads the tables of tasks, whose index `task_metadata_source` serves it. */
export const findSources = query(
  'imports.find_sources',
  z.object({
    source_ref: z.string(),
    id: z.string(),
    status: TaskStatus,
    source_hash: z.string().nullable(),
  }),
  `SELECT m.metadata_value AS source_ref, t.id, t.status, h.metadata_value AS source_hash
   FROM task_metadata m
   JOIN tasks t ON t.tenant_id = $1 AND t.id = m.task_id
   LEFT JOIN task_metadata h ON h.tenant_id = $1 AND h.task_id = m.task_id AND h.metadata_key = 'source_hash'
   WHERE m.tenant_id = $1 AND m.metadata_key = 'source_ref' AND m.metadata_value = ANY($2::text[])`,
)

/**
 * Locks tasks, in the order in which the graph's own statements do, and reads them as they are after the lock. One that
 * was deleted meanwhile is not among them.
 */
export const lockTasks = query(
  'imports.lock_tasks',
  TaskRow,
  `SELECT ${taskJson()} AS task FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = ANY($2::uuid[])
   ORDER BY t.unmet_dependencies > 0, t.id FOR NO KEY UPDATE OF t, x`,
)

/** What is stored as metadata of tasks; a statement of its own, so that it sees what was written before the lock. */
export const storedMetadata = query(
  'imports.stored_metadata',
  z.object({ id: z.string(), metadata: z.record(z.string(), z.string()) }),
  `SELECT task_id AS id, json_object_agg(metadata_key, metadata_value ORDER BY metadata_key) AS metadata
   FROM task_metadata WHERE tenant_id = $1 AND task_id = ANY($2::uuid[]) GROUP BY task_id`,
)

/** A locked task's new fields; `metadata` is what to set, `gone` the keys to remove. */
export interface TaskUpdate extends Pick<
  Task,
  'id' | 'title' | 'description' | 'priority' | 'effort_estimate' | 'tags'
> {
  metadata: Readonly<Record<string, string>>
  gone: readonly string[]
}

/** Writes locked tasks anew, all but their status, out of `$2`, a JSON array of TaskUpdate. Touches the three tables of tasks. */
const update = query(
  'imports.update_tasks',
  TaskRow,
  `WITH given AS MATERIALIZED (
     SELECT * FROM json_to_recordset($2::json) AS g(id uuid, title text, description text, priority smallint,
       effort_estimate integer, tags text[], metadata json, gone text[])
   ), texts AS (
     UPDATE task_texts x SET title = g.title, description = g.description, tags = g.tags
     FROM given g WHERE x.tenant_id = $1 AND x.task_id = g.id
   ), removed AS (
     DELETE FROM task_metadata m USING given g
     WHERE m.tenant_id = $1 AND m.task_id = g.id AND m.metadata_key = ANY(g.gone)
   ), set AS (
     INSERT INTO task_metadata AS m (tenant_id, task_id, metadata_key, metadata_value)
     SELECT $1, g.id, pair.key, pair.value FROM given g, json_each_text(g.metadata) AS pair
     ON CONFLICT (tenant_id, task_id, metadata_key) DO UPDATE
       SET metadata_value = excluded.metadata_value, updated_at = now()
       WHERE m.metadata_value <> excluded.metadata_value
   ), t AS (
     UPDATE tasks t SET priority = g.priority, effort_estimate = g.effort_estimate,
       version = t.version + 1, updated_at = now()
     FROM given g WHERE t.tenant_id = $1 AND t.id = g.id
     RETURNING t.*
   )
   SELECT ${taskJson('t', 'g')} AS task FROM t JOIN given g ON g.id = t.id`,
)

/** Writes locked tasks anew in one statement; returns them as they then stand, in no particular order. */
export const updateTasks = async (scope: Scope, updates: readonly TaskUpdate[]): Promise<Task[]> =>
  (await update(scope, JSON.stringify(updates))).map(({ task }) => task)

/** How many tasks the planner believes that there are, of all tenants; -1 when nobody has ever told it. */
const plannedSize = queryAcrossTenants(
  'imports.planned_size',
  z.object({ tasks: z.number() }),
  `SELECT reltuples AS tasks FROM pg_class WHERE oid = 'tasks'::regclass`,
)

/**
 * Tells the planner of the rows that are there, when `coming` tasks are more than it knows of. Every index begins with
 * the tenant; as long as the tables seem empty, one serves as well as another, and each check of a foreign key may walk
 * through all tasks of the tenant: 2,400 tasks then took 4.5 s to insert, and 0.6 s with this. ANALYZE
 * holds back others like it until the transaction ends, and skips what one of them holds.
 */
export async function tellPlanner(scope: Scope, coming: number): Promise<void> {
  const [known] = await plannedSize(scope)
  if (known && known.tasks < coming)
    await scope.db.query('ANALYZE (SKIP_LOCKED) tasks, task_texts, task_metadata')
}
