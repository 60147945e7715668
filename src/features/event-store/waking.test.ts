import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Pace } from './pace.ts'
import type { EventStoreReport } from './schema.ts'
import { storeOf } from './settings.ts'
import { makeSink } from './sink.ts'
import { prepare, QUICK, stage, testFly, testStore, type Stage, type TestFly } from './testing.ts'
import { wakeStore } from './waking.ts'

interface Asleep extends Stage<TestServer> {
  fly: TestFly
}

const HOUR = 3_600_000

const flySettings = (fly: TestFly): Record<string, string> => ({
  CAIRN_FLY_APP: fly.app,
  CAIRN_FLY_API_TOKEN: fly.token,
  CAIRN_FLY_API_URL: fly.url,
})

/** A store that sleeps at Fly and comes up when the first of its machines (`a` unless said) starts. */
async function asleep(
  t: TestContext,
  {
    machines = { a: 'stopped' },
    pace = {},
    settings = {},
    prepareFly = () => undefined,
  }: {
    machines?: Record<string, string>
    pace?: Partial<Pace>
    settings?: Record<string, string>
    prepareFly?: (fly: TestFly) => void
  } = {},
): Promise<Asleep> {
  const store = await testStore()
  await store.stop()
  let running = false
  const fly = await testFly(() => {
    if (running) return undefined
    running = true
    return store.start()
  })
  for (const [id, state] of Object.entries(machines)) fly.add(id, state)
  prepareFly(fly)
  const environment = { ...flySettings(fly), ...settings }
  const here = await stage(t, await testServer(), { store, environment, pace })
  t.after(() => fly.stop())
  return { ...here, fly }
}

const report = async (server: TestServer): Promise<EventStoreReport> =>
  bodyOf<EventStoreReport>(await server.get('/event-store'))

const upToDate = (server: TestServer): Promise<void> =>
  eventually('the store has everything', async () => {
    // In this order: what made it up is in the record, then numbered, then sent.
    if ((await report(server)).status !== 'up') return false
    if ((await server.sql('SELECT FROM record_pending')).length > 0) return false
    return (await report(server)).lag === 0
  })

const alerts = async (server: TestServer): Promise<string[]> =>
  (
    (await server.sql(
      `SELECT event_type FROM audit_log WHERE entity_type = 'event_store' ORDER BY position`,
    )) as { event_type: string }[]
  ).map(({ event_type }) => event_type)

interface WakeState {
  wake_id: string | null
  wake_failures: number
  closed: boolean
}

const wakeState = async (server: TestServer): Promise<WakeState> => {
  const [row] = (await server.sql(
    'SELECT wake_id, wake_failures, wake_after IS NULL AS closed FROM event_store_state',
  )) as WakeState[]
  return row ?? { wake_id: null, wake_failures: 0, closed: true }
}

const hasFailed = (server: TestServer, times = 1): Promise<void> =>
  eventually('the wake has failed', async () => (await wakeState(server)).wake_failures >= times)

test('a store that sleeps is woken, though its machine changes its state twice, and gets everything', async (t) => {
  const { server, store, fly, sink } = await asleep(t, { prepareFly: (each) => (each.changing = 2) })
  await createTask(server)
  await upToDate(server)
  assert.deepEqual(
    fly.calls.map(({ what, status }) => `${what} ${status}`),
    ['list 200', 'start a 412', 'start a 412', 'start a 200', 'wait a 200'],
  )
  assert.deepEqual(await alerts(server), ['event_store.down', 'event_store.up'])
  const sequences = store.accepted.flatMap(({ events }) => events.map(({ sequence }) => sequence))
  assert.deepEqual(
    sequences,
    sequences.map((_, index) => index + 1),
  )
  assert.equal(sink.lines(/could not be woken/).length, 0)
  assert.deepEqual(await wakeState(server), { wake_id: null, wake_failures: 0, closed: true })
})

test('all machines that sleep are started, and those that run or are going are left alone', async (t) => {
  const machines = { a: 'stopped', b: 'suspended', c: 'started', d: 'destroyed', e: 'starting' }
  const { server, fly } = await asleep(t, { machines })
  await createTask(server)
  await upToDate(server)
  const starts = fly.calls.filter(({ what }) => what.startsWith('start')).map(({ what }) => what)
  assert.deepEqual(starts.sort(), ['start a', 'start b'])
})

test('a machine that is just stopping is started when it has stopped', async (t) => {
  const { server, fly } = await asleep(t, {
    machines: { a: 'stopping' },
    prepareFly(each) {
      each.changing = 3
      each.behave = () => {
        if (each.changing === 0) each.machines[0]!.state = 'stopped'
        return undefined
      }
    },
  })
  await createTask(server)
  await upToDate(server)
  assert.equal(fly.count(/^start/), 4)
})

test('however many tenants wait, on however many servers, there is one wake', async (t) => {
  const here = await asleep(t, { prepareFly: (each) => (each.starting = 300) })
  const { server, store, fly } = here
  const again = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  const second = await prepare(t, again, store, flySettings(fly))
  for (let tenant = 0; tenant < 5; tenant++) await keyOfNewTenant(server)
  await eventually('it is being woken', () => fly.calls.length > 0)
  const duty = makeSink(QUICK)
  const leadership = { holder: '', epoch: 0 }
  const { signal } = new AbortController()
  while (store.accepted.length === 0)
    await duty.run({ db: second.app.pool, app: second.app, leadership, signal, afterCommit: () => undefined })
  await upToDate(server)
  assert.deepEqual([fly.count(/^list/), fly.count(/^start/)], [1, 1])
  assert.deepEqual(await alerts(server), ['event_store.down', 'event_store.up'])
  assert.ok(new Set(store.accepted.map(({ tenant }) => tenant)).size >= 6)
})

test('a store that was woken since it was found asleep is not woken once more', async (t) => {
  const { server, fly } = await asleep(t)
  await createTask(server)
  await upToDate(server)
  fly.calls.length = 0
  const { app } = server
  const { signal } = new AbortController()
  assert.equal(await wakeStore({ app, store: storeOf(app.settings)!, pace: QUICK, signal }), true)
  assert.deepEqual(fly.calls, [])
  assert.deepEqual(await wakeState(server), { wake_id: null, wake_failures: 0, closed: true })
})

test('a wait that Fly ends before the machine has started is asked again', async (t) => {
  const { server, fly } = await asleep(t, {
    prepareFly(each) {
      each.patience = 10
      each.starting = 200
    },
  })
  await createTask(server)
  await upToDate(server)
  const waits = fly.calls.filter(({ what }) => what === 'wait a').map(({ status }) => status)
  assert.deepEqual([waits[0], waits.at(-1)], [408, 200])
  assert.ok(waits.length > 2)
  assert.ok(fly.calls.every(({ status }) => status !== 429))
})

test('Fly is left alone for as long as it asks, and its failures are tried again', async (t) => {
  let until = 0
  let tooSoon = 0
  let faults = 0
  const { server, fly } = await asleep(t, {
    prepareFly(each) {
      each.behave = (what) => {
        if (what !== 'start a') return undefined
        if (Date.now() < until) tooSoon += 1
        faults += 1
        if (faults === 1) until = Date.now() + 950
        if (faults === 1) return { status: 429, headers: { 'retry-after': '1' } }
        return faults === 2 ? { status: 502, text: '<html>bad gateway</html>' } : undefined
      }
    },
  })
  await createTask(server)
  await upToDate(server)
  assert.equal(tooSoon, 0)
  const starts = fly.calls.filter(({ what }) => what === 'start a').map(({ status }) => status)
  assert.deepEqual(starts, [429, 502, 200])
})

test('one machine that cannot be started does not keep the store asleep', async (t) => {
  const { server, sink } = await asleep(t, {
    machines: { a: 'stopped', b: 'stopped' },
    prepareFly(each) {
      each.behave = (what) =>
        what === 'start b' ? { status: 422, text: '{"error": "no capacity"}' } : undefined
    },
  })
  await createTask(server)
  await upToDate(server)
  const [line] = sink.lines(/no capacity/)
  assert.match(String(line!['fly_request_id']), /^01FLY-/)
  assert.equal(sink.lines(/could not be woken/).length, 0)
})

test('what Fly says beyond what is known of it harms nothing', async (t) => {
  const { server, fly } = await asleep(t, {
    prepareFly(each) {
      Object.assign(each.machines[0]!, { state: 'stopped', host_status: 'ok', config: null, checks: 'none' })
      each.add('z', 'hibernating')
    },
  })
  await createTask(server)
  await upToDate(server)
  assert.equal(fly.count(/^list/), 1)
})

test('after a wake that failed there is none for a while, and a store that comes by itself ends that', async (t) => {
  const { server, store, fly, sink } = await asleep(t, {
    pace: { patience: 100, breaker: { first: HOUR, longest: HOUR } },
    prepareFly: (each) => (each.starting = Infinity),
  })
  await createTask(server)
  await hasFailed(server)
  const [line, ...more] = sink.lines(/could not be woken/)
  assert.deepEqual(more, [])
  assert.match(String(line!['msg']), /did not come up within 0.1 s/)
  const [before] = (await server.sql('SELECT failures FROM event_store_state')) as { failures: number }[]
  await eventually('it is probed on', async () => {
    const [now] = (await server.sql('SELECT failures FROM event_store_state')) as { failures: number }[]
    return now!.failures > before!.failures + 3
  })
  assert.equal(fly.count(/^list/), 1)
  assert.deepEqual(await alerts(server), ['event_store.down'])

  // It answers its probes, and that is enough for the breaker, whatever it says to a batch.
  store.behave = () => ({ status: 500 })
  await store.start()
  await eventually('the breaker closes', async () => (await wakeState(server)).closed)
  assert.equal((await report(server)).status, 'down')
  store.behave = () => undefined
  await upToDate(server)
})

test('a wake that failed is tried again, less and less often', async (t) => {
  const { server, fly } = await asleep(t, {
    pace: { patience: 50, breaker: { first: 5, longest: HOUR } },
    prepareFly: (each) => (each.starting = Infinity),
  })
  await createTask(server)
  await hasFailed(server, 3)
  assert.ok(fly.count(/^list/) >= 3)
  const [row] = (await server.sql(
    `UPDATE event_store_state SET wake_failures = 15 RETURNING wake_failures`,
  )) as { wake_failures: number }[]
  assert.equal(row!.wake_failures, 15)
  await hasFailed(server, 16)
  const [far] = (await server.sql(
    `SELECT wake_after > now() + interval '1 minute' AS far FROM event_store_state`,
  )) as { far: boolean }[]
  assert.ok(far!.far)
})

const MISTAKES: [string, Parameters<typeof asleep>[1], RegExp][] = [
  ['a wrong token', { settings: { CAIRN_FLY_API_TOKEN: 'wrong-token' } }, /correct CAIRN_FLY_API_TOKEN/],
  ['an app that does not exist', { settings: { CAIRN_FLY_APP: 'nowhere' } }, /correct CAIRN_FLY_APP/],
  ['an app without machines', { machines: { gone: 'destroyed' } }, /has no machines; deploy it/],
  [
    'an address that is not Fly',
    { prepareFly: (fly) => (fly.behave = () => ({ status: 200, text: '<html>' })) },
    /is .* its Machines API\?/,
  ],
]
for (const [mistake, options, advice] of MISTAKES)
  test(`${mistake} is one line that says what to do, and nothing is started`, async (t) => {
    const breaker = { first: HOUR, longest: HOUR }
    const { server, fly, sink } = await asleep(t, { ...options, pace: { breaker } })
    await createTask(server)
    await hasFailed(server)
    const lines = sink.lines(/could not be woken/)
    assert.equal(lines.length, 1)
    assert.match(String(lines[0]!['msg']), advice)
    if (mistake !== 'an app without machines') assert.match(String(lines[0]!['fly_request_id']), /^01FLY-/)
    assert.deepEqual([fly.count(/^list/), fly.count(/^start/)], [1, 0])
  })

test('without its app or its token Fly is never called', async (t) => {
  for (const missing of ['CAIRN_FLY_APP', 'CAIRN_FLY_API_TOKEN']) {
    const store = await testStore()
    await store.stop()
    const fly = await testFly(() => store.start())
    fly.add('a', 'stopped')
    const environment = { ...flySettings(fly) }
    delete environment[missing]
    const { server } = await stage(t, await testServer(), { store, environment })
    t.after(() => fly.stop())
    await createTask(server)
    await eventually('it is tried', async () => {
      const [row] = (await server.sql('SELECT failures FROM event_store_state')) as { failures: number }[]
      return (row?.failures ?? 0) > 3
    })
    assert.deepEqual(fly.calls, [])
  }
})

test("what Fly repeats of its token is in no log, and not in the store's report", async (t) => {
  const { server, fly, sink } = await asleep(t, {
    pace: { breaker: { first: HOUR, longest: HOUR } },
    prepareFly: (each) => (each.behave = () => ({ status: 403, text: `{"error": "no: ${each.token}"}` })),
  })
  await createTask(server)
  await hasFailed(server)
  assert.match(String(sink.lines(/could not be woken/)[0]!['msg']), /403: no: \*\*\*/)
  const told = JSON.stringify([
    sink.log,
    await report(server),
    await server.sql('TABLE audit_log'),
    await server.sql('TABLE event_store_state'),
  ])
  assert.ok(!told.includes(fly.token) && !told.includes('fm2_abc'))
})

test('a stop ends a wake at once, and leaves it to whoever comes next', { timeout: 30_000 }, async (t) => {
  const { server, fly, sink } = await asleep(t, {
    pace: { patience: HOUR },
    prepareFly: (each) => (each.starting = Infinity),
  })
  await createTask(server)
  await eventually('it waits for the machine', () => fly.count(/^wait/) > 0)
  assert.ok((await wakeState(server)).wake_id)
  await sink.stop()
  assert.deepEqual(await wakeState(server), { wake_id: null, wake_failures: 0, closed: true })
  assert.equal(sink.lines(/could not be woken|a duty failed/).length, 0)
})
