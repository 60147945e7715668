import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../../kernel/ids.ts'
import { Fly, FlyError } from './fly.ts'
import { operatorScope, type Sink } from './outage.ts'
import { waitAfter } from './pace.ts'
import { STORE_ID } from './schema.ts'
import { flyApp, type Store } from './settings.ts'
import * as sql from './sql.ts'
import { probe } from './store.ts'

/** Beyond its patience a wake has no calls under way: its server is gone, and another may begin anew. */
const OVERTIME_SECONDS = 10

/** States in which a machine needs no start, and those in which it can't be had any more. */
const COMING = ['started', 'starting']
const GOING = ['destroying', 'destroyed']

/** Resolves when the store answers its probes; the sink's signal ends it. */
async function healthy(sink: Sink): Promise<void> {
  while (await probe(sink)) await sleep(sink.pace.poll, undefined, { signal: sink.signal })
}

/** Starts the machines that are not started, and resolves when the store answers, as it may by now. Throws FlyError. */
async function wakeMachines(sink: Sink, fly: Fly, app: string): Promise<void> {
  const { log } = sink.app
  // Another wake may have ended since the store was found asleep.
  if (!(await probe(sink))) return
  const machines = (await fly.machines()).filter(({ state }) => !GOING.includes(state))
  if (machines.length === 0)
    throw new FlyError(`the app ${app} at Fly has no machines; deploy it, or correct ${flyApp.name}`)
  log.info({ app, machines: machines.map(({ id, state }) => ({ id, state })) }, 'waking the event store')
  const starts = machines.map(async ({ id, state }) => {
    if (!COMING.includes(state)) await fly.start(id)
  })
  const ups = machines.map(async ({ id, state }, index) => {
    await starts[index]
    if (state !== 'started') await fly.started(id)
  })
  // One machine that serves is enough.
  await Promise.any(ups).catch(({ errors: [error] }: AggregateError) => Promise.reject(error as Error))
  await healthy(sink)
  // The wake ends with this function, and the other machines shall not miss their start for that.
  const moment = sleep(sink.pace.fly, [], { signal: sink.signal })
  for (const start of await Promise.race([Promise.allSettled(starts), moment]))
    if (start.status === 'rejected' && start.reason instanceof FlyError)
      log.warn({ app, fly_request_id: start.reason.requestId }, start.reason.message)
}

/** One wake, from the list of machines to a store that answers, within the pace's patience. Throws FlyError. */
async function wakeWithin(sink: Sink, fly: NonNullable<Store['fly']>): Promise<void> {
  const done = new AbortController()
  const late = AbortSignal.timeout(sink.pace.patience)
  const inside = { ...sink, signal: AbortSignal.any([sink.signal, late, done.signal]) }
  const client = new Fly(inside, fly)
  try {
    await wakeMachines(inside, client, fly.app)
  } catch (error) {
    if (error instanceof FlyError || sink.signal.aborted || !late.aborted) throw error
    const trouble = client.lastTrouble
    throw new FlyError(
      `the event store did not come up within ${sink.pace.patience / 1_000} s${trouble ? `; ${trouble.message}` : ''}`,
      trouble?.requestId,
    )
  } finally {
    done.abort()
  }
}

/**
 * Wakes a store that sleeps at Fly; answers whether it is up. One wake at a time among all servers, and after one that
 * failed none for a while that grows.
 */
export async function wakeStore(sink: Sink): Promise<boolean> {
  const { app, store, pace, signal } = sink
  if (!store.fly) return false
  const scope = operatorScope(app.pool)
  const wake = newId()
  const seconds = pace.patience / 1_000 + OVERTIME_SECONDS
  const [begun] = await sql.beginWake(scope, STORE_ID, wake, seconds)
  if (!begun) return false
  const end = (failures: number, wait: number): Promise<unknown> =>
    sql.endWake(scope, STORE_ID, wake, failures, wait / 1_000)
  try {
    await wakeWithin(sink, store.fly)
    await end(0, 0)
    return true
  } catch (error) {
    if (signal.aborted || !(error instanceof FlyError)) {
      await end(begun.wake_failures, 0)
      throw error
    }
    const failures = begun.wake_failures + 1
    const wait = waitAfter(failures, pace.breaker)
    await end(failures, wait)
    app.log.error(
      { app: store.fly.app, fly_request_id: error.requestId, again_in_seconds: Math.ceil(wait / 1_000) },
      `the event store could not be woken: ${error.message}`,
    )
    return false
  }
}

/** The store answers a probe: should it fall asleep again, it is woken at once. */
export async function closeBreaker({ app }: Sink): Promise<void> {
  await sql.closeBreaker(operatorScope(app.pool), STORE_ID)
}
