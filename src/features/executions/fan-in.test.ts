import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

interface Claimed {
  execution: { id: string }
  lease: { token: number }
}

/** Completes ten prerequisites of one task at the same instant; answers what the dependent then looks like. */
async function fanIn(claimNext: boolean): Promise<{ unmet_dependencies: number; status: string }> {
  const plan = Array.from({ length: 10 }, (_, n) => ({
    ref: `p${n}`,
    title: `prerequisite ${n}`,
    priority: 5,
  }))
  const created = await server.post('/tasks/batch', [
    ...plan,
    { title: 'waits for all', priority: 1, depends_on: plan.map(({ ref }) => ref) },
  ])
  assert.equal(created.status, 201)
  const claim = { worker_id: 'w', agent_type: 'coder', min_priority: 5, count: 10 }
  const { body: claims } = await server.post('/tasks/claim', claim)
  assert.equal(claims.length, 10)
  const answers = await Promise.all(
    (claims as Claimed[]).map(({ execution, lease }) =>
      server.post(`/executions/${execution.id}/complete`, {
        success: true,
        lease_token: lease.token,
        ...(claimNext ? { claim_next: { worker_id: 'w', agent_type: 'coder' } } : {}),
      }),
    ),
  )
  assert.deepEqual(
    answers.map((answer) => answer.status),
    answers.map(() => 200),
  )
  const { body } = await server.get(`/tasks/${created.body[10].id}`)
  await server.del(`/tasks/${created.body[10].id}`)
  return body
}

test('of ten prerequisites completed at the same instant each counts', async () => {
  for (let round = 0; round < 25; round++) assert.equal((await fanIn(false)).unmet_dependencies, 0)
})

test('of ten completions at once that claim what is next, one gets the task they freed', async () => {
  for (let round = 0; round < 25; round++) {
    const freed = await fanIn(true)
    assert.deepEqual([freed.unmet_dependencies, freed.status], [0, 'in_progress'])
  }
})
