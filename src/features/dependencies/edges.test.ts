import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { recordOf } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import { newId } from '../../kernel/ids.ts'
import type { Task } from '../tasks/index.ts'
import type { Dependency } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** That many tasks, none of which waits. */
const someTasks = (count: number) =>
  createTasks(
    server,
    Array.from({ length: count }, (_, nth) => ({ title: `task ${nth}` })),
  )

const add = (task: string | number, prerequisite: unknown, fields: object = {}) =>
  server.post(`/tasks/${task}/dependencies`, { depends_on_task_id: prerequisite, ...fields })

const unmet = async (id: string): Promise<number> => (await readTask(server, id)).unmet_dependencies

test('a dependency is hard unless said otherwise, and is answered and recorded whole', async () => {
  const [task, prerequisite] = await someTasks(2)
  const answer = await add(task!.id, prerequisite!.id)
  const dependency = bodyOf<Dependency>(answer, 201)
  assert.deepEqual(dependency, {
    id: dependency.id,
    task_id: task!.id,
    depends_on_task_id: prerequisite!.id,
    dependency_type: 'hard',
    created_at: dependency.created_at,
  })
  const [row, ...more] = await recordOf(server, answer)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [row!.event_type, row!.entity_type, row!.entity_id, row!.old_values, row!.new_values],
    ['dependency.added', 'dependency', dependency.id, null, dependency],
  )
})

test('tasks may be named by their numbers, in the path and in the body', async () => {
  const [task, prerequisite] = await someTasks(2)
  const dependency = bodyOf<Dependency>(await add(task!.number, prerequisite!.number), 201)
  assert.deepEqual([dependency.task_id, dependency.depends_on_task_id], [task!.id, prerequisite!.id])
})

test('a hard dependency is counted while its prerequisite is open, a soft one never', async () => {
  const [task, first, second, done] = await someTasks(4)
  await moveTask(server, done!.id, 'assigned', 'in_progress', 'completed')
  await addEdge(server, task!.id, first!.id)
  await addEdge(server, task!.id, second!.id, 'soft')
  await addEdge(server, task!.id, done!.id)
  assert.equal(await unmet(task!.id), 1)
})

test('a recount changes neither the version nor updated_at of a task', async () => {
  const [task, prerequisite] = await someTasks(2)
  const { id } = await addEdge(server, task!.id, prerequisite!.id)
  assert.deepEqual(await readTask(server, task!.id), { ...task, unmet_dependencies: 1 })
  assert.deepEqual(await readTask(server, prerequisite!.id), prerequisite)
  bodyOf(await server.del(`/tasks/${task!.id}/dependencies/${id}`), 204)
  assert.deepEqual(await readTask(server, task!.id), task)
})

test('a task cannot depend on itself, by whichever name', async () => {
  const [task] = await someTasks(1)
  problemOf(await add(task!.id, task!.id), 400, 'dependency_on_itself')
  problemOf(await add(task!.id, task!.number), 400, 'dependency_on_itself')
  problemOf(await add(task!.number, task!.id.toUpperCase()), 400, 'dependency_on_itself')
})

test('a dependency that is there already is refused, also as another type', async () => {
  const [task, prerequisite] = await someTasks(2)
  await addEdge(server, task!.id, prerequisite!.id)
  problemOf(await add(task!.id, prerequisite!.id), 409, 'dependency_exists')
  problemOf(await add(task!.id, prerequisite!.id, { dependency_type: 'soft' }), 409, 'dependency_exists')
  assert.equal(await unmet(task!.id), 1)
})

test('an edge that closes a loop is refused, and the loop is told from the task on, each waiting for the next', async () => {
  const [a, b, c, d, aside] = (await someTasks(5)).map((task) => task.id)
  await addEdge(server, a!, b!)
  await addEdge(server, b!, c!, 'soft')
  await addEdge(server, c!, d!)
  await addEdge(server, b!, aside!)
  await addEdge(server, aside!, d!)
  const answer = await add(d!, a!)
  const problem = problemOf(answer, 409, 'dependency_cycle')
  const [first, second, third, last, ...rest] = problem['cycle'] as string[]
  assert.deepEqual([first, second, third, rest], [d, a, b, []])
  assert.ok(last === c || last === aside)
  assert.deepEqual(await recordOf(server, answer), [])
})

test('a loop is closed by soft edges as well as by hard ones', async () => {
  for (const [there, back] of [
    ['hard', 'soft'],
    ['soft', 'hard'],
    ['soft', 'soft'],
  ] as const) {
    const [a, b] = (await someTasks(2)).map((task) => task.id)
    await addEdge(server, a!, b!, there)
    const problem = problemOf(await add(b!, a!, { dependency_type: back }), 409, 'dependency_cycle')
    assert.deepEqual(problem['cycle'], [b, a])
  }
})

test('of several loops the shortest is told', async () => {
  const [a, b, c, d] = (await someTasks(4)).map((task) => task.id)
  await addEdge(server, a!, b!)
  await addEdge(server, b!, c!)
  await addEdge(server, c!, d!)
  await addEdge(server, a!, d!)
  assert.deepEqual(problemOf(await add(d!, a!), 409, 'dependency_cycle')['cycle'], [d, a])
  assert.deepEqual(problemOf(await add(d!, b!), 409, 'dependency_cycle')['cycle'], [d, b, c])
})

test('a loop of more than a thousand tasks is told whole', async () => {
  const tasks: Task[] = []
  for (let batch = 0; batch < 12; batch++) {
    const created = await createTasks(
      server,
      Array.from({ length: 100 }, (_, nth) => ({
        ref: `t${nth}`,
        depends_on: nth > 0 ? [`t${nth - 1}`] : tasks.length > 0 ? [tasks.at(-1)!.id] : [],
      })),
    )
    tasks.push(...created)
  }
  const problem = problemOf(await add(tasks[0]!.id, tasks.at(-1)!.id), 409, 'dependency_cycle')
  assert.deepEqual(problem['cycle'], [
    tasks[0]!.id,
    ...tasks
      .slice(1)
      .map((task) => task.id)
      .reverse(),
  ])
})

test('two ways from one task to another are no loop', async () => {
  const [a, b, c, d] = (await someTasks(4)).map((task) => task.id)
  for (const [task, prerequisite] of [
    [a, b],
    [a, c],
    [b, d],
    [c, d],
    [a, d],
  ])
    await addEdge(server, task!, prerequisite!)
  assert.equal(await unmet(a!), 3)
})

test('what has started takes no hard prerequisite that is open, but a soft or a completed one', async () => {
  const [task, open, done] = await someTasks(3)
  await moveTask(server, done!.id, 'assigned', 'in_progress', 'completed')
  await moveTask(server, task!.id, 'assigned')
  for (const status of ['in_progress', 'completed']) {
    await moveTask(server, task!.id, status)
    problemOf(await add(task!.id, open!.id), 409, 'task_already_started')
  }
  await addEdge(server, task!.id, done!.id)
  await addEdge(server, task!.id, open!.id, 'soft')
  assert.equal(await unmet(task!.id), 0)
})

test('an assigned task may come to wait, and cannot start before it is done waiting', async () => {
  const [task, prerequisite] = await someTasks(2)
  await moveTask(server, task!.id, 'assigned')
  await addEdge(server, task!.id, prerequisite!.id)
  const answer = await server.patch(`/tasks/${task!.id}`, { status: 'in_progress' })
  problemOf(answer, 409, 'dependencies_unmet')
})

test('a task that does not exist is 404, on either side', async () => {
  const [task] = await someTasks(1)
  problemOf(await add(newId(), task!.id), 404, 'task_not_found')
  problemOf(await add(task!.id, newId()), 404, 'task_not_found')
  problemOf(await add(task!.id, 987_654_321), 404, 'task_not_found')
  problemOf(await server.get(`/tasks/${newId()}/dependencies`), 404, 'task_not_found')
})

test('a task of another tenant looks like one that is not there', async () => {
  const [task] = await someTasks(1)
  const key = await keyOfNewTenant(server)
  const theirs = bodyOf<{ id: string; number: number }>(
    await server.post('/tasks', { title: 'theirs' }, { key }),
    201,
  )
  problemOf(await add(task!.id, theirs.id), 404, 'task_not_found')
  problemOf(await add(task!.id, theirs.number), 404, 'task_not_found')
  problemOf(await server.get(`/tasks/${task!.id}/dependencies`, { key }), 404, 'task_not_found')
})

test('what is wrong in the body is named, and an id in the path that is none is invalid_id', async () => {
  const [task] = await someTasks(1)
  assert.deepEqual(faultsOf(await add(task!.id, 'soon')), ['depends_on_task_id'])
  assert.deepEqual(faultsOf(await add(task!.id, newId(), { dependency_type: 'firm' })), ['dependency_type'])
  assert.deepEqual(faultsOf(await add(task!.id, newId(), { kind: 'hard' })), ['kind'])
  problemOf(await add('soon', newId()), 400, 'invalid_id')
  problemOf(await server.del(`/tasks/${task!.id}/dependencies/12`), 400, 'invalid_id')
})

test('to change dependencies takes update_tasks, to read them read_tasks', async () => {
  const [task, prerequisite] = await someTasks(2)
  const reader = await keyWith(server, ['read_tasks'])
  const writer = await keyWith(server, ['update_tasks'])
  const path = `/tasks/${task!.id}/dependencies`
  problemOf(
    await server.post(path, { depends_on_task_id: prerequisite!.id }, { key: reader }),
    403,
    'forbidden',
  )
  const { id } = bodyOf<Dependency>(
    await server.post(path, { depends_on_task_id: prerequisite!.id }, { key: writer }),
    201,
  )
  problemOf(await server.get(path, { key: writer }), 403, 'forbidden')
  problemOf(await server.del(`${path}/${id}`, { key: reader }), 403, 'forbidden')
  bodyOf(await server.get(path, { key: reader }))
})

test('a list holds each dependency with its prerequisite, the oldest first', async () => {
  const [task, first, second] = await someTasks(3)
  const one = await addEdge(server, task!.id, first!.id)
  const two = await addEdge(server, task!.id, second!.id, 'soft')
  assert.deepEqual(bodyOf(await server.get(`/tasks/${task!.number}/dependencies`)), [
    { ...one, task: await readTask(server, first!.id) },
    { ...two, task: await readTask(server, second!.id) },
  ])
  assert.deepEqual(bodyOf(await server.get(`/tasks/${first!.id}/dependencies`)), [])
})

test('a long list goes on where its page ended, none twice and none left out', async () => {
  const prerequisites = await someTasks(7)
  const task = await createTask(server, { depends_on: prerequisites.map((each) => each.id) })
  const seen: string[] = []
  let path: string | undefined = `/tasks/${task.id}/dependencies?limit=3`
  while (path) {
    const answer = await server.get(path.replace(server.url, ''))
    seen.push(...bodyOf<Dependency[]>(answer).map((each) => each.depends_on_task_id))
    path = nextPage(answer)
  }
  assert.deepEqual(seen.toSorted(), prerequisites.map((each) => each.id).toSorted())
  const other = await createTask(server)
  const cursor = nextPage(await server.get(`/tasks/${task.id}/dependencies?limit=3`))!.split('cursor=')[1]!
  problemOf(await server.get(`/tasks/${other.id}/dependencies?cursor=${cursor}`), 400, 'invalid_cursor')
})

test('a removed dependency is gone, recorded, and frees what waited for it alone', async () => {
  const [task, first, second] = await someTasks(3)
  const one = await addEdge(server, task!.id, first!.id)
  const two = await addEdge(server, task!.id, second!.id)
  const remove = (id: string) => server.del(`/tasks/${task!.id}/dependencies/${id}`)

  const before = await remove(one.id)
  assert.equal(before.status, 204)
  assert.equal(await unmet(task!.id), 1)
  assert.deepEqual(
    (await recordOf(server, before)).map((row) => [
      row.event_type,
      row.entity_id,
      row.old_values,
      row.new_values,
    ]),
    [['dependency.removed', one.id, one, null]],
  )

  const answer = await remove(two.id)
  const freed = await readTask(server, task!.id)
  assert.equal(freed.unmet_dependencies, 0)
  assert.deepEqual(
    (await recordOf(server, answer)).map((row) => [
      row.event_type,
      row.entity_id,
      row.old_values,
      row.new_values,
    ]),
    [
      ['dependency.removed', two.id, two, null],
      ['task.unblocked', task!.id, { unmet_dependencies: 1 }, freed],
    ],
  )
  problemOf(await remove(two.id), 404, 'dependency_not_found')
  assert.deepEqual(bodyOf(await server.get(`/tasks/${task!.id}/dependencies`)), [])
})

test('to remove a soft dependency, or one that is met, frees nobody', async () => {
  const [task, open, done] = await someTasks(3)
  await moveTask(server, done!.id, 'assigned', 'in_progress', 'completed')
  const soft = await addEdge(server, task!.id, open!.id, 'soft')
  const met = await addEdge(server, task!.id, done!.id)
  for (const { id } of [soft, met]) {
    const answer = await server.del(`/tasks/${task!.id}/dependencies/${id}`)
    assert.deepEqual(
      (await recordOf(server, answer)).map((row) => row.event_type),
      ['dependency.removed'],
    )
  }
  assert.deepEqual(await miscounts(server), [])
})

test("another task's dependency is not found under this one, and stays", async () => {
  const [task, prerequisite, other] = await someTasks(3)
  const { id } = await addEdge(server, task!.id, prerequisite!.id)
  problemOf(await server.del(`/tasks/${other!.id}/dependencies/${id}`), 404, 'dependency_not_found')
  problemOf(await server.del(`/tasks/${prerequisite!.id}/dependencies/${id}`), 404, 'dependency_not_found')
  problemOf(await server.del(`/tasks/${newId()}/dependencies/${id}`), 404, 'task_not_found')
  problemOf(await server.del(`/tasks/${task!.id}/dependencies/${newId()}`), 404, 'dependency_not_found')
  assert.equal(await unmet(task!.id), 1)
})

test('after a removal the way is free for the opposite edge', async () => {
  const [a, b] = (await someTasks(2)).map((task) => task.id)
  const { id } = await addEdge(server, a!, b!)
  bodyOf(await server.del(`/tasks/${a}/dependencies/${id}`), 204)
  await addEdge(server, b!, a!)
  assert.deepEqual([await unmet(a!), await unmet(b!)], [0, 1])
})
