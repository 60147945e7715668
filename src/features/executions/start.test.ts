import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { readExecution, runOutLease } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, moveTask, patchTask, readTask } from '../../../test/tasks.ts'
import { reapLeases } from './duties.ts'
import type { Execution } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
})
after(() => server.close())

type Started = Execution & { lease?: { token: number; expires_at: string } }

const start = (task: string | number, fields: object = {}): Promise<TestAnswer> =>
  server.post(`/tasks/${task}/executions`, { worker_id: 'w', agent_type: 'coder', ...fields })

const finish = (execution: string, fields: object = {}): Promise<TestAnswer> =>
  server.post(`/executions/${execution}/complete`, { success: true, ...fields })

test('an execution can be started of a ready task, and of one assigned to this worker or to nobody', async () => {
  for (const assign of [undefined, { status: 'assigned' }, { status: 'assigned', assigned_worker: 'w' }]) {
    const { id, number } = await createTask(server)
    if (assign) await patchTask(server, id, assign)
    const execution = bodyOf<Started>(await start(number), 201)
    assert.equal('lease' in execution, false)
    assert.deepEqual(
      [execution.task_id, execution.worker_id, execution.agent_type, execution.lease_expires_at],
      [id, 'w', 'coder', null],
    )
    assert.deepEqual(await readExecution(server, execution.id), execution)
    const task = await readTask(server, id)
    assert.deepEqual([task.status, task.assigned_worker], ['in_progress', 'w'])
  }
})

test('without a lease it is never reaped, and completes without a token', async () => {
  const { id } = await createTask(server)
  const execution = bodyOf<Started>(await start(id), 201)
  await runDuty(server, reapLeases)
  const heartbeat = await server.post(`/executions/${execution.id}/heartbeat`, { lease_token: 1 })
  problemOf(heartbeat, 409, 'no_lease')
  assert.equal(bodyOf<Execution>(await finish(execution.id)).outcome, 'succeeded')
  assert.equal((await readTask(server, id)).status, 'completed')
})

test('with lease_seconds it has a lease like that of a claim', async () => {
  const { id } = await createTask(server)
  const { lease, ...execution } = bodyOf<Started>(await start(id, { lease_seconds: 30 }), 201)
  assert.equal(lease!.expires_at, execution.lease_expires_at)
  problemOf(await finish(execution.id), 409, 'lease_held')
  bodyOf(await finish(execution.id, { lease_token: lease!.token, success: false }))
  await server.post(`/tasks/${id}/retry`)
  const again = bodyOf<Started>(await start(id, { lease_seconds: 30 }), 201)
  assert.ok(again.lease!.token > lease!.token)
})

test('a task assigned to another worker is 409 assigned_to_other_worker', async () => {
  const { id } = await createTask(server)
  const task = await patchTask(server, id, { status: 'assigned', assigned_worker: 'other' })
  const problem = problemOf(await start(id), 409, 'assigned_to_other_worker')
  assert.equal(problem['assigned_worker'], 'other')
  assert.deepEqual(await readTask(server, id), task)
})

test('a task with an open execution is 409 execution_open, and names it', async () => {
  const { id } = await createTask(server)
  const first = bodyOf<Started>(await start(id), 201)
  for (const worker_id of ['w', 'other']) {
    const problem = problemOf(await start(id, { worker_id }), 409, 'execution_open')
    assert.equal(problem['execution_id'], first.id)
  }
})

test('of twenty starts at once exactly one succeeds', async () => {
  const { id } = await createTask(server)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => start(id, { worker_id: `w${i}` })))
  assert.equal(answers.filter((answer) => answer.status === 201).length, 1)
  for (const answer of answers.filter((each) => each.status !== 201)) problemOf(answer, 409, 'execution_open')
})

test('a start and a claim of the same task at once hand it out once', async () => {
  for (let round = 0; round < 10; round++) {
    const tags = [`round-${round}`]
    const { id } = await createTask(server, { tags })
    const [started, claimed] = await Promise.all([
      start(id),
      server.post('/tasks/claim', { worker_id: 'c', agent_type: 'coder', tags }),
    ])
    const claims = bodyOf<unknown[]>(claimed)
    assert.equal(claims.length + (started.status === 201 ? 1 : 0), 1, `${started.status} ${claims.length}`)
  }
})

test('a finished task is 409, and says what to do', async () => {
  for (const status of ['completed', 'failed']) {
    const { id } = await createTask(server)
    await moveTask(server, id, 'assigned', 'in_progress', status)
    const problem = problemOf(await start(id), 409, 'task_not_startable')
    assert.equal(problem['task_status'], status)
  }
})

test('an execution may run beside the open one that it names as parent, and moves the task neither way', async () => {
  const { id } = await createTask(server)
  const parent = bodyOf<Started>(await start(id), 201)
  const task = await readTask(server, id)
  const beside = bodyOf<Started>(
    await start(id, { worker_id: 'w2', parent_execution_id: parent.id, lease_seconds: 50 }),
    201,
  )
  assert.equal(beside.parent_execution_id, parent.id)
  assert.deepEqual(await readTask(server, id), task)
  bodyOf(await finish(beside.id, { success: false, lease_token: beside.lease!.token }))
  assert.deepEqual(await readTask(server, id), task)
  bodyOf(await finish(parent.id))
  assert.equal((await readTask(server, id)).status, 'completed')
})

test('an execution that runs beside another is released and lost without the task', async () => {
  const { id } = await createTask(server)
  const parent_execution_id = bodyOf<Started>(await start(id), 201).id
  const task = await readTask(server, id)
  const beside = async (): Promise<Started> =>
    bodyOf<Started>(await start(id, { worker_id: 'w2', parent_execution_id, lease_seconds: 50 }), 201)
  const released = await beside()
  const { token } = released.lease!
  bodyOf(await server.post(`/executions/${released.id}/release`, { lease_token: token }))
  const lost = await beside()
  await runOutLease(server, lost.id)
  await runDuty(server, reapLeases)
  assert.equal((await readExecution(server, lost.id)).outcome, 'lost')
  assert.deepEqual(await readTask(server, id), task)
})

test('a parent that is not there is 404, one that is not the open execution is no passport', async () => {
  const { id } = await createTask(server)
  const parent_execution_id = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'
  problemOf(await start(id, { parent_execution_id }), 404, 'execution_not_found')
  const other = await createTask(server)
  const elsewhere = bodyOf<Started>(await start(other.id), 201)
  bodyOf(await start(id), 201)
  problemOf(await start(id, { parent_execution_id: elsewhere.id }), 409, 'execution_open')
})

test('a start out of range is 400, of a task that is not there 404', async () => {
  const { id } = await createTask(server)
  const refused: [object, string][] = [
    [{ worker_id: undefined }, 'worker_id'],
    [{ agent_type: '' }, 'agent_type'],
    [{ lease_seconds: 86_401 }, 'lease_seconds'],
    [{ parent_execution_id: 17 }, 'parent_execution_id'],
    [{ worker: 'w' }, 'worker'],
  ]
  for (const [fields, path] of refused) assert.deepEqual(faultsOf(await start(id, fields)), [path])
  problemOf(await start('019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'), 404, 'task_not_found')
  problemOf(await start(999_999_999), 404, 'task_not_found')
  problemOf(await start('no-id'), 400, 'invalid_id')
  assert.equal((await readTask(server, id)).status, 'ready')
})
