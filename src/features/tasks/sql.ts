import { z } from 'zod'
import { anyOf, query, type Scope } from '../../kernel/database.ts'
import { jsonObject } from '../../kernel/json-object.ts'
import { pageFragment } from '../../kernel/page.ts'
import { Task, type Status, type TaskOrder } from './schema.ts'

/**
 * The one way a row of `tasks` (alias `t`) and its `task_texts` (alias `x`) become a Task; for other features' SQL, too.
 * `more` adds members, an expression by its name.
 */
export const taskJson = (t = 't', x = 'x', more: Readonly<Record<string, string>> = {}): string =>
  jsonObject({
    id: `${t}.id`,
    number: `${t}.number`,
    title: `${x}.title`,
    description: `${x}.description`,
    status: `${t}.status`,
    priority: `${t}.priority`,
    effort_estimate: `${t}.effort_estimate`,
    tags: `${x}.tags`,
    assigned_worker: `${t}.assigned_worker`,
    unmet_dependencies: `${t}.unmet_dependencies`,
    priority_score: `${t}.priority_score`,
    version: `${t}.version`,
    created_at: `rfc3339(${t}.created_at)`,
    updated_at: `rfc3339(${t}.updated_at)`,
    ...more,
  })

/** All metadata of a task as rows (k, v): what was set, and what other columns read as. */
const metadataRows = (t: string, x: string): string => `
  SELECT m.metadata_key AS k, m.metadata_value AS v FROM task_metadata m
  WHERE m.tenant_id = ${t}.tenant_id AND m.task_id = ${t}.id
  UNION ALL SELECT 'assigned_worker', ${t}.assigned_worker WHERE ${t}.assigned_worker IS NOT NULL
  UNION ALL SELECT 'priority_score', ${t}.priority_score::text WHERE ${t}.priority_score IS NOT NULL
  UNION ALL SELECT 'tags', to_json(${x}.tags)::text WHERE ${x}.tags <> '{}'`

/** A task's metadata as a JSON object, keys in order. */
export const metadataJson = (t = 't', x = 'x'): string =>
  `(SELECT coalesce(json_object_agg(k, v ORDER BY k), '{}'::json) FROM (${metadataRows(t, x)}) AS all_metadata)`

/** `tasks t` with its texts. */
export const TASKS = `tasks t JOIN task_texts x ON x.tenant_id = t.tenant_id AND x.task_id = t.id`

/**
 * The relation `changed_texts`: those of the tasks in the relation `locked` whose texts were changed after the statement's
 * beginning, as they are after its lock. A statement sees texts as of its beginning, and may have waited for the lock since.
 * Whoever changes a text locks the task and makes the next version: where the version, `locked`'s column `version`, is not
 * the one that this statement sees, the texts are read by a lock, too, which follows a row to its newest version
 * (FOR KEY SHARE would be content with the old one).
 */
export const changedTextsFragment = (locked: string, version = 'version'): string => `
  changed_texts AS MATERIALIZED (
    SELECT x.*
    FROM ${locked} l
    CROSS JOIN LATERAL (SELECT t.version FROM tasks t WHERE t.tenant_id = $1 AND t.id = l.id OFFSET 0) AS seen
    CROSS JOIN LATERAL (
      SELECT x.task_id, x.title, x.description, x.tags FROM task_texts x
      WHERE x.tenant_id = $1 AND x.task_id = l.id AND seen.version <> l.${version}
      FOR SHARE
    ) AS x
  )`

/**
 * Joins the texts of a task of the relation `t`, as the relation `x`, in a statement with the fragment above. They are looked up
 * one by one (OFFSET 0): the planner would rather read all texts of a small project than those of ten tasks.
 */
export const withTexts = (t: string): string => `CROSS JOIN LATERAL (
    SELECT x.title, x.description, x.tags FROM changed_texts x WHERE x.task_id = ${t}.id
    UNION ALL
    SELECT x.title, x.description, x.tags FROM task_texts x
    WHERE x.tenant_id = $1 AND x.task_id = ${t}.id AND NOT EXISTS (SELECT FROM changed_texts c WHERE c.task_id = ${t}.id)
    OFFSET 0
  ) AS x`

export const TaskRow = z.object({ task: Task })
const TaskAndMetadata = z.object({ task: Task, metadata: z.record(z.string(), z.string()) })

export const findTaskByNumber = query(
  'tasks.find_by_number',
  TaskRow,
  `SELECT ${taskJson()} AS task FROM ${TASKS} WHERE t.tenant_id = $1 AND t.number = $2`,
)

export const findTaskWithMetadata = query(
  'tasks.find_with_metadata',
  TaskAndMetadata,
  `SELECT ${taskJson()} AS task, ${metadataJson()} AS metadata FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = $2`,
)

/**
 * Reads tasks by their ids, each as often as its id is given. They are looked up one by one (OFFSET 0): the planner would rather
 * read all texts of a small project than those of ten tasks.
 */
export const readTasks = query(
  'tasks.read',
  TaskRow,
  `SELECT t.task
   FROM unnest((SELECT $2::uuid[])) AS g (id)
   CROSS JOIN LATERAL (
     SELECT ${taskJson()} AS task FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = g.id OFFSET 0
   ) AS t`,
)

export const idsOfNumbers = query(
  'tasks.ids_of_numbers',
  z.object({ id: z.string(), number: z.number() }),
  `SELECT id, number FROM tasks WHERE tenant_id = $1 AND number = ${anyOf('$2', 'bigint')}`,
)

/**
 * Locks tasks in the order of their ids and reads them as they are after the lock. Both rows are locked, since a
 * locked row is read anew after a wait, and one that is only joined is not.
 */
export const lockTasks = query(
  'tasks.lock',
  TaskRow,
  `SELECT ${taskJson()} AS task FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = ${anyOf('$2', 'uuid')}
   ORDER BY t.id FOR NO KEY UPDATE OF t, x`,
)

/** Writes the moving part of a locked task, and makes it the next version. */
export const saveTask = query(
  'tasks.save',
  TaskRow,
  `WITH t AS (
     UPDATE tasks SET status = $3, priority = $4, effort_estimate = $5, assigned_worker = $6,
       assigned_at = CASE WHEN $3 <> 'assigned' THEN NULL
         WHEN status = 'assigned' AND assigned_worker IS NOT DISTINCT FROM $6 THEN assigned_at ELSE now() END,
       version = version + 1, updated_at = now()
     WHERE tenant_id = $1 AND id = $2
     RETURNING *
   ) SELECT ${taskJson()} AS task FROM t JOIN task_texts x ON x.tenant_id = t.tenant_id AND x.task_id = t.id`,
)

/** The fields of a task that `saveTask` writes. */
export type MovingPart = Pick<Task, 'id' | 'status' | 'priority' | 'effort_estimate' | 'assigned_worker'>

/** Writes the changed moving part and the new version; returns the task as it then stands. */
export async function save(scope: Scope, task: MovingPart): Promise<Task> {
  const [row] = await saveTask(
    scope,
    task.id,
    task.status,
    task.priority,
    task.effort_estimate,
    task.assigned_worker,
  )
  return row!.task
}

export const saveTexts = query(
  'tasks.save_texts',
  z.object({}),
  `UPDATE task_texts SET title = $3, description = $4, tags = $5::text[] WHERE tenant_id = $1 AND task_id = $2`,
)

/** Sets metadata, `$3` keys and `$4` values; says which keys are new. */
export const upsertMetadata = query(
  'tasks.upsert_metadata',
  z.object({ key: z.string(), created: z.boolean() }),
  `INSERT INTO task_metadata AS m (tenant_id, task_id, metadata_key, metadata_value)
   SELECT $1, $2, k, v FROM unnest($3::text[], $4::text[]) AS given(k, v)
   ON CONFLICT (tenant_id, task_id, metadata_key) DO UPDATE SET metadata_value = excluded.metadata_value, updated_at = now()
   RETURNING metadata_key AS key, (xmax = 0) AS created`,
)

export const deleteMetadata = query(
  'tasks.delete_metadata',
  z.object({ value: z.string() }),
  `DELETE FROM task_metadata WHERE tenant_id = $1 AND task_id = $2 AND metadata_key = $3 RETURNING metadata_value AS value`,
)

/** The metadata `agent_type` is mirrored into the moving part, where claims read it. */
export const mirrorAgentType = query(
  'tasks.mirror_agent_type',
  z.object({}),
  `UPDATE tasks SET agent_type = $3 WHERE tenant_id = $1 AND id = $2`,
)

export const metadataOf = query(
  'tasks.metadata_of',
  z.object({ id: z.string(), number: z.number(), metadata: z.record(z.string(), z.string()) }),
  `SELECT t.id, t.number, ${metadataJson()} AS metadata FROM ${TASKS}
   WHERE t.tenant_id = $1 AND (t.id = ANY($2::uuid[]) OR t.number = ANY($3::bigint[]))`,
)

/** What was set as metadata, without what other columns read as: for the record, where those are members already. */
export const storedMetadata = query(
  'tasks.stored_metadata',
  z.object({ metadata: z.record(z.string(), z.string()) }),
  `SELECT coalesce(json_object_agg(metadata_key, metadata_value ORDER BY metadata_key), '{}'::json) AS metadata
   FROM task_metadata WHERE tenant_id = $1 AND task_id = $2`,
)

export const usedKeys = query(
  'tasks.used_keys',
  z.object({ key: z.string(), usage_count: z.number() }),
  `SELECT metadata_key AS key, count(*) AS usage_count FROM task_metadata WHERE tenant_id = $1 GROUP BY 1
   UNION ALL SELECT 'assigned_worker', count(*) FROM tasks WHERE tenant_id = $1 AND assigned_worker IS NOT NULL HAVING count(*) > 0
   UNION ALL SELECT 'priority_score', count(*) FROM tasks WHERE tenant_id = $1 AND priority_score IS NOT NULL HAVING count(*) > 0
   UNION ALL SELECT 'tags', count(*) FROM task_texts WHERE tenant_id = $1 AND tags <> '{}' HAVING count(*) > 0
   ORDER BY usage_count DESC, key`,
)

/** How a list is ordered, each by an index: its sort keys, and what comes after those of the last row seen. */
export const ORDERS: Readonly<
  Record<
    TaskOrder,
    { by: string; keys: (task: Task) => (string | number)[]; after: (keys: string) => string }
  >
> = {
  priority: {
    by: 't.priority DESC, t.created_at, t.id',
    keys: (task) => [task.priority, task.created_at, task.id],
    after: (
      keys,
    ) => `t.priority <= (${keys}::json->>0)::smallint AND (t.priority < (${keys}::json->>0)::smallint
      OR (t.created_at, t.id) > ((${keys}::json->>1)::timestamptz, (${keys}::json->>2)::uuid))`,
  },
  newest: {
    by: 't.number DESC',
    keys: (task) => [task.number],
    after: (keys) => `t.number < (${keys}::json->>0)::bigint`,
  },
  oldest: {
    by: 't.number',
    keys: (task) => [task.number],
    after: (keys) => `t.number > (${keys}::json->>0)::bigint`,
  },
  updated: {
    by: 't.updated_at DESC, t.id DESC',
    keys: (task) => [task.updated_at, task.id],
    // The first comparison is what the index is entered by.
    after: (keys) => `t.updated_at <= (${keys}::json->>0)::timestamptz
      AND (t.updated_at, t.id) < ((${keys}::json->>0)::timestamptz, (${keys}::json->>1)::uuid)`,
  },
}

/** What a list may ask for; an absent member is no condition. */
export interface ListFilter {
  /** A LIKE pattern. */
  q?: string | undefined
  status?: readonly Status[] | undefined
  priority?: readonly number[] | undefined
  tag?: readonly string[] | undefined
  assigned_worker?: string | undefined
  startable?: boolean | undefined
  updated_since?: string | undefined
  /** The sort keys of the last row seen. */
  after?: readonly (string | number)[] | undefined
  sort: TaskOrder
  withMetadata: boolean
  limit: number
  offset: number
}

/**
 * One page. Its text depends only on the order and on which filters are there, so that each combination is one named
 * statement.
 */
export function listTasks(scope: Scope, filter: ListFilter): Promise<z.output<typeof TaskAndMetadata>[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  const names: string[] = []
  const where = (name: string, condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return
    values.push(value)
    names.push(name)
    conditions.push(condition(`$${values.length + 1}`))
  }
  // Looked for first, and by itself: in the order of the list it might be searched through the whole table.
  where(
    'q',
    (p) => `t.id = ANY(ARRAY(SELECT s.task_id FROM task_texts s
      WHERE s.tenant_id = $1 AND (s.title ILIKE ${p} OR s.description ILIKE ${p})))`,
    filter.q,
  )
  where('status', (p) => `t.status = ANY(${p}::text[])`, filter.status)
  where('priority', (p) => `t.priority = ANY(${p}::smallint[])`, filter.priority)
  where('tag', (p) => `x.tags @> ${p}::text[]`, filter.tag)
  where('worker', (p) => `t.assigned_worker = ${p}`, filter.assigned_worker)
  where(
    'startable',
    (p) => `(t.status = 'ready' AND t.unmet_dependencies = 0) = ${p}::boolean`,
    filter.startable === false ? false : undefined,
  )
  if (filter.startable) {
    // Said literally, so that the partial index of claims serves it.
    names.push('ready')
    conditions.push(`t.status = 'ready' AND t.unmet_dependencies = 0`)
  }
  where('since', (p) => `t.updated_at >= ${p}::timestamptz`, filter.updated_since)
  where('after', ORDERS[filter.sort].after, filter.after && JSON.stringify(filter.after))
  const metadata = filter.withMetadata ? metadataJson() : `'{}'::json`
  const page = pageFragment(
    `SELECT ${taskJson()} AS task, ${metadata} AS metadata FROM ${TASKS}
     WHERE t.tenant_id = $1 AND x.tenant_id = $1 ${conditions.map((each) => `AND ${each}`).join(' ')}
     ORDER BY ${ORDERS[filter.sort].by}`,
    filter,
    names.every((name) => ['ready', 'after'].includes(name)),
    (value) => `$${values.push(value) + 1}`,
  )
  const list = query(
    `tasks.list:${filter.sort}:${names.join('+')}${page.name}${filter.withMetadata ? ' m' : ''}`,
    TaskAndMetadata,
    page.text,
  )
  return list(scope, ...values)
}
