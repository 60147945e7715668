import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete, readExecution, runOutLease } from '../../../test/claims.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Claim, Execution } from './schema.ts'

let server: TestServer
before(async () => void (server = await testServer()))
after(() => server.close())

const shortName = ({ task, lease }: Claim): string => `${task.number}-${lease.token}`

let made = 0

/** Claims a task made for it, which no other claim of this file can take. */
async function claimNew(): Promise<Claim> {
  const tags = [`t${++made}`]
  await createTask(server, { tags })
  return claimOne(server, { tags })
}

test("an execution is read, extended and completed by its task's number and its token", async () => {
  const claim = await claimNew()
  const name = shortName(claim)
  assert.equal((await readExecution(server, name)).id, claim.execution.id)
  const token = { lease_token: claim.lease.token }
  bodyOf(await server.post(`/executions/${name}/heartbeat`, { ...token, progress: 1 }))
  assert.equal((await readExecution(server, claim.execution.id)).progress, 1)
  const done = bodyOf<Execution>(
    await server.post(`/executions/${name}/complete`, { ...token, success: true }),
  )
  assert.deepEqual([done.id, done.outcome], [claim.execution.id, 'succeeded'])
  problemOf(
    await server.post(`/executions/${name}/complete`, { ...token, success: true }),
    409,
    'execution_completed',
  )
})

test('an execution is released by its short name', async () => {
  const claim = await claimNew()
  const token = { lease_token: claim.lease.token }
  const given = bodyOf<Execution>(await server.post(`/executions/${shortName(claim)}/release`, token))
  assert.equal(given.id, claim.execution.id)
})

test('a short name without its token ends nothing', async () => {
  const claim = await claimNew()
  problemOf(
    await server.post(`/executions/${shortName(claim)}/complete`, { success: true }),
    409,
    'lease_held',
  )
  await complete(server, claim)
})

test('the short name of a lost lease stays that of the lost execution', async () => {
  const lost = await claimNew()
  await runOutLease(server, lost.execution.id)
  problemOf(
    await server.post(`/executions/${shortName(lost)}/heartbeat`, { lease_token: lost.lease.token }),
    409,
    'lease_lost',
  )
  assert.equal((await readExecution(server, shortName(lost))).id, lost.execution.id)
})

test('however often the lease of a task is overridden, each is lost under its short name, which stays its own', async () => {
  const claims = [await claimNew()]
  const { number, tags } = claims[0]!.task
  for (let turn = 0; turn < 3; turn++) {
    bodyOf(await server.post(`/tasks/${number}/release`, { override: true }))
    const next = await claimOne(server, { tags })
    assert.equal(next.task.number, number)
    claims.push(next)
  }
  for (const claim of claims)
    assert.equal((await readExecution(server, shortName(claim))).id, claim.execution.id)
  const [last, ...overridden] = claims.toReversed() as [Claim, ...Claim[]]
  for (const claim of overridden)
    for (const name of [shortName(claim), claim.execution.id])
      problemOf(
        await server.post(`/executions/${name}/complete`, { success: true, lease_token: claim.lease.token }),
        409,
        'lease_lost',
      )
  bodyOf(await complete(server, last))
})

test('a short name that was never given is 404, as is that of another tenant; one that is none is 400', async () => {
  const claim = await claimNew()
  problemOf(await server.get(`/executions/${claim.task.number}-99`), 404, 'execution_not_found')
  problemOf(await server.get('/executions/9007199254740991-1'), 404, 'execution_not_found')
  const stranger = await keyOfNewTenant(server)
  problemOf(
    await server.get(`/executions/${shortName(claim)}`, { key: stranger }),
    404,
    'execution_not_found',
  )
  for (const name of ['17', '17-', '-3', '017-3', '17-3-1', '17-x', '99999999999999999-1'])
    problemOf(await server.get(`/executions/${name}`), 400, 'invalid_id')
  await complete(server, claim)
})
