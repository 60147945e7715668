import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete, readExecution, runOutLease } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { untilWaiting, whileHeld } from '../../../test/locks.ts'
import { keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, patchTask, readTask } from '../../../test/tasks.ts'
import type { Dependency } from '../dependencies/index.ts'
import type { Task } from '../tasks/index.ts'
import { assignmentMinutes, releaseForgottenAssignments } from './duties.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
})
after(() => server.close())

/** A task of its own, claimed by its tag. */
async function claimed() {
  const tag = `only-${Math.random()}`
  await createTask(server, { tags: [tag] })
  return claimOne(server, { tags: [tag] })
}

for (const status of ['completed', 'failed'])
  test(`a move to ${status} of a task with a live lease is 409 lease_held, and changes nothing`, async () => {
    const claim = await claimed()
    for (const more of [{}, { lease_token: claim.lease.token + 1 }, { override: false }]) {
      const answer = await server.patch(`/tasks/${claim.task.id}`, { status, ...more })
      const problem = problemOf(answer, 409, 'lease_held')
      assert.equal(problem['worker_id'], 'w')
    }
    assert.deepEqual(await readTask(server, claim.task.id), claim.task)
    assert.deepEqual(await readExecution(server, claim.execution.id), claim.execution)
    bodyOf(await complete(server, claim))
  })

test('a final move waits for a heartbeat that is in flight, and meets the lease that it extended', async () => {
  const claim = await claimed()
  await runOutLease(server, claim.execution.id)
  // As a heartbeat that came just before the end, and is not committed.
  const heartbeat = `UPDATE executions SET lease_expires_at = now() + interval '60 seconds' WHERE id = $1`
  await whileHeld(server.app.pool, heartbeat, [claim.execution.id], async (looker) => {
    const moving = server.patch(`/tasks/${claim.task.id}`, { status: 'completed' })
    await untilWaiting(looker)
    await looker.query('COMMIT')
    problemOf(await moving, 409, 'lease_held')
  })
  bodyOf(await complete(server, claim))
})

test('a final move with the lease_token ends the execution, and its holder is told that it is completed', async () => {
  const claim = await claimed()
  const task = await patchTask(server, claim.task.id, { status: 'completed', lease_token: claim.lease.token })
  assert.equal(task.status, 'completed')
  assert.equal((await readExecution(server, claim.execution.id)).outcome, 'succeeded')
  problemOf(await complete(server, claim), 409, 'execution_completed')
})

test('who may assign_tasks may override a lease; the holder then gets lease_lost everywhere', async () => {
  const claim = await claimed()
  const { id } = claim.execution
  await patchTask(server, claim.task.id, { status: 'failed', override: true })
  const ended = await readExecution(server, id)
  assert.equal(ended.outcome, 'failed')
  const lease_token = claim.lease.token
  problemOf(await complete(server, claim), 409, 'lease_lost')
  problemOf(await server.post(`/executions/${id}/heartbeat`, { lease_token }), 409, 'lease_lost')
  problemOf(await server.post(`/executions/${id}/release`, { lease_token }), 409, 'lease_lost')
  assert.deepEqual(await readExecution(server, id), ended)
  assert.equal((await readTask(server, claim.task.id)).status, 'failed')
})

test('an override without the permission assign_tasks is 403', async () => {
  const key = await keyWith(server, ['read_tasks', 'update_tasks', 'execute_tasks'])
  const claim = await claimed()
  const change = { status: 'completed', override: true }
  problemOf(await server.patch(`/tasks/${claim.task.id}`, change, { key }), 403, 'forbidden')
  problemOf(
    await server.post(`/tasks/${claim.task.id}/release`, { override: true }, { key }),
    403,
    'forbidden',
  )
  bodyOf(await complete(server, claim))
})

test('a lease that ran out holds nobody back, and its late holder gets lease_lost', async () => {
  const claim = await claimed()
  await runOutLease(server, claim.execution.id)
  await patchTask(server, claim.task.id, { status: 'completed' })
  assert.equal((await readExecution(server, claim.execution.id)).outcome, 'succeeded')
  problemOf(await complete(server, claim, { success: false }), 409, 'lease_lost')
  assert.equal((await readTask(server, claim.task.id)).status, 'completed')
})

test('release of a task with a live lease needs its token or an override', async () => {
  const first = await claimed()
  problemOf(await server.post(`/tasks/${first.task.id}/release`, {}), 409, 'lease_held')
  const given = { lease_token: first.lease.token }
  bodyOf(await server.post(`/tasks/${first.task.id}/release`, given))
  assert.equal((await readExecution(server, first.execution.id)).outcome, 'released')

  const second = await claimed()
  const ready = bodyOf<Task>(await server.post(`/tasks/${second.task.id}/release`, { override: true }))
  assert.deepEqual([ready.status, ready.assigned_worker], ['ready', null])
  problemOf(await complete(server, second), 409, 'lease_lost')
})

test('deleting a task ends everything about it, whatever its status; a holder gets 404', async () => {
  const claim = await claimed()
  await server.post(`/tasks/${claim.task.id}/metadata`, { key: 'k', value: 'v' })
  assert.equal((await server.del(`/tasks/${claim.task.id}`)).status, 204)
  problemOf(await server.get(`/tasks/${claim.task.id}`), 404, 'task_not_found')
  problemOf(await server.del(`/tasks/${claim.task.id}`), 404, 'task_not_found')
  const lease_token = claim.lease.token
  const { id } = claim.execution
  problemOf(await complete(server, claim), 404, 'execution_not_found')
  problemOf(await server.post(`/executions/${id}/heartbeat`, { lease_token }), 404, 'execution_not_found')
  problemOf(await server.post(`/executions/${id}/release`, { lease_token }), 404, 'execution_not_found')
  problemOf(await server.get(`/executions/${id}`), 404, 'execution_not_found')
  for (const table of ['task_metadata', 'task_texts', 'executions'])
    assert.deepEqual(await server.sql(`SELECT FROM ${table} WHERE task_id = $1`, [claim.task.id]), [])

  for (const way of [
    [],
    ['assigned'],
    ['assigned', 'in_progress', 'completed'],
    ['assigned', 'in_progress', 'failed'],
  ]) {
    const { id } = await createTask(server)
    await moveTask(server, id, ...way)
    assert.equal((await server.del(`/tasks/${id}`)).status, 204)
  }
})

test('deleting a task takes its edges with it, and counts anew what waited for it', async () => {
  const [gone, kept, both, one, soft, before] = await createTasks(server, [{}, {}, {}, {}, {}, {}])
  await addEdge(server, both!.id, gone!.id)
  await addEdge(server, both!.id, kept!.id)
  await addEdge(server, one!.id, gone!.id)
  await addEdge(server, soft!.id, gone!.id, 'soft')
  await addEdge(server, gone!.id, before!.id)
  assert.equal((await server.del(`/tasks/${gone!.number}`)).status, 204)
  assert.equal((await readTask(server, both!.id)).unmet_dependencies, 1)
  assert.equal((await readTask(server, one!.id)).unmet_dependencies, 0)
  assert.deepEqual(await miscounts(server), [])
  for (const task of [both, one, soft]) {
    const edges = bodyOf<Dependency[]>(await server.get(`/tasks/${task!.id}/dependencies`))
    assert.ok(edges.every((edge) => edge.depends_on_task_id !== gone!.id))
  }
  assert.equal((await claimOne(server, { worker_id: 'next' })).execution.worker_id, 'next')
})

test('a task and its prerequisites deleted at once leave no wrong count behind', async () => {
  for (let round = 0; round < 8; round++) {
    const [a, b, c] = await createTasks(server, [
      { ref: 'a' },
      { ref: 'b', depends_on: ['a'] },
      { depends_on: ['a', 'b'] },
    ])
    const answers = await Promise.all([a, b].map((task) => server.del(`/tasks/${task!.id}`)))
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [204, 204],
    )
    assert.equal((await readTask(server, c!.id)).unmet_dependencies, 0)
  }
  assert.deepEqual(await miscounts(server), [])
})

test('an assignment that was not started in time is released by the duty, and one in time is not', async () => {
  const [late, fresh, running] = await createTasks(server, [{}, {}, {}])
  for (const task of [late, fresh, running])
    await patchTask(server, task!.id, { status: 'assigned', assigned_worker: 'slow' })
  await patchTask(server, running!.id, { status: 'in_progress' })
  await server.sql(
    `UPDATE tasks SET assigned_at = now() - interval '61 minutes' WHERE id = ANY ($1) AND status = 'assigned'`,
    [[late!.id]],
  )
  await server.sql(`UPDATE tasks SET assigned_at = now() - interval '59 minutes' WHERE id = $1`, [fresh!.id])
  await runDuty(server, releaseForgottenAssignments)
  const ready = await readTask(server, late!.id)
  assert.deepEqual([ready.status, ready.assigned_worker, ready.version], ['ready', null, 3])
  assert.equal((await readTask(server, fresh!.id)).status, 'assigned')
  assert.equal((await readTask(server, running!.id)).status, 'in_progress')
})

test('a task that goes to another worker has its whole time again', async () => {
  const { id } = await createTask(server)
  const worker = (name: string) => ({ status: 'assigned', assigned_worker: name })
  await patchTask(server, id, worker('one'))
  await server.sql(`UPDATE tasks SET assigned_at = now() - interval '61 minutes' WHERE id = $1`, [id])
  await patchTask(server, id, worker('two'))
  await runDuty(server, releaseForgottenAssignments)
  assert.equal((await readTask(server, id)).assigned_worker, 'two')
})

test('the time for an assignment is an hour unless set, and no less than a minute', () => {
  assert.equal(server.app.settings.get(assignmentMinutes), 60)
  assert.equal(assignmentMinutes.parse('1'), 1)
  for (const text of ['0', '-1', '0.5', 'an hour']) assert.throws(() => assignmentMinutes.parse(text))
})
