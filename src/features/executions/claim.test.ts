import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { afterEach, after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultsOf } from '../../../test/answers.ts'
import { claimOne, claimTasks, complete, readExecution } from '../../../test/claims.ts'
import { addEdge } from '../../../test/graph.ts'
import { untilWaiting, whileHeld } from '../../../test/locks.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, patchTask, readTask } from '../../../test/tasks.ts'
import type { Claim } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())
// A claim takes whatever is there: each test begins with nothing.
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

const titles = (claims: readonly Claim[]): string[] => claims.map((claim) => claim.task.title)

test('a claim sets a task in progress, opens its execution and gives a lease', async () => {
  const ready = await createTask(server)
  const [claim, ...none] = await claimTasks(server, {
    worker_id: 'bifrost',
    agent_type: 'coder',
    lease_seconds: 60,
  })
  assert.deepEqual(none, [])
  const { task, execution, lease } = claim!
  assert.deepEqual(task, {
    ...ready,
    status: 'in_progress',
    assigned_worker: 'bifrost',
    version: 2,
    updated_at: task.updated_at,
  })
  assert.deepEqual(await readTask(server, task.id), task)
  assert.deepEqual(await readExecution(server, execution.id), execution)
  assert.deepEqual(
    [execution.task_id, execution.worker_id, execution.agent_type, execution.outcome, execution.cost_dollars],
    [task.id, 'bifrost', 'coder', null, 0],
  )
  assert.equal(execution.lease_expires_at, lease.expires_at)
  assert.equal(Date.parse(lease.expires_at) - Date.parse(execution.started_at), 60_000)
})

test('a lease lasts five minutes unless said otherwise', async () => {
  await createTask(server)
  const { execution, lease } = await claimOne(server)
  assert.equal(Date.parse(lease.expires_at) - Date.parse(execution.started_at), 300_000)
})

test('with nothing to hand out the answer is empty', async () => {
  assert.deepEqual(await claimTasks(server, { count: 100 }), [])
})

test('the order is priority_score where there is one, then priority, then age', async () => {
  for (const [title, priority] of [
    ['old low', 1],
    ['old high', 5],
    ['new high', 5],
    ['scored little', 5],
    ['scored much', 1],
    ['middle', 3],
  ] as const)
    await createTask(server, { title, priority })
  await server.sql(`UPDATE tasks t SET priority_score = CASE x.title WHEN 'scored much' THEN 9.5 ELSE 0.5 END
    FROM task_texts x WHERE x.task_id = t.id AND x.title LIKE 'scored%'`)
  const order = ['scored much', 'scored little', 'old high', 'new high', 'middle', 'old low']
  assert.deepEqual(titles(await claimTasks(server, { count: 4 })), order.slice(0, 4))
  assert.deepEqual(titles(await claimTasks(server, { count: 4 })), order.slice(4))
})

test('first comes what is assigned to this worker; what is assigned to another stays with them', async () => {
  await createTask(server, { title: 'urgent', priority: 5 })
  for (const [title, worker] of [
    ['mine', 'w'],
    ['of another', 'x'],
  ] as const) {
    const { id } = await createTask(server, { title, priority: 1 })
    await patchTask(server, id, { status: 'assigned', assigned_worker: worker })
  }
  const nobodys = await createTask(server, { title: 'assigned to nobody' })
  await patchTask(server, nobodys.id, { status: 'assigned' })
  assert.deepEqual(titles(await claimTasks(server, { count: 1 })), ['mine'])
  assert.deepEqual(titles(await claimTasks(server, { count: 9 })), ['urgent'])
  assert.deepEqual(titles(await claimTasks(server, { worker_id: 'x', count: 9 })), ['of another'])
})

test('what waits for something hard is not handed out, what waits softly is', async () => {
  const [blocked, soft, prerequisite] = await createTasks(server, [
    { title: 'blocked' },
    { title: 'soft' },
    { title: 'prerequisite' },
  ])
  await addEdge(server, blocked!.id, prerequisite!.id)
  await addEdge(server, soft!.id, prerequisite!.id, 'soft')
  const claims = await claimTasks(server, { count: 9 })
  assert.deepEqual(titles(claims).sort(), ['prerequisite', 'soft'])
  await complete(
    server,
    claims.find((claim) => claim.task.title === 'prerequisite')!,
  )
  assert.deepEqual(titles(await claimTasks(server, { count: 9 })), ['blocked'])
})

test('an assigned task that came to wait for something is not handed to its worker before that is done', async () => {
  const [task, prerequisite] = await createTasks(server, [{ title: 'task' }, { title: 'prerequisite' }])
  await patchTask(server, task!.id, { status: 'assigned', assigned_worker: 'w' })
  await addEdge(server, task!.id, prerequisite!.id)
  const [first] = await claimTasks(server, { count: 9 })
  assert.equal(first!.task.title, 'prerequisite')
  await complete(server, first!)
  assert.deepEqual(titles(await claimTasks(server)), ['task'])
})

test("a task's agent_type metadata keeps it for that kind of agent, set at creation, later, or taken away", async () => {
  const [one, two] = await createTasks(server, [
    { title: 'for reviewers', metadata: { agent_type: 'reviewer' } },
    { title: 'for all' },
  ])
  assert.deepEqual(titles(await claimTasks(server, { agent_type: 'coder', count: 1 })), ['for all'])
  assert.deepEqual(await claimTasks(server, { agent_type: 'coder' }), [])
  await server.post(`/tasks/${one!.id}/metadata`, { key: 'agent_type', value: 'tester' })
  assert.deepEqual(await claimTasks(server, { agent_type: 'reviewer' }), [])
  await server.del(`/tasks/${one!.id}/metadata/agent_type`)
  assert.deepEqual(titles(await claimTasks(server, { agent_type: 'coder' })), ['for reviewers'])
  assert.equal(two!.title, 'for all')
})

test('a claim takes only tasks with all of its tags, and of its priority or more', async () => {
  await createTasks(server, [
    { title: 'a', tags: ['a'], priority: 5 },
    { title: 'ab', tags: ['b', 'a'], priority: 2 },
    { title: 'abc', tags: ['a', 'b', 'c'], priority: 4 },
    { title: 'none', priority: 5 },
  ])
  const tags = ['a', 'b']
  assert.deepEqual(titles(await claimTasks(server, { tags, min_priority: 5, count: 9 })), [])
  assert.deepEqual(titles(await claimTasks(server, { tags, min_priority: 3, count: 9 })), ['abc'])
  assert.deepEqual(titles(await claimTasks(server, { tags, count: 9 })), ['ab'])
  assert.deepEqual(titles(await claimTasks(server, { min_priority: 4, count: 9 })), ['a', 'none'])
})

test('the token of a task grows with every claim of it', async () => {
  await createTask(server)
  const tokens: number[] = []
  for (let round = 0; round < 4; round++) {
    const claim = await claimOne(server)
    tokens.push(claim.lease.token)
    await server.post(`/executions/${claim.execution.id}/release`, { lease_token: claim.lease.token })
  }
  assert.deepEqual(
    tokens,
    [...new Set(tokens)].sort((a, b) => a - b),
  )
})

test('twenty claimers at once get twenty different tasks', async () => {
  await createTasks(
    server,
    Array.from({ length: 25 }, (_, i) => ({ title: `task ${i}` })),
  )
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, i) => claimOne(server, { worker_id: `w${i}` })),
  )
  assert.equal(new Set(claims.map((claim) => claim.task.id)).size, 20)
  assert.equal((await claimTasks(server, { count: 100 })).length, 5)
})

test('a claim out of range is 400 and names the field', async () => {
  const good = { worker_id: 'w', agent_type: 'coder' }
  const refused: [Record<string, unknown>, string][] = [
    [{ ...good, count: 0 }, 'count'],
    [{ ...good, count: 101 }, 'count'],
    [{ ...good, lease_seconds: 0 }, 'lease_seconds'],
    [{ ...good, lease_seconds: 86_401 }, 'lease_seconds'],
    [{ ...good, wait_seconds: 31 }, 'wait_seconds'],
    [{ ...good, min_priority: 6 }, 'min_priority'],
    [{ ...good, tags: [] }, 'tags'],
    [{ ...good, worker: 'w' }, 'worker'],
    [{ agent_type: 'coder' }, 'worker_id'],
    [{ worker_id: 'w' }, 'agent_type'],
    [{ ...good, worker_id: '' }, 'worker_id'],
  ]
  for (const [body, path] of refused)
    assert.deepEqual(faultsOf(await server.post('/tasks/claim', body)), [path], JSON.stringify(body))
})

test('a waiting claim is woken by a task that comes, and holds no connection meanwhile', async () => {
  const waiting = Array.from({ length: 15 }, (_, i) =>
    claimTasks(server, { worker_id: `waiter ${i}`, wait_seconds: 30 }),
  )
  // More wait than the pool has connections, and the server still works.
  await createTasks(
    server,
    Array.from({ length: 15 }, (_, i) => ({ title: `awaited ${i}` })),
  )
  const claims = (await Promise.all(waiting)).flat()
  assert.equal(new Set(claims.map((claim) => claim.task.id)).size, 15)
})

test('a waiting claim is woken by what a completion frees', async () => {
  const [prerequisite, task] = await createTasks(server, [{ priority: 5 }, { title: 'freed' }])
  await addEdge(server, task!.id, prerequisite!.id)
  const claim = await claimOne(server)
  const waiting = claimTasks(server, { wait_seconds: 30 })
  await complete(server, claim)
  assert.deepEqual(titles(await waiting), ['freed'])
})

test('a claim that waits in vain answers nothing', async () => {
  assert.deepEqual(await claimTasks(server, { wait_seconds: 1 }), [])
})

test('what a caller who hung up was waiting for goes to another', async () => {
  const gone = new AbortController()
  const hungUp = fetch(`${server.url}/tasks/claim`, {
    method: 'POST',
    signal: gone.signal,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ worker_id: 'gone', agent_type: 'coder', wait_seconds: 30 }),
  })
  await claimTasks(server)
  gone.abort()
  await assert.rejects(hungUp)
  // Until the server has heard of it: what it sees is that the socket was closed.
  await new Promise((resolve) => setTimeout(resolve, 100))
  await createTask(server)
  assert.equal((await claimOne(server, { wait_seconds: 5 })).execution.worker_id, 'w')
})

test('a claim that waits for its turn when its client hangs up takes nothing', async (t) => {
  // So many statements of claims may be under way at once, each of a kind of its own.
  const most = 3 * (1 + Math.max(1, Math.floor(availableParallelism() / 2)))
  const crowded = await testServer({ poolMax: most + 5 })
  t.after(() => crowded.close())
  const task = await createTask(crowded, { tags: ['awaited'] })
  await whileHeld(crowded.app.pool, 'LOCK TABLE task_texts IN ACCESS EXCLUSIVE MODE', [], async (looker) => {
    const others = Array.from({ length: most }, (_, nth) => claimTasks(crowded, { tags: [`none-${nth}`] }))
    await untilWaiting(looker, most)
    const hangUp = new AbortController()
    const gone = fetch(`${crowded.url}/tasks/claim`, {
      method: 'POST',
      headers: { authorization: `Bearer ${crowded.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ worker_id: 'gone', agent_type: 'coder', tags: ['awaited'] }),
      signal: hangUp.signal,
    })
    // It waits a moment for its turn, and then its client does not wait any more.
    await sleep(300)
    hangUp.abort()
    await assert.rejects(gone)
    await sleep(300)
    await looker.query('COMMIT')
    await Promise.all(others)
  })
  const [claim] = await claimTasks(crowded, { worker_id: 'stays', tags: ['awaited'], wait_seconds: 1 })
  assert.equal(claim?.task.id, task.id)
})
