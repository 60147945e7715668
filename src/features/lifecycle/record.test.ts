import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { claimOne, complete, runOutLease } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { recordEnd, recordSince, typesOf, type Recorded } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask } from '../../../test/tasks.ts'
import { formerValues } from '../../kernel/record.ts'
import type { Dependency } from '../dependencies/index.ts'
import { executions } from '../executions/index.ts'
import type { Claim } from '../executions/index.ts'
import type { Task } from '../tasks/index.ts'
import { releaseForgottenAssignments } from './duties.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

type Entity = Record<string, unknown> & { id: string }

/** All there is, as GET answers it: by "task ID", "dependency ID" and "execution ID". */
async function everything(): Promise<Map<string, Entity>> {
  const all = new Map<string, Entity>()
  const tasks = bodyOf<(Task & Entity)[]>(await server.get('/tasks?limit=1000'))
  for (const task of tasks) {
    const [stored] = (await server.sql(
      `SELECT coalesce(json_object_agg(metadata_key, metadata_value), '{}') AS metadata FROM task_metadata WHERE task_id = $1`,
      [task.id],
    )) as { metadata: object }[]
    all.set(`task ${task.id}`, { ...task, ...stored })
    const edges = await server.get(`/tasks/${task.id}/dependencies?limit=1000`)
    for (const { task: _, ...edge } of bodyOf<(Dependency & { task: Task })[]>(edges))
      all.set(`dependency ${edge.id}`, edge)
    const history = await server.get(`/tasks/${task.id}/executions`)
    for (const execution of bodyOf<{ executions: Entity[] }>(history).executions)
      all.set(`execution ${execution.id}`, execution)
  }
  return all
}

type Expected = Pick<Recorded, 'entity_type' | 'entity_id' | 'old_values' | 'new_values'>

const onlyCounted = (changed: object): boolean => Object.keys(changed).join() === 'unmet_dependencies'
const onlyBeaten = (changed: object): boolean =>
  Object.keys(changed).every((key) => key === 'lease_expires_at' || key === 'progress')

/** What the record must say of a change: one row an entity, but for recounts above zero, and for heartbeats. */
function expectedRows(before: Map<string, Entity>, after: Map<string, Entity>): Expected[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): Expected[] => {
    const [entity_type, entity_id] = name.split(' ') as [string, string]
    const [was, is] = [before.get(name), after.get(name)]
    if (!was) return [{ entity_type, entity_id, old_values: null, new_values: is! }]
    // Executions go with their task, whose deletion says so.
    if (!is)
      return entity_type === 'execution'
        ? []
        : [{ entity_type, entity_id, old_values: was, new_values: null }]
    const changed = formerValues(was, is)
    if (Object.keys(changed).length === 0) return []
    if (entity_type === 'execution' && onlyBeaten(changed)) return []
    if (onlyCounted(changed) && is['unmet_dependencies'] !== 0) return []
    return [{ entity_type, entity_id, old_values: changed, new_values: is }]
  })
}

const byEntity = (a: Expected, b: Expected): number => (a.entity_id < b.entity_id ? -1 : 1)

/** A row as it is compared: where it does not speak of metadata, none was touched, and none is expected. */
const withoutUntouched = (expected: Expected, row: Recorded | undefined): Expected => {
  if (expected.entity_type !== 'task' || !expected.new_values || row?.new_values?.['metadata'])
    return expected
  const { metadata: _, ...new_values } = expected.new_values
  return { ...expected, new_values }
}

/** Does something, and holds the record to what it changed, and to these event types. */
async function recorded<T>(types: readonly string[], act: () => Promise<T>): Promise<T> {
  const before = await everything()
  const end = await recordEnd(server)
  const result = await act()
  const rows = await recordSince(server, end)
  const expected = expectedRows(before, await everything()).sort(byEntity)
  const found = rows
    .map(({ entity_type, entity_id, old_values, new_values }) => ({
      entity_type,
      entity_id,
      old_values,
      new_values,
    }))
    .sort(byEntity)
  assert.deepEqual(
    found,
    expected.map((each) =>
      withoutUntouched(
        each,
        rows.find((row) => row.entity_id === each.entity_id),
      ),
    ),
  )
  assert.deepEqual(typesOf(rows), [...types].sort())
  for (const row of rows) assert.ok(row.event_type in server.app.events, `${row.event_type} is declared`)
  return result
}

/** Records one request of the API, which must succeed. */
const call = <T>(types: readonly string[], method: string, path: string, body?: unknown): Promise<T> =>
  recorded(types, async () => {
    const answer = await server.http(method, path, body)
    return bodyOf<T>(answer, answer.status < 300 ? answer.status : 200)
  })

const claimNow = async (types: readonly string[], wish: object = {}): Promise<Claim> =>
  (await call<Claim[]>(types, 'POST', '/tasks/claim', { worker_id: 'w', agent_type: 'coder', ...wish }))[0]!

const STARTED = ['execution.started', 'task.started']
const COMPLETED = ['execution.completed', 'task.completed']
const FAILED = ['execution.completed', 'task.failed']

test('creating records each task as it then stands, with its metadata, and each edge', async () => {
  const first = await call<Task>(['task.created'], 'POST', '/tasks', { title: 'one', metadata: { k: 'v' } })
  await call(['task.created', 'dependency.added'], 'POST', '/tasks', { title: 'two', depends_on: [first.id] })
  await call(['task.created', 'task.created'], 'POST', '/tasks/batch', [
    { title: 'a', tags: ['t'] },
    { title: 'b', metadata: { x: 'y' } },
  ])
  const types = ['task.created', 'task.created', 'dependency.added', 'dependency.added']
  await call(types, 'POST', '/tasks/batch', [
    { title: 'a', ref: 'a', depends_on: [first.number] },
    { title: 'b', depends_on: ['a'] },
  ])
})

test('a change, tags and metadata are task.updated with the former values alone; nothing changed is nothing recorded', async () => {
  const { id } = await createTask(server, { tags: ['old'] })
  await call(['task.updated'], 'PATCH', `/tasks/${id}`, { title: 'new', priority: 5 })
  await call([], 'PATCH', `/tasks/${id}`, { title: 'new' })
  await call(['task.updated'], 'POST', `/tasks/${id}/estimate`, { effort_minutes: 10 })
  await call(['task.updated'], 'POST', `/tasks/${id}/tags`, ['a', 'b'])
  await call(['task.updated'], 'POST', `/tasks/${id}/metadata`, { key: 'k', value: 'v' })
  await call(['task.updated'], 'POST', `/tasks/${id}/metadata`, { key: 'k', value: 'w' })
  await call(['task.updated'], 'DELETE', `/tasks/${id}/metadata/k`)
})

test('each move is one row of its own type, and one of the execution that it opens or closes', async () => {
  const { id } = await createTask(server)
  const patch = (types: string[], body: object) => call<Task>(types, 'PATCH', `/tasks/${id}`, body)
  await patch(['task.assigned'], { status: 'assigned', title: 'with a new title' })
  await call(['task.assigned'], 'POST', `/tasks/${id}/assign`, { worker_id: 'one' })
  await call(['task.released'], 'POST', `/tasks/${id}/release`, {})
  await patch(['task.assigned'], { status: 'assigned', assigned_worker: 'w' })
  await patch(['task.started', 'execution.started'], { status: 'in_progress' })
  await patch(FAILED, { status: 'failed' })
  await patch(['task.retried'], { status: 'ready' })
  await moveTask(server, id, 'assigned', 'in_progress')
  await call(['task.released', 'execution.released'], 'POST', `/tasks/${id}/release`, { note: 'n' })
  await moveTask(server, id, 'assigned', 'in_progress', 'failed')
  await call(['task.retried'], 'POST', `/tasks/${id}/retry`)
  await moveTask(server, id, 'assigned', 'in_progress')
  await patch(COMPLETED, { status: 'completed', priority: 1 })
})

test('a completion by PATCH records what it sets free, once its count is zero', async () => {
  const [one, two] = await createTasks(server, [
    { ref: 'one' },
    { ref: 'two' },
    { depends_on: ['one', 'two'] },
    { depends_on: ['two'] },
  ])
  await moveTask(server, one!.id, 'assigned', 'in_progress')
  await moveTask(server, two!.id, 'assigned', 'in_progress')
  await call(COMPLETED, 'PATCH', `/tasks/${one!.id}`, { status: 'completed' })
  await call([...COMPLETED, 'task.unblocked', 'task.unblocked'], 'PATCH', `/tasks/${two!.id}`, {
    status: 'completed',
  })
})

test('a claim records its tasks and executions; heartbeats record nothing', async () => {
  await createTasks(server, [{}, {}, {}])
  await claimNow([...STARTED, ...STARTED], { count: 2 })
  const { execution, lease } = await claimNow(STARTED)
  await claimNow([])
  const beat = { lease_token: lease.token, lease_seconds: 1000, progress: { half: true } }
  await call([], 'POST', `/executions/${execution.id}/heartbeat`, beat)
})

test('an assigned task that is claimed has kept its worker', async () => {
  const { id } = await createTask(server)
  await server.post(`/tasks/${id}/assign`, { worker_id: 'w' })
  await claimNow(STARTED)
})

test('a completion records the execution, the task and what it sets free', async () => {
  await createTasks(server, [
    { ref: 'one', priority: 5 },
    { ref: 'two', priority: 4 },
    { depends_on: ['one', 'two'] },
    { depends_on: ['one'] },
  ])
  const finish = (types: string[], claim: Claim, more: object) =>
    call(types, 'POST', `/executions/${claim.execution.id}/complete`, {
      success: true,
      lease_token: claim.lease.token,
      ...more,
    })
  const first = await claimOne(server)
  const second = await claimOne(server)
  await finish([...COMPLETED, 'task.unblocked'], first, { cost_dollars: 0.5, result: [1] })
  await finish(FAILED, second, { success: false, error_message: 'why' })
})

test('a task that is freed and claimed in one step is recorded as started alone', async () => {
  await createTasks(server, [
    { ref: 'one', priority: 5 },
    { title: 'freed', depends_on: ['one'], priority: 4 },
    { title: 'freed but left', depends_on: ['one'], priority: 2 },
    { title: 'other', priority: 3 },
  ])
  const { execution, lease } = await claimOne(server)
  const types = [...COMPLETED, ...STARTED, ...STARTED, 'task.unblocked']
  await call(types, 'POST', `/executions/${execution.id}/complete`, {
    success: true,
    lease_token: lease.token,
    claim_next: { count: 2 },
  })
})

test('starting, giving back and losing an execution are recorded, as system what a duty did', async () => {
  const { id } = await createTask(server)
  const { id: execution } = await call<{ id: string }>(STARTED, 'POST', `/tasks/${id}/executions`, {
    worker_id: 'w',
    agent_type: 'coder',
  })
  await call(['execution.started'], 'POST', `/tasks/${id}/executions`, {
    worker_id: 'x',
    agent_type: 'coder',
    parent_execution_id: execution,
  })
  await call(['execution.released', 'task.released'], 'POST', `/executions/${execution}/release`, {
    note: 'later',
  })
  const claim = await claimOne(server)
  await runOutLease(server, claim.execution.id)
  const end = await recordEnd(server)
  const [reaper] = executions.duties!
  await recorded(['execution.lost', 'task.released'], () => runDuty(server, reaper!))
  for (const row of await recordSince(server, end))
    assert.deepEqual([row.actor_kind, row.actor_name], ['system', 'lease-reaper'])
})

test('an assignment that a duty takes back is recorded as released by the system', async () => {
  const { id } = await createTask(server)
  await server.post(`/tasks/${id}/assign`, { worker_id: 'w' })
  await server.sql(`UPDATE tasks SET assigned_at = now() - interval '2 hours'`)
  await recorded(['task.released'], () => runDuty(server, releaseForgottenAssignments))
})

test('an edge is recorded when it comes and goes, and what its going sets free', async () => {
  const [a, b] = await createTasks(server, [{}, {}])
  const edges = `/tasks/${b!.id}/dependencies`
  const edge = await call<Dependency>(['dependency.added'], 'POST', edges, { depends_on_task_id: a!.id })
  await call(['dependency.removed', 'task.unblocked'], 'DELETE', `${edges}/${edge.id}`)
})

test('a deletion records the whole task with its metadata, its edges, and what it sets free', async () => {
  const [a] = await createTasks(server, [
    { ref: 'a', metadata: { k: 'v' }, tags: ['t'] },
    { ref: 'b', depends_on: ['a'] },
    { depends_on: ['a', 'b'] },
  ])
  await claimOne(server)
  const types = ['task.deleted', 'dependency.removed', 'dependency.removed', 'task.unblocked']
  await call(types, 'DELETE', `/tasks/${a!.id}`)
})

test('what is refused records nothing', async () => {
  const { id } = await createTask(server)
  const claim = await claimOne(server)
  await recorded([], async () => {
    await server.patch(`/tasks/${id}`, { status: 'completed' })
    await server.patch(`/tasks/${id}`, { status: 'ready', title: 'x' })
    await complete(server, claim, { lease_token: claim.lease.token + 1 })
    await server.post('/tasks', { title: '' })
    await server.post('/tasks/batch', [{ title: 'fine' }, { title: 'x', depends_on: [999_999_999] }])
    await server.post('/tasks', { title: 'x', metadata: { tags: '[]' } })
  })
})

test('every row says who did it and in which request', async () => {
  const answer = await server.post('/tasks', { title: 'x' }, { headers: { 'x-request-id': 'mine:1.0_-' } })
  assert.equal(answer.headers.get('x-request-id'), 'mine:1.0_-')
  const rows = (await server.sql('SELECT * FROM audit_log WHERE request_id = $1', [
    'mine:1.0_-',
  ])) as Recorded[]
  assert.deepEqual(
    rows.map((row) => [row.event_type, row.actor_kind, row.actor_name]),
    [['task.created', 'operator', 'operator']],
  )
})

test('a lease token is never in the record', async () => {
  await createTask(server)
  await server.sql('UPDATE tasks SET fence = 7777777')
  const claim = await claimOne(server)
  await complete(server, claim)
  assert.equal(claim.lease.token, 7_777_778)
  const rows = await server.sql(
    `SELECT FROM audit_log WHERE coalesce(new_values::text, '') || coalesce(old_values::text, '') ~ '7777778'`,
  )
  assert.deepEqual(rows, [])
})
