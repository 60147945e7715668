import type { Duty } from '../../kernel/duty.ts'
import { nextBatch } from './batch.ts'
import { batchesFailed, eventsSent } from './metrics.ts'
import { readState, storeAnswers, storeFailed, type Sink } from './outage.ts'
import { PACE, waitAfter, type Pace } from './pace.ts'
import { storeOf } from './settings.ts'
import * as sql from './sql.ts'
import type { StateRow } from './sql.ts'
import { post, probe } from './store.ts'
import { closeBreaker, wakeStore } from './waking.ts'

/** What became of a tenant's turn; `idle`: there was nothing to send after all; `over`: the others have none now. */
type Turn = 'accepted' | 'refused' | 'failed' | 'over' | 'idle'

/** Sends one batch of a tenant, and remembers what the store said to it. `failed`: so did the tenant's before it. */
async function takeTurn(sink: Sink, tenant: string, failed: boolean): Promise<Turn> {
  const { app, pace } = sink
  const scope = { db: app.pool, tenant }
  const batch = await nextBatch(scope)
  if (!batch) return 'idle'
  const fault = await post(sink, tenant, batch)
  if (!fault) {
    const moved = await sql.batchAccepted(scope, batch.id)
    if (moved.length > 0) eventsSent(app).inc(batch.events)
    return 'accepted'
  }
  batchesFailed(app).inc()
  const failures = batch.failures + 1
  const wait = Math.max(waitAfter(failures, fault.refused ? pace.refused : pace.retry), fault.retryAfter ?? 0)
  await sql.batchFailed(scope, batch.id, failures, fault.reason, wait / 1_000)
  // What it answers may be of this tenant alone, which has used up its share perhaps: then that one rests, and not the store.
  const rests = !fault.refused && (!fault.answered || failed)
  await storeFailed(sink, fault.answered ? { reason: fault.reason, retryAfter: undefined } : fault, rests)
  if (fault.refused) return 'refused'
  return rests ? 'over' : 'failed'
}

/** Whether the store answers its probe, or could be woken. */
async function isReachable(sink: Sink, known: StateRow | undefined): Promise<boolean> {
  const fault = await probe(sink)
  if (!fault) {
    if (known && known.wake_failures > 0) await closeBreaker(sink)
    return true
  }
  await storeFailed(sink, fault, true)
  return wakeStore(sink)
}

/** One batch of each tenant in turn; answers how many were accepted. */
async function sendRound(sink: Sink): Promise<number> {
  const known = await readState(sink)
  if (known && !known.due) return 0
  const behind = await sql.tenantsBehind({ db: sink.app.pool }, sink.pace.turns)
  let accepted = 0
  let failed = false
  for (const { tenant_id } of behind) {
    if (!(await isReachable(sink, known))) return accepted
    const turn = await takeTurn(sink, tenant_id, failed)
    if (turn === 'over') return accepted
    if (turn === 'accepted') accepted += 1
    if (turn === 'accepted' || turn === 'failed') failed = turn === 'failed'
  }
  if (accepted > 0) await storeAnswers(sink)
  else if (behind.length === 0 && known?.state.status === 'down') await lookAgain(sink, known)
  return accepted
}

/** The store was down, and nothing waits that would show whether it still is. */
async function lookAgain(sink: Sink, known: StateRow): Promise<void> {
  const resting = await sql.failingBatch({ db: sink.app.pool })
  if (resting.length === 0 && (await isReachable(sink, known))) await storeAnswers(sink)
}

/**
 * Sends the record of every tenant to the event store, where there is one. Two servers may do so for a moment: they send
 * the same batches under the same ids, and each position moves once.
 */
export const makeSink = (pace: Pace): Duty => ({
  name: 'event-store',
  summary: 'Sends the record to the external event store, and sees whether that is up.',
  everyMilliseconds: pace.look,
  onNews: 'sequenced',
  holds: 'nothing',
  async run({ app, signal }) {
    const store = storeOf(app.settings)
    if (!store) return 0
    try {
      return await sendRound({ app, store, pace, signal })
    } catch (error) {
      if (signal.aborted) return 0
      throw error
    }
  },
})

export const eventStoreSink: Duty = makeSink(PACE)
