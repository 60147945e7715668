import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { testDatabase } from '../../../test/postgres.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { proxyBefore, type FaultProxy } from '../../../test/torture/fault-proxy.ts'
import { Problem } from '../../kernel/problem.ts'

/** Calls that make the queue, so many that it is still old when the others have come, on a slow machine too; and these. */
const FIRST = 50
const THEN = 200

interface Slow {
  readonly server: TestServer
  /** Between the server and its database. */
  readonly proxy: FaultProxy
}

/** A server with two connections to its database, behind a proxy that can slow it down. */
async function behindProxy(t: TestContext, overloadMilliseconds: number): Promise<Slow> {
  const database = await testDatabase()
  const { proxy, url } = await proxyBefore(database.url)
  const server = await testServer({
    databaseUrl: url,
    poolMax: 2,
    environment: { CAIRN_OVERLOAD_MILLISECONDS: String(overloadMilliseconds) },
  })
  t.after(async () => {
    await server.close()
    await proxy.close()
    await database.drop()
  })
  return { server, proxy }
}

const create = (server: TestServer, count: number): Promise<TestAnswer>[] =>
  Array.from({ length: count }, (_, nth) => server.post('/tasks', { title: `task ${nth}` }))

/** Slows the database until calls have waited for `aged` milliseconds, then sends many more; answers their queue at its longest. */
async function flood({ server, proxy }: Slow, aged: number) {
  const { pool } = server.app
  let longest = 0
  const watching = setInterval(() => (longest = Math.max(longest, pool.waitingCount)), 1)
  proxy.delay(50)
  const first = create(server, FIRST)
  await eventually('most of them wait', () => pool.waitingCount > FIRST / 2)
  // Whichever of them is the oldest now will have waited for so long.
  const came = performance.now()
  await eventually('calls have waited', () => performance.now() - came > aged)
  let answered = 0
  const then = create(server, THEN)
  for (const each of then) void each.then(() => answered++)
  await eventually('all have come', () => answered + pool.waitingCount >= THEN)
  return {
    longest: () => longest,
    async end(): Promise<TestAnswer[]> {
      proxy.heal()
      const answers = await Promise.all([...first, ...then])
      clearInterval(watching)
      return answers
    },
  }
}

/** What was acknowledged is there, and nothing else; and calls are let in again. */
async function requireRecovered(server: TestServer, answers: readonly TestAnswer[]): Promise<void> {
  await eventually('nothing waits', () => server.app.pool.waitingCount === 0)
  let created = answers.filter(({ status }) => status === 201).length
  await eventually('calls are let in', async () => {
    const { status } = await server.post('/tasks', { title: 'later' })
    if (status === 201) created++
    return status === 201
  })
  const rows = await server.sql('SELECT FROM tasks')
  assert.equal(rows.length, created)
}

test('a server whose calls wait too long tells new ones to come back, and recovers by itself', async (t) => {
  const slow = await behindProxy(t, 1_000)
  const { server } = slow
  const logged = t.mock.method(server.app.log, 'error')
  const { longest, end } = await flood(slow, 1_000)
  await eventually(
    'a probe is answered',
    async () => (await server.get('/health', { key: null })).status === 200,
  )
  const answers = await end()
  const shed = answers.filter(({ body }) => body.code === 'overloaded')
  t.diagnostic(`${shed.length} of ${answers.length} told to come back, ${longest()} waited at most`)
  assert.ok(shed.length >= THEN / 2, `${shed.length} were told to come back`)
  assert.ok(longest() < THEN / 2, `${longest()} waited`)
  for (const answer of shed) {
    const { retry_after } = problemOf(answer, 503, 'overloaded')
    assert.equal(answer.headers.get('retry-after'), String(retry_after))
  }
  const metrics = await server.app.metrics.registry.metrics()
  assert.match(metrics, /cairn_calls_shed_total\{why="database_wait"\} [1-9]/)
  await requireRecovered(server, answers)
  assert.equal(logged.mock.callCount(), 0, 'a flood that is turned away does not flood the log with errors')
})

test('without that all of them wait, which the same flood shows', async (t) => {
  const slow = await behindProxy(t, 0)
  const { longest, end } = await flood(slow, 1_000)
  const answers = await end()
  assert.ok(longest() > THEN / 2, `${longest()} waited`)
  assert.equal(answers.filter(({ body }) => body.code === 'overloaded').length, 0)
})

test('what keeps or frees work is refused last', async (t) => {
  const { server, proxy } = await behindProxy(t, 1_500)
  const { load, operations, pool } = server.app
  const isRefused = (urgent: boolean): boolean => {
    try {
      load.require(urgent)
      return false
    } catch (error) {
      assert.ok(error instanceof Problem && error.code === 'overloaded')
      return true
    }
  }
  proxy.blackhole()
  const calls = create(server, FIRST)
  const seen = new Set<string>()
  await eventually('it was let in alone, and then no more', () => {
    if (pool.waitingCount > 0) seen.add(`new ${isRefused(false)}, urgent ${isRefused(true)}`)
    return seen.has('new true, urgent false') && seen.has('new true, urgent true')
  })
  assert.equal(seen.has('new false, urgent true'), false)
  proxy.heal()
  await Promise.all(calls)
  const urgent = [...operations.values()].filter((op) => op.urgent).map(({ name }) => name)
  assert.deepEqual(urgent.sort(), [
    'executions.complete',
    'executions.complete_batch',
    'executions.heartbeat',
    'executions.release',
  ])
})
