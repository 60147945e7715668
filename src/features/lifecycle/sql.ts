import { z } from 'zod'
import { query, queryAcrossTenants, type Scope } from '../../kernel/database.ts'
import { recordFragment } from '../../kernel/record.ts'
import { changedTextsFragment, Task, taskJson, withTexts, type Status } from '../tasks/index.ts'

/** A task to be inserted. `completed` and the times are for imports; others leave them to the database. */
export interface NewTask {
  id: string
  title: string
  description: string
  priority: number
  effort_estimate: number | null
  tags: readonly string[]
  metadata: Readonly<Record<string, string>>
  status?: Extract<Status, 'ready' | 'completed'>
  created_at?: string | null
  updated_at?: string | null
}

/** Rows of `tasks`, `task_texts` and `task_metadata` out of `$3`, a JSON array of NewTask, numbered in its order. */
const INSERT = `
  given AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset($3::json) AS (id uuid, title text, description text, priority smallint,
      effort_estimate integer, tags text[], metadata json, status text, created_at timestamptz, updated_at timestamptz))
      WITH ORDINALITY AS g(id, title, description, priority, effort_estimate, tags, metadata, status, created_at, updated_at, nth)
  ),
  t AS (
    INSERT INTO tasks (tenant_id, id, status, priority, effort_estimate, agent_type, created_at, updated_at)
    SELECT $1, id, coalesce(status, 'ready'), priority, effort_estimate, metadata->>'agent_type',
      coalesce(created_at, now()), coalesce(updated_at, created_at, now())
    FROM given ORDER BY nth
    RETURNING *
  ),
  x AS (
    INSERT INTO task_texts (tenant_id, task_id, title, description, tags)
    SELECT $1, id, title, description, tags FROM given
    RETURNING *
  ),
  m AS (
    INSERT INTO task_metadata (tenant_id, task_id, metadata_key, metadata_value)
    SELECT $1, g.id, pair.key, pair.value FROM given g, json_each_text(g.metadata) AS pair
  )`

const CREATED = `FROM t JOIN x ON x.task_id = t.id JOIN given g ON g.id = t.id`

const Created = z.object({ task: Task })

const insertAndRecord = query(
  'lifecycle.insert_and_record',
  Created,
  `WITH ${INSERT},
   ${recordFragment(`SELECT 'task.created', 'task', t.id, NULL::json, ${taskJson('t', 'x', { metadata: 'g.metadata' })}
     ${CREATED} ORDER BY g.nth`)}
   SELECT ${taskJson()} AS task ${CREATED} ORDER BY g.nth`,
)

const insert = query('lifecycle.insert', z.object({}), `WITH ${INSERT}, unused AS (SELECT $2::text) SELECT`)

/** Inserts tasks and their record rows in one statement; for tasks that wait for nothing. In the order given. */
export const insertAndRecordTasks = async (
  scope: Scope,
  origin: string,
  tasks: readonly NewTask[],
): Promise<Task[]> => (await insertAndRecord(scope, origin, JSON.stringify(tasks))).map(({ task }) => task)

/** Inserts tasks; the caller records them when their edges are in place. */
export const insertTasks = async (scope: Scope, tasks: readonly NewTask[]): Promise<void> =>
  void (await insert(scope, '', JSON.stringify(tasks)))

export const deleteTask = query(
  'lifecycle.delete',
  z.object({}),
  `DELETE FROM tasks WHERE tenant_id = $1 AND id = $2`,
)

export const forgottenAssignments = queryAcrossTenants(
  'lifecycle.forgotten_assignments',
  z.object({ tenant_id: z.string() }),
  `SELECT DISTINCT tenant_id FROM tasks WHERE status = 'assigned' AND assigned_at < now() - make_interval(mins => $1)`,
)

/** Makes assignments that were not started for `$3` minutes ready again, and records it. */
export const releaseForgotten = query(
  'lifecycle.release_forgotten',
  z.object({ id: z.string() }),
  `WITH held AS MATERIALIZED (
     SELECT t.id, t.assigned_worker, t.version, t.updated_at FROM tasks t
     WHERE t.tenant_id = $1 AND t.status = 'assigned' AND t.assigned_at < now() - make_interval(mins => $3)
     ORDER BY t.id LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED
   ),
   t AS (
     UPDATE tasks t SET status = 'ready', assigned_worker = NULL, assigned_at = NULL, version = t.version + 1, updated_at = now()
     FROM held h WHERE t.tenant_id = $1 AND t.id = h.id
     RETURNING t.*, h.assigned_worker AS old_worker, h.version AS old_version, h.updated_at AS old_updated_at
   ),
   ${changedTextsFragment('held')},
   ${recordFragment(`
     SELECT 'task.released', 'task', t.id,
       json_build_object('status', 'assigned', 'assigned_worker', t.old_worker, 'version', t.old_version,
         'updated_at', rfc3339(t.old_updated_at)), ${taskJson()}
     FROM t ${withTexts('t')}`)}
   SELECT id FROM t`,
)
