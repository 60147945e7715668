import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, patchTask, readMetadata, readTask } from '../../../test/tasks.ts'
import type { Execution } from '../executions/index.ts'
import { STATUSES, type Status, type Task } from '../tasks/index.ts'
import { mayMove } from './rules.ts'
import { MOVES } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const WAY: Record<Status, readonly string[]> = {
  ready: [],
  assigned: ['assigned'],
  in_progress: ['assigned', 'in_progress'],
  completed: ['assigned', 'in_progress', 'completed'],
  failed: ['assigned', 'in_progress', 'failed'],
  split: [],
}

async function taskThatIs(status: Status): Promise<Task> {
  const { id } = await createTask(server)
  return moveTask(server, id, ...WAY[status])
}

const executionsOf = async (task: string): Promise<Execution[]> =>
  bodyOf<{ executions: Execution[] }>(await server.get(`/tasks/${task}/executions`)).executions

test('a change writes what it names, and leaves the rest', async () => {
  const before = await createTask(server, {
    description: 'old',
    priority: 2,
    effort_estimate: 5,
    tags: ['a'],
  })
  const answer = await server.patch(`/tasks/${before.id}`, { title: 'new', effort_estimate: null })
  const changed = bodyOf<Task>(answer)
  assert.deepEqual(changed, {
    ...before,
    title: 'new',
    effort_estimate: null,
    version: 2,
    updated_at: changed.updated_at,
  })
  assert.ok(changed.updated_at > before.updated_at)
  assert.equal(answer.headers.get('etag'), '"2"')
  assert.deepEqual(await readTask(server, before.id), changed)
})

test('a change that changes nothing makes no new version', async () => {
  const task = await createTask(server, { priority: 4 })
  assert.deepEqual(await patchTask(server, task.id, {}), task)
  assert.deepEqual(await patchTask(server, task.id, { priority: 4, status: 'ready', title: 'task' }), task)
})

test('a change refuses what it does not know and what is out of range', async () => {
  const { id, number } = await createTask(server)
  const refused: [Record<string, unknown>, string][] = [
    [{ titel: 'x' }, 'titel'],
    [{ version: 3 }, 'version'],
    [{ tags: ['x'] }, 'tags'],
    [{ priority: 7 }, 'priority'],
    [{ priority: null }, 'priority'],
    [{ title: '' }, 'title'],
    [{ status: 'done' }, 'status'],
    [{ assigned_worker: 'w' }, 'assigned_worker'],
    [{ task_id: number }, 'task_id'],
    [{ override: 'yes' }, 'override'],
  ]
  for (const [body, path] of refused)
    assert.deepEqual(faultsOf(await server.patch(`/tasks/${id}`, body)), [path], JSON.stringify(body))
  assert.equal((await readTask(server, id)).version, 1)
})

test('exactly the five moves of the contract are moves', () => {
  const moves = STATUSES.flatMap((from) =>
    STATUSES.filter((to) => from !== to && mayMove(from, to)).map((to) => `${from} ${to}`),
  )
  assert.deepEqual(moves.sort(), [
    'assigned in_progress',
    'failed ready',
    'in_progress completed',
    'in_progress failed',
    'ready assigned',
  ])
  assert.ok(STATUSES.every((status) => mayMove(status, status)))
})

for (const from of STATUSES.filter((status) => status !== 'split'))
  test(`from ${from} each move that is none is 400 and lists what is allowed; its own status is no move`, async () => {
    const task = await taskThatIs(from)
    for (const to of STATUSES.filter((status) => !mayMove(from, status))) {
      const problem = problemOf(
        await server.patch(`/tasks/${task.id}`, { status: to, title: 'changed' }),
        400,
        'invalid_status_transition',
      )
      assert.deepEqual(problem['allowed'], MOVES[from])
    }
    assert.deepEqual(await patchTask(server, task.id, { status: from }), task)
  })

test('a move to assigned takes a worker, or none', async () => {
  const [one, two] = await createTasks(server, [{}, {}])
  assert.equal((await patchTask(server, one!.id, { status: 'assigned' })).assigned_worker, null)
  const assigned = await patchTask(server, two!.id, { status: 'assigned', assigned_worker: 'bifrost' })
  assert.deepEqual([assigned.status, assigned.assigned_worker], ['assigned', 'bifrost'])
  assert.equal((await readMetadata(server, two!.id))['assigned_worker'], 'bifrost')
})

test('a move to in_progress opens an execution of the worker; the final move closes it with that outcome', async () => {
  for (const [status, outcome, success] of [
    ['completed', 'succeeded', true],
    ['failed', 'failed', false],
  ] as const) {
    const { id } = await createTask(server)
    await patchTask(server, id, { status: 'assigned', assigned_worker: 'bifrost' })
    const running = await patchTask(server, id, { status: 'in_progress' })
    assert.equal(running.assigned_worker, 'bifrost')
    const [open, ...none] = await executionsOf(id)
    assert.deepEqual(none, [])
    assert.deepEqual(
      [open!.worker_id, open!.agent_type, open!.outcome, open!.completed_at, open!.lease_expires_at],
      ['bifrost', 'manual', null, null, null],
    )
    await patchTask(server, id, { status })
    const [closed] = await executionsOf(id)
    assert.deepEqual([closed!.id, closed!.outcome, closed!.success], [open!.id, outcome, success])
    assert.ok(closed!.completed_at && closed!.duration_seconds !== null)
  }
})

test('a move to in_progress names the agent type of its execution', async () => {
  const { id } = await createTask(server)
  await patchTask(server, id, { status: 'assigned' })
  await patchTask(server, id, { status: 'in_progress', agent_type: 'reviewer' })
  const [execution] = await executionsOf(id)
  assert.deepEqual([execution!.agent_type, execution!.worker_id], ['reviewer', 'operator'])
})

test('a task cannot be assigned or begun while something hard is unmet; soft edges are no obstacle', async () => {
  const [prerequisite, other, task] = await createTasks(server, [{}, {}, {}])
  await addEdge(server, task!.id, prerequisite!.id)
  await addEdge(server, task!.id, other!.id, 'soft')
  const unmet = { unsatisfied_dependencies: [prerequisite!.id] }
  for (const answer of [
    await server.patch(`/tasks/${task!.id}`, { status: 'assigned' }),
    await server.post(`/tasks/${task!.id}/assign`, { worker_id: 'w' }),
    await server.post(`/tasks/${task!.id}/executions`, { worker_id: 'w', agent_type: 'coder' }),
  ]) {
    const problem = problemOf(answer, 409, 'dependencies_unmet')
    assert.deepEqual(problem['unsatisfied_dependencies'], unmet.unsatisfied_dependencies)
  }
  await moveTask(server, prerequisite!.id, ...WAY.completed)
  assert.equal((await moveTask(server, task!.id, 'assigned')).status, 'assigned')
})

test('a hard edge added to an assigned task keeps it from being begun', async () => {
  const [prerequisite, task] = await createTasks(server, [{}, {}])
  await patchTask(server, task!.id, { status: 'assigned', assigned_worker: 'w' })
  await addEdge(server, task!.id, prerequisite!.id)
  const problem = problemOf(
    await server.patch(`/tasks/${task!.id}`, { status: 'in_progress' }),
    409,
    'dependencies_unmet',
  )
  assert.deepEqual(problem['unsatisfied_dependencies'], [prerequisite!.id])
})

test('failed to ready by PATCH does all that a retry does', async () => {
  for (const retry of [
    (id: string) => server.patch(`/tasks/${id}`, { status: 'ready' }),
    (id: string) => server.post(`/tasks/${id}/retry`),
  ]) {
    const { id } = await createTask(server)
    for (const round of ['1', '2']) {
      await patchTask(server, id, { status: 'assigned', assigned_worker: 'w' })
      await moveTask(server, id, 'in_progress', 'failed')
      const task = bodyOf<Task>(await retry(id))
      assert.deepEqual([task.status, task.assigned_worker], ['ready', null])
      assert.deepEqual(await readMetadata(server, id), { retry_count: round })
    }
  }
})

test('only a failed task can be retried', async () => {
  for (const status of STATUSES.filter((each) => each !== 'failed' && each !== 'split')) {
    const task = await taskThatIs(status)
    const problem = problemOf(await server.post(`/tasks/${task.id}/retry`), 409, 'not_failed')
    assert.equal(problem['task_status'], status)
    assert.deepEqual(await readTask(server, task.id), task)
  }
})

test('assign hands a ready task to a worker, and an assigned one to another', async () => {
  const { id } = await createTask(server)
  const first = bodyOf<Task>(await server.post(`/tasks/${id}/assign`, { worker_id: 'one' }))
  assert.deepEqual([first.status, first.assigned_worker, first.version], ['assigned', 'one', 2])
  const second = bodyOf<Task>(await server.post(`/tasks/${id}/assign`, { worker_id: 'two' }))
  assert.deepEqual([second.assigned_worker, second.version], ['two', 3])
  assert.deepEqual(bodyOf<Task>(await server.post(`/tasks/${id}/assign`, { worker_id: 'two' })), second)
  const running = await moveTask(server, id, 'in_progress')
  assert.equal(running.assigned_worker, 'two')
  const problem = problemOf(
    await server.post(`/tasks/${id}/assign`, { worker_id: 'one' }),
    400,
    'invalid_status_transition',
  )
  assert.deepEqual(problem['allowed'], ['completed', 'failed'])
})

test('estimate sets the minutes', async () => {
  const { id } = await createTask(server)
  const task = bodyOf<Task>(await server.post(`/tasks/${id}/estimate`, { effort_minutes: 45 }))
  assert.equal(task.effort_estimate, 45)
  assert.deepEqual(await readTask(server, id), task)
  assert.deepEqual(faultsOf(await server.post(`/tasks/${id}/estimate`, { effort_minutes: 1.5 })), [
    'effort_minutes',
  ])
  assert.deepEqual(faultsOf(await server.post(`/tasks/${id}/estimate`, {})), ['effort_minutes'])
})

test('to assign by PATCH takes the permission to assign, as by the route of its own', async () => {
  const key = await keyWith(server, ['update_tasks', 'read_tasks'])
  const { id } = await createTask(server)
  problemOf(await server.patch(`/tasks/${id}`, { status: 'assigned' }, { key }), 403, 'forbidden')
  problemOf(await server.post(`/tasks/${id}/assign`, { worker_id: 'w' }, { key }), 403, 'forbidden')
  bodyOf(await server.patch(`/tasks/${id}`, { title: 'may' }, { key }))
})

test('release takes an assignment back, ends a run as released, and has nothing else to do', async () => {
  const assigned = await createTask(server)
  await patchTask(server, assigned.id, { status: 'assigned', assigned_worker: 'w' })
  const ready = bodyOf<Task>(await server.post(`/tasks/${assigned.id}/release`, {}))
  assert.deepEqual([ready.status, ready.assigned_worker], ['ready', null])

  const running = await taskThatIs('in_progress')
  const free = bodyOf<Task>(await server.post(`/tasks/${running.id}/release`, { note: 'halfway' }))
  assert.deepEqual([free.status, free.assigned_worker], ['ready', null])
  const [execution] = await executionsOf(running.id)
  assert.deepEqual([execution!.outcome, execution!.success, execution!.note], ['released', null, 'halfway'])
  for (const status of ['ready', 'completed', 'failed'] as const) {
    const { id } = await taskThatIs(status)
    problemOf(await server.post(`/tasks/${id}/release`, {}), 409, 'nothing_to_release')
  }
})
