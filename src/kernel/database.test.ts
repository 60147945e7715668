import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { claimTasks } from '../../test/claims.ts'
import { eventually } from '../../test/eventually.ts'
import { bodyOf, problemOf } from '../../test/answers.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { createTask } from '../../test/tasks.ts'
import { problemOfDatabase, query, queryAcrossTenants, transact } from './database.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

test('a transaction that PostgreSQL ended for a deadlock runs again, and both sides succeed', async () => {
  await server.sql('CREATE TABLE pairs (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)')
  await server.sql('INSERT INTO pairs VALUES (1), (2)')
  let runs = 0
  let met = 0
  const add = (first: number, second: number) =>
    transact(server.app.pool, async (client) => {
      runs++
      await client.query('UPDATE pairs SET n = n + 1 WHERE id = $1', [first])
      met++
      // Both hold their first row before either asks for its second.
      await eventually('both met', () => met >= 2)
      await client.query('UPDATE pairs SET n = n + 1 WHERE id = $1', [second])
    })
  await Promise.all([add(1, 2), add(2, 1)])
  assert.ok(runs > 2, 'there was a deadlock')
  assert.deepEqual(await server.sql('SELECT n FROM pairs'), [{ n: 2 }, { n: 2 }])
})

test('what a transaction did before it threw is taken back, and its connection is good again', async () => {
  await server.sql('CREATE TABLE taken_back (id int)')
  for (let i = 0; i < 30; i++)
    await assert.rejects(
      transact(server.app.pool, async (client) => {
        await client.query('INSERT INTO taken_back VALUES (1)')
        throw new Error('no')
      }),
      /^Error: no$/,
    )
  assert.deepEqual(await server.sql('SELECT FROM taken_back'), [])
})

test('a name stands for one statement, and fits into what PostgreSQL keeps of it', () => {
  const row = z.object({})
  query('test.named', row, 'SELECT $1::uuid')
  query('test.named', row, 'SELECT $1::uuid')
  assert.throws(() => queryAcrossTenants('test.named', row, 'SELECT 2'), /two statements are named/)
})

test('names that PostgreSQL would cut off to the same one stay apart', async () => {
  const long = 'test.'.padEnd(70, 'n')
  const row = z.object({ n: z.number() })
  const scope = { db: server.app.pool, tenant: '00000000-0000-7000-8000-000000000001' }
  const [one, two] = [1, 2].map((n) =>
    query(`${long}${n}`, row, `SELECT ${n} AS n WHERE $1::uuid IS NOT NULL`),
  )
  for (let turn = 0; turn < 3; turn++) {
    assert.deepEqual(await one!(scope), [{ n: 1 }])
    assert.deepEqual(await two!(scope), [{ n: 2 }])
  }
})

test('a database error becomes the problem that its class stands for, or none', () => {
  const problem = (code: string) => problemOfDatabase(Object.assign(new Error('x'), { code }))
  const statuses: Record<string, number | undefined> = {
    '22P02': 400,
    '22003': 400,
    '23505': 409,
    '23503': 409,
    '23514': 422,
    '25006': 503,
    '25P03': 503,
    '40001': 503,
    '40P01': 503,
    '53300': 503,
    '55P03': 503,
    '57014': 503,
    '57P01': 503,
    '58030': 503,
    '08006': 503,
    ECONNREFUSED: 503,
    ECONNRESET: 503,
    '42P01': undefined,
    '23502': undefined,
    XX000: undefined,
  }
  for (const [code, status] of Object.entries(statuses)) assert.equal(problem(code)?.status, status, code)
  assert.equal(problem('57014')?.retryAfter, 1)
  assert.equal(problemOfDatabase(new Error('x')), undefined)
  assert.equal(problemOfDatabase('x'), undefined)
})

test('a database that is only read for a while, as in a failover, is written again as soon as it can be', async () => {
  const { id } = await createTask(server)
  const admin = new pg.Client({ connectionString: server.databaseUrl })
  await admin.connect()
  const name = admin.escapeIdentifier(new URL(server.databaseUrl).pathname.slice(1))
  const readOnly = async (on: boolean): Promise<void> => {
    await admin.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE')
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${on ? 'on' : 'off'}`)
  }
  await readOnly(true)
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  )
  await eventually('it can be read', async () => (await server.get('/tasks?limit=1')).status === 200)
  // In one statement, and in a transaction.
  for (const task of [{ title: 'x' }, { title: 'x', depends_on: [id] }])
    problemOf(await server.post('/tasks', task), 503, 'unavailable')
  // Connections that were made meanwhile stay as they are: only new ones can write.
  await readOnly(false)
  await admin.end()
  await eventually('it is written', async () =>
    (await Promise.all(Array.from({ length: 10 }, () => server.post('/tasks', { title: 'x' })))).every(
      ({ status }) => status === 201,
    ),
  )
  await eventually(
    'the record is numbered again',
    async () => (await server.sql('SELECT FROM record_pending')).length === 0,
  )
})

test('a server whose connections are all cut answers again, waits again, and does its duties again', async () => {
  await createTask(server)
  const admin = new pg.Client({ connectionString: server.databaseUrl })
  await admin.connect()
  for (let round = 0; round < 3; round++) {
    const busy = Array.from({ length: 10 }, () => server.post('/tasks', { title: 'x' }))
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    for (const answer of await Promise.all(busy))
      if (answer.status !== 201)
        problemOf(answer, 503, answer.body.code === 'outcome_unknown' ? 'outcome_unknown' : 'unavailable')
  }
  await admin.end()
  await eventually('it answers', async () => (await server.get('/tasks?limit=1')).status === 200)
  bodyOf(await server.get('/health'))
  await claimTasks(server, { count: 100 })
  const waiting = claimTasks(server, { wait_seconds: 30 })
  const { id } = await createTask(server)
  assert.equal((await waiting)[0]!.task.id, id)
  await eventually(
    'the record is numbered again',
    async () => (await server.sql('SELECT FROM record_pending')).length === 0,
  )
})
