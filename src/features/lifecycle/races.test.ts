import assert from 'node:assert/strict'
import { afterEach, after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf } from '../../../test/answers.ts'
import { claimOne, claimTasks, complete, readExecution } from '../../../test/claims.ts'
import { untilWaiting } from '../../../test/locks.ts'
import { miscounts } from '../../../test/graph.ts'
import { recordEnd, recordOf } from '../../../test/record.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, readTask } from '../../../test/tasks.ts'
import type { Claim } from '../executions/index.ts'
import type { Task } from '../tasks/index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

/**
 * Lets two requests about one task meet: both wait for its row, and are then let go, the first before the second. The
 * second has begun, and seen what there was, before the first ends.
 */
async function meet(
  task: string,
  requests: readonly [first: () => Promise<TestAnswer>, second: () => Promise<TestAnswer>],
): Promise<TestAnswer[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  await client.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [task])
  const answers: Promise<TestAnswer>[] = []
  for (const [nth, request] of requests.entries()) {
    answers.push(request())
    await untilWaiting(server.app.pool, nth + 1)
  }
  await client.query('COMMIT')
  await client.end()
  return Promise.all(answers)
}

const statuses = (answers: readonly TestAnswer[]): string[] =>
  answers.map(({ status, body }) => `${status} ${(body as { code?: string } | null)?.code ?? ''}`.trim())

/** A claimed task and one that waits for nothing yet. */
async function pair(): Promise<{ claim: Claim; late: Task }> {
  await createTask(server, { priority: 5 })
  const claim = await claimOne(server)
  return { claim, late: await createTask(server) }
}

const edge = (late: Task, claim: Claim) => () =>
  server.post(`/tasks/${late.id}/dependencies`, { depends_on_task_id: claim.task.id })
const next = { claim_next: { worker_id: 'w', agent_type: 'coder', count: 5 } }

for (const [how, more] of [
  ['a completion', {}],
  ['a completion that claims what is next', next],
] as const) {
  test(`${how} that began before an edge was added, and ends after it, counts it`, async () => {
    const { claim, late } = await pair()
    const answers = await meet(claim.task.id, [edge(late, claim), () => complete(server, claim, more)])
    assert.deepEqual(statuses(answers), ['201', '200'])
    const task = await readTask(server, late.id)
    assert.equal(task.unmet_dependencies, 0)
    assert.equal(task.status, 'claim_next' in more ? 'in_progress' : 'ready')
    assert.deepEqual(await miscounts(server), [])
  })

  test(`an edge that is added while ${how} runs finds its prerequisite completed`, async () => {
    const { claim, late } = await pair()
    const answers = await meet(claim.task.id, [() => complete(server, claim, more), edge(late, claim)])
    assert.equal(statuses(answers)[0], '200')
    assert.deepEqual(await miscounts(server), [])
    assert.equal((await readTask(server, late.id)).unmet_dependencies, 0)
  })

  test(`of ${how} and an override at the same moment the first counts, and the other is told`, async () => {
    for (const first of ['worker', 'override']) {
      const { claim } = await pair()
      const finish = () => complete(server, claim, more)
      const override = () => server.patch(`/tasks/${claim.task.id}`, { status: 'failed', override: true })
      const answers = await meet(claim.task.id, first === 'worker' ? [finish, override] : [override, finish])
      assert.deepEqual(
        statuses(answers),
        first === 'worker' ? ['200', '400 invalid_status_transition'] : ['200', '409 lease_lost'],
      )
      const expected = first === 'worker' ? 'succeeded completed' : 'failed failed'
      const { outcome } = await readExecution(server, claim.execution.id)
      assert.equal(`${outcome} ${(await readTask(server, claim.task.id)).status}`, expected)
    }
  })

  test(`${how} of a task that is being deleted is 404, and what waited for it is free`, async () => {
    const { claim, late } = await pair()
    bodyOf(await edge(late, claim)(), 201)
    const answers = await meet(claim.task.id, [
      () => server.del(`/tasks/${claim.task.id}`),
      () => complete(server, claim, more),
    ])
    assert.deepEqual(statuses(answers), ['204', '404 execution_not_found'])
    assert.equal((await readTask(server, late.id)).unmet_dependencies, 0)
    assert.deepEqual(await miscounts(server), [])
  })
}

test('two prerequisites that complete at the same moment free what waits for both, once', async () => {
  for (let round = 0; round < 5; round++) {
    const [, , last] = await createTasks(server, [
      { ref: 'a', priority: 5 },
      { ref: 'b', priority: 5 },
      { depends_on: ['a', 'b'] },
    ])
    const [one, two] = await claimTasks(server, { count: 2 })
    const answers = await meet(last!.id, [
      () => complete(server, one!, next),
      () => complete(server, two!, next),
    ])
    const claimed = answers.flatMap((answer) => bodyOf<{ next: Claim[] }>(answer).next)
    assert.deepEqual(
      claimed.map(({ task }) => task.id),
      [last!.id],
    )
    await complete(server, claimed[0]!)
  }
  assert.deepEqual(await miscounts(server), [])
})

test('what ends or begins after it waited for a change of the texts tells and records the new ones', async () => {
  const step = (claim: Claim, what: string, body: object) => () =>
    server.post(`/executions/${claim.execution.id}/${what}`, { lease_token: claim.lease.token, ...body })
  for (const [type, finish] of [
    ['task.completed', (claim: Claim) => step(claim, 'complete', { success: true })],
    ['task.failed', (claim: Claim) => step(claim, 'complete', { success: false, ...next })],
    ['task.released', (claim: Claim) => step(claim, 'release', {})],
  ] as const) {
    const { claim } = await pair()
    const { id } = claim.task
    const change = () => server.patch(`/tasks/${id}`, { title: `before ${type}` })
    const answers = await meet(id, [change, finish(claim)])
    assert.deepEqual(statuses(answers), ['200', '200'])
    const rows = await recordOf(server, answers[1]!)
    const row = rows.find(({ event_type }) => event_type === type)
    assert.deepEqual(row!.new_values, await readTask(server, id))
    assert.equal(row!.new_values['title'], `before ${type}`)
  }
})

/** Everything that sets a waiting task free: by the worker, by hand, and by the end of the edge or of its prerequisite. */
const WAYS_TO_FREE: Readonly<
  Record<string, (claim: Claim, dependency: { id: string; task_id: string }) => Promise<TestAnswer>>
> = {
  'a completion': (claim) => complete(server, claim),
  'a completion by hand': (claim) =>
    server.patch(`/tasks/${claim.task.id}`, { status: 'completed', lease_token: claim.lease.token }),
  'the removal of its edge': (_, { id, task_id }) => server.del(`/tasks/${task_id}/dependencies/${id}`),
  'the deletion of its prerequisite': (claim) => server.del(`/tasks/${claim.task.id}`),
}

for (const [how, free] of Object.entries(WAYS_TO_FREE))
  test(`what ${how} sets free is recorded with texts that changed while it waited`, async () => {
    const { claim, late } = await pair()
    const dependency = bodyOf<{ id: string; task_id: string }>(await edge(late, claim)(), 201)
    const change = () => server.patch(`/tasks/${late.id}`, { title: 'changed' })
    const answers = await meet(late.id, [change, () => free(claim, dependency)])
    for (const { status } of answers) assert.ok(status < 300, `${status}`)
    const row = (await recordOf(server, answers[1]!)).find((each) => each.event_type === 'task.unblocked')
    assert.deepEqual(row!.new_values, await readTask(server, late.id))
    assert.equal(row!.new_values['title'], 'changed')
  })

/** What the record says of each entity at last, beside what there is: they must be the same. */
async function differencesFromRecord(since: number): Promise<string[]> {
  const rows = (await server.sql(
    `SELECT DISTINCT ON (entity_id) entity_type, entity_id, event_type, new_values FROM audit_log
     WHERE entity_type IN ('task', 'execution') AND position > $1 ORDER BY entity_id, position DESC`,
    [since],
  )) as { entity_type: string; entity_id: string; event_type: string; new_values: object | null }[]
  const differences: string[] = []
  for (const { entity_type, entity_id, event_type, new_values } of rows) {
    const answer = await server.get(`/${entity_type}s/${entity_id}`)
    if (answer.status === 404) {
      if (entity_type === 'task' && new_values !== null)
        differences.push(`${entity_id} is gone, not ${event_type}`)
      continue
    }
    // Recounts above zero are not recorded, nor are leases that a test moves; and a row need not speak of metadata.
    const shape = (entity: object | null) =>
      JSON.stringify({ ...entity, metadata: 0, unmet_dependencies: 0, lease_expires_at: 0 })
    if (shape(answer.body as object) !== shape(new_values))
      differences.push(`${event_type} ${shape(new_values)}, but ${shape(answer.body as object)}`)
  }
  return differences
}

test('whatever many clients do to few tasks at once, nothing fails on our side and the record tells what there is', async () => {
  const since = await recordEnd(server)
  const tasks = (
    await createTasks(
      server,
      Array.from({ length: 12 }, () => ({})),
    )
  ).map(({ id }) => id)
  const pick = (): string => tasks[Math.floor(Math.random() * tasks.length)]!
  const held: Claim[] = []
  const failures: string[] = []
  const steps: (() => Promise<TestAnswer>)[] = [
    () => server.post(`/tasks/${pick()}/dependencies`, { depends_on_task_id: pick() }),
    () => server.patch(`/tasks/${pick()}`, { title: `t${Math.random()}`, status: 'assigned' }),
    () => server.patch(`/tasks/${pick()}`, { status: 'in_progress' }),
    () => server.patch(`/tasks/${pick()}`, { status: 'failed', override: true }),
    () => server.post(`/tasks/${pick()}/retry`),
    () => server.post(`/tasks/${pick()}/release`, { override: true }),
    () => server.post(`/tasks/${pick()}/tags`, [`t${Math.random()}`]),
    () => server.post(`/tasks/${pick()}/metadata`, { key: 'k', value: `${Math.random()}` }),
    () => server.post(`/tasks/${pick()}/executions`, { worker_id: 'w', agent_type: 'a', lease_seconds: 9 }),
    async () => {
      const answer = await server.post('/tasks/claim', { worker_id: 'w', agent_type: 'a', count: 3 })
      held.push(...bodyOf<Claim[]>(answer))
      return answer
    },
    async () => {
      const claim = held.splice(Math.floor(Math.random() * held.length), 1)[0]
      if (!claim) return server.get('/tasks?limit=1')
      const answer = await complete(server, claim, { success: Math.random() < 0.5, ...next })
      if (answer.status === 200) held.push(...(answer.body as { next: Claim[] }).next)
      return answer
    },
    async () => {
      await server.sql(
        `UPDATE executions SET lease_expires_at = now() WHERE id = ANY ($1) AND completed_at IS NULL`,
        [held.slice(0, 1).map(({ execution }) => execution.id)],
      )
      return server.get('/executions/stale')
    },
    async () => {
      const answer = await server.del(`/tasks/${pick()}`)
      tasks[Math.floor(Math.random() * tasks.length)] = (await createTask(server, { depends_on: [] })).id
      return answer
    },
  ]
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let round = 0; round < 60; round++) {
        const answer = await steps[Math.floor(Math.random() * steps.length)]!()
        if (answer.status >= 500) failures.push(`${answer.status} ${JSON.stringify(answer.body)}`)
      }
    }),
  )
  assert.deepEqual(failures, [])
  assert.deepEqual(await miscounts(server), [])
  await server.app.duties.stop()
  assert.deepEqual(await differencesFromRecord(since), [])
  const doubles = await server.sql(
    `SELECT task_id FROM executions WHERE completed_at IS NULL AND NOT beside GROUP BY 1 HAVING count(*) > 1`,
  )
  assert.deepEqual(doubles, [])
})
