import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../test/answers.ts'
import { claimOne } from '../../test/claims.ts'
import type { TestServer } from '../../test/server.ts'
import { createTask, readTask } from '../../test/tasks.ts'
import type { FaultProxy } from '../../test/torture/fault-proxy.ts'
import { faultyServer } from '../../test/torture/faulty-server.ts'

// A change that is made, and whose answer never comes from the database: nobody may take it for one that was not made.

let direct: TestServer
/** Its connections to the database may lose an answer. */
let server: TestServer
let proxy: FaultProxy
let close: () => Promise<void>
before(async () => {
  ;({ direct, server, proxy, close } = await faultyServer())
})
after(() => close())

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
