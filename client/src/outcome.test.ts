import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { problemOf } from '../../test/answers.ts'
import type { TestServer } from '../../test/server.ts'
import { createTask, readTask } from '../../test/tasks.ts'
import type { FaultProxy } from '../../test/torture/fault-proxy.ts'
import { faultyServer } from '../../test/torture/faulty-server.ts'
import { Cairn, CairnProblem } from './index.ts'

let direct: TestServer
/** Its connections to the database may lose an answer. */
let server: TestServer
let proxy: FaultProxy
let close: () => Promise<void>
before(async () => {
  ;({ direct, server, proxy, close } = await faultyServer())
})
after(() => close())

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
  const made = await direct.sql('SELECT FROM task_texts WHERE title = $1', ['made once'])
  assert.equal(made.length, 1)
})
