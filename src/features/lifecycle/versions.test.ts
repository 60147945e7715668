import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete } from '../../../test/claims.ts'
import { addEdge } from '../../../test/graph.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, patchTask, readTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const ifMatch = (condition: string) => ({ headers: { 'if-match': condition } })

type Conditional = (id: string, condition: string) => Promise<TestAnswer>

const CONDITIONAL: Readonly<Record<string, Conditional>> = {
  'PATCH of a task': (id, condition) =>
    server.patch(`/tasks/${id}`, { title: condition }, ifMatch(condition)),
  'DELETE of a task': (id, condition) => server.del(`/tasks/${id}`, ifMatch(condition)),
  'assigning a task': (id, condition) =>
    server.post(`/tasks/${id}/assign`, { worker_id: 'w' }, ifMatch(condition)),
  'setting tags': (id, condition) => server.post(`/tasks/${id}/tags`, ['x'], ifMatch(condition)),
  'setting metadata': (id, condition) =>
    server.post(`/tasks/${id}/metadata`, { key: 'k', value: 'v' }, ifMatch(condition)),
}

for (const [what, send] of Object.entries(CONDITIONAL))
  test(`${what} with a stale If-Match is 412 and changes nothing`, async () => {
    const { id } = await createTask(server)
    const task = await patchTask(server, id, { title: 'second version' })
    for (const stale of ['"1"', '1', '"3"', '99']) {
      const problem = problemOf(await send(id, stale), 412, 'version_mismatch')
      assert.equal(problem['current_version'], 2)
    }
    assert.deepEqual(await readTask(server, id), task)
  })

test('If-Match is met by the version with and without quotes, and by *', async () => {
  const { id } = await createTask(server)
  for (const [condition, version] of [
    ['"1"', 2],
    ['2', 3],
    ['*', 4],
  ] as const) {
    const answer = await server.patch(`/tasks/${id}`, { title: `at ${condition}` }, ifMatch(condition))
    assert.equal(bodyOf<Task>(answer).version, version)
    assert.equal(answer.headers.get('etag'), `"${version}"`)
  }
  assert.equal((await server.del(`/tasks/${id}`, ifMatch('"4"'))).status, 204)
  problemOf(await server.patch(`/tasks/${id}`, { title: 'x' }, ifMatch('*')), 404, 'task_not_found')
})

test('an If-Match that is no version is 400, and so is one where it has no meaning', async () => {
  const { id } = await createTask(server)
  for (const condition of ['W/"1"', '"one"', '1, 2', '-1', '"1', ''])
    problemOf(await server.patch(`/tasks/${id}`, { title: 'x' }, ifMatch(condition)), 400, 'invalid_if_match')
  problemOf(await server.post('/tasks', { title: 'x' }, ifMatch('"1"')), 400, 'precondition_not_supported')
  assert.equal((await readTask(server, id)).version, 1)
})

test('of twenty changes under one If-Match exactly one happens', async () => {
  const { id } = await createTask(server)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => server.patch(`/tasks/${id}`, { title: `t${i}` }, ifMatch('"1"'))),
  )
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  for (const answer of answers.filter((each) => each.status !== 200))
    problemOf(answer, 412, 'version_mismatch')
  assert.equal((await readTask(server, id)).version, 2)
})

test('what a caller does to a task makes a new version; recounts and heartbeats make none', async () => {
  const [task, prerequisite] = await createTasks(server, [
    { priority: 1, tags: ['v'] },
    { priority: 5, tags: ['v'] },
  ])
  const version = async (): Promise<number> => (await readTask(server, task!.id)).version
  await addEdge(server, task!.id, prerequisite!.id)
  assert.equal(await version(), 1)
  const first = await claimOne(server, { tags: ['v'] })
  assert.equal(first.task.id, prerequisite!.id)
  bodyOf(await complete(server, first))
  assert.deepEqual(await readTask(server, task!.id), { ...task, unmet_dependencies: 0 })

  const { execution, lease } = await claimOne(server, { tags: ['v'] })
  assert.equal(await version(), 2)
  bodyOf(
    await server.post(`/executions/${execution.id}/heartbeat`, { lease_token: lease.token, progress: 1 }),
  )
  assert.equal(await version(), 2)
  bodyOf(await server.post(`/tasks/${task!.id}/metadata`, { key: 'k', value: 'v' }), 201)
  assert.equal(await version(), 3)
  bodyOf(await server.post(`/tasks/${task!.id}/tags`, ['t']))
  assert.equal(await version(), 4)
  bodyOf(await complete(server, { execution, lease }))
  assert.equal(await version(), 5)
})
