import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf, problemOf } from '../../test/answers.ts'
import { complete, claimOne } from '../../test/claims.ts'
import { runDuty } from '../../test/duties.ts'
import { eventually } from '../../test/eventually.ts'
import { untilWaiting } from '../../test/locks.ts'
import { keyWith } from '../../test/people.ts'
import { testServer, type TestAnswer, type TestServer } from '../../test/server.ts'
import { createTask, createTasks, readTask } from '../../test/tasks.ts'
import { forgetOldAnswers } from './idempotency.ts'

let server: TestServer
/** Looks on from outside: the server's own connections may all be waiting. */
let observer: pg.Client
before(async () => {
  server = await testServer()
  observer = new pg.Client({ connectionString: server.databaseUrl })
  await observer.connect()
})
after(async () => {
  await observer.end()
  await server.close()
})

let made = 0
const newKey = (): string => `key ${++made}`

const post = (path: string, body: unknown, idempotencyKey: string, key = server.key): Promise<TestAnswer> =>
  server.post(path, body, { key, headers: { 'idempotency-key': idempotencyKey } })

const replayed = (answer: TestAnswer): boolean => answer.headers.get('idempotency-replayed') === 'true'

const countTitled = async (title: string): Promise<number> =>
  (await server.sql('SELECT FROM task_texts WHERE title = $1', [title])).length

const editKey = (idempotencyKey: string, set: string): Promise<unknown> =>
  server.sql(`UPDATE idempotency_keys SET ${set} WHERE key = $1`, [idempotencyKey])

/** Holds a task's row, so that requests about it wait; answers what lets it go. */
async function holdTask(id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [id])
  return () => client.query('COMMIT').then(() => client.end())
}

test('the same key and body replay the first answer, with its status, body and ETag', async () => {
  const key = newKey()
  const first = await post('/tasks', { title: 'once', priority: 4 }, key)
  // The order of members is no part of what was asked.
  const second = await post('/tasks', { priority: 4, title: 'once' }, key)
  assert.deepEqual(bodyOf(second, 201), bodyOf(first, 201))
  assert.deepEqual([replayed(first), replayed(second)], [false, true])
  assert.equal(second.headers.get('etag'), '"1"')
  assert.equal(await countTitled('once'), 1)
})

test('a status that depends on what was there is replayed as it was', async () => {
  const { id } = await createTask(server)
  const key = newKey()
  for (const _ of [1, 2]) bodyOf(await post(`/tasks/${id}/metadata`, { key: 'k', value: 'v' }, key), 201)
  assert.equal((await readTask(server, id)).version, 2)
})

test('the same key with another body is 422, and does nothing', async () => {
  const key = newKey()
  bodyOf(await post('/tasks', { title: 'mine' }, key), 201)
  problemOf(await post('/tasks', { title: 'another' }, key), 422, 'idempotency_key_reused')
  assert.equal(await countTitled('another'), 0)
})

test('the same key is another one on another route, of another task, and for another actor', async () => {
  const key = newKey()
  const [one, two] = [await createTask(server), await createTask(server)]
  bodyOf(await post('/tasks', { title: 'scoped' }, key), 201)
  bodyOf(await post('/tasks/batch', [{ title: 'scoped' }], key), 201)
  const other = await keyWith(server, ['create_tasks'])
  bodyOf(await post('/tasks', { title: 'scoped' }, key, other), 201)
  assert.equal(await countTitled('scoped'), 3)
  bodyOf(await post(`/tasks/${one.id}/estimate`, { effort_minutes: 1 }, key))
  // The path is part of what was asked.
  const problem = await post(`/tasks/${two.id}/estimate`, { effort_minutes: 1 }, key)
  problemOf(problem, 422, 'idempotency_key_reused')
})

test('of twenty requests at once under one key exactly one has an effect', async () => {
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 20 }, () => post('/tasks', { title: 'raced' }, key)))
  assert.equal(await countTitled('raced'), 1)
  const [first] = answers.filter((answer) => answer.status === 201 && !replayed(answer))
  assert.ok(first)
  for (const answer of answers.filter((each) => each !== first))
    if (answer.status === 201) assert.deepEqual([answer.body, replayed(answer)], [first.body, true])
    else problemOf(answer, 409, 'idempotency_in_flight')
  assert.deepEqual((await post('/tasks', { title: 'raced' }, key)).body, first.body)
})

test('while the first request runs the second is 409 idempotency_in_flight, and says when to come again', async () => {
  const { id } = await createTask(server)
  const key = newKey()
  const letGo = await holdTask(id)
  const first = post(`/tasks/${id}/estimate`, { effort_minutes: 5 }, key)
  await untilWaiting(observer, 1)
  const second = await post(`/tasks/${id}/estimate`, { effort_minutes: 5 }, key)
  problemOf(second, 409, 'idempotency_in_flight')
  assert.equal(second.headers.get('retry-after'), '1')
  problemOf(await post(`/tasks/${id}/estimate`, { effort_minutes: 6 }, key), 422, 'idempotency_key_reused')
  await letGo()
  const answer = bodyOf(await first)
  const third = await post(`/tasks/${id}/estimate`, { effort_minutes: 5 }, key)
  assert.deepEqual([bodyOf(third), replayed(third)], [answer, true])
})

test('a reservation that a crash left is in flight until its lease ends, and free then', async () => {
  const key = newKey()
  bodyOf(await post('/tasks', { title: 'crashed' }, key), 201)
  // What a server leaves that died between the reservation and the effect.
  await server.sql(`DELETE FROM tasks USING task_texts x WHERE x.task_id = tasks.id AND x.title = 'crashed'`)
  await editKey(key, 'status = NULL, answer = NULL')
  problemOf(await post('/tasks', { title: 'crashed' }, key), 409, 'idempotency_in_flight')
  await editKey(key, `leased_until = now() - interval '1 second'`)
  problemOf(await post('/tasks', { title: 'another' }, key), 422, 'idempotency_key_reused')
  const answer = await post('/tasks', { title: 'crashed' }, key)
  assert.deepEqual([answer.status, replayed(answer)], [201, false])
  assert.equal(await countTitled('crashed'), 1)
})

test('a request that outlived its reservation changes nothing, the one that took over does', async () => {
  const { id } = await createTask(server)
  const key = newKey()
  const letGo = await holdTask(id)
  const send = () => post(`/tasks/${id}/estimate`, { effort_minutes: 7 }, key)
  const slow = send()
  await untilWaiting(observer, 1)
  await editKey(key, `leased_until = now() - interval '1 second'`)
  const next = send()
  await untilWaiting(observer, 2)
  await letGo()
  problemOf(await slow, 409, 'idempotency_in_flight')
  const answer = bodyOf<{ version: number }>(await next)
  assert.equal(answer.version, 2)
  assert.equal((await readTask(server, id)).version, 2)
  assert.deepEqual(bodyOf(await send()), answer)
})

test('a request that runs keeps its reservation', async () => {
  const { id } = await createTask(server)
  const key = newKey()
  const letGo = await holdTask(id)
  const slow = post(`/tasks/${id}/estimate`, { effort_minutes: 8 }, key)
  await untilWaiting(observer, 1)
  await editKey(key, `leased_until = now() + interval '1 second'`)
  await eventually('it was renewed', async () => {
    const rows = await server.sql(
      `SELECT FROM idempotency_keys WHERE key = $1 AND leased_until > now() + interval '5 seconds'`,
      [key],
    )
    return rows.length === 1
  })
  await letGo()
  bodyOf(await slow)
})

test('calls that lost their connections give their keys back, so that they may be sent again at once', async () => {
  const { id } = await createTask(server)
  const letGo = await holdTask(id)
  // More than the pool has connections, so that a key is given back by one that is about to be lost as well.
  const keys = Array.from({ length: 30 }, newKey)
  const estimate = (key: string) => post(`/tasks/${id}/estimate`, { effort_minutes: 9 }, key)
  const calls = keys.map(estimate)
  await untilWaiting(observer, 5)
  await observer.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'cairn-codex'`,
  )
  await letGo()
  const answers = await Promise.all(calls)
  const lost = keys.filter((_, index) => answers[index]!.status === 503)
  assert.ok(lost.length > 0)
  await eventually('the keys of those are free', async () => {
    const rows = await server.sql('SELECT FROM idempotency_keys WHERE key = ANY($1) AND status IS NULL', [
      lost,
    ])
    return rows.length === 0
  })
  for (const key of lost) bodyOf(await estimate(key))
})

test('a refusal is kept: what was 404 or 409 stays so under its key', async () => {
  const { id } = await createTask(server)
  const key = newKey()
  const first = await post(`/tasks/${id}/retry`, {}, key)
  const problem = problemOf(first, 409, 'not_failed')
  const second = await post(`/tasks/${id}/retry`, {}, key)
  assert.deepEqual(problemOf(second, 409, 'not_failed'), problem)
  assert.deepEqual([replayed(first), replayed(second)], [false, true])

  const missing = newKey()
  const nobody = '/tasks/999999999/tags'
  problemOf(await post(nobody, [], missing), 404, 'task_not_found')
  assert.ok(replayed(await post(nobody, [], missing)))
})

test('what does not fit the schema takes no key: corrected, it may be sent under the same one', async () => {
  const key = newKey()
  problemOf(await post('/tasks', { title: '' }, key), 400, 'validation_failed')
  bodyOf(await post('/tasks', { title: 'corrected' }, key), 201)
})

test('a failure of ours is not kept: the same request may succeed later', async () => {
  await server.sql(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON tasks EXECUTE FUNCTION fail()`)
  const key = newKey()
  const answer = await post('/tasks', { title: 'at last' }, key)
  problemOf(answer, 503, 'unavailable')
  assert.ok(answer.headers.get('retry-after'))
  await server.sql('DROP TRIGGER fail ON tasks')
  assert.equal(replayed(await post('/tasks', { title: 'at last' }, key)), false)
  assert.equal(await countTitled('at last'), 1)
})

test('an empty claim is not kept; one that found something is', async () => {
  const key = newKey()
  const tags = [key]
  const claim = () => post('/tasks/claim', { worker_id: 'w', agent_type: 'a', tags }, key)
  for (const _ of [1, 2]) {
    const answer = await claim()
    assert.deepEqual([bodyOf(answer), replayed(answer)], [[], false])
  }
  await createTask(server, { tags })
  await createTask(server, { tags })
  const first = bodyOf<unknown[]>(await claim())
  assert.equal(first.length, 1)
  const again = await claim()
  assert.deepEqual([bodyOf(again), replayed(again)], [first, true])
})

test('a waiting claim under a key is answered once, and replayed', async () => {
  const key = newKey()
  const body = { worker_id: 'w', agent_type: 'a', tags: [key], wait_seconds: 20 }
  const waiting = post('/tasks/claim', body, key)
  await createTask(server, { tags: [key] })
  const first = bodyOf<unknown[]>(await waiting)
  assert.equal(first.length, 1)
  assert.deepEqual(bodyOf(await post('/tasks/claim', body, key)), first)
})

test('a completion that is sent again under its key answers the same, with the same next', async () => {
  const tags = [newKey()]
  await createTask(server, { tags })
  await createTask(server, { tags })
  const { execution, lease } = await claimOne(server, { tags })
  const body = { success: true, lease_token: lease.token, claim_next: { tags } }
  const [key, path] = [newKey(), `/executions/${execution.id}/complete`]
  const first = bodyOf<{ next: unknown[] }>(await post(path, body, key))
  assert.equal(first.next.length, 1)
  assert.deepEqual(bodyOf(await post(path, body, key)), first)
  problemOf(await complete(server, { execution, lease }), 409, 'execution_completed')
})

test('claims and completions of one moment share transactions, each under its own key, and each is replayed', async () => {
  const tags = [newKey()]
  await createTasks(
    server,
    Array.from({ length: 60 }, () => ({ tags })),
  )
  const [mark] = (await server.sql('SELECT max(position) AS position FROM audit_log')) as [
    { position: number },
  ]
  const twice = async (path: string, body: unknown) => {
    const key = newKey()
    const first = bodyOf<Awaited<ReturnType<typeof claimOne>>[]>(await post(path, body, key))
    const again = await post(path, body, key)
    assert.deepEqual([bodyOf(again), replayed(again)], [first, true])
    return first
  }
  const claims = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      twice('/tasks/claim', { worker_id: `w${n}`, agent_type: 'a', tags }),
    ),
  )
  const held = claims.map(([claim]) => claim!)
  assert.equal(new Set(held.map(({ task }) => task.id)).size, 30)
  await Promise.all(
    held.map(({ execution, lease }, n) =>
      twice(`/executions/${execution.id}/complete`, {
        success: true,
        lease_token: lease.token,
        ...(n % 2 === 0 ? { claim_next: { tags } } : {}),
      }),
    ),
  )
  const [{ rows, transactions }] = (await server.sql(
    'SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS transactions FROM audit_log WHERE position > $1',
    [mark.position],
  )) as [{ rows: number; transactions: number }]
  assert.equal(rows, 30 * 2 + 30 * 2 + 15 * 2)
  assert.ok(transactions < 45, `${transactions} transactions for 60 calls`)
})

test('a completion that has to wait for its task keeps its answer, too', async () => {
  const { id } = await createTask(server, { tags: [newKey()] })
  const { execution, lease } = await claimOne(server, { tags: (await readTask(server, id)).tags })
  const [key, path] = [newKey(), `/executions/${execution.id}/complete`]
  const body = { success: true, lease_token: lease.token }
  const letGo = await holdTask(id)
  const waiting = post(path, body, key)
  await untilWaiting(observer, 1)
  problemOf(await post(path, body, key), 409, 'idempotency_in_flight')
  await letGo()
  const first = bodyOf(await waiting)
  const again = await post(path, body, key)
  assert.deepEqual([bodyOf(again), replayed(again)], [first, true])
})

test('an answer that showed a secret is replayed without it', async () => {
  const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'keyed' }), 201)
  const key = newKey()
  const body = { name: 'k', user_id: user.id }
  const first = bodyOf<{ key: string }>(await post('/keys', body, key), 201)
  assert.ok(first.key)
  assert.deepEqual(bodyOf(await post('/keys', body, key), 201), { ...first, key: null })
  const stored = await server.sql('SELECT FROM idempotency_keys WHERE strpos(answer, $1) > 0', [first.key])
  assert.deepEqual(stored, [])
})

test('after 24 hours a key is free again, and its answer is forgotten', async () => {
  const key = newKey()
  bodyOf(await post('/tasks', { title: 'day one' }, key), 201)
  await editKey(key, `created_at = now() - interval '24 hours 1 second'`)
  assert.equal(replayed(await post('/tasks', { title: 'day two' }, key)), false)
  await editKey(key, `created_at = now() - interval '24 hours 1 second'`)
  await runDuty(server, forgetOldAnswers)
  assert.deepEqual(await server.sql('SELECT FROM idempotency_keys WHERE key = $1', [key]), [])
})

test('a key that is taken again while old ones are forgotten keeps its answer', async () => {
  const keys = [newKey(), newKey()]
  for (const each of keys) bodyOf(await post('/tasks', { title: 'taken again' }, each), 201)
  // Of the same age, they are forgotten in the order in which they lie.
  await server.sql(
    `UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = ANY($1)`,
    [keys],
  )
  const lying = await server.sql('SELECT key FROM idempotency_keys WHERE key = ANY($1) ORDER BY ctid', [keys])
  const [first, key] = lying.map((row) => row.key as string) as [string, string]
  // Forgetting waits for the first one, and has found the other one by then.
  const holder = new pg.Client({ connectionString: server.databaseUrl })
  await holder.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM idempotency_keys WHERE key = $1 FOR UPDATE', [first])
  const forgetting = runDuty(server, forgetOldAnswers)
  await untilWaiting(observer)
  assert.equal(replayed(await post('/tasks', { title: 'taken again' }, key)), false)
  await holder.query('COMMIT')
  await holder.end()
  await forgetting
  assert.equal(replayed(await post('/tasks', { title: 'taken again' }, key)), true)
})

test('a permission that was missing while a claim waited is no answer to it', async () => {
  const permissions = ['read_tasks', 'execute_tasks']
  const role = bodyOf<{ id: string }>(await server.post('/roles', { name: 'waits', permissions }), 201)
  const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'waits', roles: [role.id] }), 201)
  const { key } = bodyOf<{ key: string }>(
    await server.post('/keys', { name: 'waits', user_id: user.id }),
    201,
  )
  const permit = async (...given: string[]): Promise<void> =>
    void bodyOf(await server.patch(`/roles/${role.id}`, { permissions: given }))
  const wish = { worker_id: 'w', agent_type: 'a', tags: ['waits'], wait_seconds: 20 }
  const again = newKey()
  const waiting = post('/tasks/claim', wish, again, key)
  await eventually('it waits', async () => {
    const rows = await server.sql('SELECT FROM idempotency_keys WHERE key = $1', [again])
    return rows.length === 1
  })
  await permit('read_tasks')
  problemOf(await waiting, 403, 'forbidden')
  await permit(...permissions)
  await createTask(server, { tags: ['waits'] })
  await eventually(
    'it is served',
    async () => (await post('/tasks/claim', { ...wish, wait_seconds: 20 }, again, key)).status === 200,
  )
})

test('a key has 1 to 255 characters', async () => {
  for (const key of ['', 'k'.repeat(256)])
    problemOf(await post('/tasks', { title: 'x' }, key), 400, 'invalid_idempotency_key')
  bodyOf(await post('/tasks', { title: 'x' }, 'k'.repeat(255)), 201)
})

test('a version is part of the request: under a used key another one is another request', async () => {
  const { id } = await createTask(server)
  const estimate = (key: string, version: string) =>
    server.post(
      `/tasks/${id}/estimate`,
      { effort_minutes: 5 },
      { headers: { 'idempotency-key': key, 'if-match': version } },
    )
  const [late, done] = [newKey(), newKey()]
  problemOf(await estimate(late, '"7"'), 412, 'version_mismatch')
  const again = await estimate(late, '"7"')
  problemOf(again, 412, 'version_mismatch')
  assert.ok(replayed(again))
  problemOf(await estimate(late, '"1"'), 422, 'idempotency_key_reused')
  bodyOf(await estimate(done, '"1"'))
  assert.ok(replayed(await estimate(done, '"1"')))
  problemOf(await estimate(done, '"2"'), 422, 'idempotency_key_reused')
})

test('a fault of the request that is found late, and a right that was missing, keep no key', async () => {
  const key = newKey()
  problemOf(
    await post('/tasks/batch', [{ title: 'x', depends_on: ['nobody'] }], key),
    400,
    'validation_failed',
  )
  bodyOf(await post('/tasks/batch', [{ title: 'x' }], key), 201)

  const role = bodyOf<{ id: string }>(
    await server.post('/roles', { name: 'makers', permissions: ['manage_access', 'read_tasks'] }),
    201,
  )
  const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'maker', roles: [role.id] }), 201)
  const maker = bodyOf<{ key: string }>(await server.post('/keys', { name: 'm', user_id: user.id }), 201)
  const make = () => post('/users', { name: 'made', roles: ['agent'] }, key, maker.key)
  problemOf(await make(), 403, 'cannot_grant')
  bodyOf(await server.patch(`/roles/${role.id}`, { permissions: ['admin_all'] }))
  await eventually('it may', async () => (await make()).status === 201)
})
