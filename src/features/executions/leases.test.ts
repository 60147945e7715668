import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete, readExecution, runOutLease } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { recordEnd, recordSince } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, readMetadata, readTask } from '../../../test/tasks.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { reapLeases } from './duties.ts'
import { loseExecutions } from './give-back.ts'
import type { Execution } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
})
after(() => server.close())

interface Extended {
  expires_at: string
  stop: string | null
}

let made = 0

/** A task of its own, claimed by its tag. */
async function claimed(lease_seconds = 300) {
  const tags = [`only-${++made}`]
  await createTask(server, { tags, metadata: { branch: 'kept' } })
  const claim = await claimOne(server, { tags, lease_seconds })
  const { id } = claim.execution
  const post = (what: string, fields: object = {}) =>
    server.post(`/executions/${id}/${what}`, { lease_token: claim.lease.token, ...fields })
  const claimAgain = () => claimOne(server, { tags, worker_id: 'second' })
  return { ...claim, id, post, claimAgain, tags }
}

test('a heartbeat extends the lease by its own length, or by what it asks for', async () => {
  const { id, post, lease } = await claimed(60)
  await server.sql(`UPDATE executions SET lease_expires_at = now() + interval '5 seconds' WHERE id = $1`, [
    id,
  ])
  const own = bodyOf<Extended>(await post('heartbeat'))
  assert.equal(own.stop, null)
  assert.ok(own.expires_at >= lease.expires_at)
  assert.equal((await readExecution(server, id)).lease_expires_at, own.expires_at)
  const long = bodyOf<Extended>(await post('heartbeat', { lease_seconds: 86_400 }))
  assert.ok(Date.parse(long.expires_at) - Date.parse(own.expires_at) > 86_000_000)
})

test('a task that somebody holds keeps no other lease from ending', async () => {
  const [held, other] = [await claimed(), await claimed()]
  for (const { id } of [held, other]) await runOutLease(server, id)
  const holder = new pg.Client(server.databaseUrl)
  await holder.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [held.task.id])
  await runDuty(server, reapLeases)
  const outcomes = async () => [
    (await readExecution(server, held.id)).outcome,
    (await readExecution(server, other.id)).outcome,
  ]
  assert.deepEqual(await outcomes(), [null, 'lost'])
  await holder.query('ROLLBACK')
  await holder.end()
  await runDuty(server, reapLeases)
  assert.deepEqual(await outcomes(), ['lost', 'lost'])
})

test('a heartbeat keeps the progress, and one without leaves it', async () => {
  const { id, post } = await claimed()
  const progress = { percent: 40, step: 'tests' }
  bodyOf(await post('heartbeat', { progress }))
  bodyOf(await post('heartbeat'))
  assert.deepEqual((await readExecution(server, id)).progress, progress)
})

test('heartbeats are not recorded', async () => {
  const { post } = await claimed()
  const end = await recordEnd(server)
  bodyOf(await post('heartbeat', { progress: 1 }))
  assert.deepEqual(await recordSince(server, end), [])
})

test('a heartbeat needs the token of the lease, within its range', async () => {
  const { id, post, lease } = await claimed()
  problemOf(await post('heartbeat', { lease_token: lease.token + 1 }), 409, 'lease_lost')
  assert.deepEqual(faultsOf(await post('heartbeat', { lease_token: undefined })), ['lease_token'])
  assert.deepEqual(faultsOf(await post('heartbeat', { lease_seconds: 0 })), ['lease_seconds'])
  assert.deepEqual(faultsOf(await post('heartbeat', { progress: 'x'.repeat(16_384) })), ['progress'])
  assert.equal((await readExecution(server, id)).lease_expires_at, lease.expires_at)
})

test('a worker whose lease ran out can neither complete, extend nor release, before it is reaped and after', async () => {
  const { id, post, task } = await claimed()
  await runOutLease(server, id)
  for (const reaped of [false, true]) {
    if (reaped) await runDuty(server, reapLeases)
    const execution = await readExecution(server, id)
    const stands = await readTask(server, task.id)
    problemOf(await post('complete', { success: true, result: 'late', claim_next: {} }), 409, 'lease_lost')
    problemOf(await post('heartbeat', { progress: 'late' }), 409, 'lease_lost')
    problemOf(await post('release', { note: 'late' }), 409, 'lease_lost')
    assert.deepEqual(await readExecution(server, id), execution)
    assert.deepEqual(await readTask(server, task.id), stands)
  }
})

test('an execution whose lease ran out ends as lost, its task is ready and loses nothing else', async () => {
  const { id, task, execution } = await claimed()
  await runOutLease(server, id)
  await runDuty(server, reapLeases)
  const lost = await readExecution(server, id)
  assert.deepEqual(
    [lost.outcome, lost.success, lost.started_at, lost.completed_at !== null],
    ['lost', null, execution.started_at, true],
  )
  const ready = await readTask(server, task.id)
  assert.deepEqual(ready, {
    ...task,
    status: 'ready',
    assigned_worker: null,
    version: 3,
    updated_at: ready.updated_at,
  })
  assert.equal((await readMetadata(server, task.id))['branch'], 'kept')
})

test('a late completion under an old token does nothing to the claim that came after', async () => {
  const first = await claimed()
  await runOutLease(server, first.id)
  await runDuty(server, reapLeases)
  const second = await first.claimAgain()
  assert.ok(second.lease.token > first.lease.token)
  problemOf(await first.post('complete', { success: true }), 409, 'lease_lost')
  problemOf(await complete(server, second, { lease_token: first.lease.token }), 409, 'lease_lost')
  assert.deepEqual(await readExecution(server, second.execution.id), second.execution)
  assert.deepEqual(await readTask(server, second.task.id), second.task)
  const done = bodyOf<Execution>(await complete(server, second))
  assert.equal(done.outcome, 'succeeded')
})

test('a lease that was extended in time is not reaped', async () => {
  const { id, post } = await claimed(1)
  bodyOf(await post('heartbeat', { lease_seconds: 100 }))
  await runDuty(server, reapLeases)
  assert.equal((await readExecution(server, id)).outcome, null)
})

test('an execution that was extended just after its lease was found to have run out is not lost', async () => {
  const { id, task } = await claimed()
  const scope = { db: server.app.pool, tenant: DEFAULT_TENANT }
  const origin = '{"kind": "system", "name": "test"}'
  assert.equal(await loseExecutions(scope, origin, [id]), 0)
  assert.deepEqual(await readTask(server, task.id), task)
  await runOutLease(server, id)
  assert.equal(await loseExecutions(scope, origin, [id]), 1)
})

test('a completion that races with the end of its lease counts once: completed, or lost and startable', async () => {
  for (let round = 0; round < 10; round++) {
    const claim = await claimed()
    const [answer] = await Promise.all([
      claim.post('complete', { success: true }),
      runOutLease(server, claim.id).then(() => runDuty(server, reapLeases)),
    ])
    // A task that the completion held just then is left for the next turn.
    await runDuty(server, reapLeases)
    const { outcome } = await readExecution(server, claim.id)
    const { status } = await readTask(server, claim.task.id)
    assert.equal(answer.status === 200 ? 'succeeded completed' : 'lost ready', `${outcome} ${status}`)
  }
})

test('release gives the task back with a note for the next', async () => {
  const { id, post, claimAgain } = await claimed()
  const released = bodyOf<Execution>(await post('release', { note: 'needs a key' }))
  assert.deepEqual([released.outcome, released.success, released.note], ['released', null, 'needs a key'])
  assert.deepEqual(await readExecution(server, id), released)
  const next = await claimAgain()
  assert.notEqual(next.execution.id, id)
  problemOf(await post('release'), 409, 'execution_completed')
  problemOf(await post('complete', { success: true }), 409, 'execution_completed')
})

test('release needs the token of the lease', async () => {
  const { id, post, lease } = await claimed()
  problemOf(await post('release', { lease_token: undefined }), 409, 'lease_held')
  problemOf(await post('release', { lease_token: lease.token + 1 }), 409, 'lease_lost')
  assert.equal((await readExecution(server, id)).outcome, null)
})

test('with the duties running, a lease that ran out is claimed again by who waits for it', async () => {
  const other = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  try {
    const { id, task, tags } = await claimed()
    await runOutLease(server, id)
    // The contract gives it 15 seconds; a claim may wait for 30.
    const claim = await claimOne(other, { tags, wait_seconds: 15 })
    assert.equal(claim.task.id, task.id)
    assert.equal((await readExecution(server, id)).outcome, 'lost')
  } finally {
    await other.close()
  }
})
