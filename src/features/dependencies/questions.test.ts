import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import { newId } from '../../kernel/ids.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const someTasks = (count: number) =>
  createTasks(
    server,
    Array.from({ length: count }, (_, nth) => ({ title: `task ${nth}` })),
  )

const ask = async <T>(ref: string | number, question: string): Promise<T> =>
  bodyOf<T>(await server.get(`/tasks/${ref}/${question}`))

interface Impact {
  blocking_count: number
  blocked_task_ids: string[]
}

test('a task that waits for nothing is ready', async () => {
  const [task] = await someTasks(1)
  assert.deepEqual(await ask(task!.number, 'ready'), {
    ready: true,
    status: 'ready',
    unsatisfied_dependencies: [],
    unsatisfied_soft_dependencies: [],
  })
})

test('ready tells apart what blocks and what only advises, and names nothing that is completed', async () => {
  const [task, hard, alsoHard, soft, done, softAndDone] = await someTasks(6)
  for (const { id } of [done!, softAndDone!])
    await moveTask(server, id, 'assigned', 'in_progress', 'completed')
  await addEdge(server, task!.id, hard!.id)
  await addEdge(server, task!.id, soft!.id, 'soft')
  await addEdge(server, task!.id, done!.id)
  await addEdge(server, task!.id, softAndDone!.id, 'soft')
  await addEdge(server, task!.id, alsoHard!.id)
  assert.deepEqual(await ask(task!.id, 'ready'), {
    ready: false,
    status: 'ready',
    unsatisfied_dependencies: [hard!.id, alsoHard!.id],
    unsatisfied_soft_dependencies: [soft!.id],
  })
  for (const { id } of [hard!, alsoHard!]) await moveTask(server, id, 'assigned', 'in_progress', 'completed')
  assert.deepEqual(await ask(task!.id, 'ready'), {
    ready: true,
    status: 'ready',
    unsatisfied_dependencies: [],
    unsatisfied_soft_dependencies: [soft!.id],
  })
})

test('a prerequisite that failed is still unsatisfied', async () => {
  const [task, prerequisite] = await someTasks(2)
  await addEdge(server, task!.id, prerequisite!.id)
  await moveTask(server, prerequisite!.id, 'assigned', 'in_progress', 'failed')
  assert.deepEqual(await ask(task!.id, 'ready'), {
    ready: false,
    status: 'ready',
    unsatisfied_dependencies: [prerequisite!.id],
    unsatisfied_soft_dependencies: [],
  })
})

test('blocks lists what waits directly, the most urgent first; with type=all also what waits softly', async () => {
  const prerequisite = await createTask(server)
  const low = await createTask(server, { priority: 1, depends_on: [prerequisite.id] })
  const high = await createTask(server, { priority: 5, depends_on: [prerequisite.id] })
  await createTask(server, { depends_on: [high.id] })
  const soft = await createTask(server, { priority: 3 })
  await addEdge(server, soft.id, prerequisite.id, 'soft')

  const blocked = async (id: string, dependency_type: string) => ({
    ...(await readTask(server, id)),
    dependency_type,
  })
  assert.deepEqual(await ask(prerequisite.number, 'blocks'), {
    count: 2,
    tasks: [await blocked(high.id, 'hard'), await blocked(low.id, 'hard')],
  })
  assert.deepEqual(await ask(prerequisite.id, 'blocks?type=all'), {
    count: 3,
    tasks: [await blocked(high.id, 'hard'), await blocked(soft.id, 'soft'), await blocked(low.id, 'hard')],
  })
  assert.deepEqual(await ask(low.id, 'blocks'), { count: 0, tasks: [] })
})

test('the impact counts each task once, however many ways lead to it, and never the task itself', async () => {
  const [root, left, right, join, end, aside] = (await someTasks(6)).map((task) => task.id)
  for (const [task, prerequisite] of [
    [left, root],
    [right, root],
    [join, left],
    [join, right],
    [end, join],
    [aside, end],
  ])
    await addEdge(server, task!, prerequisite!)
  const impact = await ask<Impact>(root!, 'blocking-impact')
  assert.equal(impact.blocking_count, 5)
  assert.deepEqual(impact.blocked_task_ids.toSorted(), [left, right, join, end, aside].toSorted())
  assert.deepEqual(await ask(aside!, 'blocking-impact'), { blocking_count: 0, blocked_task_ids: [] })
})

test('the impact follows hard edges only, or with type=all every edge', async () => {
  const [root, soft, behind, hard] = (await someTasks(4)).map((task) => task.id)
  await addEdge(server, soft!, root!, 'soft')
  await addEdge(server, behind!, soft!)
  await addEdge(server, hard!, root!)
  assert.deepEqual(await ask(root!, 'blocking-impact'), { blocking_count: 1, blocked_task_ids: [hard] })
  const all = await ask<Impact>(root!, 'blocking-impact?type=all')
  assert.equal(all.blocking_count, 3)
  assert.deepEqual(all.blocked_task_ids.toSorted(), [soft, behind, hard].toSorted())
})

test('each question about a task that is not there, or not theirs, is 404', async () => {
  const [task] = await someTasks(1)
  const key = await keyOfNewTenant(server)
  for (const question of [
    'ready',
    'blocks',
    'blocks?type=all',
    'blocking-impact',
    'blocking-impact?type=all',
  ]) {
    problemOf(await server.get(`/tasks/${newId()}/${question}`), 404, 'task_not_found')
    problemOf(await server.get(`/tasks/${task!.id}/${question}`, { key }), 404, 'task_not_found')
    problemOf(await server.get(`/tasks/soon/${question}`), 400, 'invalid_id')
  }
  assert.deepEqual(faultsOf(await server.get(`/tasks/${task!.id}/blocks?type=soft`)), ['type'])
  assert.deepEqual(faultsOf(await server.get(`/tasks/${task!.id}/ready?verbose=true`)), ['verbose'])
})
