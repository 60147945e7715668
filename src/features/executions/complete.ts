import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { gather } from '../../kernel/gather.ts'
import * as keyed from '../../kernel/keyed.ts'
import { CHANGES } from '../../kernel/lane.ts'
import { recordGatheredFragment } from '../../kernel/record.ts'
import type { KeyUse } from '../../kernel/reservation.ts'
import { changedTextsFragment, Task, taskJson, withTexts } from '../tasks/index.ts'
import {
  AMPLE,
  asClaim,
  chosenFragment,
  CLAIM_EVENTS,
  CLAIMS_JSON,
  claimParameters,
  MOST_CLAIMED,
  openClaimsFragment,
  originsOf,
  seatsFragment,
  wishKind,
  type ClaimParameters,
  type ClaimWish,
} from './claim.ts'
import { Execution, type Claim } from './schema.ts'
import { DURATION, executionJson, OPEN_BY_ID } from './sql.ts'

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
 * Closes executions (`$3`, the endings as JSON), each if it is open and the token is that of its live lease,
 * under the locks of their tasks.
 *
 * `before` reads the tasks as this statement's snapshot has them, `held` locks them and reads them as they are now. A hard
 * edge to one of them that was added in between raised its `dependents_version`: this snapshot does not see the edge, so
 * that ending is left alone, and its caller runs the statement again.
 *
 * Locks: first all tasks that end, in the order of their ids, then all that wait for them, in the order of theirs. What
 * waits for one that is still to end can't itself be in progress, so no ending waits for another one's dependents. Where
 * many callers share the statement, tasks that others hold are skipped: none of the callers waits for another one's lock.
 *
 * `OFFSET 0` and the locks within sub-selects have each execution and each task looked up by its id: the planner takes a list of
 * unknown length for a hundred ids, and would rather read a table of ten thousand from end to end.
 *
 * The dependents of all that ended are counted down together (`counted`), each by how many of its prerequisites did. They go
 * through an array and a condition that always holds, so that the planner expects three of them: where most edges lead to a few
 * tasks, it would expect thousands, and read all tasks at each completion.
 */
const closeFragment = (locking: 'waits' | 'skips', keys: string | undefined): string => `
  ${keys ? `${keyed.keyedFragment(keys)},` : ''}
  before AS MATERIALIZED (
    SELECT g.*, e.task_id, t.dependents_version
    FROM ROWS FROM (json_to_recordset($3::json) AS
        (execution_id uuid, success boolean, cost numeric, error text, result text, token bigint))
      WITH ORDINALITY AS g (execution_id, success, cost, error, result, token, call)
    CROSS JOIN LATERAL (
      SELECT e.task_id FROM executions e WHERE e.tenant_id = $1 AND e.id = g.execution_id AND ${OPEN_BY_ID} OFFSET 0
    ) AS e
    CROSS JOIN LATERAL (
      SELECT t.dependents_version FROM tasks t WHERE t.tenant_id = $1 AND t.id = e.task_id OFFSET 0
    ) AS t
    ${keys ? `WHERE ${keyed.mayServe('g.call')}` : ''}
  ),
  held AS MATERIALIZED (
    SELECT b.*, t.*
    FROM (SELECT * FROM before ORDER BY task_id) AS b
    CROSS JOIN LATERAL (
      SELECT t.status AS task_status, t.version AS task_version, t.updated_at AS task_updated_at,
        t.dependents_version AS newest_version
      FROM tasks t WHERE t.tenant_id = $1 AND t.id = b.task_id
      FOR NO KEY UPDATE ${locking === 'skips' ? 'SKIP LOCKED' : ''}
    ) AS t
  ),
  closed AS (
    UPDATE executions e SET completed_at = now(), duration_seconds = ${DURATION}, success = h.success,
      outcome = CASE WHEN h.success THEN 'succeeded' ELSE 'failed' END, cost_dollars = h.cost,
      error_message = h.error, result = h.result::json
    FROM held h
    WHERE e.tenant_id = $1 AND e.id = h.execution_id AND ${OPEN_BY_ID}
      AND h.newest_version = h.dependents_version AND (h.task_status = 'in_progress' OR e.beside)
      AND (e.lease_token IS NULL OR (e.lease_token = h.token AND e.lease_expires_at > now()))
    RETURNING e.*, h.call, h.task_status, h.task_version, h.task_updated_at, h.dependents_version
  ),
  ended AS MATERIALIZED (
    SELECT c.call, c.id, c.task_id, c.success, c.beside, c.task_status, c.task_version, c.task_updated_at,
      c.dependents_version, ${executionJson('c')} AS execution,
      ('{"completed_at": null, "duration_seconds": null, "success": null, "outcome": null'
        || CASE WHEN c.cost_dollars <> 0 THEN ', "cost_dollars": 0' ELSE '' END
        || CASE WHEN c.error_message IS NOT NULL THEN ', "error_message": null' ELSE '' END
        || CASE WHEN c.result IS NOT NULL THEN ', "result": null' ELSE '' END || '}')::json AS former
    FROM closed c
  ),
  counted AS (
    SELECT y.task_id, count(*)::integer AS met, max(c.call) AS call
    FROM ended c JOIN dependencies y ON y.tenant_id = $1 AND y.depends_on_task_id = c.task_id
    WHERE c.success AND NOT c.beside AND c.dependents_version > 0 AND y.dependency_type = 'hard'
    GROUP BY y.task_id ORDER BY y.task_id
  ),
  waiting AS MATERIALIZED (
    SELECT d.*, k.call, d.unmet_dependencies - k.met AS left_unmet
    FROM (SELECT array_agg(task_id) AS task_ids, array_agg(met) AS mets, array_agg(call) AS calls FROM counted) AS a
    CROSS JOIN LATERAL unnest(a.task_ids, a.mets, a.calls) AS k (task_id, met, call)
    CROSS JOIN LATERAL (
      SELECT d.id, d.status, d.assigned_worker, d.version, d.updated_at, d.priority_score, d.priority, d.created_at,
        d.agent_type, d.unmet_dependencies
      FROM tasks d WHERE d.tenant_id = $1 AND d.id = k.task_id FOR NO KEY UPDATE
    ) AS d
    WHERE k.met > 0
  )`

/** Of the tasks that have just become startable, those that these claimers may have. */
const freedFragment = ({ filter }: ClaimParameters): string => `
  freed AS (
    SELECT t.*, t.assigned_worker AS worker FROM waiting t WHERE t.left_unmet = 0 AND ${filter}
  ),
  freed_assigned AS (
    SELECT * FROM freed WHERE status = 'assigned' AND worker IN (SELECT worker FROM seats)
  ),
  freed_ready AS (SELECT * FROM freed WHERE status = 'ready')`

/**
 * One update for all rows of `tasks` that the endings touch: a row can be changed only once in a statement.
 *
 * A dependent may have changed after this statement's snapshot: `locked` waited for its lock and read it anew, and
 * PostgreSQL runs this update again for the newest row ("EvalPlanQual"). Two things follow, each met in a race test.
 * `moves` must be materialised: a plain UNION ALL is not replayed then, and the update would skip the row in silence.
 * The new count comes from the locked row (`left_unmet`), since CHECK constraints see the stale row's outcome, too.
 */
const MOVED = `
  moved AS (
    UPDATE tasks t SET
      status = coalesce(m.status, t.status), unmet_dependencies = m.left_unmet,
      assigned_worker = CASE WHEN m.seat IS NOT NULL THEN m.worker ELSE t.assigned_worker END,
      assigned_at = CASE WHEN m.status IS NULL THEN t.assigned_at END,
      fence = t.fence + (m.seat IS NOT NULL)::integer,
      version = t.version + (m.status IS NOT NULL)::integer,
      updated_at = CASE WHEN m.status IS NULL THEN t.updated_at ELSE now() END
    FROM moves m WHERE t.tenant_id = $1 AND t.id = m.id
    RETURNING t.*, CASE WHEN m.seat IS NOT NULL THEN uuid_v7() END AS execution_id, m.call, m.seat, m.worker, m.lease,
      m.status IS NULL AS only_met, m.old_status, m.old_version, m.old_updated_at, m.old_unmet
  )`

const ENDED_MOVES = `
  SELECT task_id AS id, call, CASE WHEN success THEN 'completed' ELSE 'failed' END AS status, 0 AS left_unmet,
    NULL::bigint AS seat, NULL::text AS worker, NULL::integer AS lease, task_status AS old_status,
    task_version AS old_version, task_updated_at AS old_updated_at, 0 AS old_unmet
  FROM ended WHERE NOT beside`

/** The record's rows of completions; a task that was freed and claimed at once is recorded as started alone. */
const END_EVENTS = `
  SELECT call, 'execution.completed', 'execution', id, former, execution FROM ended
  UNION ALL
  SELECT m.call, CASE m.status WHEN 'completed' THEN 'task.completed' ELSE 'task.failed' END, 'task', m.id,
    json_build_object('status', m.old_status, 'version', m.old_version, 'updated_at', rfc3339(m.old_updated_at)),
    ${taskJson('m', 'x')}
  FROM moved m ${withTexts('m')}
  WHERE NOT m.only_met AND m.seat IS NULL
  UNION ALL
  SELECT m.call, 'task.unblocked', 'task', m.id, json_build_object('unmet_dependencies', m.old_unmet),
    ${taskJson('m', 'x')}
  FROM moved m ${withTexts('m')}
  WHERE m.only_met AND m.unmet_dependencies = 0`

/** The answers' rows of the calls whose keys are taken, with the columns of AnswerRow. */
const usedRows = (keys: string | undefined, columns: string): string =>
  keys ? `UNION ALL SELECT ${columns} FROM keyed WHERE used` : ''

/** `keys` is the parameter of the keys that it takes, if any. */
const completeStatement = (locking: 'waits' | 'skips', keys: string | undefined): string => `
  WITH ${closeFragment(locking, keys)},
  moves AS MATERIALIZED (
    ${ENDED_MOVES}
    UNION ALL
    SELECT id, call, NULL, left_unmet, NULL, NULL, NULL, status, version, updated_at, unmet_dependencies FROM waiting
  ),
  ${MOVED},
  ${changedTextsFragment('moves', 'old_version')},
  ${recordGatheredFragment(END_EVENTS)}
  ${keys ? `, ${keyed.keptFragment('SELECT call, execution::text FROM ended')}` : ''}
  SELECT call, execution AS ended, NULL::json AS task, NULL::json AS execution, NULL::bigint AS token,
    NULL::text AS expires_at
  FROM ended
  ${usedRows(keys, 'call, NULL, NULL, NULL, NULL, NULL')}`

/** What the operation answers of a call that claims next: its execution, with the claims as the member `next`. */
const ENDED_WITH_NEXT = `
  SELECT call, left(execution::text, -1) || ', "next": '
    || coalesce((SELECT ${CLAIMS_JSON}::text FROM claims c WHERE c.call = e.call), '[]') || '}'
  FROM ended e`

const completeAndClaimStatement = (
  parameters: ClaimParameters,
  locking: 'waits' | 'skips',
  keys: string | undefined,
): string => `
  WITH ${closeFragment(locking, keys)},
  ${seatsFragment(parameters, 's.call IN (SELECT call FROM ended)')},
  ${freedFragment(parameters)},
  ${chosenFragment(parameters, { assigned: 'freed_assigned', ready: 'freed_ready' })},
  moves AS MATERIALIZED (
    ${ENDED_MOVES}
    UNION ALL
    SELECT coalesce(c.id, w.id), coalesce(c.call, w.call), CASE WHEN c.id IS NOT NULL THEN 'in_progress' END,
      coalesce(w.left_unmet, 0), c.seat, c.worker, c.lease, coalesce(c.status, w.status), coalesce(c.version, w.version),
      coalesce(c.updated_at, w.updated_at), coalesce(w.unmet_dependencies, 0)
    FROM waiting w FULL JOIN chosen c ON c.id = w.id
  ),
  ${MOVED},
  ${changedTextsFragment('moves', 'old_version')},
  started AS (SELECT * FROM moved WHERE seat IS NOT NULL),
  ${openClaimsFragment('started', parameters)},
  ${recordGatheredFragment(`${END_EVENTS} UNION ALL ${CLAIM_EVENTS}`)}
  ${keys ? `, ${keyed.keptFragment(ENDED_WITH_NEXT)}` : ''}
  SELECT call, ended, task, execution, token, expires_at FROM (
    SELECT 0 AS seat, call, execution AS ended, NULL::json AS task, NULL::json AS execution, NULL::bigint AS token,
      NULL::text AS expires_at
    FROM ended
    UNION ALL
    SELECT seat, call, NULL, task, execution, token, expires_at FROM claims
    ${usedRows(keys, '0, call, NULL, NULL, NULL, NULL, NULL')}
  ) AS answers ORDER BY seat`

/** What a call completed, or one of the claims that it then made; all is null for a call whose key is taken. */
const AnswerRow = z.object({
  call: z.number(),
  ended: Execution.nullable(),
  task: Task.nullable(),
  execution: Execution.nullable(),
  token: z.number().nullable(),
  expires_at: z.string().nullable(),
})

const completion = (locking: 'waits' | 'skips', keys?: string) =>
  query(`executions.complete:${locking}${keys ? ' keys' : ''}`, AnswerRow, completeStatement(locking, keys))
const complete = { waits: completion('waits'), skips: completion('skips'), taking: completion('skips', '$4') }

/** An ending, who says so (`{kind, id, name, request_id}` as JSON), and the claim that it carries. */
export interface CompletionCall {
  origin: string
  ending: Ending
  next: ClaimWish | undefined
}

export interface Completed {
  execution: Execution
  next: Claim[]
}

const endingsOf = (calls: readonly CompletionCall[]): string =>
  JSON.stringify(
    calls.map(({ ending }) => ({
      execution_id: ending.execution_id,
      success: ending.success,
      cost: ending.cost_dollars,
      error: ending.error_message,
      result: ending.result === undefined ? null : JSON.stringify(ending.result),
      token: ending.lease_token,
    })),
  )

/**
 * Ends executions, moves their tasks, counts down and wakes their dependents, and claims what is next where that is
 * wished (by all of the calls, with wishes of one kind, or by none), and takes the `keys` of the calls: one statement, one round
 * trip. A call's answer is undefined when nothing was done for it: its execution is not open, the lease not this one, an edge came
 * in between (see `closeFragment`), or, where locks are skipped, another transaction has the task. Touches `tasks` and
 * `dependencies` of the features above.
 */
export async function completeUnderKeys(
  scope: Scope,
  calls: readonly CompletionCall[],
  locking: 'waits' | 'skips',
  keys: readonly (KeyUse | undefined)[],
): Promise<(Completed | undefined | typeof keyed.KEY_USED)[]> {
  const wishes = calls.flatMap(({ next }, nth) => (next ? [{ call: nth + 1, wish: next }] : []))
  const parameters = wishes.length > 0 ? claimParameters(wishes, 4) : undefined
  const taking = keys.some(Boolean)
  if (taking && locking === 'waits') throw new Error('who may wait reserves its key beforehand')
  const statement = parameters
    ? query(
        `executions.complete_and_claim:${locking}${parameters.name}${taking ? ' keys' : ''}`,
        AnswerRow,
        completeAndClaimStatement(parameters, locking, taking ? `$${parameters.next}` : undefined),
      )
    : complete[taking ? 'taking' : locking]
  const rows = await statement(
    scope,
    originsOf(calls),
    endingsOf(calls),
    ...(parameters?.values ?? []),
    ...(taking ? [keyed.keysParameter(keys)] : []),
  )
  const answers: (Completed | undefined | typeof keyed.KEY_USED)[] = calls.map(() => undefined)
  for (const { call, ended, task } of rows)
    if (ended) answers[call - 1] = { execution: ended, next: [] }
    else if (!task) answers[call - 1] = keyed.KEY_USED
  for (const row of rows) {
    const own = answers[row.call - 1]
    if (row.task && own && own !== keyed.KEY_USED) own.next.push(asClaim(row))
  }
  return answers
}

/** The same for calls without keys, or whose keys are reserved. */
export const completeForAll = async (
  scope: Scope,
  calls: readonly CompletionCall[],
  locking: 'waits' | 'skips',
): Promise<(Completed | undefined)[]> =>
  (await completeUnderKeys(scope, calls, locking, [])) as (Completed | undefined)[]

/** Completions that arrive at the same moment share a statement. */
export const completeTogether = gather<CompletionCall, Completed | undefined>({
  run: (scope, calls, keys) => completeUnderKeys(scope, calls, 'skips', keys),
  kind: ({ next }) => (next ? wishKind(next) : ''),
  weight: ({ next }) => next?.count ?? 1,
  most: MOST_CLAIMED,
  ample: AMPLE,
  lane: CHANGES,
})
