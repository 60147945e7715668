import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { BATCH_EVENTS } from './batch.ts'
import { makeSink } from './sink.ts'
import {
  prepare,
  QUICK,
  stage,
  startSink,
  testStore,
  type Attempt,
  type ReceivedEvent,
  type Stage,
} from './testing.ts'

/** What the store must have of a tenant: everything that the feed tells. */
async function feedOf(server: TestServer, key?: string): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = []
  for (;;) {
    const after = events.at(-1)?.sequence ?? 0
    const page = bodyOf<ReceivedEvent[]>(await server.get(`/events?limit=1000&after=${after}`, { key }))
    if (page.length === 0) return events
    events.push(...page)
  }
}

const tenantOf = async (server: TestServer, key: string): Promise<string> =>
  bodyOf<{ tenant: { id: string } }>(await server.get('/whoami', { key })).tenant.id

const numbered = async (server: TestServer): Promise<boolean> =>
  (await server.sql('SELECT FROM record_pending')).length === 0

/** Waits until the store has everything of a tenant, and checks that it is exactly the feed. */
async function arrived(
  { server, store }: Stage<TestServer>,
  tenant = DEFAULT_TENANT,
  key?: string,
): Promise<void> {
  let feed: ReceivedEvent[] = []
  await eventually('everything arrives', async () => {
    if (!(await numbered(server))) return false
    feed = await feedOf(server, key)
    return store.eventsOf(tenant).length >= feed.length
  })
  assert.deepEqual(store.eventsOf(tenant).slice(0, feed.length), feed)
}

const idsOf = (attempts: readonly Attempt[]): string[] => [...new Set(attempts.map(({ id }) => id))]

test('the whole record of each tenant arrives as its feed tells it, in order, each event in one batch', async (t) => {
  const here = await stage(t, await testServer())
  const { server, store } = here
  const stranger = await keyOfNewTenant(server)
  for (let round = 0; round < 3; round++) {
    await createTasks(server, [{}, {}, {}])
    await server.post('/tasks', { title: 'theirs' }, { key: stranger })
  }
  const theirs = await tenantOf(server, stranger)
  await arrived(here)
  await arrived(here, theirs, stranger)
  const [first] = store.eventsOf(theirs)
  assert.equal(first!.sequence, 1)
  const all = store.accepted.flatMap(({ events }) => events.map(({ id }) => id))
  assert.equal(new Set(all).size, all.length)
  for (const attempt of store.attempts) {
    assert.equal(attempt.contentType, 'application/json')
    assert.equal(attempt.authorization, 'Bearer sesame')
  }
})

test('a batch holds no more than its bounds, and what is larger by itself goes alone', async (t) => {
  const store = await testStore()
  t.after(() => store.stop())
  const server = await prepare(t, await testServer(), store)
  for (let batch = 0; batch < 6; batch++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({})),
    )
  const large = Array.from({ length: 12 }, () => ({ description: 'x'.repeat(60_000) }))
  for (let batch = 0; batch < 3; batch++) await createTasks(server, large)
  const task = await createTask(server)
  await server.sql(
    `UPDATE audit_log SET new_values = json_build_object('id', entity_id, 'title', repeat('x', 1500000)) WHERE entity_id = $1`,
    [task.id],
  )
  await createTask(server)
  const sink = startSink(server.app)
  t.after(() => sink.stop())
  await arrived({ server, store, sink })
  const sizes = store.accepted.map(({ events }) => events.length)
  assert.equal(Math.max(...sizes), BATCH_EVENTS)
  for (const { events, body } of store.accepted)
    assert.ok(Buffer.byteLength(body) <= 1024 * 1024 + 200 || events.length === 1, `${body.length} bytes`)
  assert.ok(store.accepted.some(({ body }) => body.length > 1_500_000))
})

test('a batch whose answer was lost is sent again under the same id, the same to the letter', async (t) => {
  const here = await stage(t, await testServer())
  const { store } = here
  await arrived(here)
  let left = 3
  store.behave = () => (left-- > 0 ? 'accept and cut' : undefined)
  const before = store.attempts.length
  await createTask(here.server)
  await eventually('it is sent often', () => store.attempts.length >= before + 4)
  await createTask(here.server)
  await arrived(here)
  const [first, ...again] = store.attempts.slice(before, before + 4)
  for (const attempt of again) {
    assert.equal(attempt.id, first!.id)
    assert.equal(attempt.body, first!.body)
  }
})

test('what is recorded while a batch waits does not get into it', async (t) => {
  const here = await stage(t, await testServer())
  const { server, store } = here
  await arrived(here)
  store.behave = () => ({ status: 500 })
  const before = store.attempts.length
  await createTask(server)
  await eventually('it fails', () => store.attempts.length > before + 1)
  await createTasks(server, [{}, {}, {}])
  await eventually('it fails on', () => store.attempts.length > before + 4)
  assert.equal(idsOf(store.attempts.slice(before)).length, 1)
  assert.equal(new Set(store.attempts.slice(before).map(({ body }) => body)).size, 1)
  store.behave = () => undefined
  await arrived(here)
})

test('a server that takes over goes on with the very batch that the other one left', async (t) => {
  const here = await stage(t, await testServer())
  const { server, store, sink } = here
  await arrived(here)
  store.behave = () => 'accept and cut'
  const before = store.attempts.length
  await createTask(server)
  await eventually('it is sent', () => store.attempts.length > before)
  await sink.stop()
  store.behave = () => undefined
  const taken = store.attempts.length
  const second = await prepare(
    t,
    await testServer({ databaseUrl: server.databaseUrl, key: server.key }),
    store,
  )
  const other = startSink(second.app)
  t.after(() => other.stop())
  await createTask(second)
  await arrived({ ...here, sink: other })
  assert.equal(store.attempts[taken]!.id, store.attempts[before]!.id)
  assert.equal(store.attempts[taken]!.body, store.attempts[before]!.body)
})

test('two servers that both believe they lead send nothing under two ids, and skip nothing', async (t) => {
  const here = await stage(t, await testServer())
  const { server, store } = here
  const second = await prepare(
    t,
    await testServer({ databaseUrl: server.databaseUrl, key: server.key }),
    store,
  )
  // None of these waits for the leadership, which somebody else has: they run at once, again and again.
  const duty = makeSink(QUICK)
  const leadership = { holder: '', epoch: 0 }
  const { signal } = new AbortController()
  const run = async (app: TestServer['app']): Promise<void> => {
    for (let round = 0; round < 15; round++)
      await duty.run({ db: app.pool, app, leadership, signal, afterCommit: () => undefined })
  }
  const writing = (async () => {
    for (let round = 0; round < 15; round++) await createTask(server)
  })()
  await Promise.all([writing, run(server.app), run(second.app)])
  await arrived(here)
  const bodies = new Map<string, string>()
  for (const { id, body } of store.attempts) {
    assert.equal(bodies.get(id) ?? body, body)
    bodies.set(id, body)
  }
  assert.equal(idsOf(store.accepted).length, store.accepted.length)
})

test('a tenant with much to send does not keep the others waiting', async (t) => {
  const store = await testStore()
  t.after(() => store.stop())
  const server = await prepare(t, await testServer(), store)
  const quiet = await keyOfNewTenant(server)
  for (let batch = 0; batch < 15; batch++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({})),
    )
  const sink = startSink(server.app, { turns: 1 })
  t.after(() => sink.stop())
  await arrived({ server, store, sink })
  const other = await tenantOf(server, quiet)
  const turns = store.accepted.map((attempt) => attempt.tenant)
  assert.ok(turns.filter((each) => each === DEFAULT_TENANT).length >= 3)
  assert.ok(turns.slice(0, 2).includes(other), turns.join(' '))
})

test("a deleted tenant's position goes with it, and a batch of it that is refused keeps nobody", async (t) => {
  const here = await stage(t, await testServer())
  const { server, store } = here
  const key = await keyOfNewTenant(server)
  const theirs = await tenantOf(server, key)
  store.behave = (attempt) => (attempt.tenant === theirs ? { status: 422 } : undefined)
  await server.post('/tasks', { title: 'theirs' }, { key })
  await eventually('it is refused', () => store.attempts.some((each) => each.tenant === theirs))
  await arrived(here)
  assert.equal((await server.del(`/tenants/${theirs}`)).status, 204)
  await eventually('it is up again', async () => {
    const report = bodyOf<{ status: string }>(await server.get('/event-store'))
    return report.status === 'up'
  })
  assert.deepEqual(await server.sql('SELECT FROM event_store_positions WHERE tenant_id = $1', [theirs]), [])
  await arrived(here)
})

test('a tenant that has used up its share rests as long as it is told, and the others go on', async (t) => {
  const here = await stage(t, await testServer(), { pace: { retry: { first: 5_000, longest: 5_000 } } })
  const { server, store } = here
  const key = await keyOfNewTenant(server)
  const theirs = await tenantOf(server, key)
  const used = { status: 429, headers: { 'retry-after': '120' } }
  store.behave = (attempt) => (attempt.tenant === theirs ? used : undefined)
  await server.post('/tasks', { title: 'theirs' }, { key })
  await eventually('it is told to rest', () => store.attempts.some((each) => each.tenant === theirs))
  for (let round = 0; round < 3; round++) {
    await createTask(server)
    await eventually('all of the other are there', async () => {
      const [head] = await server.sql('SELECT last_sequence FROM record_heads WHERE tenant_id = $1', [
        DEFAULT_TENANT,
      ])
      return store.eventsOf(DEFAULT_TENANT).length >= head.last_sequence
    })
  }
  assert.equal(store.attempts.filter((each) => each.tenant === theirs).length, 1)
  const [state] = await server.sql('SELECT status, next_attempt_at FROM event_store_state')
  assert.deepEqual(state, { status: 'down', next_attempt_at: null })
  // Where the next one is told the same it is the store that has too much to do, and rests a while.
  store.behave = () => used
  await createTask(server)
  await eventually('both rest', async () => {
    const resting = await server.sql('SELECT FROM event_store_positions WHERE retry_at > now()')
    return resting.length === 2
  })
  await server.sql('UPDATE event_store_positions SET retry_at = now()')
  await eventually('the store rests', async () => {
    const [{ rests }] = await server.sql('SELECT next_attempt_at > now() AS rests FROM event_store_state')
    return rests === true
  })
})

test('without an event store nothing is sent and nothing is written', async (t) => {
  const server = await testServer()
  t.after(() => server.close())
  await server.app.duties.stop()
  const sink = startSink(server.app)
  t.after(() => sink.stop())
  await createTask(server)
  await eventually('it is numbered', () => numbered(server))
  await createTask(server)
  await eventually('it is numbered', () => numbered(server))
  assert.deepEqual(await server.sql('SELECT FROM event_store_positions'), [])
  assert.deepEqual(await server.sql('SELECT FROM event_store_state'), [])
})
