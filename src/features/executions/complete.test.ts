import assert from 'node:assert/strict'
import { afterEach, after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimOne, claimTasks, complete, readExecution } from '../../../test/claims.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, patchTask, readTask } from '../../../test/tasks.ts'
import type { Claim, Execution } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

type Completed = Execution & { next?: Claim[] }

test('a success completes the task, and keeps what the worker tells of it', async () => {
  await createTask(server)
  const claim = await claimOne(server)
  const told = { cost_dollars: 0.042, result: { files: ['a.ts'], ok: true, n: 1.5, none: null } }
  const execution = bodyOf<Completed>(await complete(server, claim, told))
  assert.deepEqual(execution, {
    ...claim.execution,
    ...told,
    success: true,
    outcome: 'succeeded',
    completed_at: execution.completed_at,
    duration_seconds: execution.duration_seconds,
  })
  assert.ok(execution.completed_at !== null && execution.duration_seconds !== null)
  assert.deepEqual(await readExecution(server, execution.id), execution)
  const task = await readTask(server, claim.task.id)
  assert.deepEqual([task.status, task.version, task.assigned_worker], ['completed', 3, 'w'])
})

test('a failure makes the task failed, with the reason', async () => {
  await createTask(server)
  const claim = await claimOne(server)
  const execution = bodyOf<Completed>(
    await complete(server, claim, { success: false, error_message: 'no disk', cost_dollars: 1 }),
  )
  assert.deepEqual(
    [execution.success, execution.outcome, execution.error_message, execution.cost_dollars],
    [false, 'failed', 'no disk', 1],
  )
  assert.equal((await readTask(server, claim.task.id)).status, 'failed')
})

test('dollars are exact to the millionth', async () => {
  for (const [told, kept] of [
    [0.1 + 0.2, 0.3],
    [0.000001, 0.000001],
    [99_999_999, 99_999_999],
    [0, 0],
  ] as const) {
    await createTask(server)
    const execution = bodyOf<Completed>(
      await complete(server, await claimOne(server), { cost_dollars: told }),
    )
    assert.equal(execution.cost_dollars, kept)
  }
})

test('a second completion is 409 execution_completed and changes nothing', async () => {
  await createTask(server)
  const claim = await claimOne(server)
  const first = bodyOf<Completed>(await complete(server, claim, { result: 1 }))
  const task = await readTask(server, claim.task.id)
  const again = { success: false, cost_dollars: 9, result: 2, claim_next: {} }
  const problem = problemOf(await complete(server, claim, again), 409, 'execution_completed')
  assert.equal(problem['outcome'], 'succeeded')
  assert.deepEqual(await readExecution(server, first.id), first)
  assert.deepEqual(await readTask(server, claim.task.id), task)
})

test('of twenty completions at once exactly one counts, and the dependent is counted down once', async () => {
  const [task, waiting, other] = await createTasks(server, [{ priority: 5 }, {}, {}])
  await addEdge(server, waiting!.id, task!.id)
  await addEdge(server, waiting!.id, other!.id)
  const claim = await claimOne(server)
  const answers = await Promise.all(Array.from({ length: 20 }, () => complete(server, claim)))
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  for (const answer of answers.filter((each) => each.status !== 200))
    problemOf(answer, 409, 'execution_completed')
  assert.equal((await readTask(server, waiting!.id)).unmet_dependencies, 1)
  assert.deepEqual(await miscounts(server), [])
})

test('with a lease the token is required, and must be the right one', async () => {
  await createTask(server)
  const claim = await claimOne(server)
  problemOf(await complete(server, claim, { lease_token: undefined }), 409, 'lease_held')
  problemOf(await complete(server, claim, { lease_token: claim.lease.token + 1 }), 409, 'lease_lost')
  assert.deepEqual(await readExecution(server, claim.execution.id), claim.execution)
  assert.deepEqual(await readTask(server, claim.task.id), claim.task)
  bodyOf(await complete(server, claim))
})

test('an execution that does not exist is 404', async () => {
  const id = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'
  problemOf(await server.post(`/executions/${id}/complete`, { success: true }), 404, 'execution_not_found')
  const next = { success: true, claim_next: { count: 3 } }
  problemOf(await server.post(`/executions/${id}/complete`, next), 404, 'execution_not_found')
})

test('a completion out of range is 400 and names the field', async () => {
  await createTask(server)
  const claim = await claimOne(server)
  const refused: [Record<string, unknown>, string][] = [
    [{ success: 'yes' }, 'success'],
    [{ cost_dollars: -0.01 }, 'cost_dollars'],
    [{ cost_dollars: 1e9 }, 'cost_dollars'],
    [{ cost_dollars: '1' }, 'cost_dollars'],
    [{ result: 'x'.repeat(65_535) }, 'result'],
    [{ error_message: 'x'.repeat(65_537) }, 'error_message'],
    [{ lease_token: 0 }, 'lease_token'],
    [{ cost: 1 }, 'cost'],
    [{ claim_next: { count: 101 } }, 'claim_next.count'],
    [{ claim_next: { counts: 1 } }, 'claim_next.counts'],
    [{ claim_next: { wait_seconds: 1 } }, 'claim_next.wait_seconds'],
  ]
  for (const [fields, path] of refused)
    assert.deepEqual(
      faultsOf(await complete(server, claim, fields)),
      [path],
      JSON.stringify(fields).slice(0, 99),
    )
  assert.equal((await readExecution(server, claim.execution.id)).outcome, null)
})

test('claim_next claims in the same answer, the freed dependents among the candidates in the one order', async () => {
  const [first, freed, urgent, low, stillBlocked] = await createTasks(server, [
    { ref: 'first', title: 'first', priority: 5 },
    { title: 'freed', priority: 4, depends_on: ['first'] },
    { title: 'urgent', priority: 5 },
    { ref: 'low', title: 'low', priority: 1 },
    { title: 'still blocked', priority: 5, depends_on: ['first', 'low'] },
  ])
  const claim = await claimOne(server)
  assert.equal(claim.task.id, first!.id)
  const { next } = bodyOf<Completed>(
    await complete(server, claim, { claim_next: { count: 5, lease_seconds: 7 } }),
  )
  assert.deepEqual(
    next!.map(({ task }) => task.title),
    ['urgent', 'freed', 'low'],
  )
  for (const each of next!) {
    assert.deepEqual(await readTask(server, each.task.id), each.task)
    assert.deepEqual(await readExecution(server, each.execution.id), each.execution)
    assert.deepEqual([each.execution.worker_id, each.execution.agent_type], ['w', 'coder'])
    assert.equal(Date.parse(each.lease.expires_at) - Date.parse(each.execution.started_at), 7000)
    assert.equal(each.task.unmet_dependencies, 0)
  }
  assert.equal((await readTask(server, freed!.id)).status, 'in_progress')
  assert.equal((await readTask(server, stillBlocked!.id)).unmet_dependencies, 1)
  assert.deepEqual(await miscounts(server), [])
  assert.ok(urgent && low)
})

test('claim_next may name another worker, and keeps to agent types, tags and priority', async () => {
  await createTasks(server, [
    { ref: 'p', title: 'first', priority: 5 },
    { title: 'of reviewers', depends_on: ['p'], metadata: { agent_type: 'reviewer' } },
    { title: 'tagged', depends_on: ['p'], tags: ['t'], priority: 2 },
    { title: 'plain', depends_on: ['p'], priority: 2 },
  ])
  const claim = await claimOne(server)
  const { next } = bodyOf<Completed>(
    await complete(server, claim, { claim_next: { count: 9, tags: ['t'], min_priority: 2 } }),
  )
  assert.deepEqual(
    next!.map(({ task }) => task.title),
    ['tagged'],
  )
  const again = bodyOf<Completed>(
    await complete(server, next![0]!, {
      claim_next: { count: 9, worker_id: 'rev-1', agent_type: 'reviewer' },
    }),
  )
  assert.deepEqual(
    again.next!.map(({ task, execution }) => [task.title, task.assigned_worker, execution.worker_id]),
    [
      ['of reviewers', 'rev-1', 'rev-1'],
      ['plain', 'rev-1', 'rev-1'],
    ],
  )
})

test('a freed dependent that is assigned goes to its own worker, and to nobody else', async () => {
  const [first, mine, others] = await createTasks(server, [
    { title: 'first', priority: 5 },
    { title: 'mine', priority: 1 },
    { title: "another's", priority: 4 },
  ])
  await patchTask(server, mine!.id, { status: 'assigned', assigned_worker: 'w' })
  await patchTask(server, others!.id, { status: 'assigned', assigned_worker: 'x' })
  await addEdge(server, mine!.id, first!.id)
  await addEdge(server, others!.id, first!.id)
  await createTask(server, { title: 'ready', priority: 5 })
  const claim = await claimOne(server)
  assert.equal(claim.task.title, 'first')
  const { next } = bodyOf<Completed>(await complete(server, claim, { claim_next: { count: 9 } }))
  assert.deepEqual(
    next!.map(({ task }) => task.title),
    ['mine', 'ready'],
  )
})

test('claim_next with nothing to hand out is empty, and without it there is no next', async () => {
  await createTasks(server, [{}, {}])
  const [one, two] = await claimTasks(server, { count: 2 })
  assert.equal('next' in bodyOf<Completed>(await complete(server, one!)), false)
  assert.deepEqual(bodyOf<Completed>(await complete(server, two!, { claim_next: {} })).next, [])
})

test('a failed completion claims next as well, and frees nobody', async () => {
  const [first, waiting] = await createTasks(server, [{ priority: 5 }, {}])
  await addEdge(server, waiting!.id, first!.id)
  await createTask(server, { title: 'other', priority: 1 })
  const claim = await claimOne(server)
  const { next } = bodyOf<Completed>(
    await complete(server, claim, { success: false, claim_next: { count: 9 } }),
  )
  assert.deepEqual(
    next!.map(({ task }) => task.title),
    ['other'],
  )
  assert.equal((await readTask(server, waiting!.id)).unmet_dependencies, 1)
})

test('a refused completion claims nothing', async () => {
  await createTasks(server, [{}, {}])
  const claim = await claimOne(server)
  const wrong = { lease_token: claim.lease.token + 1, claim_next: { worker_id: 'w', agent_type: 'coder' } }
  problemOf(await complete(server, claim, wrong), 409, 'lease_lost')
  assert.equal((await claimTasks(server, { count: 9 })).length, 1)
})

test('a thousand dependents of one task are all counted down by its completion', async () => {
  const hub = await createTask(server, { priority: 5 })
  for (let i = 0; i < 10; i++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({ depends_on: [hub.id], priority: 1 })),
    )
  bodyOf(await complete(server, await claimOne(server)))
  assert.deepEqual(await miscounts(server), [])
  assert.equal((await claimTasks(server, { count: 100 })).length, 100)
})
