import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete } from '../../../test/claims.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type CallOptions, type TestServer } from '../../../test/server.ts'
import { moveTask } from '../../../test/tasks.ts'
import type { Claim } from '../executions/index.ts'
import type { Task } from '../tasks/index.ts'
import type { Dashboard } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** The server as the administrator of a tenant of its own sees it: what a dashboard counts is then known. */
async function newTenant(): Promise<TestServer> {
  const key = await keyOfNewTenant(server)
  const as = (options?: CallOptions): CallOptions => ({ key, ...options })
  return {
    ...server,
    get: (path, options) => server.get(path, as(options)),
    post: (path, body, options) => server.post(path, body, as(options)),
    patch: (path, body, options) => server.patch(path, body, as(options)),
  }
}

const dashboardOf = async (tenant: TestServer, query = ''): Promise<Dashboard> =>
  bodyOf<Dashboard>(await tenant.get(`/dashboard${query}`))

const add = async (tenant: TestServer, title: string, fields: object = {}): Promise<Task> =>
  bodyOf<Task>(await tenant.post('/tasks', { title, ...fields }), 201)

/** A claim of a new task that no other claim can take. */
async function claimed(
  tenant: TestServer,
  title: string,
  wish: object = {},
  fields: object = {},
): Promise<Claim> {
  await add(tenant, title, { tags: [title], ...fields })
  return claimOne(tenant, { tags: [title], ...wish })
}

const moveStart = (id: string, minutes: number): Promise<unknown> =>
  server.sql('UPDATE executions SET started_at = now() - make_interval(mins => $2::integer) WHERE id = $1', [
    id,
    minutes,
  ])

/** Makes an execution look as if it had run for so many seconds and ended then (milliseconds since 1970). */
const moveEnd = (id: string, ended: number, duration: number): Promise<unknown> =>
  server.sql(
    `UPDATE executions SET completed_at = $2, duration_seconds = $3::integer,
       started_at = $2::timestamptz - make_interval(secs => $3::integer) WHERE id = $1`,
    [id, new Date(ended).toISOString(), duration],
  )

test('a tenant in which nothing has happened has a dashboard of zeros', async () => {
  const { at, throughput, ...rest } = await dashboardOf(await newTenant())
  assert.ok(Date.parse(at) > 0)
  assert.equal(throughput.length, 97)
  for (const { start, ...point } of throughput) {
    assert.ok(Date.parse(start) <= Date.parse(at))
    assert.deepEqual(point, { completed: 0, failed: 0, given_up: 0, cost_dollars: 0 })
  }
  const none = {
    total: 0,
    ready: 0,
    assigned: 0,
    in_progress: 0,
    completed: 0,
    failed: 0,
    split: 0,
    blocked: 0,
  }
  assert.deepEqual(rest, {
    hours: 24,
    bucket_seconds: 900,
    tasks: none,
    queue: { startable: 0, oldest_seconds: null, median_seconds: null, oldest: null },
    agents: [],
    agent_types: 0,
    recent: [],
    working: { open: 0, stale: 0 },
    stale: [],
    blocking: { blockers: [], exact: true },
  })
})

test('tasks are counted by status, and of the ready ones those that wait', async () => {
  const tenant = await newTenant()
  const [first, waits] = [await add(tenant, 'first'), await add(tenant, 'waits')]
  await addEdge(tenant, waits.id, first.id)
  await moveTask(tenant, (await add(tenant, 'assigned')).id, 'assigned')
  await moveTask(tenant, (await add(tenant, 'running')).id, 'assigned', 'in_progress')
  await moveTask(tenant, (await add(tenant, 'done')).id, 'assigned', 'in_progress', 'completed')
  await moveTask(tenant, (await add(tenant, 'broken')).id, 'assigned', 'in_progress', 'failed')
  const { tasks, queue, working } = await dashboardOf(tenant)
  assert.deepEqual(tasks, {
    total: 6,
    ready: 2,
    assigned: 1,
    in_progress: 1,
    completed: 1,
    failed: 1,
    split: 0,
    blocked: 1,
  })
  assert.equal(queue.startable, 1)
  assert.deepEqual(working, { open: 1, stale: 0 })
})

test('the queue tells the age of the oldest task that can start, and the median age', async () => {
  const tenant = await newTenant()
  const minutes = [10, 20, 30, 40, 1_000]
  const tasks = []
  for (const age of minutes) {
    const task = await add(tenant, `${age}`)
    tasks.push(task)
    await server.sql(
      'UPDATE tasks SET created_at = now() - make_interval(mins => $2::integer) WHERE id = $1',
      [task.id, age],
    )
  }
  const { queue } = await dashboardOf(tenant)
  const near = (seconds: number | null, expected: number): void =>
    assert.ok(
      seconds !== null && seconds >= expected && seconds < expected + 600,
      `${seconds}, not ${expected}`,
    )
  assert.equal(queue.oldest?.id, tasks.at(-1)!.id)
  near(queue.oldest_seconds, 60_000)
  near(queue.median_seconds, 1_800)
})

test('what ended is counted by time and by agent type; given up is no failure', async () => {
  const tenant = await newTenant()
  const now = Date.now()
  const end = async (title: string, agent_type: string, minutes: number, fields: object): Promise<string> => {
    const claim = await claimed(tenant, title, { agent_type })
    bodyOf(await complete(tenant, claim, fields))
    await moveEnd(claim.execution.id, now - minutes * 60_000, 40)
    return claim.execution.id
  }
  const won = await end('won', 'coder', 50, { cost_dollars: 0.5 })
  const wonToo = await end('won too', 'coder', 50, { cost_dollars: 0.25 })
  const failed = await end('failed', 'coder', 30, { success: false, cost_dollars: 0.25 })
  const reviewed = await end('reviewed', 'reviewer', 20, {})
  await end('long ago', 'coder', 600, { cost_dollars: 100 })
  const given = await claimed(tenant, 'given up', { agent_type: 'coder' })
  bodyOf(await tenant.post(`/executions/${given.execution.id}/release`, { lease_token: given.lease.token }))

  const { throughput, agents, agent_types, recent, bucket_seconds } = await dashboardOf(tenant, '?hours=1')
  assert.deepEqual([bucket_seconds, throughput.length], [60, 61])
  const busy = throughput.filter((point) => point.completed + point.failed + point.given_up > 0)
  assert.deepEqual(
    busy.map(({ completed, failed, given_up, cost_dollars }) => [completed, failed, given_up, cost_dollars]),
    [
      [2, 0, 0, 0.75],
      [0, 1, 0, 0.25],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ],
  )
  assert.deepEqual(agents, [
    {
      agent_type: 'coder',
      completed: 2,
      failed: 1,
      lost: 0,
      released: 1,
      preempted: 0,
      success_rate: 66.67,
      average_duration: 40,
      average_cost: 0.333333,
      total_cost: 1,
    },
    {
      agent_type: 'reviewer',
      completed: 1,
      failed: 0,
      lost: 0,
      released: 0,
      preempted: 0,
      success_rate: 100,
      average_duration: 40,
      average_cost: 0,
      total_cost: 0,
    },
  ])
  assert.equal(agent_types, 2)
  assert.deepEqual(
    recent.map(({ execution_id }) => execution_id),
    [reviewed, failed, ...[won, wonToo].sort().reverse()],
  )
  assert.deepEqual([recent[0]!.task.title, recent[0]!.outcome], ['reviewed', 'succeeded'])
  const day = await dashboardOf(tenant)
  assert.equal(day.agents[0]!.total_cost, 101)
  assert.equal(
    day.throughput.reduce((sum, point) => sum + point.completed, 0),
    4,
  )
})

test('lists are cut: the newest completions, the busiest agents', async () => {
  const tenant = await newTenant()
  for (let n = 0; n < 12; n++)
    bodyOf(await complete(tenant, await claimed(tenant, `task ${n}`, { agent_type: `a${n}` })))
  const { recent, agents, agent_types } = await dashboardOf(tenant)
  assert.deepEqual(
    recent.map(({ task }) => task.title),
    Array.from({ length: 10 }, (_, n) => `task ${11 - n}`),
  )
  assert.deepEqual([agents.length, agent_types], [12, 12])
})

test('what runs too long is shown with its reasons, the longest running first', async () => {
  const tenant = await newTenant()
  const old = await claimed(tenant, 'old')
  await moveStart(old.execution.id, 121)
  const over = await claimed(tenant, 'over', {}, { effort_estimate: 10 })
  await moveStart(over.execution.id, 21)
  const within = await claimed(tenant, 'within', {}, { effort_estimate: 10 })
  await moveStart(within.execution.id, 19)
  const { working, stale } = await dashboardOf(tenant)
  assert.deepEqual(working, { open: 3, stale: 2 })
  assert.deepEqual(
    stale.map(({ task, reasons }) => [task.title, reasons]),
    [
      ['old', ['over_age']],
      ['over', ['over_estimate']],
    ],
  )
})

test('what blocks most is what nothing keeps from being done and most others wait for, directly or through others', async () => {
  const tenant = await newTenant()
  const [root, middle, leaf, far, other, waits, soft] = await Promise.all(
    ['root', 'middle', 'leaf', 'far', 'other', 'waits', 'soft'].map((title) => add(tenant, title)),
  )
  await addEdge(tenant, middle!.id, root!.id)
  await addEdge(tenant, leaf!.id, middle!.id)
  await addEdge(tenant, far!.id, leaf!.id)
  await addEdge(tenant, waits!.id, other!.id)
  await addEdge(tenant, leaf!.id, other!.id)
  await addEdge(tenant, soft!.id, root!.id, 'soft')
  const blockers = async (): Promise<unknown[]> =>
    (await dashboardOf(tenant)).blocking.blockers.map(({ task, direct, total }) => [
      task.title,
      direct,
      total,
    ])
  assert.deepEqual(await blockers(), [
    ['other', 2, 3],
    ['root', 1, 3],
  ])
  await moveTask(tenant, root!.id, 'assigned', 'in_progress', 'completed')
  assert.deepEqual(await blockers(), [
    ['other', 2, 3],
    ['middle', 1, 2],
  ])
  // A task that has failed still blocks, and says so.
  await moveTask(tenant, middle!.id, 'assigned', 'in_progress', 'failed')
  const { blocking } = await dashboardOf(tenant)
  assert.deepEqual(
    blocking.blockers.map(({ task }) => task.status),
    ['ready', 'failed'],
  )
  assert.ok(blocking.exact)
})

test('nobody sees a dashboard without the permission, and a wrong window is refused', async () => {
  problemOf(
    await server.get('/dashboard', { key: await keyWith(server, ['create_tasks']) }),
    403,
    'forbidden',
  )
  for (const hours of ['0', '8761', '-1', '1.5', 'NaN', '1e3x', ''])
    assert.deepEqual(faultsOf(await server.get(`/dashboard?hours=${hours}`)), ['hours'])
  assert.deepEqual(faultsOf(await server.get('/dashboard?days=2')), ['days'])
})
