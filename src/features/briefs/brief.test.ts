import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete } from '../../../test/claims.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'
import type { Brief } from './schema.ts'

let server: TestServer
before(async () => void (server = await testServer()))
after(() => server.close())

let made = 0

/** Creates a task and takes it, as nobody else in this file can. */
async function claimNew(fields: object = {}) {
  const tags = [`t${++made}`]
  await createTask(server, { ...fields, tags })
  return claimOne(server, { tags })
}

async function brief(ref: number, query = ''): Promise<Brief> {
  const answer = bodyOf<Brief>(await server.get(`/tasks/${ref}/brief${query}`))
  const budget = Number(/max_tokens=(\d+)/.exec(query)?.[1] ?? 2_000)
  // The estimate that is documented, made anew from what came over the wire.
  const length = Math.ceil(Buffer.byteLength(JSON.stringify(answer)) / 4)
  assert.ok(length <= budget, `${length} tokens for ${budget}`)
  assert.ok(
    answer.tokens <= budget && Math.abs(answer.tokens - length) <= 1,
    `${answer.tokens}, not ${length}`,
  )
  return answer
}

test('a brief holds the task, what its prerequisites left, and how its attempts ended', async () => {
  const needed = await claimNew({ title: 'Design it' })
  await complete(server, needed, { result: { document: 'docs/retry.md' } })
  const soft = await createTask(server, { title: 'Paint it' })
  const tags = ['whole']
  const task = await createTask(server, {
    title: 'Build it',
    description: 'By Tuesday.',
    tags,
    metadata: { branch: 'retry' },
    depends_on: [needed.task.number],
  })
  await addEdge(server, task.number, soft.number, 'soft')
  const first = await claimOne(server, { tags })
  await server.post(`/executions/${first.execution.id}/heartbeat`, {
    lease_token: first.lease.token,
    progress: { step: 2 },
  })
  await server.post(`/executions/${first.execution.id}/release`, {
    lease_token: first.lease.token,
    note: 'The fixtures are missing',
  })
  const second = await claimOne(server, { tags })
  await complete(server, second, { success: false, error_message: 'The tests are red' })

  const answer = await brief(task.number)
  assert.deepEqual(answer.task, {
    number: task.number,
    title: 'Build it',
    status: 'failed',
    priority: 3,
    effort_estimate: null,
    tags,
    assigned_worker: 'w',
    unmet_dependencies: 0,
    description: 'By Tuesday.',
  })
  assert.deepEqual(
    answer.attempts?.map(({ completed_at: _, ...attempt }) => attempt),
    [
      { outcome: 'failed', worker_id: 'w', error_message: 'The tests are red' },
      { outcome: 'released', worker_id: 'w', note: 'The fixtures are missing', progress: { step: 2 } },
    ],
  )
  assert.deepEqual(answer.prerequisites, [
    {
      number: needed.task.number,
      title: 'Design it',
      status: 'completed',
      dependency_type: 'hard',
      result: { document: 'docs/retry.md' },
    },
    { number: soft.number, title: 'Paint it', status: 'ready', dependency_type: 'soft' },
  ])
  assert.equal(answer.metadata?.['branch'], 'retry')
  assert.equal(answer.left_out, undefined)
})

test('a prerequisite speaks through its last success', async () => {
  const needed = await claimNew()
  await complete(server, needed, { success: false, result: 'of the failure' })
  await server.post(`/tasks/${needed.task.number}/retry`)
  const again = await claimOne(server, { tags: needed.task.tags })
  await complete(server, again, { result: 'of the success' })
  const task = await createTask(server, { depends_on: [needed.task.number] })
  assert.equal((await brief(task.number)).prerequisites?.[0]?.result, 'of the success')
})

/** A task with far more to tell than any small budget has room for. */
async function longStory(): Promise<Task> {
  const results = []
  for (let n = 0; n < 8; n++) {
    const needed = await claimNew({ title: `Prerequisite ${n} 😀`.repeat(8) })
    await complete(server, needed, { result: { text: '"é"😀\n'.repeat(700), n } })
    results.push(needed.task.number)
  }
  const tags = [`story${++made}`, ...Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(60, '\t'))]
  const task = await createTask(server, {
    title: '\u0001"😀'.repeat(160),
    description: 'What is to be done. '.repeat(1_000),
    tags,
    metadata: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key${n}`, 'value '.repeat(200)])),
    depends_on: results,
  })
  for (let n = 0; n < 4; n++) {
    const claim = await claimOne(server, { tags: tags.slice(0, 1), worker_id: '\u0007'.repeat(200) })
    await server.post(`/executions/${claim.execution.id}/release`, {
      lease_token: claim.lease.token,
      note: `Attempt ${n}: ${'it went wrong. '.repeat(300)}`,
    })
  }
  return task
}

test('no brief is longer than its budget, whatever is in it, and it says what it left out', async () => {
  const task = await longStory()
  let before = 0
  for (const max_tokens of [200, 201, 250, 300, 500, 1_000, 2_000, 5_000, 20_000, 100_000]) {
    const answer = await brief(task.number, `?max_tokens=${max_tokens}`)
    assert.equal(answer.left_out === undefined, max_tokens === 100_000, answer.left_out)
    assert.ok(answer.tokens >= before, `${max_tokens} says no less than the budget before`)
    before = answer.tokens
  }
})

test('what is most useful has its place first, and a budget is used', async () => {
  const task = await longStory()
  const small = await brief(task.number, '?max_tokens=500')
  assert.ok(small.task.description?.startsWith('What is to be done.'))
  assert.ok(small.task.description?.endsWith('…'))
  assert.equal(small.metadata, undefined)
  const middle = await brief(task.number, '?max_tokens=4000')
  assert.ok(middle.tokens > 3_500, `${middle.tokens} of 4000`)
  assert.match(middle.attempts?.[0]?.note ?? '', /^Attempt 3/)
  assert.equal(middle.prerequisites?.length, 8)
  assert.match(middle.left_out ?? '', /the ends of \d+ texts: ask with max_tokens=\d+ or more/)
})

test('the budget that left_out names leaves nothing out', async () => {
  const task = await longStory()
  let answer = await brief(task.number, '?max_tokens=300')
  for (let asked = 0; answer.left_out !== undefined; asked++) {
    assert.ok(asked < 10, answer.left_out)
    const budget = /max_tokens=(\d+)/.exec(answer.left_out)?.[1]
    answer = await brief(task.number, `?max_tokens=${budget}`)
  }
  assert.equal(answer.task.description, task.description)
})

test('fields are all that is told, beside the task itself', async () => {
  const { task } = await claimNew({ description: 'Long.', metadata: { a: 'b' } })
  const answer = await brief(task.number, '?fields=metadata')
  assert.deepEqual(Object.keys(answer), ['task', 'tokens', 'metadata'])
  assert.equal(answer.task.description, undefined)
})

test('a task that is not there, of another tenant or named wrongly is refused as everywhere', async () => {
  const task = await createTask(server)
  const stranger = await keyOfNewTenant(server)
  problemOf(await server.get('/tasks/999999/brief'), 404, 'task_not_found')
  problemOf(await server.get(`/tasks/${task.id}/brief`, { key: stranger }), 404, 'task_not_found')
  problemOf(await server.get('/tasks/x/brief'), 400, 'invalid_id')
  assert.deepEqual(faultsOf(await server.get(`/tasks/${task.id}/brief?max_tokens=199`)), ['max_tokens'])
  assert.deepEqual(faultsOf(await server.get(`/tasks/${task.id}/brief?fields=all`)), ['fields.0'])
})
