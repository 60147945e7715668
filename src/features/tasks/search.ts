import { query } from '../../kernel/database.ts'
import { TASKS, taskJson, TaskRow } from './sql.ts'

/** Tasks that are looked at in the order of urgency before an index is asked. */
const WALKED = 3_000

/** The most that a search answers. */
const MOST = 50

/** 0: the title is the text; 1: it contains it; 2: the description does; null: neither. */
const TIER = `CASE WHEN x.title ILIKE $2 THEN CASE WHEN lower(x.title) = lower($3) THEN 0 ELSE 1 END
                   WHEN x.description ILIKE $2 THEN 2 END`

const URGENCY = 'priority DESC, created_at, id'

/** The most urgent of what a relation of ids (`task_id`) holds, in their tier. */
const mostUrgent = (relation: string, tier: number): string => `
  SELECT t.id, ${tier} AS tier, t.priority, t.created_at
  FROM ${relation} f JOIN tasks t ON t.tenant_id = $1 AND t.id = f.task_id
  ORDER BY t.priority DESC, t.created_at, t.id LIMIT ${MOST}`

/**
 * At most 50 tasks whose title or description contains `$2` (a LIKE pattern, `$3` the text itself): equal titles first,
 * then titles, then descriptions, and in each the urgent ones. To rank all matches of a common word takes seconds, and
 * to walk all tasks for a rare one as well; so a few thousand of the most urgent are walked first. A word that is common
 * among them has its fifty there, and they are the first there are, since the walk goes in that order; for one that is
 * rare among them all matches are fetched by the trigram index (from three characters on), titles and descriptions each
 * only where the walk did not have enough. Equal titles have an index of their own: one must not be missed.
 */
export const searchTasks = query(
  'tasks.search',
  TaskRow,
  `WITH walked AS MATERIALIZED (
     SELECT * FROM (
       SELECT t.id, ${TIER} AS tier, t.priority, t.created_at
       FROM (SELECT id, priority, created_at FROM tasks WHERE tenant_id = $1
             ORDER BY ${URGENCY} LIMIT ${WALKED}) t
       JOIN task_texts x ON x.tenant_id = $1 AND x.task_id = t.id) w
     WHERE tier IS NOT NULL
   ),
   equal_titles AS MATERIALIZED (
     SELECT x.task_id FROM task_texts x
     WHERE x.tenant_id = $1 AND hashtextextended(lower(x.title), 0) = hashtextextended(lower($3), 0)
       AND lower(x.title) = lower($3) AND x.title ILIKE $2
   ),
   equal AS MATERIALIZED (${mostUrgent('equal_titles', 0)}),
   titles AS MATERIALIZED (
     SELECT x.task_id FROM task_texts x
     WHERE (SELECT count(*) FROM walked WHERE tier < 2) < ${MOST} AND (SELECT count(*) FROM equal) < ${MOST}
       AND x.tenant_id = $1 AND x.title ILIKE $2 AND lower(x.title) <> lower($3)
   ),
   titled AS MATERIALIZED (
     SELECT id, tier, priority, created_at FROM walked WHERE tier = 1
     UNION (${mostUrgent('titles', 1)})
   ),
   descriptions AS MATERIALIZED (
     SELECT x.task_id FROM task_texts x
     WHERE (SELECT count(*) FROM walked WHERE tier = 2) < ${MOST}
       AND (SELECT count(*) FROM equal) + (SELECT count(*) FROM titled) < ${MOST}
       AND x.tenant_id = $1 AND x.description ILIKE $2 AND x.title NOT ILIKE $2
   ),
   described AS MATERIALIZED (
     SELECT id, tier, priority, created_at FROM walked WHERE tier = 2
     UNION (${mostUrgent('descriptions', 2)})
   ),
   found AS MATERIALIZED (
     SELECT * FROM equal UNION ALL SELECT * FROM titled UNION ALL SELECT * FROM described
     ORDER BY tier, ${URGENCY} LIMIT ${MOST}
   )
   SELECT ${taskJson()} AS task
   FROM found JOIN ${TASKS} ON t.tenant_id = $1 AND t.id = found.id
   ORDER BY found.tier, t.priority DESC, t.created_at, t.id`,
)
