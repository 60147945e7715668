import assert from 'node:assert/strict'
import { afterEach, after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimTasks, complete, readExecution, runOutLease } from '../../../test/claims.ts'
import { miscounts } from '../../../test/graph.ts'
import { untilWaiting } from '../../../test/locks.ts'
import { recordEnd, recordSince, typesOf } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, readTask } from '../../../test/tasks.ts'
import { declaredStatements, transact, type Scope } from '../../kernel/database.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { claimForAll } from './claim.ts'
import { completeForAll, type CompletionCall } from './complete.ts'
import type { Claim } from './schema.ts'

let server: TestServer
let scope: Scope
before(async () => {
  server = await testServer()
  scope = { db: server.app.pool, tenant: DEFAULT_TENANT }
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

const ending = ({ execution, lease }: Claim, nth = 0): CompletionCall => ({
  origin: JSON.stringify({ kind: 'system', id: null, name: 'test', request_id: `call ${nth}` }),
  ending: {
    execution_id: execution.id,
    success: true,
    cost_dollars: 0,
    error_message: null,
    result: undefined,
    lease_token: lease.token,
  },
  next: undefined,
})

/** The completion's own statement with something else in a part of its text, for calls that claim nothing next. */
async function completeWith(guard: string, instead: string, claims: readonly Claim[]): Promise<number> {
  const { text } = declaredStatements().find(({ name }) => name === 'executions.complete:waits')!
  assert.ok(text.includes(guard), `the guard is in the statement: ${guard}`)
  const calls = claims.map(ending)
  const endings = claims.map(({ execution, lease }) => ({
    execution_id: execution.id,
    success: true,
    cost: 0,
    token: lease.token,
  }))
  const rows = await server.sql(text.replaceAll(guard, instead), [
    DEFAULT_TENANT,
    `[${calls.map(({ origin }) => origin).join(',')}]`,
    JSON.stringify(endings),
  ])
  return rows.length
}

/** So many claimed prerequisites, and the tasks that wait for all of them. */
async function fanIn(
  prerequisites: number,
  dependents: number,
): Promise<{ claims: Claim[]; waiting: string[] }> {
  const refs = Array.from({ length: prerequisites }, (_, n) => `p${n}`)
  const created = await createTasks(server, [
    ...refs.map((ref) => ({ ref, priority: 5 })),
    ...Array.from({ length: dependents }, () => ({ priority: 1, depends_on: refs })),
  ])
  const claims = await claimTasks(server, { min_priority: 5, count: prerequisites })
  assert.equal(claims.length, prerequisites)
  return { claims, waiting: created.slice(prerequisites).map(({ id }) => id) }
}

const unmet = async (ids: readonly string[]): Promise<number[]> =>
  Promise.all(ids.map(async (id) => (await readTask(server, id)).unmet_dependencies))

test('of prerequisites that end in one statement each counts, and what they free is told once, as the last one did it', async () => {
  const { claims, waiting } = await fanIn(10, 3)
  const before = await recordEnd(server)
  const answers = await completeForAll(scope, claims.map(ending), 'skips')
  assert.deepEqual(
    answers.map((answer) => answer?.execution.id),
    claims.map(({ execution }) => execution.id),
  )
  assert.deepEqual(await unmet(waiting), [0, 0, 0])
  assert.deepEqual(await miscounts(server), [])
  const rows = await recordSince(server, before)
  assert.deepEqual(typesOf(rows), [
    ...Array.from({ length: 10 }, () => 'execution.completed'),
    ...Array.from({ length: 10 }, () => 'task.completed'),
    ...Array.from({ length: 3 }, () => 'task.unblocked'),
  ])
  for (const row of rows.filter(({ event_type }) => event_type === 'task.unblocked')) {
    assert.deepEqual(row.old_values, { unmet_dependencies: 10 })
    assert.deepEqual(row.new_values, await readTask(server, row.entity_id))
  }
  const origins = (await server.sql(
    `SELECT request_id, event_type, entity_id FROM audit_log WHERE position > $1 ORDER BY position`,
    [before],
  )) as { request_id: string; event_type: string; entity_id: string }[]
  for (const [nth, { execution, task }] of claims.entries())
    assert.deepEqual(
      origins.filter(({ entity_id }) => entity_id === execution.id || entity_id === task.id),
      [
        { request_id: `call ${nth}`, event_type: 'execution.completed', entity_id: execution.id },
        { request_id: `call ${nth}`, event_type: 'task.completed', entity_id: task.id },
      ],
    )
})

test('that each of them counts is what the count is for: a statement that counts dependents once loses the others', async () => {
  const { claims, waiting } = await fanIn(4, 1)
  assert.equal(await completeWith('count(*)::integer AS met', '1 AS met', claims), 4)
  assert.deepEqual(await unmet(waiting), [3])
  assert.equal((await miscounts(server)).length, 1)
})

for (const locking of ['skips', 'waits'] as const)
  test(`prerequisites that end in two statements at once all count (${locking})`, async () => {
    for (let round = 0; round < 15; round++) {
      const { claims, waiting } = await fanIn(10, 5)
      const halves = [claims.filter((_, i) => i % 2 === 0), claims.filter((_, i) => i % 2 === 1)]
      const answers = await Promise.all(
        halves.map((half) => completeForAll(scope, half.map(ending), locking)),
      )
      assert.equal(answers.flat().filter((answer) => answer).length, 10)
      assert.deepEqual(await unmet(waiting), [0, 0, 0, 0, 0])
    }
    assert.deepEqual(await miscounts(server), [])
  })

/** Adds a hard edge to the first claim's task while a statement that ends all of the claims waits for that task. */
async function meetNewEdge<T>(claims: readonly Claim[], late: string, run: () => Promise<T>): Promise<T> {
  const [{ task }] = claims as [Claim]
  const sent = await transact(server.app.pool, async (db) => {
    await db.query('UPDATE tasks SET dependents_version = dependents_version + 1 WHERE id = $1', [task.id])
    await db.query('UPDATE tasks SET unmet_dependencies = 1 WHERE id = $1', [late])
    await db.query('INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id) VALUES ($1, $2, $3)', [
      DEFAULT_TENANT,
      late,
      task.id,
    ])
    const answer = run()
    await untilWaiting(server.app.pool)
    return { answer }
  })
  return sent.answer
}

async function claimsAndLate(): Promise<{ claims: Claim[]; late: string }> {
  const { claims } = await fanIn(3, 0)
  return { claims, late: (await createTask(server)).id }
}

test('an ending whose task got a new edge meanwhile is left alone; the others of its statement are done', async () => {
  const { claims, late } = await claimsAndLate()
  const answers = await meetNewEdge(claims, late, () => completeForAll(scope, claims.map(ending), 'waits'))
  assert.deepEqual(
    answers.map((answer) => answer !== undefined),
    [false, true, true],
  )
  assert.deepEqual(await unmet([late]), [1])
  const again = await completeForAll(scope, claims.map(ending), 'waits')
  assert.deepEqual(
    again.map((answer) => answer !== undefined),
    [true, false, false],
  )
  assert.deepEqual(await unmet([late]), [0])
  assert.deepEqual(await miscounts(server), [])
})

test('it is dependents_version that tells: without it that statement ends all, and the new edge waits for ever', async () => {
  const { claims, late } = await claimsAndLate()
  const ended = await meetNewEdge(claims, late, () =>
    completeWith('h.newest_version = h.dependents_version', 'true', claims),
  )
  assert.equal(ended, 3)
  assert.deepEqual(await unmet([late]), [1])
  assert.equal((await miscounts(server)).length, 1)
})

test('where locks are skipped an ending whose task another transaction holds is left alone at once', async () => {
  const { claims } = await fanIn(3, 0)
  const answers = await transact(server.app.pool, async (db) => {
    await db.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [claims[1]!.task.id])
    return completeForAll(scope, claims.map(ending), 'skips')
  })
  assert.deepEqual(
    answers.map((answer) => answer !== undefined),
    [true, false, true],
  )
  bodyOf(await complete(server, claims[1]!))
})

const NEXT = { worker_id: 'other', agent_type: 'coder', count: 1, lease_seconds: 60 }

/**
 * Completes one task and claims the next in a statement that waits, after it looked, until the best of what can be started was
 * handed out; answers what it claimed, and whether it locked that best one.
 */
async function claimAfterAnother(
  run: (claim: Claim) => Promise<unknown>,
): Promise<{ claimed: string[]; locked: boolean }> {
  const [, dependent, best] = await createTasks(server, [
    { ref: 'p', priority: 5, title: 'prerequisite' },
    { priority: 1, depends_on: ['p'], title: 'dependent' },
    { priority: 4, title: 'best' },
    { priority: 3, title: 'second' },
  ])
  const [claim] = await claimTasks(server, { min_priority: 5 })
  const version = async () =>
    JSON.stringify(await server.sql('SELECT xmin, xmax FROM tasks WHERE id = $1', [best!.id]))
  const { answer, handedOut } = await transact(server.app.pool, async (db) => {
    await db.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [dependent!.id])
    const answer = run(claim!)
    await untilWaiting(server.app.pool)
    const [[given]] = (await claimForAll(scope, [{ origin: ending(claim!).origin, wish: NEXT }])) as [[Claim]]
    assert.equal(given.task.id, best!.id)
    return { answer, handedOut: await version() }
  })
  await answer
  const claimed = await server.sql(
    `SELECT title FROM task_texts JOIN tasks ON id = task_id WHERE assigned_worker = 'next'`,
  )
  return { claimed: claimed.map(({ title }) => title), locked: (await version()) !== handedOut }
}

test('a claim leaves alone what was handed out after it looked: who completes that meets no lock', async () => {
  const next = { ...NEXT, worker_id: 'next' }
  assert.deepEqual(
    await claimAfterAnother((claim) => completeForAll(scope, [{ ...ending(claim), next }], 'skips')),
    { claimed: ['second'], locked: false },
  )
})

test('it is the second look that tells: without it a claim locks what it can not have', async () => {
  const guard = 'AND still_startable(t.tenant_id, t.id)'
  const { text } = declaredStatements().find(({ name }) => name === 'executions.complete_and_claim:skips')!
  assert.ok(text.includes(guard))
  const unguarded = (claim: Claim) =>
    server.sql(text.replace(guard, ''), [
      DEFAULT_TENANT,
      `[${ending(claim).origin}]`,
      JSON.stringify([
        { execution_id: claim.execution.id, success: true, cost: 0, token: claim.lease.token },
      ]),
      JSON.stringify([{ call: 1, worker: 'next', lease: 60 }]),
      NEXT.agent_type,
    ])
  assert.deepEqual(await claimAfterAnother(unguarded), { claimed: ['second'], locked: true })
})

test('what is freed is not handed out for a tag that it lost while the completion waited for it', async () => {
  const [, dependent] = await createTasks(server, [
    { ref: 'p', priority: 5 },
    { priority: 1, depends_on: ['p'], tags: ['wanted'] },
  ])
  const [claim] = await claimTasks(server, { min_priority: 5 })
  const { answer } = await transact(server.app.pool, async (db) => {
    await db.query('SELECT FROM tasks WHERE id = $1 FOR UPDATE', [dependent!.id])
    const completing = complete(server, claim!, { claim_next: { ...NEXT, tags: ['wanted'] } })
    await untilWaiting(server.app.pool)
    await db.query(`UPDATE task_texts SET tags = '{}' WHERE task_id = $1`, [dependent!.id])
    await db.query('UPDATE tasks SET version = version + 1 WHERE id = $1', [dependent!.id])
    return { answer: completing }
  })
  assert.deepEqual(bodyOf<{ next: unknown[] }>(await answer).next, [])
  assert.equal((await readTask(server, dependent!.id)).status, 'ready')
})

test('a lost lease, an old token and an execution that never was are refused alone', async () => {
  const { claims, waiting } = await fanIn(5, 1)
  const [late, old, ...good] = claims as [Claim, Claim, ...Claim[]]
  await runOutLease(server, late.execution.id)
  const stale = { ...old, lease: { ...old.lease, token: old.lease.token + 1 } }
  const never = { ...old, execution: { ...old.execution, id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10' } }
  const answers = await Promise.all([late, stale, never, ...good].map((each) => complete(server, each)))
  problemOf(answers[0]!, 409, 'lease_lost')
  problemOf(answers[1]!, 409, 'lease_lost')
  problemOf(answers[2]!, 404, 'execution_not_found')
  for (const answer of answers.slice(3)) bodyOf(answer)
  // It may have been ended as lost by now.
  assert.equal((await readExecution(server, late.execution.id)).success, null)
  assert.deepEqual(await unmet(waiting), [2])
  assert.deepEqual(await miscounts(server), [])
})

test('of one execution twice in a statement one ending counts', async () => {
  const { claims, waiting } = await fanIn(2, 1)
  const answers = await completeForAll(scope, [claims[0]!, claims[1]!, claims[0]!].map(ending), 'skips')
  assert.equal(answers.filter((answer) => answer).length, 2)
  assert.ok(answers[1])
  assert.deepEqual(await unmet(waiting), [0])
  assert.deepEqual(await miscounts(server), [])
})

/** Fifty workers claim at once: each has tasks of its own, and there are more for anybody. */
async function claimAtOnce(): Promise<Map<string, Claim[]>> {
  const workers = Array.from({ length: 50 }, (_, n) => `w${n}`)
  const tasks = await createTasks(
    server,
    Array.from({ length: 100 }, () => ({})),
  )
  await server.sql(
    `UPDATE tasks t SET status = 'assigned', assigned_at = now(), assigned_worker = 'w' || (n - 1)
     FROM unnest($1::uuid[]) WITH ORDINALITY AS g(id, n) WHERE t.id = g.id`,
    [tasks.slice(0, 20).map(({ id }) => id)],
  )
  const claims = await Promise.all(
    workers.map((worker_id, n) => claimTasks(server, { worker_id, count: n % 3 === 0 ? 2 : 1 })),
  )
  return new Map(workers.map((worker, n) => [worker, claims[n]!]))
}

test('of fifty workers that claim at once each gets its own tasks first, and none gets what another got', async () => {
  for (let round = 0; round < 3; round++) {
    const before = await recordEnd(server)
    const claims = await claimAtOnce()
    const all = [...claims.values()].flat()
    assert.equal(new Set(all.map(({ task }) => task.id)).size, all.length)
    assert.equal(all.length, 67)
    for (const [nth, [worker, given]] of [...claims].entries()) {
      assert.equal(given.length, nth % 3 === 0 ? 2 : 1)
      for (const { task, execution } of given)
        assert.deepEqual([task.assigned_worker, execution.worker_id], [worker, worker])
    }
    assert.equal(
      (await server.sql(`SELECT FROM tasks WHERE status = 'assigned'`)).length,
      0,
      'each of the twenty was handed to its worker',
    )
    const [{ statements }] = (await server.sql(
      'SELECT count(DISTINCT xmin::text) AS statements FROM audit_log WHERE position > $1',
      [before],
    )) as [{ statements: number }]
    assert.ok(statements < 50, `${statements} statements for 50 claims`)
    await server.sql('DELETE FROM tasks')
  }
})

test('within one statement the first that asked gets the first in order', async () => {
  await createTasks(
    server,
    [1, 5, 3, 4].map((priority) => ({ priority })),
  )
  const client = scope.db
  const { rows } = await client.query<{ call: number; task: { priority: number } }>(
    declaredStatements().find(({ name }) => name === 'executions.claim')!.text,
    [
      DEFAULT_TENANT,
      '[{"kind":"system","name":"a"},{"kind":"system","name":"b"}]',
      JSON.stringify(['a', 'a', 'b'].map((worker) => ({ call: worker === 'a' ? 1 : 2, worker, lease: 9 }))),
      'coder',
    ],
  )
  assert.deepEqual(
    rows.map(({ call, task }) => [call, task.priority]),
    [
      [1, 5],
      [1, 4],
      [2, 3],
    ],
  )
})
