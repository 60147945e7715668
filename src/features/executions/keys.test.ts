import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimOne } from '../../../test/claims.ts'
import { untilWaiting } from '../../../test/locks.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import type { Claim } from './schema.ts'

// Claims and completions take their Idempotency-Keys by the very statement that does the work.

let server: TestServer
/** Another one on the same database. */
let second: TestServer
let outsider: pg.Client
before(async () => {
  server = await testServer()
  second = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  outsider = new pg.Client(server.databaseUrl)
  await outsider.connect()
})
after(async () => {
  await outsider.end()
  await second.close()
  await server.close()
})

let made = 0
const newKey = (): string => `key ${++made}`

const post = (path: string, body: unknown, key: string, through = server): Promise<TestAnswer> =>
  through.post(path, body, { headers: { 'idempotency-key': key } })

/** Takes the key $2 with the answer that is kept under the key $1. */
const takeKey = `
  INSERT INTO idempotency_keys (tenant_id, actor, operation, key, fingerprint, reservation, leased_until, status, answer)
  SELECT tenant_id, actor, operation, $2, fingerprint, reservation, leased_until, status, answer
  FROM idempotency_keys WHERE key = $1`

const replayed = (answer: TestAnswer): boolean => answer.headers.get('idempotency-replayed') === 'true'

/** A claim of tasks that nobody else's claim is for. */
const wishFor = (tag: string, count = 1) => ({ worker_id: 'w', agent_type: 'a', tags: [tag], count })

const executionsOf = async (tag: string): Promise<number> =>
  (
    await server.sql(
      `SELECT FROM executions e JOIN task_texts x ON x.task_id = e.task_id WHERE x.tags @> ARRAY[$1]`,
      [tag],
    )
  ).length

/** Of answers to one request sent many times, the one that was not told twice. */
function theOne(answers: readonly TestAnswer[]): TestAnswer {
  const firsts = answers.filter((answer) => answer.status === 200 && !replayed(answer))
  assert.equal(firsts.length, 1)
  for (const answer of answers)
    if (answer.status === 200) assert.deepEqual(answer.body, firsts[0]!.body)
    else problemOf(answer, 409, 'idempotency_in_flight')
  return firsts[0]!
}

test('of forty requests at once under one key, on two servers, one claims and one completes', async () => {
  const tag = newKey()
  await createTasks(
    server,
    Array.from({ length: 45 }, () => ({ tags: [tag] })),
  )
  const often = (path: string, body: unknown): Promise<TestAnswer[]> => {
    const key = newKey()
    return Promise.all(
      Array.from({ length: 40 }, (_, n) => post(path, body, key, n % 2 === 0 ? server : second)),
    )
  }
  const claims = bodyOf<Claim[]>(theOne(await often('/tasks/claim', wishFor(tag))))
  assert.equal(claims.length, 1)
  assert.equal(await executionsOf(tag), 1)
  const { execution, lease } = claims[0]!
  const completion = { success: true, lease_token: lease.token, claim_next: { tags: [tag] } }
  const completed = bodyOf<{ next: Claim[] }>(
    theOne(await often(`/executions/${execution.id}/complete`, completion)),
  )
  assert.equal(completed.next.length, 1)
  assert.equal(await executionsOf(tag), 2)
})

test('an answer that is told again is the first one, whatever is in it', async () => {
  const tag = newKey()
  const hostile = `"}, \\"next\\": [] \u2028 \u{1f9f1} $1 'x' \\u0041 {`
  await createTasks(
    server,
    Array.from({ length: 6 }, (_, n) => ({ title: `${hostile} ${n}`, description: hostile, tags: [tag] })),
  )
  const twice = async <Body>(path: string, body: unknown): Promise<Body> => {
    const key = newKey()
    const first = await post(path, body, key)
    const again = await post(path, body, key)
    assert.deepEqual([again.status, again.body, replayed(again)], [200, bodyOf(first), true])
    return first.body as Body
  }
  const claims = await twice<Claim[]>('/tasks/claim', wishFor(tag, 4))
  assert.equal(claims.length, 4)
  const endings = [
    { success: true, result: { [hostile]: [hostile, 1.5, null] }, cost_dollars: 1.25 },
    { success: false, error_message: hostile, claim_next: { tags: [tag], count: 2 } },
    { success: true, claim_next: { tags: ['nothing has this tag'] } },
    { success: true },
  ]
  for (const [n, ending] of endings.entries()) {
    const { execution, lease } = claims[n]!
    await twice(`/executions/${execution.id}/complete`, { ...ending, lease_token: lease.token })
  }
})

test('a key that another transaction takes while the statement runs is given its answer; what shared the statement is served', async () => {
  const tag = newKey()
  await createTasks(
    server,
    Array.from({ length: 5 }, () => ({ tags: [tag] })),
  )
  const [known, raced, beside] = [newKey(), newKey(), newKey()]
  const first = await post('/tasks/claim', wishFor(tag), known)
  await outsider.query('BEGIN')
  await outsider.query(takeKey, [known, raced])
  const answers = Promise.all([raced, beside].map((key) => post('/tasks/claim', wishFor(tag), key)))
  await untilWaiting(outsider)
  await outsider.query('COMMIT')
  const [again, own] = await answers
  assert.deepEqual([bodyOf(again!), replayed(again!)], [bodyOf(first), true])
  assert.equal(bodyOf<Claim[]>(own!).length, 1)
  assert.equal(replayed(own!), false)
  assert.equal(await executionsOf(tag), 2)
})

test('a claim that is sent again while it is in flight is told so, and not that there is nothing', async () => {
  const tag = newKey()
  await createTasks(server, [{ tags: [tag] }])
  const [known, key] = [newKey(), newKey()]
  await post('/tasks/claim', wishFor(tag), known)
  await createTasks(server, [{ tags: [tag] }])
  await outsider.query('BEGIN')
  await outsider.query(takeKey, [known, key])
  const first = post('/tasks/claim', wishFor(tag), key)
  // The first has the task, and waits to keep its answer.
  await untilWaiting(outsider)
  for (const through of [server, second])
    problemOf(await post('/tasks/claim', wishFor(tag), key, through), 409, 'idempotency_in_flight')
  await outsider.query('ROLLBACK')
  assert.equal(bodyOf<Claim[]>(await first).length, 1)
  const again = await post('/tasks/claim', wishFor(tag), key, second)
  assert.deepEqual([bodyOf(again), replayed(again)], [(await first).body, true])
  assert.equal(await executionsOf(tag), 2)
})

/** A server whose statements wait before they look for the lock of a key, while somebody holds this one. */
const DELAY = 4711
async function delayedServer(): Promise<TestServer> {
  await server.sql(`
    CREATE SCHEMA delayed;
    CREATE FUNCTION delayed.pg_try_advisory_xact_lock(bigint) RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_lock_shared(${DELAY});
        PERFORM pg_advisory_unlock_shared(${DELAY});
        RETURN pg_catalog.pg_try_advisory_xact_lock($1);
      END $$`)
  const url = new URL(server.databaseUrl)
  url.searchParams.set('options', '-c timezone=UTC -c jit=off -c search_path=delayed,public,pg_catalog')
  return testServer({ databaseUrl: url.href, key: server.key })
}

test('a claim whose earlier attempt commits between its snapshot and its look at the lock is told what that one got', async () => {
  const delayed = await delayedServer()
  try {
    const [tag, key] = [newKey(), newKey()]
    await createTasks(server, [{ tags: [tag] }])
    await outsider.query('SELECT pg_advisory_lock($1)', [DELAY])
    const again = post('/tasks/claim', wishFor(tag), key, delayed)
    await untilWaiting(outsider)
    const first = await post('/tasks/claim', wishFor(tag), key)
    assert.equal(bodyOf<Claim[]>(first).length, 1)
    await outsider.query('SELECT pg_advisory_unlock($1)', [DELAY])
    assert.deepEqual([bodyOf(await again), replayed(await again)], [first.body, true])
    assert.equal(await executionsOf(tag), 1)
    const nothing = await post('/tasks/claim', wishFor(tag), newKey(), delayed)
    assert.deepEqual([bodyOf(nothing), replayed(nothing)], [[], false])
  } finally {
    await delayed.close()
  }
})

test('a key that was used for something else, is in flight, or whose holder died, is told apart', async () => {
  const tag = newKey()
  await createTasks(
    server,
    Array.from({ length: 3 }, () => ({ tags: [tag] })),
  )
  const key = newKey()
  const first = bodyOf<Claim[]>(await post('/tasks/claim', wishFor(tag), key))
  problemOf(await post('/tasks/claim', wishFor(tag, 2), key), 422, 'idempotency_key_reused')
  const edit = (set: string) => server.sql(`UPDATE idempotency_keys SET ${set} WHERE key = $1`, [key])
  await edit(`status = NULL, answer = NULL, leased_until = now() + interval '5 seconds'`)
  problemOf(await post('/tasks/claim', wishFor(tag), key), 409, 'idempotency_in_flight')
  await edit(`leased_until = now() - interval '1 second'`)
  const taken = await post('/tasks/claim', wishFor(tag), key)
  assert.equal(replayed(taken), false)
  assert.notEqual(bodyOf<Claim[]>(taken)[0]!.task.id, first[0]!.task.id)
  const again = await post('/tasks/claim', wishFor(tag), key)
  assert.deepEqual([bodyOf(again), replayed(again)], [taken.body, true])
  assert.equal(await executionsOf(tag), 2)
})

test('a refusal under a key is kept, and so is that of a completion which was completed under another', async () => {
  const tag = newKey()
  await createTask(server, { tags: [tag] })
  const { execution, lease } = await claimOne(server, { tags: [tag] })
  const path = `/executions/${execution.id}/complete`
  const body = { success: true, lease_token: lease.token }
  const wrong = newKey()
  const twice = async (given: object, key: string, code: string) => {
    problemOf(await post(path, given, key), 409, code)
    const again = await post(path, given, key)
    problemOf(again, 409, code)
    assert.equal(replayed(again), true)
  }
  await twice({ ...body, lease_token: lease.token + 1 }, wrong, 'lease_lost')
  bodyOf(await post(path, body, newKey()))
  await twice(body, newKey(), 'execution_completed')
})
