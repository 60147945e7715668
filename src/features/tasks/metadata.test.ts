import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readMetadata, readTask } from '../../../test/tasks.ts'
import { RESERVED_KEYS, type Task } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const set = (ref: string | number, key: string, value: string) =>
  server.post(`/tasks/${ref}/metadata`, { key, value })

const NOBODY = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'

test('a new key is 201, a changed one 200, and both answer the key and its value', async () => {
  const { id, number } = await createTask(server)
  assert.deepEqual(bodyOf(await set(number, 'branch', 'a'), 201), { key: 'branch', value: 'a' })
  assert.deepEqual(bodyOf(await set(id, 'branch', 'b'), 200), { key: 'branch', value: 'b' })
  assert.deepEqual(bodyOf(await set(id, 'other', ''), 201), { key: 'other', value: '' })
  assert.deepEqual(await readMetadata(server, id), { branch: 'b', other: '' })
  assert.deepEqual(bodyOf(await server.get(`/tasks/${number}/metadata?key=branch`)), {
    key: 'branch',
    value: 'b',
  })
})

test('a key that is not there is 404, whatever every object has', async () => {
  const { id } = await createTask(server)
  for (const key of ['none', 'constructor', 'toString', 'hasOwnProperty']) {
    problemOf(await server.get(`/tasks/${id}/metadata?key=${key}`), 404, 'metadata_key_not_found')
    problemOf(await server.del(`/tasks/${id}/metadata/${key}`), 404, 'metadata_key_not_found')
  }
  bodyOf(await set(id, 'constructor', 'mine'), 201)
  assert.deepEqual(await readMetadata(server, id), { constructor: 'mine' })
})

test('DELETE removes a key, whatever characters it has', async () => {
  const { id } = await createTask(server)
  for (const key of ['plain', 'a/b', 'a b%2F', '🪨?#&', 'k'.repeat(128), '漢'.repeat(128)]) {
    bodyOf(await set(id, key, 'v'), 201)
    assert.equal((await server.del(`/tasks/${id}/metadata/${encodeURIComponent(key)}`)).status, 204, key)
  }
  assert.deepEqual(await readMetadata(server, id), {})
})

test('keys with escapes in JSON are stored, recorded and read as they were sent, whatever others have sent', async () => {
  // Node 24 reads each of the others as a backslash once it has read one (kernel/json.ts).
  for (const key of ['\\', '"', '\n', '\t']) {
    const { id } = await createTask(server, { metadata: { b: '', [key]: '' } })
    const [stored] = await server.sql(
      'SELECT array_agg(metadata_key ORDER BY metadata_key) AS keys FROM task_metadata WHERE task_id = $1',
      [id],
    )
    assert.deepEqual((stored.keys as string[]).toSorted(), [key, 'b'].toSorted())
    bodyOf(await server.post(`/tasks/${id}/metadata`, { key: 'c', value: '' }), 201)
    const told = await server.sql(
      `SELECT new_values->>'metadata' AS metadata FROM audit_log WHERE entity_id = $1 ORDER BY position`,
      [id],
    )
    for (const { metadata } of told as { metadata: string }[])
      assert.ok(metadata.includes(JSON.stringify(key)), metadata)
    const authorization = `Bearer ${server.key}`
    const answer = await fetch(`${server.url}/tasks/${id}/metadata`, { headers: { authorization } })
    const text = await answer.text()
    assert.ok(text.includes(JSON.stringify(key)), text)
  }
})

test('a key has 1 to 128 characters, a value is a string of up to 64 KiB', async () => {
  const { id } = await createTask(server)
  assert.deepEqual(faultsOf(await set(id, '', 'v')), ['key'])
  assert.deepEqual(faultsOf(await set(id, 'k'.repeat(129), 'v')), ['key'])
  assert.deepEqual(faultsOf(await set(id, 'k', 'v'.repeat(65_537))), ['value'])
  assert.deepEqual(faultsOf(await set(id, 'k', 'ü'.repeat(32_769))), ['value'])
  assert.deepEqual(faultsOf(await server.post(`/tasks/${id}/metadata`, { key: 'k', value: 1 })), ['value'])
  assert.deepEqual(faultsOf(await server.post(`/tasks/${id}/metadata`, { key: 'k' })), ['value'])
  bodyOf(await set(id, 'k'.repeat(128), 'v'.repeat(65_536)), 201)
})

test('reserved keys are 409 to write and to delete, and change nothing', async () => {
  const task = await createTask(server, { tags: ['a'] })
  for (const key of RESERVED_KEYS) {
    assert.equal(problemOf(await set(task.id, key, 'x'), 409, 'reserved_key')['key'], key)
    problemOf(await server.del(`/tasks/${task.id}/metadata/${key}`), 409, 'reserved_key')
  }
  assert.deepEqual(await readTask(server, task.id), task)
})

test('reserved keys read as metadata, where they have a value', async () => {
  const { id } = await createTask(server, { tags: ['a', 'b'] })
  await server.post(`/tasks/${id}/assign`, { worker_id: 'w' })
  await server.sql('UPDATE tasks SET priority_score = 2.5 WHERE id = $1', [id])
  const expected = { assigned_worker: 'w', priority_score: '2.5', tags: '["a","b"]' }
  assert.deepEqual(await readMetadata(server, id), expected)
  assert.deepEqual(bodyOf(await server.get(`/tasks/${id}/metadata?key=tags`)), {
    key: 'tags',
    value: '["a","b"]',
  })
})

test('a source_ref is unique in its tenant, and only there', async () => {
  const [one, two] = await createTasks(server, [{}, {}])
  const insert = (tenant: string, task: string) =>
    server.sql(
      `INSERT INTO task_metadata (tenant_id, task_id, metadata_key, metadata_value) VALUES ($1, $2, 'source_ref', 'beads:bd-1')`,
      [tenant, task],
    )
  const tenantOf = async (id: string): Promise<string> =>
    ((await server.sql('SELECT tenant_id FROM tasks WHERE id = $1', [id])) as { tenant_id: string }[])[0]!
      .tenant_id
  const here = await tenantOf(one!.id)
  await insert(here, one!.id)
  await assert.rejects(insert(here, two!.id), { code: '23505' })
  const key = await keyOfNewTenant(server)
  const elsewhere = bodyOf<Task>(await server.post('/tasks', { title: 'x' }, { key }), 201)
  await insert(await tenantOf(elsewhere.id), elsewhere.id)
})

test('a row of one tenant cannot refer to a row of another: the database itself refuses it', async () => {
  const { id } = await createTask(server)
  const key = await keyOfNewTenant(server)
  const other = bodyOf<Task>(await server.post('/tasks', { title: 'x' }, { key }), 201)
  const tenant = `(SELECT tenant_id FROM tasks WHERE id = '${other.id}')`
  for (const insert of [
    `INSERT INTO task_metadata (tenant_id, task_id, metadata_key, metadata_value) VALUES (${tenant}, '${id}', 'k', 'v')`,
    `INSERT INTO executions (tenant_id, task_id, agent_type, worker_id) VALUES (${tenant}, '${id}', 'a', 'w')`,
    `INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id) VALUES (${tenant}, '${other.id}', '${id}')`,
    `INSERT INTO task_texts (tenant_id, task_id, title) VALUES (${tenant}, '${id}', 'x')`,
  ])
    await assert.rejects(server.sql(insert), { code: '23503' })
})

test('the metadata of many tasks comes in one answer, keyed as asked; no such task, no key', async () => {
  const [one, two] = await createTasks(server, [{ metadata: { a: '1' } }, {}])
  const answer = await server.post('/tasks/metadata/batch', [
    one!.id,
    two!.number,
    NOBODY,
    999_999_999,
    one!.id,
  ])
  assert.deepEqual(bodyOf(answer), { [one!.id]: { a: '1' }, [String(two!.number)]: {} })
})

test('a batch of metadata takes 1 to 1000 tasks', async () => {
  const ask = (n: number) =>
    server.post(
      '/tasks/metadata/batch',
      Array.from({ length: n }, (_, i) => i + 1),
    )
  assert.deepEqual(faultsOf(await ask(0)), ['task_ids'])
  assert.deepEqual(faultsOf(await ask(1001)), ['task_ids'])
  bodyOf(await ask(1000))
  assert.deepEqual(faultsOf(await server.post('/tasks/metadata/batch', [1, 'x'])), ['task_ids.1'])
  assert.deepEqual(faultsOf(await server.post('/tasks/metadata/batch', { task_ids: [1] })), ['task_ids'])
})

test('tags are replaced as a set, in the order given', async () => {
  const { id } = await createTask(server, { tags: ['old'] })
  assert.deepEqual(bodyOf(await server.post(`/tasks/${id}/tags`, ['b', 'a', 'b'])), { tags: ['b', 'a'] })
  assert.deepEqual((await readTask(server, id)).tags, ['b', 'a'])
  assert.deepEqual(bodyOf(await server.post(`/tasks/${id}/tags`, [])), { tags: [] })
  assert.deepEqual(await readMetadata(server, id), {})
})

test('tags have 1 to 64 characters, 50 at most', async () => {
  const { id } = await createTask(server)
  const many = Array.from({ length: 50 }, (_, i) => `t${i}`)
  const refused: [unknown, string][] = [
    [[''], 'tags.0'],
    [['ok', 'x'.repeat(65)], 'tags.1'],
    [[...many, 'one more'], 'tags'],
    [[1], 'tags.0'],
    [{ tags: ['x'] }, 'tags'],
    ['"x"', 'tags'],
  ]
  for (const [body, path] of refused)
    assert.deepEqual(faultsOf(await server.post(`/tasks/${id}/tags`, body)), [path], JSON.stringify(body))
  assert.equal(bodyOf<{ tags: string[] }>(await server.post(`/tasks/${id}/tags`, many)).tags.length, 50)
})

test('metadata and tags of a task that is not there are 404', async () => {
  for (const ref of [NOBODY, 999_999_999]) {
    problemOf(await set(ref, 'k', 'v'), 404, 'task_not_found')
    problemOf(await server.get(`/tasks/${ref}/metadata`), 404, 'task_not_found')
    problemOf(await server.get(`/tasks/${ref}/metadata?key=k`), 404, 'task_not_found')
    problemOf(await server.del(`/tasks/${ref}/metadata/k`), 404, 'task_not_found')
    problemOf(await server.post(`/tasks/${ref}/tags`, ['x']), 404, 'task_not_found')
  }
})

test('a task is named by id, in any case, or by number; what is neither is 400', async () => {
  const task = await createTask(server)
  for (const ref of [task.id, task.id.toUpperCase(), task.number, `0${task.number}`])
    assert.deepEqual(await readTask(server, ref), task)
  for (const ref of ['x', '0', '-1', '1.5', '1e3', '9'.repeat(20), `${task.id}0`, '%20', 'null'])
    problemOf(await server.get(`/tasks/${ref}`), 400, 'invalid_id')
  problemOf(await server.get(`/tasks/${NOBODY}`), 404, 'task_not_found')
  problemOf(await server.get('/tasks/9007199254740991'), 404, 'task_not_found')
})

test('the keys in use are listed, most used first, and say which are reserved', async () => {
  const key = await keyOfNewTenant(server)
  const fields = async (): Promise<unknown> => bodyOf(await server.get('/schema/custom-fields', { key }))
  assert.deepEqual(await fields(), [])
  const create = async (fields: object): Promise<Task> =>
    bodyOf<Task>(await server.post('/tasks', { title: 'x', ...fields }, { key }), 201)
  await create({ metadata: { branch: 'a', owner: 'o' } })
  await create({ metadata: { branch: 'b' }, tags: ['t'] })
  const { id } = await create({ metadata: { branch: 'c' }, tags: ['t'] })
  await server.post(`/tasks/${id}/assign`, { worker_id: 'w' }, { key })
  assert.deepEqual(await fields(), [
    { key: 'branch', usage_count: 3, reserved: false },
    { key: 'tags', usage_count: 2, reserved: true },
    { key: 'assigned_worker', usage_count: 1, reserved: true },
    { key: 'owner', usage_count: 1, reserved: false },
  ])
})

test('a retry counts in the metadata, where nobody else can write', async () => {
  const { id } = await createTask(server)
  await moveTask(server, id, 'assigned', 'in_progress', 'failed', 'ready')
  assert.deepEqual(await readMetadata(server, id), { retry_count: '1' })
  problemOf(await set(id, 'retry_count', '0'), 409, 'reserved_key')
})
