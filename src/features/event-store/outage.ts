import { transact, type Scope } from '../../kernel/database.ts'
import { appendToRecord, recordChange, type RecordEntry } from '../../kernel/record.ts'
import type { Services } from '../../kernel/services.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { waitAfter } from './pace.ts'
import { STORE_ID } from './schema.ts'
import * as sql from './sql.ts'
import type { Fault, Line } from './store.ts'

/** A line to the store, and the server that holds it. */
export interface Sink extends Line {
  readonly app: Services
}

const ORIGIN = JSON.stringify({ kind: 'system', id: null, name: 'event-store', request_id: null })

/** Where the store's own state and its alerts are. */
export const operatorScope = (db: Scope['db']): Scope => ({ db, tenant: DEFAULT_TENANT })

/** What is known of the store; undefined before the first batch was tried. */
export async function readState({ app }: Pick<Sink, 'app'>): Promise<sql.StateRow | undefined> {
  const [row] = await sql.findState(operatorScope(app.pool), STORE_ID)
  return row
}

/**
 * Changes the state under its lock; a move between up and down is one row of the record and one line of the log, whoever
 * else finds the same at the same time.
 */
async function change(
  { app, store }: Sink,
  write: (scope: Scope, before: sql.StateRow) => Promise<sql.StateRow[]>,
): Promise<void> {
  const moved = await transact(app.pool, async (db) => {
    const scope = operatorScope(db)
    await sql.ensureState(scope, STORE_ID)
    const [before] = await sql.lockState(scope, STORE_ID)
    const [after] = await write(scope, before!)
    const [from, to] = [before!.state.status, after?.state.status]
    if (!after || from === to || (from === 'unknown' && to === 'up')) return undefined
    const entries: RecordEntry[] = []
    recordChange(
      { record: (entry) => entries.push(entry) },
      to === 'down' ? 'event_store.down' : 'event_store.up',
      { url: store.shown, ...before!.state },
      { url: store.shown, ...after.state },
    )
    await appendToRecord(scope, ORIGIN, entries)
    return after.state
  })
  if (!moved) return
  app.wake.committed()
  if (moved.status === 'down')
    app.log.error({ store: store.shown, reason: moved.reason }, 'the event store is down; events wait for it')
  else app.log.info({ store: store.shown }, 'the event store is up again')
}

/**
 * The store is down: one alert an outage, however often this is said. One that `rests` is left alone for a while that grows, also
 * as long as it asks for where it said so of all; else it may be sent the batches of others.
 */
export const storeFailed = (
  sink: Sink,
  { reason, retryAfter }: Pick<Fault, 'reason' | 'retryAfter'>,
  rests: boolean,
): Promise<void> =>
  change(sink, (scope, before) => {
    if (!rests) return sql.setDown(scope, STORE_ID, reason, 0, null)
    const failures = before.failures + 1
    const wait = Math.max(waitAfter(failures, sink.pace.retry), retryAfter ?? 0)
    return sql.setDown(scope, STORE_ID, reason, failures, wait / 1_000)
  })

/** The store takes what it is sent: it is up, unless some tenant's batch still waits to be accepted. */
export async function storeAnswers(sink: Sink): Promise<void> {
  const state = await readState(sink)
  if (state?.state.status === 'up') return
  const [failing] = await sql.failingBatch({ db: sink.app.pool })
  await change(sink, async (scope, before) => {
    if (failing) return sql.setDown(scope, STORE_ID, failing.reason, 0, null)
    return before.state.status === 'up' ? [] : sql.setUp(scope, STORE_ID)
  })
}
