import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { recordFragment } from '../../kernel/record.ts'
import { lockedTextsFragment, taskJson } from '../tasks/index.ts'
import {
  asClaim,
  candidateFragment,
  CLAIM_EVENTS,
  CLAIM_ORDER,
  claimParameters,
  ClaimRow,
  openClaimsFragment,
  type ClaimParameters,
  type ClaimWish,
} from './claim.ts'
import { Execution, type Claim } from './schema.ts'
import { DURATION, executionJson } from './sql.ts'

/** How an execution ended, by its worker's own word. */
export interface Ending {
  execution_id: string
  success: boolean
  cost_dollars: number
  error_message: string | null
  result: unknown
  lease_token: number | null
}

/**
 * Closes the execution, if it is open and the token is that of its live lease, under the task's lock.
 *
 * `before` reads the task as this statement's snapshot has it, `held` locks it and reads it as it is now. A hard edge
 * to this task that was added in between raised `dependents_version`: this snapshot does not see the edge, so nothing
 * is done, and the caller runs the statement again.
 *
 * The dependents are locked after their prerequisite and in the order of their ids; edges never form a loop, so two
 * completions never wait for each other.
 */
const CLOSE = `
  before AS MATERIALIZED (
    SELECT t.id, t.dependents_version FROM executions e JOIN tasks t ON t.tenant_id = e.tenant_id AND t.id = e.task_id
    WHERE e.tenant_id = $1 AND t.tenant_id = $1 AND e.id = $3
  ),
  held AS MATERIALIZED (
    SELECT t.id, t.status, t.version, t.updated_at, t.dependents_version FROM tasks t
    WHERE t.tenant_id = $1 AND t.id = (SELECT id FROM before) FOR NO KEY UPDATE
  ),
  closed AS (
    UPDATE executions e SET completed_at = now(), duration_seconds = ${DURATION}, success = $4::boolean,
      outcome = CASE WHEN $4::boolean THEN 'succeeded' ELSE 'failed' END, cost_dollars = $5::numeric,
      error_message = $6, result = $7::json
    FROM held h JOIN before b ON b.id = h.id AND b.dependents_version = h.dependents_version
    WHERE e.tenant_id = $1 AND e.id = $3 AND e.completed_at IS NULL AND (h.status = 'in_progress' OR e.beside)
      AND (e.lease_token IS NULL OR (e.lease_token = $8::bigint AND e.lease_expires_at > now()))
    RETURNING e.*
  ),
  ended AS MATERIALIZED (
    SELECT h.* FROM held h JOIN closed c ON c.task_id = h.id WHERE NOT c.beside
  ),
  waiting AS MATERIALIZED (
    SELECT d.id, d.status, d.assigned_worker, d.version, d.updated_at, d.priority_score, d.priority, d.created_at,
      d.agent_type, d.unmet_dependencies
    FROM tasks d
    WHERE d.tenant_id = $1 AND d.id = ANY (ARRAY(
      SELECT y.task_id FROM dependencies y
      WHERE y.tenant_id = $1 AND y.dependency_type = 'hard'
        AND y.depends_on_task_id = (SELECT id FROM ended WHERE $4::boolean AND dependents_version > 0)))
    ORDER BY d.id FOR NO KEY UPDATE
  )`

/** Of the tasks that have just become startable, those that this claimer may have. */
const freedCandidates = ({ filter, worker }: ClaimParameters): string => `
  freed AS MATERIALIZED (
    SELECT t.id, t.status, t.assigned_worker, t.version, t.updated_at, t.priority_score, t.priority, t.created_at,
      CASE t.status WHEN 'assigned' THEN 0 ELSE 1 END AS rank
    FROM waiting t
    WHERE t.unmet_dependencies = 1 AND ${filter}
      AND (t.status = 'ready' OR (t.status = 'assigned' AND t.assigned_worker = ${worker}))
  )`

/**
 * One update for all rows of `tasks` that a completion touches: a row can be changed only once in a statement.
 *
 * A dependent may have changed after this statement's snapshot: `waiting` waited for its lock and read it anew, and
 * PostgreSQL runs this update again for the newest row ("EvalPlanQual"). Two things follow, each met in a race test.
 * `moves` must be materialised: a plain UNION ALL is not replayed then, and the update would skip the row in silence.
 * The new count comes from the locked row (`left_unmet`), since CHECK constraints see the stale row's outcome, too.
 */
const moves = (worker: string): string => `
  moved AS (
    UPDATE tasks t SET
      status = coalesce(m.status, t.status), unmet_dependencies = m.left_unmet,
      assigned_worker = CASE WHEN m.claimed THEN ${worker} ELSE t.assigned_worker END,
      assigned_at = CASE WHEN m.status IS NULL THEN t.assigned_at END,
      fence = t.fence + m.claimed::integer,
      version = t.version + (m.status IS NOT NULL)::integer,
      updated_at = CASE WHEN m.status IS NULL THEN t.updated_at ELSE now() END
    FROM moves m WHERE t.tenant_id = $1 AND t.id = m.id
    RETURNING t.*, m.claimed, m.met, m.status IS NULL AS only_met, m.rank, m.old_status, m.old_version, m.old_updated_at
  )`

const ENDED_MOVE = `
  SELECT id, CASE WHEN $4::boolean THEN 'completed' ELSE 'failed' END AS status, 0 AS met, false AS claimed, 0 AS rank,
    status AS old_status, version AS old_version, updated_at AS old_updated_at, 0 AS left_unmet
  FROM ended`

/** The record's rows of a completion; a task that was freed and claimed at once is recorded as started alone. */
const END_EVENTS = `
  SELECT 'execution.completed', 'execution', c.id,
    ('{"completed_at": null, "duration_seconds": null, "success": null, "outcome": null}'::jsonb
      || CASE WHEN c.cost_dollars <> 0 THEN '{"cost_dollars": 0}'::jsonb ELSE '{}' END
      || CASE WHEN c.error_message IS NOT NULL THEN '{"error_message": null}'::jsonb ELSE '{}' END
      || CASE WHEN c.result IS NOT NULL THEN '{"result": null}'::jsonb ELSE '{}' END)::json,
    ${executionJson('c')}
  FROM closed c
  UNION ALL
  SELECT CASE m.status WHEN 'completed' THEN 'task.completed' ELSE 'task.failed' END, 'task', m.id,
    json_build_object('status', m.old_status, 'version', m.old_version, 'updated_at', rfc3339(m.old_updated_at)),
    ${taskJson('m', 'x')}
  FROM moved m JOIN texts x ON x.task_id = m.id
  WHERE NOT m.only_met AND NOT m.claimed
  UNION ALL
  SELECT 'task.unblocked', 'task', m.id, json_build_object('unmet_dependencies', 1), ${taskJson('m', 'x')}
  FROM moved m JOIN texts x ON x.task_id = m.id
  WHERE m.only_met AND m.unmet_dependencies = 0`

const completeStatement = `
  WITH ${CLOSE},
  moves AS MATERIALIZED (
    ${ENDED_MOVE}
    UNION ALL SELECT id, NULL, 1, false, 0, status, version, updated_at, unmet_dependencies - 1 FROM waiting
  ),
  ${moves('NULL')},
  ${lockedTextsFragment('moves', 'old_version')},
  ${recordFragment(END_EVENTS)}
  SELECT ${executionJson('c')} AS execution, '[]'::json AS next FROM closed c`

const completeAndClaimStatement = (parameters: ClaimParameters, count: number): string => `
  WITH ${CLOSE},
  ${candidateFragment(parameters, count)},
  ${freedCandidates(parameters)},
  chosen AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM mine UNION ALL SELECT * FROM fresh UNION ALL SELECT * FROM freed) AS candidates
    WHERE EXISTS (SELECT FROM closed)
    ORDER BY rank, ${CLAIM_ORDER} LIMIT ${count}
  ),
  moves AS MATERIALIZED (
    ${ENDED_MOVE}
    UNION ALL
    SELECT coalesce(w.id, c.id), CASE WHEN c.id IS NOT NULL THEN 'in_progress' END, CASE WHEN w.id IS NULL THEN 0 ELSE 1 END,
      c.id IS NOT NULL, coalesce(c.rank, 0), coalesce(c.status, w.status), coalesce(c.version, w.version),
      coalesce(c.updated_at, w.updated_at), coalesce(w.unmet_dependencies - 1, 0)
    FROM waiting w FULL JOIN chosen c ON c.id = w.id
  ),
  ${moves(parameters.worker)},
  ${lockedTextsFragment('moves', 'old_version')},
  started AS (SELECT * FROM moved WHERE claimed),
  ${openClaimsFragment('started', parameters)},
  ${recordFragment(`${END_EVENTS} UNION ALL ${CLAIM_EVENTS}`)}
  SELECT ${executionJson('c')} AS execution,
    (SELECT coalesce(json_agg(json_build_object('task', n.task, 'execution', n.execution, 'token', n.token,
       'expires_at', n.expires_at) ORDER BY n.rank, n.priority_score DESC NULLS LAST, n.priority DESC, n.created_at, n.id), '[]'::json)
     FROM claims n) AS next
  FROM closed c`

const CompletedRow = z.object({ execution: Execution, next: z.array(ClaimRow) })

const endingValues = (ending: Ending): unknown[] => [
  ending.execution_id,
  ending.success,
  ending.cost_dollars,
  ending.error_message,
  ending.result === undefined ? null : JSON.stringify(ending.result),
  ending.lease_token,
]

const complete = query('executions.complete', CompletedRow, completeStatement)

/**
 * Ends an execution, moves its task, counts down and wakes its dependents, and claims what is next where that is wished:
 * one statement, one round trip. Undefined when nothing was done: the execution is not open, the lease not this one, or
 * an edge came in between (see CLOSE). Touches `tasks` and `dependencies` of the features above.
 */
export async function completeExecution(
  scope: Scope,
  origin: string,
  ending: Ending,
  next?: ClaimWish,
): Promise<{ execution: Execution; next: Claim[] } | undefined> {
  let row: z.output<typeof CompletedRow> | undefined
  if (next) {
    const parameters = claimParameters(next, 9)
    const statement = query(
      `executions.complete_and_claim:${parameters.name}`,
      CompletedRow,
      completeAndClaimStatement(parameters, next.count),
    )
    ;[row] = await statement(scope, origin, ...endingValues(ending), ...parameters.values)
  } else [row] = await complete(scope, origin, ...endingValues(ending))
  return row && { execution: row.execution, next: row.next.map(asClaim) }
}
