import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import type { Recorded } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { EventStoreReport } from './schema.ts'
import { prepare, stage, startSink, testStore, type Stage } from './testing.ts'

type Here = Stage<TestServer>

const report = async (server: TestServer, key?: string): Promise<EventStoreReport> =>
  bodyOf<EventStoreReport>(await server.get('/event-store', { key }))

const upToDate = ({ server }: Here): Promise<void> =>
  eventually('the store has everything', async () => {
    // In this order: what made it up is in the record, then numbered, then sent.
    if ((await report(server)).status !== 'up') return false
    if ((await server.sql('SELECT FROM record_pending')).length > 0) return false
    return (await report(server)).lag === 0
  })

const isDown = ({ server }: Here): Promise<void> =>
  eventually('it is down', async () => (await report(server)).status === 'down')

/** What the record tells of the store, oldest first. */
const alerts = async (server: TestServer): Promise<Recorded[]> =>
  (await server.sql(
    `SELECT event_type, entity_type, entity_id, actor_kind, actor_name, old_values, new_values
     FROM audit_log WHERE entity_type = 'event_store' ORDER BY position`,
  )) as Recorded[]

const typesOf = async (server: TestServer): Promise<string[]> =>
  (await alerts(server)).map(({ event_type }) => event_type)

/** A stage where the store has everything that there is so far. */
async function calm(...args: Parameters<typeof stage<TestServer>>): Promise<Here> {
  const here = await stage(...args)
  await createTask(here.server)
  await upToDate(here)
  return here
}

const failures = async ({ server }: Here): Promise<number> => {
  const [row] = (await server.sql('SELECT failures FROM event_store_state')) as { failures: number }[]
  return row?.failures ?? 0
}

test('while the store is away there is one alert, and all arrives when it is back', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store, sink } = here
  await store.stop()
  await createTask(server)
  await eventually('it is tried again and again', async () => (await failures(here)) > 4)
  const down = await report(server)
  assert.equal(down.status, 'down')
  assert.match(down.reason!, /did not answer its probe: .*ECONNREFUSED/)
  assert.ok(down.next_attempt_at && down.since && down.lag > 0)
  assert.deepEqual(await typesOf(server), ['event_store.down'])
  assert.equal(sink.lines(/is down/).length, 1)

  await store.start()
  await upToDate(here)
  const [fell, rose, ...more] = await alerts(server)
  assert.deepEqual(more, [])
  assert.deepEqual([fell!.event_type, rose!.event_type], ['event_store.down', 'event_store.up'])
  for (const row of [fell!, rose!]) {
    assert.deepEqual(
      [row.entity_type, row.actor_kind, row.actor_name],
      ['event_store', 'system', 'event-store'],
    )
    assert.equal(row.new_values!['id'], row.entity_id)
    assert.equal(row.new_values!['url'], store.url)
  }
  assert.equal(fell!.entity_id, rose!.entity_id)
  assert.deepEqual([fell!.old_values!['status'], fell!.new_values!['status']], ['up', 'down'])
  assert.deepEqual([rose!.old_values!['status'], rose!.new_values!['status']], ['down', 'up'])
  assert.equal(rose!.new_values!['reason'], null)
  assert.equal(sink.lines(/is up again/).length, 1)

  const sent = store.accepted.flatMap(({ events }) => events.map(({ type }) => type))
  assert.deepEqual(
    sent.filter((type) => type.startsWith('event_store.')),
    ['event_store.down', 'event_store.up'],
  )
})

test('each outage has an alert of its own', async (t) => {
  const here = await calm(t, await testServer())
  for (let outage = 1; outage <= 2; outage++) {
    await here.store.stop()
    await createTask(here.server)
    await isDown(here)
    await here.store.start()
    await upToDate(here)
    assert.equal((await alerts(here.server)).length, 2 * outage)
  }
})

test('another server that takes over during an outage raises no second alert', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store, sink } = here
  await store.stop()
  await createTask(server)
  await isDown(here)
  await sink.stop()
  const again = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  const second = await prepare(t, again, store)
  const other = startSink(second.app)
  t.after(() => other.stop())
  const before = await failures(here)
  await eventually('the other one tries', async () => (await failures(here)) > before + 2)
  assert.deepEqual(await typesOf(server), ['event_store.down'])
  assert.equal(other.lines(/is down/).length, 0)
  await store.start()
  await upToDate(here)
  assert.deepEqual(await typesOf(server), ['event_store.down', 'event_store.up'])
})

test('a store that does not say it is healthy is sent nothing', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  store.health = () => 503
  const before = store.attempts.length
  await createTask(server)
  await isDown(here)
  await eventually('it is probed on', async () => (await failures(here)) > 2)
  assert.equal(store.attempts.length, before)
  assert.match((await report(server)).reason!, /answered its probe with 503/)
  store.health = () => 200
  await upToDate(here)
})

test('a store that is healthy and fails at every batch is one outage, not one a batch', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  store.behave = () => ({ status: 500, text: 'disk full' })
  const before = store.attempts.length
  await createTask(server)
  await eventually('it fails often', () => store.attempts.length > before + 5)
  assert.deepEqual(await typesOf(server), ['event_store.down'])
  assert.match((await report(server)).reason!, /with 500: disk full/)
  store.behave = () => undefined
  await upToDate(here)
  assert.deepEqual(await typesOf(server), ['event_store.down', 'event_store.up'])
})

test('what the store refuses for good is neither dropped nor passed over in silence', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  store.behave = () => ({ status: 422, text: `no\n${'x'.repeat(500)}` })
  const before = store.attempts.length
  await createTask(server)
  await eventually('it is tried again', () => store.attempts.length > before + 3)
  const [alert, ...more] = await alerts(server)
  assert.deepEqual(more, [])
  assert.match(String(alert!.new_values!['reason']), new RegExp(`with 422: no ${'x'.repeat(197)}$`))
  assert.equal(new Set(store.attempts.slice(before).map(({ body }) => body)).size, 1)
  store.behave = () => undefined
  await upToDate(here)
  const sequences = store.accepted.flatMap(({ events }) => events.map(({ sequence }) => sequence))
  assert.deepEqual(
    sequences,
    sequences.map((_, index) => index + 1),
  )
})

for (const status of [413, 500])
  test(`one tenant's batch that is answered with ${status} keeps no other tenant, and is one alert`, async (t) => {
    const here = await calm(t, await testServer())
    const { server, store } = here
    const key = await keyOfNewTenant(server)
    const whoami = bodyOf<{ tenant: { id: string } }>(await server.get('/whoami', { key }))
    const theirs = whoami.tenant.id
    await upToDate(here)
    store.behave = ({ tenant }) => (tenant === theirs ? { status } : undefined)
    const before = store.attempts.length
    await server.post('/tasks', { title: 'theirs' }, { key })
    const failed = (): number => store.attempts.slice(before).filter(({ tenant }) => tenant === theirs).length
    await eventually('it is tried again', () => failed() > 3)
    for (let round = 0; round < 3; round++) {
      await createTask(server)
      await eventually('ours arrives', async () => (await report(server)).lag === 0)
    }
    assert.equal((await report(server)).status, 'down')
    assert.deepEqual(await typesOf(server), ['event_store.down'])
    store.behave = () => undefined
    await upToDate(here)
    assert.deepEqual(await typesOf(server), ['event_store.down', 'event_store.up'])
  })

test('a redirect is not followed, by a batch neither nor by a probe', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  const elsewhere = await testStore()
  t.after(() => elsewhere.stop())
  store.behave = () => ({ status: 307, headers: { location: elsewhere.url } })
  await createTask(server)
  await isDown(here)
  assert.match((await report(server)).reason!, /with 307, a redirect, which is not followed/)
  store.behave = () => undefined
  store.health = () => 302
  await eventually('the probe is redirected', async () => /302/.test((await report(server)).reason!))
  assert.deepEqual([elsewhere.attempts, elsewhere.probes], [[], []])
})

test('a store that asks a tenant to come back later is asked again by it then', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  store.behave = () => ({ status: 429, headers: { 'retry-after': '120' } })
  await createTask(server)
  await isDown(here)
  const [row] = (await server.sql(
    `SELECT retry_at > now() + interval '100 seconds' AS later FROM event_store_positions WHERE failures > 0`,
  )) as { later: boolean }[]
  assert.ok(row!.later)
})

test('a batch that is answered by silence is given up and sent again', async (t) => {
  const here = await calm(t, await testServer(), { pace: { batch: 60 } })
  const { server, store } = here
  const before = store.attempts.length
  let silences = 2
  store.behave = () => (silences-- > 0 ? 'silence' : undefined)
  await createTask(server)
  await isDown(here)
  assert.match((await report(server)).reason!, /no answer within 0.06 s/)
  await upToDate(here)
  const tried = store.attempts.slice(before, before + 3)
  assert.equal(new Set(tried.map(({ id }) => id)).size, 1)
})

test('a stop ends a batch that waits for its answer', { timeout: 30_000 }, async (t) => {
  const here = await calm(t, await testServer(), { pace: { batch: 3_600_000 } })
  here.store.behave = () => 'silence'
  const before = here.store.attempts.length
  await createTask(here.server)
  await eventually('it is sent', () => here.store.attempts.length > before)
  await here.sink.stop()
  assert.deepEqual(await typesOf(here.server), [])
  assert.equal(here.sink.lines(/failed/).length, 0)
})

test('the token goes to a health URL of the same origin, and to no other', async (t) => {
  const elsewhere = await testStore()
  t.after(() => elsewhere.stop())
  const health = new URL('/health', elsewhere.url).href
  const here = await calm(t, await testServer(), { environment: { CAIRN_EVENT_STORE_HEALTH_URL: health } })
  assert.ok(elsewhere.probes.length > 0)
  assert.deepEqual(new Set(elsewhere.probes), new Set([undefined]))
  assert.deepEqual(here.store.probes, [])

  const own = await calm(t, await testServer())
  assert.deepEqual(new Set(own.store.probes), new Set(['Bearer sesame']))
})

test('what a store repeats of our secrets is in no log, no record and no answer', async (t) => {
  const store = await testStore()
  const here = await calm(t, await testServer(), {
    store,
    environment: { CAIRN_EVENT_STORE_URL: `${store.url}?code=mellon` },
  })
  const { server } = here
  store.behave = ({ authorization }) => ({ status: 401, text: `bad ${authorization}, code=mellon` })
  await createTask(server)
  await isDown(here)
  const down = await report(server)
  assert.match(down.reason!, /with 401: bad Bearer \*\*\*, code=\*\*\*$/)
  assert.equal(down.url, store.url)
  const told = JSON.stringify([
    here.sink.log,
    await alerts(server),
    down,
    await server.sql('TABLE event_store_state'),
  ])
  assert.doesNotMatch(told, /sesame|mellon/)
})

test('how far the store is, each tenant reads of itself; where it is and what is wrong, the operator', async (t) => {
  const here = await calm(t, await testServer())
  const { server, store } = here
  const key = await keyOfNewTenant(server)
  await eventually('the store has theirs', async () => {
    if ((await server.sql('SELECT FROM record_pending')).length > 0) return false
    const { last_sequence, lag } = await report(server, key)
    return last_sequence > 0 && lag === 0
  })
  await store.stop()
  await server.post('/tasks', { title: 'theirs' }, { key })
  await isDown(here)
  // It may be known before their event has its sequence.
  await eventually('their event waits', async () => (await report(server, key)).lag === 1)
  const theirs = await report(server, key)
  assert.deepEqual([theirs.status, theirs.url, theirs.reason], ['down', null, null])
  assert.ok(theirs.last_sequence > 0)
  const unread = await keyWith(server, ['read_tasks'])
  problemOf(await server.get('/event-store', { key: unread }), 403, 'forbidden')
})

test('without an event store its report is 404 and names the setting', async (t) => {
  const server = await testServer()
  t.after(() => server.close())
  const problem = problemOf(await server.get('/event-store'), 404, 'event_store_not_set')
  assert.match(problem.detail, /CAIRN_EVENT_STORE_URL/)
  assert.ok(!((await server.get('/metrics')).body as string).includes('cairn_event_store'))
})

test('a server that is started with an event store sends to it, and tells its metrics', async (t) => {
  const store = await testStore()
  const server = await testServer({ environment: { CAIRN_EVENT_STORE_URL: store.url } })
  t.after(async () => {
    await server.close()
    await store.stop()
  })
  await createTask(server)
  const here = { server, store } as Here
  await upToDate(here)
  const metrics = (await server.get('/metrics')).body as string
  const { last_sequence } = await report(server)
  assert.match(metrics, /^cairn_event_store_up 1$/m)
  assert.match(metrics, /^cairn_event_store_lag_events 0$/m)
  assert.match(metrics, new RegExp(`^cairn_event_store_events_sent_total ${last_sequence}$`, 'm'))
  assert.match(metrics, /^cairn_event_store_batches_failed_total 0$/m)
})
