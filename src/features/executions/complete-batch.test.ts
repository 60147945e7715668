import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimTasks, complete, readExecution, runOutLease } from '../../../test/claims.ts'
import { eventually } from '../../../test/eventually.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { endWaiting, untilWaiting } from '../../../test/locks.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { recordOf, typesOf } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, readTask } from '../../../test/tasks.ts'
import type { Claim, Execution } from './schema.ts'

interface Answered {
  execution_id: string
  execution: Execution | null
  refusal: { status: number; code: string; detail: string } | null
}

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

const claimSome = async (count: number): Promise<Claim[]> => {
  await createTasks(
    server,
    Array.from({ length: count }, (_, nth) => ({ title: `task ${nth}` })),
  )
  return claimTasks(server, { count })
}

const completionOf = ({ execution, lease }: Claim, more: object = {}) => ({
  execution_id: execution.id,
  success: true,
  lease_token: lease.token,
  ...more,
})

const send = async (completions: readonly object[], headers: Record<string, string> = {}) =>
  server.post('/executions/complete', completions, { headers })

test('a batch ends each, wakes what waits for them, and answers in the order of the request', async () => {
  const claims = await claimSome(5)
  const waiting = await createTask(server)
  for (const { task } of claims) await addEdge(server, waiting.id, task.id)
  const asked = claims.map((claim, nth) => completionOf(claim, { cost_dollars: nth, result: { nth } }))
  const answer = await send(asked)
  const answers = bodyOf<Answered[]>(answer)
  assert.deepEqual(
    answers.map(({ execution_id, execution, refusal }) => [
      execution_id,
      execution!.cost_dollars,
      execution!.result,
      refusal,
    ]),
    claims.map(({ execution }, nth) => [execution.id, nth, { nth }, null]),
  )
  for (const { execution } of answers) assert.deepEqual(await readExecution(server, execution!.id), execution)
  const { unmet_dependencies } = await readTask(server, waiting.id)
  assert.equal(unmet_dependencies, 0)
  assert.deepEqual(await miscounts(server), [])
  assert.deepEqual(typesOf(await recordOf(server, answer)), [
    ...Array.from({ length: 5 }, () => 'execution.completed'),
    ...Array.from({ length: 5 }, () => 'task.completed'),
    'task.unblocked',
  ])
})

test('one that is refused hinders no other, and says why as a call of its own would', async () => {
  const [done, lost, wrong, ended, failed] = (await claimSome(5)) as [Claim, Claim, Claim, Claim, Claim]
  await runOutLease(server, lost.execution.id)
  bodyOf(await complete(server, ended))
  const nobody = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f'
  const answers = bodyOf<Answered[]>(
    await send([
      completionOf(lost),
      completionOf(done),
      completionOf(wrong, { lease_token: 999 }),
      completionOf(ended),
      { execution_id: nobody, success: true },
      { execution_id: '999999-1', success: true },
      completionOf(failed, { success: false, error_message: 'no disk' }),
      completionOf(done),
    ]),
  )
  assert.deepEqual(
    answers.map(({ execution, refusal }) => execution?.outcome ?? [refusal!.status, refusal!.code]),
    [
      [409, 'lease_lost'],
      'succeeded',
      [409, 'lease_lost'],
      [409, 'execution_completed'],
      [404, 'execution_not_found'],
      [404, 'execution_not_found'],
      'failed',
      [409, 'execution_completed'],
    ],
  )
  assert.equal((await readTask(server, wrong.task.id)).status, 'in_progress')
})

test('a batch that is sent again under its Idempotency-Key is done once, and answered alike', async () => {
  const claims = await claimSome(3)
  const asked = [
    ...claims.map((claim) => completionOf(claim)),
    completionOf(claims[0]!, { lease_token: 999 }),
  ]
  const first = await send(asked, { 'idempotency-key': 'a batch' })
  const again = await send(asked, { 'idempotency-key': 'a batch' })
  assert.deepEqual(again.body, bodyOf(first))
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual(
    bodyOf<Answered[]>(first).map(({ refusal }) => refusal?.code ?? null),
    [null, null, null, 'lease_lost'],
  )
  assert.equal((await recordOf(server, first)).length, 6)
})

test('a batch under a key finds out why not for each that is refused', async () => {
  const claims = await claimSome(4)
  for (const claim of claims.slice(0, 3)) bodyOf(await complete(server, claim))
  const answers = bodyOf<Answered[]>(
    await send(
      claims.map((claim) => completionOf(claim)),
      { 'idempotency-key': 'three refused' },
    ),
  )
  assert.deepEqual(
    answers.map(({ refusal }) => refusal?.code),
    ['execution_completed', 'execution_completed', 'execution_completed', undefined],
  )
})

test('batches of one moment, each under its key, hinder each other neither by a refusal nor by a task that is locked', async () => {
  const [wrong, ...claims] = (await claimSome(31)) as [Claim, ...Claim[]]
  const waiting = await createTask(server)
  for (const { task } of claims) await addEdge(server, waiting.id, task.id)
  const outsider = new pg.Client(server.databaseUrl)
  await outsider.connect()
  try {
    const batches = [0, 1, 2, 3, 4].map((nth) =>
      claims.slice(nth * 6, nth * 6 + 6).map((claim) => completionOf(claim)),
    )
    batches[1]!.push(completionOf(wrong, { lease_token: 999 }))
    await outsider.query('BEGIN')
    await outsider.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [claims[12]!.task.id])
    const sendAll = () =>
      batches.map((completions, nth) => send(completions, { 'idempotency-key': `moment ${nth}` }))
    const answers = sendAll()
    for (const nth of [0, 1, 3, 4]) bodyOf(await answers[nth]!)
    assert.equal((await readTask(server, claims[12]!.task.id)).status, 'in_progress')
    await outsider.query('ROLLBACK')
    const outcomes = (await Promise.all(answers)).map((answer) =>
      bodyOf<Answered[]>(answer).map(({ execution, refusal }) => execution?.outcome ?? refusal!.code),
    )
    const all = Array.from({ length: 6 }, () => 'succeeded')
    assert.deepEqual(outcomes, [all, [...all, 'lease_lost'], all, all, all])
    for (const [nth, again] of (await Promise.all(sendAll())).entries()) {
      assert.deepEqual(bodyOf(again), (await answers[nth]!).body)
      assert.equal(again.headers.get('idempotency-replayed'), 'true')
    }
    assert.equal((await readTask(server, waiting.id)).unmet_dependencies, 0)
    assert.deepEqual(await miscounts(server), [])
  } finally {
    await outsider.end()
  }
})

/** The connections of others, which hold tasks. */
async function outsiders<T>(work: (...clients: [pg.Client, pg.Client, pg.Client]) => Promise<T>): Promise<T> {
  const clients = [1, 2, 3].map(() => new pg.Client(server.databaseUrl)) as [pg.Client, pg.Client, pg.Client]
  try {
    for (const client of clients) await client.connect()
    return await work(...clients)
  } finally {
    for (const client of clients) await client.end()
  }
}

const lockTask = (client: pg.Client, { task }: Claim): Promise<unknown> =>
  client.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [task.id])

test('a batch that has done a part says so, when PostgreSQL ends the rest for a deadlock', () =>
  outsiders(async (one, two, looker) => {
    const claims = (await claimSome(3)) as [Claim, Claim, Claim]
    for (const client of [one, two]) await client.query('BEGIN')
    await lockTask(one, claims[1])
    await lockTask(two, claims[2])
    const answer = send(claims.map((claim) => completionOf(claim)))
    await untilWaiting(looker)
    await one.query('COMMIT')
    // Now it has the second and waits for the third, whose holder wants the second.
    await eventually('it has the second', async () => {
      const { rowCount } = await looker.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE SKIP LOCKED', [
        claims[1].task.id,
      ])
      return rowCount === 0
    })
    await lockTask(two, claims[1]).catch(() => undefined)
    await two.query('ROLLBACK')
    const outcomes = bodyOf<Answered[]>(await answer).map(({ execution }) => execution?.outcome)
    assert.deepEqual(outcomes, ['succeeded', 'succeeded', 'succeeded'])
  }))

test('a batch that has done a part says so, when the rest loses its connection', () =>
  outsiders(async (holder, looker) => {
    const claims = (await claimSome(3)) as [Claim, Claim, Claim]
    await holder.query('BEGIN')
    for (const claim of claims.slice(1)) await lockTask(holder, claim)
    const answer = send(claims.map((claim) => completionOf(claim)))
    await untilWaiting(looker)
    await endWaiting(looker)
    assert.deepEqual(
      bodyOf<Answered[]>(await answer).map(({ execution, refusal }) => execution?.outcome ?? refusal!.status),
      ['succeeded', 503, 503],
    )
    await holder.query('ROLLBACK')
    const rest = await send(claims.slice(1).map((claim) => completionOf(claim)))
    assert.ok(bodyOf<Answered[]>(rest).every(({ execution }) => execution))
  }))

test('a batch whose tasks could not be looked up keeps nothing under its key', () =>
  outsiders(async (holder, looker) => {
    const [claim] = (await claimSome(1)) as [Claim]
    const short = completionOf(claim, { execution_id: `${claim.task.number}-${claim.lease.token}` })
    const sendIt = () => send([short], { 'idempotency-key': 'looked up' })
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE executions IN ACCESS EXCLUSIVE MODE')
    const answer = sendIt()
    await untilWaiting(looker)
    await endWaiting(looker)
    await holder.query('ROLLBACK')
    problemOf(await answer, 503, 'unavailable')
    assert.equal(bodyOf<Answered[]>(await sendIt())[0]!.execution?.outcome, 'succeeded')
  }))

test('a task is named by its number and token, and by nobody of another tenant', async () => {
  const [claim] = (await claimSome(1)) as [Claim]
  const completion = completionOf(claim, { execution_id: `${claim.task.number}-${claim.lease.token}` })
  const stranger = await keyOfNewTenant(server)
  const [theirs] = bodyOf<Answered[]>(
    await server.post('/executions/complete', [completionOf(claim)], { key: stranger }),
  )
  assert.equal(theirs!.refusal!.code, 'execution_not_found')
  const [mine] = bodyOf<Answered[]>(await send([completion]))
  assert.equal(mine!.execution!.id, claim.execution.id)
})

test('what no batch may be is refused whole, by the index of what is wrong', async () => {
  const [claim] = (await claimSome(1)) as [Claim]
  assert.deepEqual(faultsOf(await send([])), ['completions'])
  assert.deepEqual(faultsOf(await send([completionOf(claim), { execution_id: 'x' }])), [
    'completions.1.execution_id',
    'completions.1.success',
  ])
  assert.deepEqual(faultsOf(await send(Array.from({ length: 101 }, () => completionOf(claim)))), [
    'completions',
  ])
  assert.equal((await readTask(server, claim.task.id)).status, 'in_progress')
})
