import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { claimOne, complete } from '../../../test/claims.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { recordOf, type Recorded } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'
import { recountUnmet } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const unmet = async (id: string): Promise<number> => (await readTask(server, id)).unmet_dependencies

const inShort = (rows: readonly Recorded[]) => rows.map((row) => [row.event_type, row.entity_id])

/** What the product itself finds wrong with its counts. */
const ownMiscounts = async () => {
  const [{ tenant_id }] = (await server.sql('SELECT tenant_id FROM tasks LIMIT 1')) as [{ tenant_id: string }]
  return recountUnmet({ db: server.app.pool, tenant: tenant_id })
}

test('of two prerequisites the second to be completed sets a task free, and that is recorded', async () => {
  const [first, second] = await createTasks(server, [{}, {}])
  const task = await createTask(server, { depends_on: [first!.id, second!.id] })
  await moveTask(server, first!.id, 'assigned', 'in_progress')
  await moveTask(server, second!.id, 'assigned', 'in_progress')

  const one = await server.patch(`/tasks/${second!.id}`, { status: 'completed' })
  assert.equal(await unmet(task.id), 1)
  assert.ok(!inShort(await recordOf(server, one)).some(([type]) => type === 'task.unblocked'))

  const two = await server.patch(`/tasks/${first!.id}`, { status: 'completed' })
  const freed = await readTask(server, task.id)
  assert.deepEqual(freed, { ...task, unmet_dependencies: 0 })
  const rows = (await recordOf(server, two)).filter((row) => row.event_type === 'task.unblocked')
  assert.deepEqual(
    rows.map((row) => [row.entity_type, row.entity_id, row.old_values, row.new_values]),
    [['task', task.id, { unmet_dependencies: 1 }, freed]],
  )
})

test('a task that failed while it waited is recorded as set free, one that was split is only recounted', async () => {
  const prerequisite = await createTask(server)
  const [failed, split] = await createTasks(server, [
    { depends_on: [prerequisite.id] },
    { depends_on: [prerequisite.id] },
  ])
  await server.sql(`UPDATE tasks SET status = 'failed' WHERE id = $1`, [failed!.id])
  await server.sql(`UPDATE tasks SET status = 'split' WHERE id = $1`, [split!.id])
  await moveTask(server, prerequisite.id, 'assigned', 'in_progress')
  const answer = await server.patch(`/tasks/${prerequisite.id}`, { status: 'completed' })
  assert.deepEqual([await unmet(failed!.id), await unmet(split!.id)], [0, 0])
  assert.deepEqual(
    inShort(await recordOf(server, answer)).filter(([type]) => type === 'task.unblocked'),
    [['task.unblocked', failed!.id]],
  )
})

test('a prerequisite that fails keeps what waits for it waiting', async () => {
  const prerequisite = await createTask(server)
  const task = await createTask(server, { depends_on: [prerequisite.id] })
  await moveTask(server, prerequisite.id, 'assigned', 'in_progress', 'failed')
  assert.equal(await unmet(task.id), 1)
  await moveTask(server, prerequisite.id, 'ready', 'assigned', 'in_progress', 'completed')
  assert.equal(await unmet(task.id), 0)
})

test('deleting a task takes its edges with it and recounts what waited for it', async () => {
  const [above, done] = await createTasks(server, [{}, {}])
  const [doomed] = await createTasks(server, [{ depends_on: [above!.id] }])
  const freed = await createTask(server, { depends_on: [doomed!.id, done!.id] })
  const waiting = await createTask(server, { depends_on: [doomed!.id, above!.id] })
  const soft = await createTask(server)
  await addEdge(server, soft.id, doomed!.id, 'soft')
  await moveTask(server, done!.id, 'assigned', 'in_progress', 'completed')

  const answer = await server.del(`/tasks/${doomed!.id}`)
  bodyOf(answer, 204)
  assert.deepEqual([await unmet(freed.id), await unmet(waiting.id), await unmet(soft.id)], [0, 1, 0])
  assert.deepEqual(bodyOf(await server.get(`/tasks/${soft.id}/dependencies`)), [])
  assert.deepEqual(bodyOf(await server.get(`/tasks/${above!.id}/blocks`)), {
    count: 1,
    tasks: [{ ...(await readTask(server, waiting.id)), dependency_type: 'hard' }],
  })
  const types = (await recordOf(server, answer)).map((row) => row.event_type).toSorted()
  assert.deepEqual(types, [...Array<string>(4).fill('dependency.removed'), 'task.deleted', 'task.unblocked'])
  const unblocked = (await recordOf(server, answer)).filter((row) => row.event_type === 'task.unblocked')
  assert.deepEqual(inShort(unblocked), [['task.unblocked', freed.id]])
  assert.deepEqual(await miscounts(server), [])
})

test('deleting a completed prerequisite changes no count', async () => {
  const [done, open] = await createTasks(server, [{}, {}])
  const task = await createTask(server, { depends_on: [done!.id, open!.id] })
  await moveTask(server, done!.id, 'assigned', 'in_progress', 'completed')
  bodyOf(await server.del(`/tasks/${done!.id}`), 204)
  assert.equal(await unmet(task.id), 1)
  bodyOf(await server.del(`/tasks/${open!.id}`), 204)
  assert.equal(await unmet(task.id), 0)
})

test('recountUnmet names a task whose count is wrong, with both counts, and only that', async () => {
  const [prerequisite] = await createTasks(server, [{}])
  const task = await createTask(server, { depends_on: [prerequisite!.id] })
  assert.deepEqual(await ownMiscounts(), [])
  await server.sql('UPDATE tasks SET unmet_dependencies = 3 WHERE id = $1', [task.id])
  assert.deepEqual(await ownMiscounts(), [{ id: task.id, number: task.number, stored: 3, counted: 1 }])
  await server.sql('UPDATE tasks SET unmet_dependencies = 1 WHERE id = $1', [task.id])
})

test('after any adding, removing, completing, failing, retrying and deleting every count is true', async () => {
  let state = 20_261_122
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!
  let tasks: Task[] = await createTasks(
    server,
    Array.from({ length: 25 }, (_, nth) => ({
      title: `random ${nth}`,
      priority: 1 + (nth % 5),
      tags: ['random'],
    })),
  )
  const steps: (() => Promise<unknown>)[] = [
    () =>
      server.post(`/tasks/${pick(tasks).id}/dependencies`, {
        depends_on_task_id: pick(tasks).id,
        dependency_type: pick(['hard', 'hard', 'soft']),
      }),
    async () => {
      const task = pick(tasks)
      const [edge] = bodyOf<{ id: string }[]>(await server.get(`/tasks/${task.id}/dependencies`))
      if (edge) bodyOf(await server.del(`/tasks/${task.id}/dependencies/${edge.id}`), 204)
    },
    async () => {
      const tag = { tags: ['random'] }
      const [next] = bodyOf<unknown[]>(await server.get('/tasks?startable=true&tag=random&limit=1'))
      if (next) await complete(server, await claimOne(server, tag), { success: random(4) > 0 })
    },
    async () => void (await server.post(`/tasks/${pick(tasks).id}/retry`)),
    async () => {
      if (random(3) > 0) return
      const task = pick(tasks)
      bodyOf(await server.del(`/tasks/${task.id}`), 204)
      tasks = tasks.filter((each) => each !== task)
      tasks.push(await createTask(server, { tags: ['random'], depends_on: [pick(tasks).id] }))
    },
  ]
  for (let round = 0; round < 400; round++) {
    await pick(random(2) ? steps.slice(0, 1) : steps)()
    if (round % 20 === 0) assert.deepEqual(await miscounts(server), [], `after step ${round}`)
  }
  assert.deepEqual(await miscounts(server), [])
  assert.deepEqual(await ownMiscounts(), [])
  const [{ edges, done }] = (await server.sql(
    `SELECT (SELECT count(*) FROM dependencies) AS edges, (SELECT count(*) FROM tasks WHERE status = 'completed') AS done`,
  )) as [{ edges: number; done: number }]
  assert.ok(edges > 20 && done > 10, `the walk did something: ${edges} edges, ${done} completed`)
})
