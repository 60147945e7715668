import { createHash } from 'node:crypto'
import pg from 'pg'
import type { z } from 'zod'
import { parseJson } from './json.ts'
import { ANSWER_MARGIN, neverSent } from './pool.ts'
import { Problem } from './problem.ts'

/** Anything that runs a statement: the pool, or the one connection of a transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>

/** Where a statement runs and for whom. Every statement's `$1` is the tenant. */
export interface Scope {
  readonly db: Queryable
  readonly tenant: string
}

// Sequences, counts and money are exact in a double up to 2^53 and 15 digits; our columns stay below both.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
for (const type of [pg.types.builtins.JSON, pg.types.builtins.JSONB]) pg.types.setTypeParser(type, parseJson)

let checkRows = false
/** Tests switch this on: each row is then checked against the schema that its statement declares. */
export const checkRowsAgainstSchemas = (on: boolean): void => void (checkRows = on)

interface Statement {
  name: string
  text: string
  /** Milliseconds for which it may run, where that is longer than any other statement may. */
  mayRun?: number | undefined
}
const statements = new Map<string, Statement>()

/** Every statement declared so far; a test prepares each one against the real schema. */
export const declaredStatements = (): readonly Statement[] => [...statements.values()]

/** PostgreSQL cuts a longer name off, and would take two statements for one. */
const NAME_BYTES = 63

/** A name that says what its statement is made of, such as the filters of a list, may be long: then it ends in its hash. */
function shortName(name: string): string {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return `${name.slice(0, NAME_BYTES - hash.length - 1)}#${hash}`
}

function declare(fullName: string, text: string, mayRun?: number): Statement {
  const name = shortName(fullName)
  const known = statements.get(name)
  if (known && known.text !== text) throw new Error(`two statements are named ${name}`)
  const statement = known ?? { name, text, mayRun }
  statements.set(name, statement)
  return statement
}

async function send<Row>(
  db: Queryable,
  statement: Statement,
  row: z.ZodType<Row>,
  values: unknown[],
): Promise<Row[]> {
  const { name, text, mayRun } = statement
  const limit = mayRun === undefined ? {} : { query_timeout: mayRun + ANSWER_MARGIN }
  const { rows } = await db.query({ name, text, values, ...limit })
  if (checkRows) for (const each of rows) row.parse(each)
  return rows as Row[]
}

/**
 * Declares a named (prepared) statement of one tenant: `$1` is the tenant, the parameters begin at `$2`.
 * `row` says what a row looks like; tests hold the real schema to it. `mayRun`: milliseconds, for a statement that its
 * transaction lets run longer than any other may.
 */
export function query<Row>(name: string, row: z.ZodType<Row>, text: string, mayRun?: number) {
  const statement = declare(name, text, mayRun)
  return (scope: Scope, ...values: unknown[]): Promise<Row[]> =>
    send(scope.db, statement, row, [scope.tenant, ...values])
}

/** Declares a named statement that spans tenants: for duties, tenants themselves, and keys looked up by hash. */
export function queryAcrossTenants<Row>(name: string, row: z.ZodType<Row>, text: string) {
  const statement = declare(name, text)
  return (scope: Pick<Scope, 'db'>, ...values: unknown[]): Promise<Row[]> =>
    send(scope.db, statement, row, values)
}

/**
 * `= ANY (…)` of an array parameter, such as `anyOf('$2', 'uuid')`, whose length the planner does not look at. A plan for the
 * one id that a call brings would look cheaper each time than any for ids of unknown number that could be kept, and so each
 * call would be planned anew: reading one task took PostgreSQL 0.27 ms, of which 0.23 for the plan.
 */
export const anyOf = (parameter: string, type: string): string =>
  `ANY ((SELECT ${parameter}::${type}[])::${type}[])`

const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Rows as the parameters that `unnest` takes, an array a column. There must be a row. */
export const columnsOf = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  rows[0]!.map((_, at) => rows.map((row) => row[at]))

/** Whether PostgreSQL refused a statement for a value in it (classes 22 and 23): it did nothing, whoever else was in it. */
export const blamesValues = (error: unknown): boolean => /^2[23]...$/.test(sqlState(error) ?? '')

/** Deadlock (40P01) and serialisation failure (40001): the transaction did nothing and may run again. */
const mayRunAgain = (error: unknown): boolean => ['40P01', '40001'].includes(sqlState(error) ?? '')

/** Runs `work` again, at most three times, when PostgreSQL ended it for a deadlock. */
export async function retryDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 3 || !mayRunAgain(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
    }
  }
}

/** The driver's word for a statement that got no answer in time; nor would another one on that connection. */
const isSilence = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout'

/** The connection leads to a database that is no longer, or not yet, the one that is written: another one may. */
const isReadOnly = (error: unknown): error is Error => error instanceof Error && sqlState(error) === '25006'

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : '')

/**
 * Whether a change may have been made although its statement failed: its connection was lost with no answer, or PostgreSQL ended
 * all connections since one of its processes crashed (57P02), which it may do between a commit and its answer.
 */
const leavesOpen = (error: unknown): boolean =>
  !neverSent(error) &&
  (isSilence(error) ||
    sqlState(error) === '57P02' ||
    /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(sqlState(error) ?? '') ||
    /^Connection terminated/.test(wordsOf(error)))

/** A change was on its way when its connection was lost: whether it was made is not known. */
class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super(`no answer to a change: ${wordsOf(cause)}`, { cause })
  }
}

/** Runs what changes something, by its last statement: throws OutcomeUnknown where it may have been done although it failed. */
export async function changing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw leavesOpen(error) ? new OutcomeUnknown(error) : error
  }
}

/**
 * Runs `work` in one transaction on one connection: commits what it returns, rolls back what it throws, and runs it
 * again after a deadlock. `work` must have no effect outside the database.
 *
 * `repeatable` is for work that is merely done again when a crash of the database undoes it: its commit does not wait
 * for the disk. It must not be acknowledged to anybody.
 */
export const transact = <T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { repeatable = false } = {},
): Promise<T> =>
  retryDeadlocks(async () => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query(repeatable ? 'BEGIN; SET LOCAL synchronous_commit TO off' : 'BEGIN')
      const result = await work(client)
      await changing(() => client.query('COMMIT'))
      return result
    } catch (error) {
      const cause = error instanceof OutcomeUnknown ? error.cause : error
      if (isSilence(cause) || isReadOnly(cause)) broken = cause
      else await client.query('ROLLBACK').catch((failed: Error) => (broken = failed))
      throw error
    } finally {
      client.release(broken)
    }
  })

const busy = (detail: string, cause: unknown): Problem =>
  new Problem('unavailable', 503, detail, { retry_after: 1 }, { cause })

const outcomeUnknown = ({ cause }: OutcomeUnknown, keyed: boolean): Problem =>
  new Problem(
    'outcome_unknown',
    503,
    keyed
      ? 'The connection to the database broke before it said whether this was done; send it again with the same Idempotency-Key.'
      : 'The connection to the database broke before it said whether this was done; see what is there before you send it again.',
    keyed ? { retry_after: 1 } : {},
    { cause },
  )

/** What PostgreSQL refuses for a moment, and has done nothing of. */
const PASSING = /^(40|53|57|58|08)|^(25006|25P03|25P04|55P03)$/

/** Node's own words for a connection that could not be made or was lost. */
const CONNECTION_ERRORS = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/

/**
 * What a database error means to a caller, or undefined when it is none: 22 is bad input, 23 a conflict with what is
 * stored, 40, 53, 55P03, 57, 58 (its disk, say), 08, a database that is only read (25006) and a transaction that took too long
 * (25P03, 25P04) a moment to try again (PostgreSQL documentation, appendix A); so is a connection that could not be made, whatever
 * kept it from that: no file descriptor here, a password that is just being changed. `keyed`: the call has an Idempotency-Key, and
 * may be sent again whatever became of it.
 */
export function problemOfDatabase(error: unknown, keyed = false): Problem | undefined {
  if (error instanceof OutcomeUnknown) return outcomeUnknown(error, keyed)
  const state = sqlState(error)
  if (
    error instanceof Error &&
    (neverSent(error) || CONNECTION_ERRORS.test(state ?? '') || LOST.test(error.message) || isSilence(error))
  )
    return busy('The database is not reachable just now; nothing was changed, try again in a moment.', error)
  if (!state || !/^[0-9A-Z]{5}$/.test(state)) return undefined
  if (state.startsWith('22'))
    return new Problem(
      'invalid_value',
      400,
      'A value is outside what can be stored; correct it.',
      {},
      { cause: error },
    )
  if (state === '23505' || state === '23503')
    return new Problem(
      'conflict',
      409,
      'This conflicts with what is stored, probably changed a moment ago; read it again and decide anew.',
      {},
      { cause: error },
    )
  if (state === '23514')
    return new Problem(
      'constraint_violated',
      422,
      'The stored rules refuse this change; read the thing again.',
      {},
      { cause: error },
    )
  if (PASSING.test(state))
    return busy('The database is busy or restarting; nothing was changed, try again in a moment.', error)
  return undefined
}
