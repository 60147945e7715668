import assert from 'node:assert/strict'
import { afterEach, after, before, test } from 'node:test'
import { bodyOf, faultsOf } from '../../../test/answers.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { declaredStatements } from '../../kernel/database.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, patchTask } from '../../../test/tasks.ts'
import type { Task } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM tasks'))

const search = async (q: string, key = server.key): Promise<string[]> =>
  bodyOf<Task[]>(await server.get(`/tasks/search?q=${encodeURIComponent(q)}`, { key })).map(
    ({ title }) => title,
  )

test('titles equal to the text come first, then titles, then descriptions; then the urgent ones', async () => {
  await createTasks(server, [
    { title: 'described', description: 'has a Login form', priority: 5 },
    { title: 'a login page', priority: 1 },
    { title: 'LOGIN', priority: 1 },
    { title: 'the Login button', priority: 4 },
    { title: 'described less', description: 'login', priority: 2 },
    { title: 'login', priority: 2 },
    { title: 'logon' },
  ])
  assert.deepEqual(await search('login'), [
    'login',
    'LOGIN',
    'the Login button',
    'a login page',
    'described',
    'described less',
  ])
})

test('per cent, underscore and backslash are plain characters', async () => {
  const plain = ['100% sure', 'snake_case', 'back\\slash', '100x sure', 'snakeXcase', 'backslash']
  await createTasks(
    server,
    plain.map((title) => ({ title })),
  )
  assert.deepEqual(await search('100%'), ['100% sure'])
  assert.deepEqual(await search('e_c'), ['snake_case'])
  assert.deepEqual(await search('_'), ['snake_case'])
  assert.deepEqual(await search('k\\s'), ['back\\slash'])
  assert.deepEqual(await search('%'), ['100% sure'])
  assert.deepEqual(await search("'"), [])
  assert.deepEqual(await search('\\'), ['back\\slash'])
})

test('letters of any script are found, whatever their case', async () => {
  await createTasks(server, [{ title: 'Überprüfung' }, { title: '検索を直す' }, { title: 'a 🪨 stone' }])
  assert.deepEqual(await search('prüf'), ['Überprüfung'])
  assert.deepEqual(await search('検索'), ['検索を直す'])
  assert.deepEqual(await search('🪨'), ['a 🪨 stone'])
  assert.deepEqual(await search('A 🪨'), ['a 🪨 stone'])
})

test('a search follows changes of title and description', async () => {
  const { id } = await createTask(server, { title: 'before' })
  await patchTask(server, id, { title: 'after', description: 'words' })
  assert.deepEqual(await search('before'), [])
  assert.deepEqual(await search('words'), ['after'])
})

test('at most 50 are found', async () => {
  await createTasks(
    server,
    Array.from({ length: 60 }, (_, i) => ({ title: `needle ${i}` })),
  )
  assert.equal((await search('needle')).length, 50)
})

test('a search sees its own tenant only', async () => {
  await createTask(server, { title: 'secret' })
  const key = await keyOfNewTenant(server)
  assert.deepEqual(await search('secret', key), [])
  assert.deepEqual(await search('secret'), ['secret'])
})

test('q has 1 to 200 characters and is required', async () => {
  assert.deepEqual(faultsOf(await server.get('/tasks/search')), ['q'])
  assert.deepEqual(faultsOf(await server.get('/tasks/search?q=')), ['q'])
  assert.deepEqual(faultsOf(await server.get(`/tasks/search?q=${'x'.repeat(201)}`)), ['q'])
  assert.deepEqual(faultsOf(await server.get('/tasks/search?q=a&q=b')), ['q'])
  assert.deepEqual(faultsOf(await server.get('/tasks/search?q=a&limit=5')), ['limit'])
  assert.deepEqual(await search('x'.repeat(200)), [])
  assert.deepEqual(await search('17'), [])
})

test('what is found is what ranking all tasks in full finds, for common words and rare ones', async () => {
  // More than are walked in the order of urgency; some words are in the least urgent only.
  for (const count of [500, 9_500]) {
    await server.sql(
      `WITH t AS (
         INSERT INTO tasks (tenant_id, id, priority) SELECT $1, gen_random_uuid(), 1 + (random() * 4)::int
         FROM generate_series(1, $2) RETURNING *)
       INSERT INTO task_texts (tenant_id, task_id, title, description)
       SELECT tenant_id, id,
         CASE WHEN random() < 0.02 THEN 'Apple' WHEN random() < 0.003 THEN 'quince'
           ELSE concat_ws(' ', CASE WHEN random() < 0.5 THEN 'apple pie' END, CASE WHEN random() < 0.01 THEN 'pear' END,
             CASE WHEN random() < 0.0005 THEN 'quince tart' END, CASE WHEN priority = 1 AND random() < 0.3 THEN 'medlar' END,
             number) END,
         concat_ws(' ', CASE WHEN random() < 0.5 THEN 'Apple and PEAR' END, CASE WHEN random() < 0.002 THEN 'quince' END,
           CASE WHEN priority = 1 THEN 'sorb' END, CASE WHEN random() < 0.3 THEN 'x' END)
       FROM t`,
      [DEFAULT_TENANT, count],
    )
    await server.sql('VACUUM ANALYZE tasks, task_texts')
  }
  const texts = [
    'apple',
    'APPLE',
    'pear',
    'quince',
    'quince tart',
    'medlar',
    'sorb',
    'Apple and',
    'ap',
    'x',
    'nowhere',
  ]
  for (const text of texts) {
    const ranked = await server.sql(
      `SELECT t.id FROM tasks t JOIN task_texts x ON x.tenant_id = t.tenant_id AND x.task_id = t.id
       WHERE t.tenant_id = $1 AND (x.title ILIKE $2 OR x.description ILIKE $2)
       ORDER BY CASE WHEN lower(x.title) = lower($3) THEN 0 WHEN x.title ILIKE $2 THEN 1 ELSE 2 END,
         t.priority DESC, t.created_at, t.id
       LIMIT 50`,
      [DEFAULT_TENANT, `%${text}%`, text],
    )
    const found = bodyOf<Task[]>(await server.get(`/tasks/search?q=${encodeURIComponent(text)}`))
    assert.deepEqual(
      found.map(({ id }) => id),
      ranked.map(({ id }) => id as string),
      text,
    )
  }
})

test('an index serves a search of three characters or more, also when the plan is made for any text', async () => {
  // Statistics first: a foreign key's plan that was made for a handful of rows would walk all of them for each new one.
  for (const count of [500, 20_000]) {
    await server.sql(
      `WITH t AS (INSERT INTO tasks (tenant_id, id) SELECT $1, gen_random_uuid() FROM generate_series(1, $2) RETURNING *)
       INSERT INTO task_texts (tenant_id, task_id, title, description)
       SELECT tenant_id, id, 'title ' || md5(id::text), 'described ' || md5(number::text) FROM t`,
      [DEFAULT_TENANT, count],
    )
    await server.sql('VACUUM ANALYZE tasks, task_texts')
  }
  const { text } = declaredStatements().find(({ name }) => name === 'tasks.search')!
  const client = await server.app.pool.connect()
  try {
    await client.query(`PREPARE search AS ${text}`)
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`SET plan_cache_mode = ${mode}`)
      const { rows } = await client.query(`EXPLAIN EXECUTE search ('${DEFAULT_TENANT}', '%abcd%', 'abcd')`)
      assert.match(JSON.stringify(rows), /task_texts_words/, mode)
    }
  } finally {
    client.release(true)
  }
})
