import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { testServer, type TestServer } from '../../test/server.ts'
import { query, transact } from './database.ts'
import { gather, type Gathering } from './gather.ts'
import { holdKey } from './idempotency.ts'
import { Lane, oldestGathered } from './lane.ts'
import { Problem } from './problem.ts'
import { Keeping } from './reservation.ts'

let server: TestServer
let scope: Parameters<ReturnType<typeof gather>>[0]
before(async () => {
  server = await testServer()
  scope = { db: server.app.pool, tenant: '00000000-0000-7000-8000-000000000001', app: server.app }
})
after(() => server.close())

const inverses = query(
  'test.inverses',
  z.object({ inverse: z.number() }),
  `SELECT 12 / n AS inverse, $1::uuid FROM unnest($2::integer[]) WITH ORDINALITY AS given(n, nth) ORDER BY nth`,
)

/** Calls that ask for 12 / n; `statements` is what each statement was for. */
function inverting(more: Partial<Gathering<number, number>> = {}) {
  const statements: number[][] = []
  const call = gather<number, number>({
    async run(where, calls) {
      statements.push([...calls])
      return (await inverses(where, calls)).map(({ inverse }) => inverse)
    },
    kind: () => '',
    most: 100,
    lane: new Lane(1),
    ...more,
  })
  return { statements, call: (n: number, where = scope) => call(where, n) }
}

test('calls of one moment share a statement, and each gets its own answer', async () => {
  const { statements, call } = inverting()
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 6].map((n) => call(n))), [12, 6, 4, 3, 2])
  assert.deepEqual(statements, [[1, 2, 3, 4, 6]])
})

test('what comes while a statement is in flight gathers for the next one', async () => {
  const { statements, call } = inverting()
  const first = call(1)
  await new Promise(setImmediate)
  await Promise.all([first, call(2), call(3)])
  assert.deepEqual(statements, [[1], [2, 3]])
})

test('a call whose client hangs up before it is sent is not sent, where nobody else would have what it gets', async () => {
  for (const onlyAwaited of [true, false]) {
    const { statements, call } = inverting({ onlyAwaited })
    const first = call(1)
    await new Promise(setImmediate)
    let gone = false
    const hangsUp = call(2, { ...scope, request: { gone: () => gone } }).catch((error: unknown) => error)
    const stays = call(3, { ...scope, request: { gone: () => false } })
    gone = true
    await Promise.all([first, stays])
    assert.deepEqual(statements, onlyAwaited ? [[1], [3]] : [[1], [2, 3]])
    assert.equal((await hangsUp) instanceof Problem, onlyAwaited)
  }
})

test('what waits is sent before those of the last statement are answered', async () => {
  const answered = Promise.withResolvers<void>()
  const course: string[] = []
  const { call } = inverting({
    async run(_, calls) {
      // The pool sends at the end of the turn.
      await new Promise<void>((sent) => process.nextTick(sent))
      course.push(`sent ${calls.join()}`)
      await answered.promise
      return calls
    },
  })
  const told = (n: number): Promise<number> => call(n).then(() => course.push(`told ${n}`))
  const first = told(1)
  await new Promise(setImmediate)
  const others = [told(2), told(3)]
  answered.resolve()
  await Promise.all([first, ...others])
  assert.deepEqual(course.slice(0, 2), ['sent 1', 'sent 2,3'])
  assert.equal(course.length, 5)
})

test('a statement takes what its weight allows, and what is heavier goes alone', async () => {
  const { statements, call } = inverting({ weight: (n) => n, most: 5 })
  await Promise.all([2, 3, 1, 12, 4].map((n) => call(n)))
  assert.deepEqual(statements, [[2, 3], [1], [12], [4]])
})

test('beside a statement in flight another one is sent only when it is full, unless said otherwise', async () => {
  const answered = Promise.withResolvers<void>()
  const statements: number[][] = []
  const call = gather<number, number>({
    async run(_, calls) {
      statements.push([...calls])
      await answered.promise
      return calls
    },
    kind: () => '',
    most: 3,
    lane: new Lane(1),
  })
  const calls: Promise<number>[] = []
  for (const n of [1, 2, 3, 4, 5]) {
    calls.push(call(scope, n))
    await new Promise(setImmediate)
    if (n === 3) assert.deepEqual(statements, [[1]])
  }
  assert.deepEqual(statements, [[1], [2, 3, 4]])
  // By this the server notices that it is overloaded.
  assert.ok(oldestGathered(scope.app.pool) > 0)
  answered.resolve()
  assert.deepEqual(await Promise.all(calls), [1, 2, 3, 4, 5])
  assert.equal(oldestGathered(scope.app.pool), 0)
})

/** A gathering whose statements end when they are told to; `sent` has each statement's calls. */
function held(lane: Lane, sent: string[], more: Partial<Gathering<string, string>> = {}) {
  const ends: (() => void)[] = []
  const call = gather<string, string>({
    async run(_, calls) {
      sent.push(calls.join(' '))
      await new Promise<void>((resolve) => ends.push(resolve))
      return calls
    },
    kind: (name) => name[0]!,
    most: 3,
    lane,
    ...more,
  })
  return { call: (name: string) => call(scope, name), end: () => ends.shift()!() }
}

test('gatherings of one lane are sent in turn, what has waited longest first', async () => {
  const lane = new Lane(1)
  const sent: string[] = []
  const [one, two] = [held(lane, sent), held(lane, sent)]
  const calls = [one.call('a1')]
  await new Promise(setImmediate)
  calls.push(two.call('b1'), one.call('a2'))
  await new Promise(setImmediate)
  calls.push(two.call('b2'))
  assert.deepEqual(sent, ['a1'])
  one.end()
  await calls[0]
  assert.deepEqual(sent, ['a1', 'b1 b2'])
  two.end()
  await calls[1]
  assert.deepEqual(sent, ['a1', 'b1 b2', 'a2'])
  one.end()
  assert.deepEqual(await Promise.all(calls), ['a1', 'b1', 'a2', 'b2'])
})

test('where many kinds wait, which can not share, several are sent at once; no two of one kind', async () => {
  const sent: string[] = []
  const { call, end } = held(new Lane(1), sent)
  const calls = [call('a1')]
  await new Promise(setImmediate)
  calls.push(...['a2', 'b1', 'c1', 'd1'].map((name) => call(name)))
  await new Promise(setImmediate)
  assert.deepEqual(sent, ['a1', 'b1'])
  for (const _ of calls) {
    end()
    await new Promise(setImmediate)
  }
  assert.deepEqual(await Promise.all(calls), ['a1', 'a2', 'b1', 'c1', 'd1'])
})

test('however many statements are full, what has waited for a while gets its turn', async () => {
  const sent: string[] = []
  const { call, end } = held(new Lane(1), sent)
  const full = (nth: number) => ['x', 'y', 'z'].map((name) => call(`a${name}${nth}`))
  const calls = [...full(1), ...full(2), call('b')]
  await new Promise(setImmediate)
  assert.deepEqual(sent, ['ax1 ay1 az1', 'ax2 ay2 az2'])
  await sleep(60)
  calls.push(...full(3))
  for (const _ of [1, 2]) {
    end()
    await new Promise(setImmediate)
  }
  assert.deepEqual(sent.slice(2), ['b', 'ax3 ay3 az3'])
  for (const _ of [1, 2]) end()
  await Promise.all(calls)
})

test('what is ample for two goes in two statements at once; what is less goes in one, and waits for those in flight', async () => {
  const sent: string[] = []
  const { call, end } = held(new Lane(1), sent, { most: 100, ample: 2 })
  const calls = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => call(name))
  await new Promise(setImmediate)
  assert.deepEqual(sent, ['a1 a2 a3', 'a4 a5'])
  calls.push(call('a6'))
  await new Promise(setImmediate)
  assert.equal(sent.length, 2)
  calls.push(call('a7'))
  end()
  await new Promise(setImmediate)
  assert.deepEqual(sent.slice(2), ['a6 a7'])
  end()
  end()
  await Promise.all(calls)
  calls.push(...['a1', 'a2', 'a3'].map((name) => call(name)))
  await new Promise(setImmediate)
  assert.deepEqual(sent.slice(3), ['a1 a2 a3'])
  end()
  await Promise.all(calls)
})

test('where two kinds are ample, each has one of two statements', async () => {
  const sent: string[] = []
  const { call, end } = held(new Lane(1), sent, { most: 100, ample: 2 })
  const calls = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2'].map((name) => call(name))
  await new Promise(setImmediate)
  assert.deepEqual(sent, ['a1 a2 a3 a4', 'b1 b2'])
  end()
  end()
  await Promise.all(calls)
})

test('kinds and tenants gather apart', async () => {
  const { statements, call } = inverting({ kind: (n) => String(n % 2), lane: new Lane(1) })
  await Promise.all([1, 2, 3, 4].map((n) => call(n)))
  assert.deepEqual(statements, [
    [1, 3],
    [2, 4],
  ])
})

test('a call in a transaction shares nothing', async () => {
  const { statements, call } = inverting()
  const answers = await transact(server.app.pool, (db) =>
    Promise.all([call(1), call(2, { ...scope, db }), call(3)]),
  )
  assert.deepEqual(answers, [12, 6, 4])
  assert.deepEqual(statements, [[2], [1, 3]])
})

test('a value that PostgreSQL refuses is refused alone: those that shared its statement are answered', async () => {
  const { statements, call } = inverting()
  const outcomes = await Promise.allSettled([1, 0, 3].map((n) => call(n)))
  assert.deepEqual(
    outcomes.map((each) =>
      each.status === 'fulfilled' ? each.value : (each.reason as { code: string }).code,
    ),
    [12, '22012', 4],
  )
  assert.deepEqual(statements, [[1, 0, 3], [1], [0], [3]])
})

test('calls under reserved keys share a transaction in which their answers are kept; one that lost its key is refused alone', async () => {
  await server.sql('CREATE TABLE made (n int PRIMARY KEY)')
  const statements: number[][] = []
  const call = gather<number, number>({
    async run(where, ns) {
      statements.push([...ns])
      await where.db.query('INSERT INTO made SELECT unnest($1::int[])', [ns])
      return ns
    },
    kind: () => '',
    most: 100,
    lane: new Lane(1),
  })
  const actor = { kind: 'operator', id: null, name: 'test' } as const
  const caller = { tenant: scope.tenant, actor, permissions: new Set<string>(), operator: true }
  const under = async (n: number) => {
    const hold = holdKey({ app: server.app, caller }, 'test.make', `key ${n}`, {})
    await hold.reserve()
    return {
      ...scope,
      keeping: new Keeping(hold, (output) => ({ status: 200, answer: String(output) })),
    }
  }
  const contexts = await Promise.all([1, 2, 3].map(under))
  await server.sql(`DELETE FROM idempotency_keys WHERE key = 'key 2'`)
  const outcomes = await Promise.allSettled([
    ...contexts.map((ctx, at) => call(ctx, at + 1, (n) => `made ${n}`)),
    call(scope, 4),
  ])
  assert.deepEqual(
    outcomes.map((each) =>
      each.status === 'fulfilled' ? each.value : (each.reason as { code: string }).code,
    ),
    [1, 'idempotency_in_flight', 3, 4],
  )
  assert.deepEqual(statements.slice(0, 1), [[1, 2, 3, 4]])
  assert.deepEqual(statements.slice(1).flat().sort(), [1, 2, 3, 4])
  assert.deepEqual(
    contexts.map(({ keeping }) => keeping.done),
    [true, false, true],
  )
  assert.deepEqual(await server.sql('SELECT n FROM made ORDER BY n'), [{ n: 1 }, { n: 3 }, { n: 4 }])
  assert.deepEqual(
    await server.sql(
      `SELECT key, status, answer FROM idempotency_keys WHERE operation = 'test.make' ORDER BY key`,
    ),
    [1, 3].map((n) => ({ key: `key ${n}`, status: 200, answer: `made ${n}` })),
  )
})

test('an error that blames no value is that of all: whether the statement was done is not known', async () => {
  let runs = 0
  const call = gather<number, number>({
    async run({ db }) {
      runs++
      await db.query('SELECT pg_terminate_backend(pg_backend_pid())')
      return []
    },
    kind: () => '',
    most: 100,
    lane: new Lane(1),
  })
  const outcomes = await Promise.allSettled([call(scope, 1), call(scope, 2)])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(runs, 1)
})

test('a statement that waits for a lock keeps its lane from others for a moment only', async () => {
  await server.sql('CREATE TABLE held (id int PRIMARY KEY)')
  await server.sql('INSERT INTO held VALUES (1), (2)')
  const call = gather<number, number>({
    async run({ db }, ids) {
      await db.query('SELECT FROM held WHERE id = ANY($1) FOR UPDATE', [ids])
      return ids
    },
    kind: () => '',
    most: 100,
    lane: new Lane(1),
  })
  const holder = await server.app.pool.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM held WHERE id = 1 FOR UPDATE')
  const stuck = call(scope, 1)
  await new Promise(setImmediate)
  // It gathers behind the stuck one until that has taken long, and needs no other call to go on.
  assert.equal(await call(scope, 2), 2)
  await holder.query('COMMIT')
  holder.release()
  assert.equal(await stuck, 1)
})
