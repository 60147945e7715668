import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { claimOne } from '../../../test/claims.ts'
import { ask, dataOf, errorOf, postQuery, statementsOf } from '../../../test/graph-client.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, readTask } from '../../../test/tasks.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const WHOLE = `query ($limit: Int!, $tag: [String!]) {
  tasks(limit: $limit, tag: $tag) {
    nodes {
      number status metadata
      dependencies { dependency_type prerequisite { number title } }
      dependents { dependent { number } }
      executions { worker_id outcome task { number } }
      blocking_impact { blocking_count }
    }
    next_cursor
  }
}`

/** A hundred tasks: each waits for the one before it, and has metadata and an execution or not. */
async function hundred(tag: string): Promise<void> {
  const items = Array.from({ length: 100 }, (_, nth) => ({
    ref: `t${nth}`,
    tags: [tag],
    metadata: { branch: `b${nth}` },
    ...(nth === 0 ? {} : { depends_on: [`t${nth - 1}`] }),
  }))
  await createTasks(server, items)
}

test('a task with all that belongs to it is one query', async () => {
  const [first, second] = await createTasks(server, [
    { ref: 'a', title: 'design', priority: 5 },
    { title: 'build', depends_on: ['a'] },
  ])
  await server.post(`/tasks/${first!.id}/metadata`, { key: 'branch', value: 'x' })
  const { execution } = await claimOne(server)
  const data = await dataOf(
    server,
    `query ($ref: IdOrNumber!) { task(task_id: $ref) {
       id title status metadata
       dependencies { id }
       dependents { dependency_type dependent { title unmet_dependencies } }
       executions { id outcome task { title } parent_execution { id } }
       blocking_impact { blocking_count blocked_task_ids }
     } }`,
    { ref: String(first!.number) },
  )
  assert.deepEqual(data.task, {
    id: first!.id,
    title: 'design',
    status: 'in_progress',
    metadata: { assigned_worker: execution.worker_id, branch: 'x' },
    dependencies: [],
    dependents: [{ dependency_type: 'hard', dependent: { title: 'build', unmet_dependencies: 1 } }],
    executions: [{ id: execution.id, outcome: null, task: { title: 'design' }, parent_execution: null }],
    blocking_impact: { blocking_count: 1, blocked_task_ids: [second!.id] },
  })
})

test('a hundred tasks with all that belongs to them take no more statements than one', async () => {
  await hundred('many')
  const sent = async (limit: number) => {
    const statements = await statementsOf(server, async () => {
      const data = await dataOf(server, WHOLE, { limit, tag: ['many'] })
      assert.equal(data.tasks.nodes.length, limit)
      const last = data.tasks.nodes.at(-1)
      assert.equal(last.metadata.branch, `b${limit - 1}`)
      assert.equal(last.blocking_impact.blocking_count, 100 - limit)
    })
    return statements.sort()
  }
  const [one, two, all] = [await sent(1), await sent(2), await sent(100)]
  assert.deepEqual(all, two)
  // The first task of the chain waits for nothing: there is no prerequisite to read.
  assert.ok(one.length <= two.length)
  assert.ok(all.length <= 8, all.join())
})

test('the counter of statements counts: a hundred routes send a hundred', async () => {
  const task = await createTask(server)
  const sent = await statementsOf(server, async () => {
    for (let nth = 0; nth < 100; nth++) await readTask(server, task.id)
  })
  assert.equal(sent.length, 100)
})

test('a list is cut into pages by cursors', async () => {
  await createTasks(server, [{ tags: ['page'] }, { tags: ['page'] }, { tags: ['page'] }])
  const numbers: number[] = []
  let cursor: string | null = null
  do {
    const { tasks } = await dataOf(
      server,
      'query ($cursor: String) { tasks(tag: ["page"], limit: 2, cursor: $cursor) { nodes { number } next_cursor } }',
      { cursor: cursor ?? undefined },
    )
    numbers.push(...tasks.nodes.map((each: { number: number }) => each.number))
    cursor = tasks.next_cursor
  } while (cursor !== null)
  assert.equal(new Set(numbers).size, 3)
  const bad = await errorOf(server, '{ tasks(cursor: "nonsense") { nodes { id } } }')
  assert.equal(bad.extensions.code, 'invalid_cursor')
})

test('a nested list has its limit of each task', async () => {
  const [hub, ...others] = await createTasks(server, [{}, {}, {}, {}])
  for (const each of others) await addEdge(server, each.id, hub!.id)
  const data = await dataOf(
    server,
    `query ($id: IdOrNumber!) { task(task_id: $id) { two: dependents(limit: 2) { id } soft: dependents(dependency_type: soft) { id } } }`,
    { id: hub!.id },
  )
  assert.equal(data.task.two.length, 2)
  assert.deepEqual(data.task.soft, [])
  const bad = await errorOf(
    server,
    `query ($id: IdOrNumber!) { task(task_id: $id) { dependents(limit: 101) { id } } }`,
    {
      id: hub!.id,
    },
  )
  assert.deepEqual([bad.extensions.code, bad.path], ['validation_failed', ['task', 'dependents']])
})

test('a field that fails is null, and the others stand', async () => {
  const { data, errors } = await ask(server, '{ task(task_id: 99999999) { id } whoami { tenant { name } } }')
  assert.equal(data.task, null)
  assert.equal(data.whoami.tenant.name, 'default')
  const [error] = errors!
  assert.deepEqual(
    [error!.path, error!.extensions.code, error!.extensions.status],
    [['task'], 'task_not_found', 404],
  )
})

test('mutations are the operations: their record, their problems, their versions', async () => {
  const created = await dataOf(
    server,
    'mutation { create_task(title: "x", priority: 4, metadata: {a: "b"}) { id version } }',
  )
  const { id } = created.create_task
  const update =
    'mutation ($id: IdOrNumber!, $v: Long) { update_task(task_id: $id, title: "y", if_version: $v) { title version } }'
  assert.deepEqual((await dataOf(server, update, { id, v: 1 })).update_task, { title: 'y', version: 2 })
  const stale = await errorOf(server, update, { id, v: 1 })
  assert.deepEqual(
    [stale.extensions.code, stale.extensions.status, stale.extensions['current_version']],
    ['version_mismatch', 412, 2],
  )
  const rows = bodyOf<{ event_type: string; request_id: string }[]>(
    await server.get(`/audit?entity_id=${id}`),
  )
  assert.deepEqual(
    rows.map((row) => row.event_type),
    ['task.updated', 'task.created'],
  )
  const bad = await errorOf(server, 'mutation { create_task(title: "", priority: 9) { id } }')
  assert.equal(bad.extensions.code, 'validation_failed')
  assert.deepEqual(
    (bad.extensions['errors'] as { path: string }[]).map(({ path }) => path),
    ['title', 'priority'],
  )
  assert.deepEqual(
    await dataOf(server, 'mutation ($id: IdOrNumber!) { delete_task(task_id: $id) }', { id }),
    {
      delete_task: true,
    },
  )
})

test('an idempotency key, as an argument or as the header, makes a retry harmless', async () => {
  const query = 'mutation ($key: String) { create_task(title: "once", idempotency_key: $key) { id } }'
  const first = await ask(server, query, { key: 'k-1' })
  const again = await ask(server, query, { key: 'k-1' })
  assert.deepEqual(again.data, first.data)
  assert.equal(first.extensions, undefined)
  assert.deepEqual(again.extensions, { idempotency_replayed: ['create_task'] })
  const byRoute = await server.post('/tasks', { title: 'once' }, { headers: { 'idempotency-key': 'k-1' } })
  assert.equal(bodyOf<{ id: string }>(byRoute, 201).id, first.data.create_task.id)
  const other = await errorOf(
    server,
    'mutation { create_task(title: "other", idempotency_key: "k-1") { id } }',
  )
  assert.deepEqual([other.extensions.code, other.extensions.status], ['idempotency_key_reused', 422])

  const headers = { 'idempotency-key': 'k-2' }
  const one = await dataOf(server, 'mutation { create_task(title: "h") { id } }', {}, { headers })
  assert.deepEqual(await dataOf(server, 'mutation { create_task(title: "h") { id } }', {}, { headers }), one)
  const two = await postQuery(
    server,
    'mutation { a: create_task(title: "h") { id } b: create_task(title: "h") { id } }',
    {},
    { headers },
  )
  assert.equal(two.status, 400)
  assert.equal(two.body.errors[0].extensions.code, 'idempotency_key_ambiguous')
})

test('mutations run one after the other, as they stand', async () => {
  const data = await dataOf(
    server,
    `mutation {
       a: create_task(title: "claimed first", priority: 5, tags: ["serial"]) { status }
       b: claim(worker_id: "w", agent_type: "coder", tags: ["serial"]) { task { title } lease { token } }
     }`,
  )
  assert.deepEqual(data, {
    a: { status: 'ready' },
    b: [{ task: { title: 'claimed first' }, lease: { token: 1 } }],
  })
})

test('each field asks for its own permission', async () => {
  const key = await keyWith(server, ['create_tasks'])
  const answer = await ask(
    server,
    '{ tasks { nodes { id } } whoami { permissions } audit { nodes { id } } }',
    {},
    { key },
  )
  assert.deepEqual(answer.data.tasks, null)
  assert.deepEqual(answer.data.whoami.permissions, ['create_tasks'])
  assert.deepEqual(
    answer.errors!.map((each) => [each.path, each.extensions.code, each.extensions['permission']]),
    [
      [['tasks'], 'forbidden', 'read_tasks'],
      [['audit'], 'forbidden', 'read_audit'],
    ],
  )
  // A relation of what a mutation answers asks, too.
  const made = await ask(server, 'mutation { create_task(title: "x") { id executions { id } } }', {}, { key })
  assert.ok(made.data.create_task.id)
  assert.equal(made.data.create_task.executions, null)
  assert.equal(made.errors![0]!.extensions.code, 'forbidden')
})

test('a literal of the query is looked at like a variable', async () => {
  const nul = await errorOf(server, String.raw`mutation { create_task(title: "a\u0000b") { id } }`)
  assert.equal(nul.extensions.code, 'invalid_text')
  const proto = await errorOf(
    server,
    'mutation { create_task(title: "a", metadata: {constructor: "x", a: 1}) { id } }',
  )
  assert.equal(proto.extensions.code, 'validation_failed')
})

test('without a key, and with another media type, it is refused as GraphQL does', async () => {
  const keyless = await postQuery(server, '{ whoami { tenant { name } } }', {}, { key: null })
  assert.equal(keyless.status, 401)
  assert.equal(keyless.body.errors[0].extensions.code, 'unauthorized')
  assert.ok(keyless.headers.get('www-authenticate') && keyless.headers.get('x-request-id'))
  for (const [headers, status] of [
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/json; charset=latin1' }, 415],
    [{ accept: 'text/html' }, 406],
  ] as const) {
    const answer = await server.post('/graphql', { query: '{ __typename }' }, { headers })
    assert.deepEqual([answer.status, answer.body.errors[0].extensions.status], [status, status])
  }
  assert.equal((await server.http('PUT', '/graphql')).headers.get('allow'), 'GET, POST')
  const get = await server.get(
    `/graphql?query=${encodeURIComponent('mutation { create_task(title: "x") { id } }')}`,
  )
  assert.deepEqual([get.status, get.body.errors[0].extensions.code], [405, 'method_not_allowed'])
})
