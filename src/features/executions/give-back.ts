import { z } from 'zod'
import { anyOf, query, type Scope } from '../../kernel/database.ts'
import { recordFragment } from '../../kernel/record.ts'
import { changedTextsFragment, taskJson, withTexts } from '../tasks/index.ts'
import { Execution } from './schema.ts'
import { DURATION, executionJson, OPEN_BY_ID } from './sql.ts'

/**
 * Ends executions without a verdict and makes their tasks ready again, in one statement: `guard` says which of the
 * executions `$3` may still be ended, `outcome` how. The tasks are locked first, in the order of their ids; those that others hold
 * are waited for, or skipped.
 */
const giveBackStatement = (
  outcome: 'released' | 'lost',
  guard: string,
  event: string,
  locking: 'waits' | 'skips',
): string => `
  WITH held AS MATERIALIZED (
    SELECT t.id, t.status, t.assigned_worker, t.version, t.updated_at FROM tasks t
    WHERE t.tenant_id = $1
      AND t.id = ANY (ARRAY(SELECT e.task_id FROM executions e WHERE e.tenant_id = $1 AND e.id = ${anyOf('$3', 'uuid')}))
    ORDER BY t.id FOR NO KEY UPDATE ${locking === 'skips' ? 'SKIP LOCKED' : ''}
  ),
  closed AS (
    UPDATE executions e SET completed_at = now(), duration_seconds = ${DURATION}, outcome = '${outcome}',
      note = coalesce($4, e.note)
    FROM held h
    WHERE e.tenant_id = $1 AND e.id = ${anyOf('$3', 'uuid')} AND e.task_id = h.id AND ${OPEN_BY_ID} AND ${guard}
    RETURNING e.*
  ),
  freed AS (
    UPDATE tasks t SET status = 'ready', assigned_worker = NULL, version = t.version + 1, updated_at = now()
    FROM closed c JOIN held h ON h.id = c.task_id
    WHERE t.tenant_id = $1 AND t.id = c.task_id AND NOT c.beside AND t.status = 'in_progress'
    RETURNING t.*, h.status AS old_status, h.assigned_worker AS old_worker, h.version AS old_version,
      h.updated_at AS old_updated_at
  ),
  ${changedTextsFragment('held')},
  ${recordFragment(`
    SELECT '${event}', 'execution', c.id,
      ('{"completed_at": null, "duration_seconds": null, "outcome": null}'::jsonb
        || CASE WHEN $4::text IS NOT NULL THEN '{"note": null}'::jsonb ELSE '{}' END)::json, ${executionJson('c')}
    FROM closed c
    UNION ALL
    SELECT 'task.released', 'task', f.id,
      json_build_object('status', f.old_status, 'assigned_worker', f.old_worker, 'version', f.old_version,
        'updated_at', rfc3339(f.old_updated_at)),
      ${taskJson('f', 'x')}
    FROM freed f ${withTexts('f')}`)}
  SELECT ${executionJson('c')} AS execution FROM closed c`

const Ended = z.object({ execution: Execution })

const release = query(
  'executions.release',
  Ended,
  giveBackStatement(
    'released',
    '(e.lease_token IS NULL OR (e.lease_token = $5::bigint AND e.lease_expires_at > now()))',
    'execution.released',
    'waits',
  ),
)

/** Gives a task back unfinished; undefined when the execution is not open or the lease is not the caller's. */
export async function releaseExecution(
  scope: Scope,
  origin: string,
  id: string,
  note: string | null,
  token: number | null,
): Promise<Execution | undefined> {
  return (await release(scope, origin, [id], note, token))[0]?.execution
}

const lose = query(
  'executions.lose',
  Ended,
  giveBackStatement('lost', 'e.lease_expires_at <= now()', 'execution.lost', 'skips'),
)

/**
 * Ends the executions among `ids` whose lease has run out as lost; returns how many. A task that somebody has locked is left for
 * the next time: one that is held for long would keep the leases of all others.
 */
export const loseExecutions = async (scope: Scope, origin: string, ids: readonly string[]): Promise<number> =>
  (await lose(scope, origin, ids, null)).length
