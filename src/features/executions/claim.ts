import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { gather } from '../../kernel/gather.ts'
import * as keyed from '../../kernel/keyed.ts'
import { CHANGES } from '../../kernel/lane.ts'
import { recordGatheredFragment } from '../../kernel/record.ts'
import type { KeyUse } from '../../kernel/reservation.ts'
import { changedTextsFragment, Task, taskJson, withTexts } from '../tasks/index.ts'
import { Execution, type Claim } from './schema.ts'
import { executionJson } from './sql.ts'

/** What is handed out first; the partial index `tasks_startable` has this order. */
export const CLAIM_ORDER = 'priority_score DESC NULLS LAST, priority DESC, created_at, id'

/** Tasks that one statement hands out, at most. */
export const MOST_CLAIMED = 100

/**
 * So many tasks are worth a statement beside another one. To claim and complete a task in statements of ten costs PostgreSQL
 * 0.54 ms, of twenty 0.45; but two of ten run at once.
 */
export const AMPLE = 10

/** Who claims, how much, and what. */
export interface ClaimWish {
  worker_id: string
  agent_type: string
  count: number
  lease_seconds: number
  tags?: readonly string[] | undefined
  min_priority?: number | undefined
}

/** What wishes must have in common for one statement to serve them. */
export const wishKind = ({ agent_type, tags, min_priority }: ClaimWish): string =>
  JSON.stringify([agent_type, min_priority ?? null, tags ?? null])

/** What a candidate must carry through the statement: its order, and its former values for the record. */
const CANDIDATE =
  't.id, t.status, t.version, t.updated_at, t.unmet_dependencies, t.priority_score, t.priority, t.created_at'

/**
 * The seats of wishes of one kind (a seat for each task that is wished for, with the number of its call), the conditions
 * that they share, and the parameters of both. `first` is the number of the first parameter.
 */
export function claimParameters(wishes: readonly { call: number; wish: ClaimWish }[], first: number) {
  const any = wishes[0]!.wish
  const seats = wishes.flatMap(({ call, wish }) =>
    Array.from({ length: wish.count }, () => ({ call, worker: wish.worker_id, lease: wish.lease_seconds })),
  )
  const values: unknown[] = [JSON.stringify(seats), any.agent_type]
  const conditions = [`(t.agent_type IS NULL OR t.agent_type = $${first + 1})`]
  let name = ''
  if (any.min_priority !== undefined) {
    values.push(any.min_priority)
    conditions.push(`t.priority >= $${first + values.length - 1}`)
    name += ' priority'
  }
  if (any.tags) {
    values.push(any.tags)
    const tags = `$${first + values.length - 1}::text[]`
    // By the snapshot, which is cheap, and what that lets pass once more: the tags of a task that was waited for may be others now.
    conditions.push(
      `(SELECT x.tags @> ${tags} FROM task_texts x WHERE x.tenant_id = $1 AND x.task_id = t.id)`,
      `still_tagged($1, t.id, ${tags})`,
    )
    name += ' tags'
  }
  return {
    values,
    filter: conditions.join(' AND '),
    name,
    first,
    /** The number of the parameter after them. */
    next: first + values.length,
    agent: `$${first + 1}`,
  }
}
export type ClaimParameters = ReturnType<typeof claimParameters>

/** What else may be handed out, beside what waits in the table: relations of the statement, with a candidate's columns. */
interface Freed {
  /** Has the column `worker`, too: whom the task is assigned to. */
  assigned: string
  ready: string
}

/** The relation `seats`: of the wishes' seats those that fulfil the condition, each with its turn among its worker's. */
export const seatsFragment = ({ first }: ClaimParameters, condition = 'true'): string => `
  seats AS MATERIALIZED (
    SELECT s.*, row_number() OVER (PARTITION BY s.worker ORDER BY s.seat) AS turn
    FROM ROWS FROM (json_to_recordset($${first}::json) AS (call integer, worker text, lease integer))
      WITH ORDINALITY AS s (call, worker, lease, seat)
    WHERE ${condition}
  )`

/**
 * Gives the seats tasks: `chosen` holds these, each with its seat. Of the seats of one worker the first get what is assigned
 * to it and not started; what is left gets what anybody may start, in the order of the seats. Rows that others hold are
 * skipped.
 *
 * The inner limit is there for the planner: with a parameter alone a generic plan may read the whole table. The outer one
 * stops the locking where the seats end. A task that was handed out after this statement's snapshot is left alone (`still_startable`):
 * to find that under its lock would keep it from whoever completes it, until this statement ends.
 */
export const chosenFragment = ({ filter }: ClaimParameters, freed?: Freed): string => `
  assigned AS (
    SELECT w.worker, t.*
    FROM (SELECT worker, count(*) AS seats FROM seats GROUP BY worker) w
    CROSS JOIN LATERAL (
      SELECT ${CANDIDATE} FROM tasks t
      WHERE t.tenant_id = $1 AND t.assigned_worker = w.worker AND t.status = 'assigned' AND t.unmet_dependencies = 0
        AND ${filter}
      ORDER BY ${CLAIM_ORDER} LIMIT w.seats FOR NO KEY UPDATE SKIP LOCKED
    ) t
    ${freed ? `UNION ALL SELECT worker, ${CANDIDATE} FROM ${freed.assigned} t` : ''}
  ),
  mine AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY worker ORDER BY ${CLAIM_ORDER}) AS turn FROM assigned
  ),
  free AS MATERIALIZED (
    SELECT s.*, row_number() OVER (ORDER BY s.seat) AS place
    FROM seats s WHERE NOT EXISTS (SELECT FROM mine m WHERE m.worker = s.worker AND m.turn = s.turn)
  ),
  fresh AS MATERIALIZED (
    SELECT * FROM (
      SELECT ${CANDIDATE} FROM tasks t
      WHERE t.tenant_id = $1 AND t.status = 'ready' AND t.unmet_dependencies = 0 AND ${filter}
        AND still_startable(t.tenant_id, t.id)
      ORDER BY ${CLAIM_ORDER} LIMIT ${MOST_CLAIMED} FOR NO KEY UPDATE SKIP LOCKED
    ) AS startable LIMIT (SELECT count(*) FROM free)
  ),
  placed AS (
    SELECT *, row_number() OVER (ORDER BY ${CLAIM_ORDER}) AS place
    FROM ${freed ? `(SELECT * FROM fresh UNION ALL SELECT ${CANDIDATE} FROM ${freed.ready} t) AS startable` : 'fresh'}
  ),
  chosen AS MATERIALIZED (
    SELECT s.call, s.seat, s.worker, s.lease, m.id, m.status, m.version, m.updated_at, m.unmet_dependencies
    FROM seats s JOIN mine m ON m.worker = s.worker AND m.turn = s.turn
    UNION ALL
    SELECT f.call, f.seat, f.worker, f.lease, p.id, p.status, p.version, p.updated_at, p.unmet_dependencies
    FROM free f JOIN placed p ON p.place = f.place
  )`

/** What the record says that a started task was before: a member only where it changed. */
const formerTask = (s: string): string => {
  const former = (...more: string[]): string =>
    `json_build_object(${[`'status', ${s}.old_status, 'version', ${s}.old_version, 'updated_at', rfc3339(${s}.old_updated_at)`, ...more].join(', ')})`
  const worker = `'assigned_worker', NULL`
  const unmet = `'unmet_dependencies', ${s}.old_unmet`
  return `CASE WHEN ${s}.old_unmet = 0
    THEN CASE ${s}.old_status WHEN 'ready' THEN ${former(worker)} ELSE ${former()} END
    ELSE CASE ${s}.old_status WHEN 'ready' THEN ${former(worker, unmet)} ELSE ${former(unmet)} END END`
}

/**
 * The execution that is opened for a row `s` of `started`, as the relation `e`: what is inserted is what is answered. To join what
 * the INSERT returns would compare each of a hundred tasks with each execution, since the planner takes the seats for few.
 */
const openedFragment = (agent: string): string => `LATERAL (
    SELECT $1::uuid AS tenant_id, s.execution_id AS id, s.id AS task_id, ${agent}::text AS agent_type, s.worker AS worker_id,
      NULL::uuid AS parent_execution_id, now() AS started_at, NULL::timestamptz AS completed_at,
      NULL::integer AS duration_seconds, 0::numeric(14,6) AS cost_dollars, NULL::boolean AS success, NULL::text AS outcome,
      NULL::text AS error_message, NULL::json AS result, NULL::json AS progress, NULL::text AS note, s.fence AS lease_token,
      now() + make_interval(secs => s.lease) AS lease_expires_at, s.lease AS lease_seconds
  ) AS e`

/**
 * Opens an execution for each task of the relation `started`, whose column `execution_id` is its id, and turns both into the
 * rows of the answer. The statement has a `changedTextsFragment`.
 */
export const openClaimsFragment = (started: string, { agent }: ClaimParameters): string => `
  opened AS (
    INSERT INTO executions (tenant_id, id, task_id, agent_type, worker_id, started_at, cost_dollars, lease_token,
      lease_expires_at, lease_seconds)
    SELECT e.tenant_id, e.id, e.task_id, e.agent_type, e.worker_id, e.started_at, e.cost_dollars, e.lease_token,
      e.lease_expires_at, e.lease_seconds
    FROM ${started} s, ${openedFragment(agent)}
  ),
  claims AS MATERIALIZED (
    SELECT s.call, s.seat, s.id AS task_id, e.id AS execution_id, e.lease_token AS token,
      rfc3339(e.lease_expires_at) AS expires_at, ${executionJson()} AS execution, ${taskJson('s', 'x')} AS task,
      ${formerTask('s')} AS old_task
    FROM ${started} s ${withTexts('s')}, ${openedFragment(agent)}
  )`

/** The rows of a call in the relation `claims`, aggregated to its claims, as the operation answers them. */
export const CLAIMS_JSON = `json_agg(json_build_object('task', task, 'execution', execution,
  'lease', json_build_object('token', token, 'expires_at', expires_at)) ORDER BY seat)`

/** The record's rows of the relation `claims`, each with its call. */
export const CLAIM_EVENTS = `
  SELECT call, 'execution.started', 'execution', execution_id, NULL::json, execution FROM claims
  UNION ALL
  SELECT call, 'task.started', 'task', task_id, old_task, task FROM claims`

/** A claim of a call; all is null for a call whose key is taken. */
const ClaimRow = z.object({
  call: z.number(),
  task: Task.nullable(),
  execution: Execution.nullable(),
  token: z.number().nullable(),
  expires_at: z.string().nullable(),
})

export const asClaim = ({
  task,
  execution,
  token,
  expires_at,
}: Omit<z.output<typeof ClaimRow>, 'call'>): Claim => ({
  task: task!,
  execution: execution!,
  lease: { token: token!, expires_at: expires_at! },
})

/** `keys` is the parameter of the keys that it takes, if any. */
const claimStatement = (parameters: ClaimParameters, keys: string | undefined): string => `
  WITH ${keys ? `${keyed.keyedFragment(keys)},` : ''}
  ${seatsFragment(parameters, keys && keyed.mayServe('s.call'))},
  ${chosenFragment(parameters)},
  started AS (
    UPDATE tasks t SET status = 'in_progress', assigned_worker = c.worker, assigned_at = NULL,
      fence = t.fence + 1, version = t.version + 1, updated_at = now()
    FROM chosen c WHERE t.tenant_id = $1 AND t.id = c.id
    RETURNING t.*, uuid_v7() AS execution_id, c.call, c.seat, c.worker, c.lease, 0 AS old_unmet, c.status AS old_status,
      c.version AS old_version, c.updated_at AS old_updated_at
  ),
  ${changedTextsFragment('chosen')},
  ${openClaimsFragment('started', parameters)},
  ${recordGatheredFragment(CLAIM_EVENTS)}
  ${keys ? `, ${keyed.keptFragment(`SELECT call, ${CLAIMS_JSON}::text FROM claims GROUP BY call`)}` : ''}
  SELECT call, task, execution, token, expires_at FROM (
    SELECT seat, call, task, execution, token, expires_at FROM claims
    ${keys ? 'UNION ALL SELECT 0, call, NULL, NULL, NULL, NULL FROM keyed WHERE used' : ''}
  ) AS answers ORDER BY seat`

/** A wish, and who has it: `{kind, id, name, request_id}` as JSON. */
export interface ClaimCall {
  origin: string
  wish: ClaimWish
}

/** The origins of calls as the `$2` of a statement that serves them all. */
export const originsOf = (calls: readonly { origin: string }[]): string =>
  `[${calls.map(({ origin }) => origin).join(',')}]`

/**
 * Hands out startable tasks to wishes of one kind, up to MOST_CLAIMED together, with their executions and leases, in one
 * statement and one round trip, which takes the `keys` of its calls. Touches `tasks` of the feature above, by the fragments
 * that it exports.
 */
export async function claimForAll(
  scope: Scope,
  calls: readonly ClaimCall[],
  keys: readonly (KeyUse | undefined)[] = [],
): Promise<(Claim[] | typeof keyed.KEY_USED)[]> {
  const parameters = claimParameters(
    calls.map(({ wish }, nth) => ({ call: nth + 1, wish })),
    3,
  )
  const taking = keys.some(Boolean)
  const statement = query(
    `executions.claim${parameters.name}${taking ? ' keys' : ''}`,
    ClaimRow,
    claimStatement(parameters, taking ? `$${parameters.next}` : undefined),
  )
  const rows = await statement(
    scope,
    originsOf(calls),
    ...parameters.values,
    ...(taking ? [keyed.keysParameter(keys)] : []),
  )
  const claims: (Claim[] | typeof keyed.KEY_USED)[] = calls.map(() => [])
  for (const row of rows) {
    const own = claims[row.call - 1]
    if (row.task === null) claims[row.call - 1] = keyed.KEY_USED
    else if (own !== keyed.KEY_USED) own!.push(asClaim(row))
  }
  return claims
}

/** Hands out up to `count` tasks; claims that arrive at the same moment share a statement. */
export const claimTasks = gather<ClaimCall, Claim[]>({
  run: claimForAll,
  kind: ({ wish }) => wishKind(wish),
  weight: ({ wish }) => wish.count,
  most: MOST_CLAIMED,
  ample: AMPLE,
  lane: CHANGES,
  onlyAwaited: true,
})
