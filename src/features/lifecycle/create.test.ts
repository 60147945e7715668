import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { addEdge } from '../../../test/graph.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readMetadata, readTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const countTasks = async (): Promise<number> =>
  ((await server.sql('SELECT count(*) AS n FROM tasks')) as { n: number }[])[0]!.n

test('a task needs a title alone and gets its defaults, an id of version 7, a number and an ETag', async () => {
  const answer = await server.post('/tasks', { title: 'Write it down' })
  const { id, number, created_at, updated_at, ...rest } = bodyOf<Task>(answer, 201)
  assert.match(id, UUID_V7)
  assert.ok(number >= 1)
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.equal(updated_at, created_at)
  assert.deepEqual(rest, {
    title: 'Write it down',
    description: '',
    status: 'ready',
    priority: 3,
    effort_estimate: null,
    tags: [],
    assigned_worker: null,
    unmet_dependencies: 0,
    priority_score: null,
    version: 1,
  })
  assert.equal(answer.headers.get('etag'), '"1"')
})

test('a task keeps all that it is created with, and GET answers the same', async () => {
  const [one, two] = await createTasks(server, [{}, {}])
  const answer = await server.post('/tasks', {
    title: '  Ünïcode 🪨 ',
    description: 'line\nline\t"quoted" \\ %_',
    priority: 5,
    effort_estimate: 30,
    tags: ['api', 'now', 'api'],
    metadata: { branch: 'x', constructor: 'none' },
    depends_on: [one!.id, two!.number, two!.id],
  })
  const task = bodyOf<Task>(answer, 201)
  assert.equal(task.title, '  Ünïcode 🪨 ')
  assert.equal(task.description, 'line\nline\t"quoted" \\ %_')
  assert.deepEqual([task.priority, task.effort_estimate, task.unmet_dependencies], [5, 30, 2])
  assert.deepEqual(task.tags, ['api', 'now'])
  assert.deepEqual(await readTask(server, task.id), task)
  assert.deepEqual(await readTask(server, task.number), task)
  const { metadata } = bodyOf<Task & { metadata: object }>(
    await server.get(`/tasks/${task.number}?include=metadata`),
  )
  assert.deepEqual(metadata, { branch: 'x', constructor: 'none', tags: '["api","now"]' })
  assert.deepEqual(await readMetadata(server, task.id), metadata)
})

test('what does not fit is 400, and names the field', async () => {
  const before = await countTasks()
  const refused: [Record<string, unknown>, string][] = [
    [{}, 'title'],
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(501) }, 'title'],
    [{ title: 17 }, 'title'],
    [{ title: null }, 'title'],
    [{ title: 'x', description: 'x'.repeat(65_537) }, 'description'],
    [{ title: 'x', description: 'ü'.repeat(32_769) }, 'description'],
    [{ title: 'x', priority: 0 }, 'priority'],
    [{ title: 'x', priority: 6 }, 'priority'],
    [{ title: 'x', priority: 1.5 }, 'priority'],
    [{ title: 'x', priority: '3' }, 'priority'],
    [{ title: 'x', effort_estimate: -1 }, 'effort_estimate'],
    [{ title: 'x', effort_estimate: 2_147_483_648 }, 'effort_estimate'],
    [{ title: 'x', tags: 'api' }, 'tags'],
    [{ title: 'x', tags: [''] }, 'tags.0'],
    [{ title: 'x', tags: ['y'.repeat(65)] }, 'tags.0'],
    [{ title: 'x', tags: Array.from({ length: 51 }, (_, i) => `t${i}`) }, 'tags'],
    [{ title: 'x', metadata: { a: 1 } }, 'metadata.a'],
    [{ title: 'x', metadata: { ['k'.repeat(129)]: 'v' } }, `metadata.${'k'.repeat(129)}`],
    [{ title: 'x', metadata: [] }, 'metadata'],
    [{ title: 'x', depends_on: ['17'] }, 'depends_on.0'],
    [{ title: 'x', depends_on: [0] }, 'depends_on.0'],
    [{ title: 'x', tittle: 'y' }, 'tittle'],
    [{ title: 'x', status: 'ready' }, 'status'],
    [{ title: 'x', id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10' }, 'id'],
  ]
  for (const [body, path] of refused)
    assert.deepEqual(faultsOf(await server.post('/tasks', body)), [path], JSON.stringify(body).slice(0, 200))
  assert.equal(await countTasks(), before)
})

test('the longest title, description and metadata value are taken whole', async () => {
  const long = {
    title: 't'.repeat(500),
    description: 'ü'.repeat(32_768),
    metadata: { ['k'.repeat(128)]: 'v'.repeat(65_536) },
  }
  const { id } = await createTask(server, long)
  const task = await readTask(server, id)
  assert.equal(task.title, long.title)
  assert.equal(task.description, long.description)
  assert.deepEqual(await readMetadata(server, id), long.metadata)
})

test('characters are counted as a reader counts them: an emoji is one', async () => {
  const whole = { title: '🪨'.repeat(500), tags: ['🪨'.repeat(64)], metadata: { ['🪨'.repeat(128)]: 'x' } }
  assert.equal(bodyOf<Task>(await server.post('/tasks', whole), 201).title, whole.title)
  const over = { title: '🪨'.repeat(501), tags: ['🪨'.repeat(65)] }
  assert.deepEqual(faultsOf(await server.post('/tasks', over)), ['title', 'tags.0'])
  assert.equal((await server.get(`/tasks/search?q=${encodeURIComponent('🪨'.repeat(200))}`)).status, 200)
  assert.deepEqual(faultsOf(await server.get(`/tasks/search?q=${encodeURIComponent('🪨'.repeat(201))}`)), [
    'q',
  ])
})

test('every unknown field is named, not the first alone', async () => {
  const answer = await server.post('/tasks', { title: 'x', one: 1, two: 2 })
  assert.deepEqual(faultsOf(answer), ['one', 'two'])
  const { detail } = problemOf(answer, 400, 'validation_failed')
  assert.match(detail, /^one: unknown field; there are .*\btitle\b.*; two: unknown field\./)
})

test('a prerequisite that is not there is 404, and nothing is created', async () => {
  const before = await countTasks()
  for (const missing of ['019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a99', 999_999_999])
    problemOf(await server.post('/tasks', { title: 'x', depends_on: [missing] }), 404, 'task_not_found')
  assert.equal(await countTasks(), before)
})

test('a task created behind a completed one is not blocked by it', async () => {
  const done = await createTask(server)
  await moveTask(server, done.id, 'assigned', 'in_progress', 'completed')
  const open = await createTask(server)
  const task = await createTask(server, { depends_on: [done.id, open.id] })
  assert.equal(task.unmet_dependencies, 1)
})

test('a reserved key is 409 at creation, alone and in a batch', async () => {
  const before = await countTasks()
  for (const key of [
    'assigned_worker',
    'retry_count',
    'tags',
    'parent_task_id',
    'priority_score',
    'priority_algorithm',
    'priority_scored_at',
    'source_ref',
    'source_hash',
  ]) {
    const bad = { title: 'x', metadata: { [key]: '1' } }
    assert.equal(problemOf(await server.post('/tasks', bad), 409, 'reserved_key')['key'], key)
    problemOf(await server.post('/tasks/batch', [{ title: 'y' }, bad]), 409, 'reserved_key')
  }
  assert.equal(await countTasks(), before)
})

test('a whole plan goes in by one batch: refs, ids and numbers, answered in its order', async () => {
  const known = await createTask(server)
  const other = await createTask(server)
  const [build, design, ship, alone] = await createTasks(server, [
    { ref: 'build', title: 'Build', depends_on: ['design', known.id] },
    { ref: 'design', title: 'Design', priority: 5, metadata: { agent_type: 'designer' } },
    { title: 'Ship', depends_on: ['build', 'design', other.number, other.id, 'build'] },
    { title: 'Alone' },
  ])
  assert.deepEqual(
    [build!.title, design!.title, ship!.title, alone!.title],
    ['Build', 'Design', 'Ship', 'Alone'],
  )
  assert.deepEqual(
    [build, design, ship, alone].map((task) => task!.unmet_dependencies),
    [2, 0, 3, 0],
  )
  const edges = bodyOf<{ depends_on_task_id: string; dependency_type: string }[]>(
    await server.get(`/tasks/${ship!.id}/dependencies`),
  )
  assert.deepEqual(
    edges.map((edge) => edge.depends_on_task_id).sort(),
    [build!.id, design!.id, other.id].sort(),
  )
  assert.ok(edges.every((edge) => edge.dependency_type === 'hard'))
  for (const task of [build, design, ship, alone]) assert.deepEqual(await readTask(server, task!.id), task)
})

test('a loop among the refs of a batch is 409 with the refs on it, and nothing is created', async () => {
  const before = await countTasks()
  const answer = await server.post('/tasks/batch', [
    { title: 'a', ref: 'a', depends_on: ['c'] },
    { title: 'b', ref: 'b', depends_on: ['a'] },
    { title: 'c', ref: 'c', depends_on: ['b'] },
    { title: 'd', ref: 'd', depends_on: ['a'] },
  ])
  const problem = problemOf(answer, 409, 'dependency_cycle')
  assert.deepEqual([...(problem['cycle'] as string[])].sort(), ['a', 'b', 'c'])
  assert.equal(await countTasks(), before)
})

test('a batch has 1 to 100 items: 101 are batch_too_large, none is 400', async () => {
  const items = (n: number) => Array.from({ length: n }, (_, i) => ({ title: `task ${i}` }))
  assert.equal(problemOf(await server.post('/tasks/batch', items(101)), 400, 'batch_too_large')['limit'], 100)
  assert.deepEqual(faultsOf(await server.post('/tasks/batch', [])), ['tasks'])
  const tasks = await createTasks(server, items(100))
  assert.deepEqual(
    tasks.map((task) => task.title),
    items(100).map((item) => item.title),
  )
  const numbers = tasks.map((task) => task.number)
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
  assert.equal(new Set(tasks.map((task) => task.id)).size, 100)
})

test('one bad item of a batch is named by its index, and none of the others is created', async () => {
  const before = await countTasks()
  const refused: [Record<string, unknown>, string][] = [
    [{ title: '' }, 'tasks.2.title'],
    [{ title: 'x', colour: 'red' }, 'tasks.2.colour'],
    [{ title: 'x', ref: '17' }, 'tasks.2.ref'],
    [{ title: 'x', ref: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10' }, 'tasks.2.ref'],
    [{ title: 'x', ref: 'one' }, 'tasks.2.ref'],
    [{ title: 'x', depends_on: ['nobody'] }, 'tasks.2.depends_on.0'],
    [{ title: 'x', ref: 'me', depends_on: ['one', 'me'] }, 'tasks.2.depends_on.1'],
    [{ title: 'x', depends_on: [1.5] }, 'tasks.2.depends_on.0'],
  ]
  for (const [item, path] of refused) {
    const answer = await server.post('/tasks/batch', [{ title: 'a', ref: 'one' }, { title: 'b' }, item])
    assert.deepEqual(faultsOf(answer), [path], JSON.stringify(item))
  }
  problemOf(
    await server.post('/tasks/batch', [{ title: 'a' }, { title: 'b', depends_on: [999_999_999] }]),
    404,
    'task_not_found',
  )
  for (const body of [{}, { title: 'x' }, 'a text', 17, null])
    assert.equal((await server.post('/tasks/batch', JSON.stringify(body))).status, 400)
  assert.equal(await countTasks(), before)
})

test('a task with prerequisites created while one of them completes is counted right', async () => {
  for (let round = 0; round < 10; round++) {
    const prerequisite = await createTask(server)
    await moveTask(server, prerequisite.id, 'assigned', 'in_progress')
    const [created] = await Promise.all([
      createTask(server, { depends_on: [prerequisite.id] }),
      moveTask(server, prerequisite.id, 'completed'),
    ])
    assert.equal((await readTask(server, created.id)).unmet_dependencies, 0)
  }
})

test('the number of a task that is gone is not given again', async () => {
  const first = await createTask(server)
  assert.equal((await server.del(`/tasks/${first.number}`)).status, 204)
  const second = await createTask(server)
  assert.ok(second.number > first.number)
  problemOf(await server.get(`/tasks/${first.number}`), 404, 'task_not_found')
})

test('an edge may name tasks by number in the path and in the body', async () => {
  const [a, b] = await createTasks(server, [{}, {}])
  const edge = await addEdge(server, b!.number, a!.number)
  assert.deepEqual([edge.task_id, edge.depends_on_task_id], [b!.id, a!.id])
})
