import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { claimOne, complete } from '../../../test/claims.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'
import type { Claim, ListedExecution } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

let made = 0

/** A task that only the claim of this call can take. */
async function claimed(wish: object = {}, fields: object = {}): Promise<Claim> {
  const tags = [`only-${++made}`]
  await createTask(server, { tags, ...fields })
  return claimOne(server, { tags, ...wish })
}

const list = async (query: string): Promise<ListedExecution[]> =>
  bodyOf<ListedExecution[]>(await server.get(`/executions?${query}`))
const idsOf = async (query: string): Promise<string[]> => (await list(query)).map(({ id }) => id)

test('executions are listed newest first, each with its task, and cut into pages that nothing moves', async () => {
  const agent = 'pages'
  const claims: Claim[] = []
  for (let n = 0; n < 5; n++) claims.push(await claimed({ agent_type: agent }, { title: `task ${n}` }))
  const all = claims.map(({ execution }) => execution.id).reverse()
  const whole = await list(`agent_type=${agent}`)
  assert.deepEqual(
    whole.map(({ id }) => id),
    all,
  )
  const { task } = claims.at(-1)!
  assert.deepEqual(whole[0]!.task, {
    id: task.id,
    number: task.number,
    title: 'task 4',
    status: 'in_progress',
  })

  const seen: string[] = []
  for (let path: string | undefined = `/executions?agent_type=${agent}&limit=2`; path;) {
    const answer = await server.get(path)
    seen.push(...bodyOf<ListedExecution[]>(answer).map(({ id }) => id))
    await claimed({ agent_type: agent })
    path = nextPage(answer)
  }
  assert.deepEqual(seen, all)
})

test('a list is narrowed by agent, worker, outcome, task, time, and whether it runs', async () => {
  const worker_id = 'narrow worker'
  const won = await claimed({ worker_id, agent_type: 'narrow-a' })
  await complete(server, won)
  const failed = await claimed({ worker_id, agent_type: 'narrow-a' })
  await complete(server, failed, { success: false })
  const open = await claimed({ worker_id, agent_type: 'narrow-b' })
  const ids = { won: won.execution.id, failed: failed.execution.id, open: open.execution.id }
  const of = `worker_id=${encodeURIComponent(worker_id)}`
  assert.deepEqual(await idsOf(of), [ids.open, ids.failed, ids.won])
  assert.deepEqual(await idsOf(`${of}&agent_type=narrow-a`), [ids.failed, ids.won])
  assert.deepEqual(await idsOf(`${of}&outcome=failed`), [ids.failed])
  assert.deepEqual(await idsOf(`${of}&outcome=failed&outcome=succeeded`), [ids.failed, ids.won])
  assert.deepEqual(await idsOf(`${of}&open=true`), [ids.open])
  assert.deepEqual(await idsOf(`${of}&open=false`), [ids.failed, ids.won])
  assert.deepEqual(await idsOf(`task_id=${won.task.number}`), [ids.won])
  assert.deepEqual(await idsOf(`task_id=${failed.task.id}`), [ids.failed])

  const moment = encodeURIComponent(failed.execution.started_at)
  assert.deepEqual(await idsOf(`${of}&since=${moment}`), [ids.open, ids.failed])
  assert.deepEqual(await idsOf(`${of}&until=${moment}`), [ids.failed, ids.won])
  assert.deepEqual(await idsOf(`${of}&since=2999-01-01T00:00:00Z`), [])
  assert.deepEqual(await idsOf(`${of}&until=1999-01-01T00:00:00Z`), [])

  const all = `${of}&agent_type=narrow-a&outcome=succeeded&open=false&task_id=${won.task.id}&since=2020-01-01T00:00:00Z&until=2999-01-01T00:00:00Z`
  assert.deepEqual(await idsOf(all), [ids.won])
})

test('an attempt could begin when the one before ended, and its waiting is what lies between', async () => {
  const first = await claimed({ agent_type: 'attempts' })
  const { completed_at } = bodyOf<{ completed_at: string }>(await complete(server, first, { success: false }))
  await server.post(`/tasks/${first.task.id}/retry`)
  await claimOne(server, { tags: first.task.tags, agent_type: 'attempts' })
  const [second, before] = await list('agent_type=attempts')
  assert.deepEqual(
    [second!.attempt, second!.startable_since, before!.attempt, before!.startable_since],
    [2, completed_at, 1, first.task.created_at],
  )
})

test('a task that waited for a prerequisite could begin when that was completed', async () => {
  const first = await claimed({ agent_type: 'freed' })
  const waiting = await createTask(server, { tags: ['freed'] })
  const soft = await claimed({ agent_type: 'freed' })
  await addEdge(server, waiting.id, first.task.id)
  await addEdge(server, waiting.id, soft.task.id, 'soft')
  const { completed_at } = bodyOf<{ completed_at: string }>(await complete(server, first))
  await complete(server, soft)
  await claimOne(server, { tags: ['freed'], agent_type: 'freed' })
  const [last] = await list('agent_type=freed')
  assert.deepEqual([last!.task.id, last!.startable_since], [waiting.id, completed_at])
})

test("another tenant's executions are not there, and nobody reads them without the permission", async () => {
  const { task } = await claimed()
  const stranger = { key: await keyOfNewTenant(server) }
  assert.deepEqual(bodyOf(await server.get('/executions', stranger)), [])
  assert.deepEqual(bodyOf(await server.get(`/executions?task_id=${task.id}`, stranger)), [])
  problemOf(await server.get(`/executions?task_id=${task.number}`, stranger), 404, 'task_not_found')
  const own = bodyOf<Task>(await server.post('/tasks', { title: 'own' }, stranger), 201)
  assert.deepEqual(bodyOf(await server.get(`/executions?task_id=${own.number}`, stranger)), [])
  problemOf(
    await server.get('/executions', { key: await keyWith(server, ['create_tasks']) }),
    403,
    'forbidden',
  )
  const page = await server.get('/executions?limit=1')
  problemOf(await server.get(nextPage(page)!, stranger), 400, 'invalid_cursor')
})

test('what does not fit a filter is refused and named', async () => {
  const bad = {
    agent_type: '',
    worker_id: 'x'.repeat(201),
    outcome: 'won',
    task_id: 'no-such',
    open: 'maybe',
    since: 'yesterday',
    until: '2026-13-01T00:00:00Z',
    limit: '1001',
    offset: '-1',
    worker: 'w',
  }
  for (const [field, value] of Object.entries(bad)) {
    const answer = await server.get(`/executions?${field}=${encodeURIComponent(value)}`)
    assert.deepEqual(
      faultsOf(answer).map((path) => path.split('.')[0]),
      [field],
    )
  }
  problemOf(await server.get('/executions?cursor=x.y'), 400, 'invalid_cursor')
  const page = await server.get('/executions?limit=1')
  problemOf(await server.get(`${nextPage(page)!}&open=true`), 400, 'invalid_cursor')
  assert.deepEqual(await idsOf(`worker_id=${encodeURIComponent("'; DROP TABLE executions; --")}`), [])
})
