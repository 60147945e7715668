import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { metadataJson, Task, taskJson, TASKS, TaskStatus } from '../tasks/index.ts'
import { DependencyType } from '../dependencies/index.ts'
import { Outcome } from '../executions/index.ts'

/** At most so many attempts and prerequisites are looked at; how many there are is counted. */
export const MOST_ATTEMPTS = 20
export const MOST_PREREQUISITES = 100

const AttemptRow = z.object({
  outcome: Outcome,
  worker_id: z.string(),
  completed_at: z.string(),
  error_message: z.string().nullable(),
  note: z.string().nullable(),
  progress: z.string().nullable(),
})

const PrerequisiteRow = z.object({
  number: z.number(),
  title: z.string(),
  status: TaskStatus,
  dependency_type: DependencyType,
  result: z.string().nullable(),
  note: z.string().nullable(),
})

export const BriefRow = z.object({
  task: Task,
  metadata: z.record(z.string(), z.string()),
  attempts: z.array(AttemptRow),
  attempt_count: z.number(),
  prerequisites: z.array(PrerequisiteRow),
  prerequisite_count: z.number(),
})
export type BriefRow = z.output<typeof BriefRow>

/**
 * All that a brief is made of, in one statement. JSON values come as text, and every text as its first `$3` characters: no
 * more can have a place.
 *
 * A prerequisite speaks through its last success, or where it has none through its last attempt.
 */
export const readBrief = query(
  'briefs.read',
  BriefRow,
  `SELECT ${taskJson()} AS task, ${metadataJson()} AS metadata,
     (SELECT count(*) FROM executions e
      WHERE e.tenant_id = $1 AND e.task_id = t.id AND e.completed_at IS NOT NULL) AS attempt_count,
     (SELECT coalesce(json_agg(a), '[]'::json) FROM (
        SELECT e.outcome, e.worker_id, rfc3339(e.completed_at) AS completed_at,
          left(e.error_message, $3::integer) AS error_message, left(e.note, $3::integer) AS note,
          left(e.progress::text, $3::integer) AS progress
        FROM executions e WHERE e.tenant_id = $1 AND e.task_id = t.id AND e.completed_at IS NOT NULL
        ORDER BY e.started_at DESC, e.id DESC LIMIT ${MOST_ATTEMPTS}) AS a) AS attempts,
     (SELECT count(*) FROM dependencies d WHERE d.tenant_id = $1 AND d.task_id = t.id) AS prerequisite_count,
     (SELECT coalesce(json_agg(r), '[]'::json) FROM (
        SELECT p.number, y.title, p.status, d.dependency_type, l.result, l.note
        FROM dependencies d
        JOIN tasks p ON p.tenant_id = $1 AND p.id = d.depends_on_task_id
        JOIN task_texts y ON y.tenant_id = $1 AND y.task_id = p.id
        LEFT JOIN LATERAL (
          SELECT left(e.result::text, $3::integer) AS result, left(e.note, $3::integer) AS note
          FROM executions e WHERE e.tenant_id = $1 AND e.task_id = p.id AND e.completed_at IS NOT NULL
          ORDER BY e.success IS TRUE DESC, e.started_at DESC LIMIT 1) AS l ON true
        WHERE d.tenant_id = $1 AND d.task_id = t.id
        ORDER BY d.dependency_type, l.result IS NULL, d.created_at, d.id LIMIT ${MOST_PREREQUISITES}) AS r) AS prerequisites
   FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = $2`,
)
