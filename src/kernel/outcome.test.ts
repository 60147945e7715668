import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cairn, CairnProblem } from '../../client/src/index.ts'
import { bodyOf, problemOf } from '../../test/answers.ts'
import { claimOne } from '../../test/claims.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { createTask, readTask } from '../../test/tasks.ts'
import { FaultProxy, targetOf } from '../../test/torture/fault-proxy.ts'

// A change that is made, and whose answer never comes from the database: nobody may take it for one that was not made.

let direct: TestServer
let server: TestServer
let proxy: FaultProxy
before(async () => {
  direct = await testServer()
  proxy = new FaultProxy(targetOf(direct.databaseUrl))
  const through = new URL(direct.databaseUrl)
  through.host = `127.0.0.1:${await proxy.listen()}`
  server = await testServer({ databaseUrl: through.href, key: direct.key })
  // What they ask for goes over the same connections.
  await server.app.duties.stop()
})
after(async () => {
  await server.close()
  await proxy.close()
  await direct.close()
})

const titled = (title: string): Promise<unknown[]> =>
  direct.sql('SELECT FROM task_texts WHERE title = $1', [title])

const SURFACES = [
  { what: 'a transaction', title: 'lost in a commit', lost: ['lost in a commit', 'COMMIT'], waits: true },
  { what: 'a statement', title: 'lost in a statement', lost: ['lost in a statement'], waits: false },
]

for (const { what, title, lost, waits } of SURFACES)
  test(`of ${what} whose answer is lost it is said that it may have been done, and not when to send it again`, async () => {
    const depends_on = waits ? [(await createTask(direct)).number] : []
    proxy.loseAnswer(...lost)
    const answer = await server.post('/tasks', { title, depends_on })
    const problem = problemOf(answer, 503, 'outcome_unknown')
    assert.match(String(problem['detail']), /see what is there before you send it again/)
    assert.equal(answer.headers.get('retry-after'), null)
    assert.equal((await titled(title)).length, 1)
  })

for (const { what, title: lostTitle, lost, waits } of SURFACES)
  test(`${what} whose answer is lost is done once under a key, which gives the answer`, async () => {
    const title = `${lostTitle} under a key`
    const depends_on = waits ? [(await createTask(direct)).number] : []
    const headers = { 'idempotency-key': title }
    const send = () => server.post('/tasks', { title, depends_on }, { headers })
    // Under a key there is always a transaction.
    proxy.loseAnswer(lost[0]!, 'COMMIT')
    const answer = await send()
    problemOf(answer, 503, 'outcome_unknown')
    assert.equal(answer.headers.get('retry-after'), '1')
    const again = await send()
    assert.equal(again.headers.get('idempotency-replayed'), 'true')
    bodyOf(again, 201)
    assert.equal((await titled(title)).length, 1)
  })

test('a claim whose answer is lost says so; a read is nothing that may have been done', async () => {
  const { id } = await createTask(direct, { tags: ['lost-claim'] })
  proxy.loseAnswer('lost-worker')
  const claim = { worker_id: 'lost-worker', agent_type: 'coder', tags: ['lost-claim'] }
  problemOf(await server.post('/tasks/claim', claim), 503, 'outcome_unknown')
  assert.equal((await readTask(direct, id)).status, 'in_progress')
  proxy.loseAnswer(id)
  problemOf(await server.get(`/tasks/${id}`), 503, 'unavailable')
})

test('a completion in a batch whose answer is lost says so', async () => {
  const { id } = await createTask(direct, { tags: ['lost-end'] })
  const { execution, lease } = await claimOne(direct, { tags: ['lost-end'] })
  proxy.loseAnswer(execution.id)
  const completions = [{ execution_id: execution.id, success: true, lease_token: lease.token }]
  const [done] = bodyOf<{ refusal: { code: string } }[]>(
    await server.post('/executions/complete', completions),
  )
  assert.equal(done!.refusal.code, 'outcome_unknown')
  assert.equal((await readTask(direct, id)).status, 'completed')
})

const problemFrom = async (work: Promise<unknown>): Promise<CairnProblem> => {
  const problem: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(problem instanceof CairnProblem, String(problem))
  return problem
}

const at = ({ id }: { id: string }) => ({ params: { path: { task_id: id } } })

test('the client sends again only what may be sent again, and says of the rest that it may have been done', async () => {
  const cairn = new Cairn(server)
  const plain = await createTask(direct)
  proxy.loseAnswer('plainly changed', 'COMMIT')
  const once = await problemFrom(
    cairn.patch('/tasks/{task_id}', { ...at(plain), body: { title: 'plainly changed' } }),
  )
  assert.equal(once.code, 'outcome_unknown')
  assert.equal((await readTask(direct, plain.id)).version, 2)

  const versioned = await createTask(direct)
  proxy.loseAnswer('changed by version', 'COMMIT')
  const twice = await problemFrom(
    cairn.patch('/tasks/{task_id}', {
      params: { path: { task_id: versioned.id }, header: { 'If-Match': '"1"' } },
      body: { title: 'changed by version' },
    }),
  )
  assert.deepEqual([twice.code, twice.uncertain], ['version_mismatch', true])

  const gone = await createTask(direct)
  proxy.loseAnswer(gone.id, 'COMMIT')
  await cairn.delete('/tasks/{task_id}', at(gone))
  problemOf(await direct.get(`/tasks/${gone.id}`), 404, 'task_not_found')

  proxy.loseAnswer('made once', 'COMMIT')
  await cairn.post('/tasks', { body: { title: 'made once' } })
  assert.equal((await titled('made once')).length, 1)
})
