import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { claimTasks, complete } from '../../../test/claims.ts'
import { keptPlans } from '../../../test/plans.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import { declaredStatements, type Scope } from '../../kernel/database.ts'
import { releaseExecution } from './give-back.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { OPEN_BY_ID } from './sql.ts'

// How PostgreSQL finds the execution that a call names and its task, when it looked at the tables at a moment in which nothing was
// open: as it does most of the time, and what a server keeps as its plan. One task has thousands that wait for it, and no other
// has any: so the planner expects thousands of each.

const ENDED = 3_000
const WAITING = 5_000

let server: TestServer
before(async () => {
  server = await testServer()
  await createTask(server)
  const [claim] = await claimTasks(server, { count: 1 })
  await createTask(server)
  await complete(server, claim!, { claim_next: {} })
  await server.sql(
    `INSERT INTO executions (tenant_id, task_id, agent_type, worker_id, completed_at, duration_seconds, success, outcome)
     SELECT tenant_id, task_id, agent_type, worker_id, now(), 1, true, 'succeeded'
     FROM executions, generate_series(1, $1)`,
    [ENDED],
  )
  await createTasks(
    server,
    Array.from({ length: 20 }, (_, n) => ({ title: `task ${n}` })),
  )
  await server.sql(
    `WITH made AS (
       INSERT INTO tasks (tenant_id, id, unmet_dependencies) SELECT $1, uuid_v7(), 1 FROM generate_series(1, $2) RETURNING id
     ), texts AS (
       INSERT INTO task_texts (tenant_id, task_id, title) SELECT $1, id, 'waits' FROM made
     )
     INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id)
     SELECT $1, made.id, first.id FROM made, (SELECT id FROM tasks ORDER BY number LIMIT 1) AS first`,
    [DEFAULT_TENANT, WAITING],
  )
  await server.sql('ANALYZE')
})
after(() => server.close())

/** The plan for whatever values, as text. */
async function planOf(statement: string): Promise<string> {
  const rows = await server.sql(`EXPLAIN (GENERIC_PLAN) ${statement}`)
  return rows.map((row) => Object.values(row as object)[0] as string).join('\n')
}

const textOf = (name: string): string => declaredStatements().find((each) => each.name === name)!.text

const FROM_END_TO_END = /Seq Scan on executions|using executions_(unfinished|leases)/

const COMPLETIONS = [
  'executions.complete:skips',
  'executions.complete:waits',
  'executions.complete:skips keys',
]

for (const name of [...COMPLETIONS, 'executions.heartbeat', 'executions.close'])
  test(`${name} finds its execution by the primary key`, async () => {
    const plan = await planOf(textOf(name))
    assert.match(plan, /using executions_pkey/)
    assert.doesNotMatch(plan, FROM_END_TO_END)
  })

/** From end to end, or in the order of the primary key, up to the one that is looked for. */
const ALL_TASKS =
  /Seq Scan on (tasks|task_texts)|using (tasks|task_texts)_pkey on .*\n *Index Cond: \(tenant_id = \$1\)\n/

for (const name of [
  ...COMPLETIONS,
  'executions.complete_and_claim:skips',
  'executions.claim',
  'executions.release',
  'executions.lose',
  'tasks.read',
])
  test(`${name} looks its tasks up one by one, and does not read all that there are`, async () => {
    assert.doesNotMatch(await planOf(textOf(name)), ALL_TASKS)
  })

test('joined to what a call names, all tasks are read', async () => {
  const joined = 'SELECT t.id FROM json_to_recordset($1) AS g (id uuid) JOIN tasks t ON t.id = g.id'
  assert.match(await planOf(joined), ALL_TASKS)
})

const OWN_ASSIGNED =
  /using tasks_(assigned|by_worker) on .*\n *Index Cond: \(\(tenant_id = \$1\) AND \(assigned_worker = /

for (const name of ['executions.claim', 'executions.complete_and_claim:skips'])
  test(`${name} looks only for what is assigned to its worker`, async () => {
    assert.match(await planOf(textOf(name)), OWN_ASSIGNED)
  })

test('giving a task back is planned once for all', async () => {
  const giveBack = (scope: Scope) =>
    releaseExecution(scope, '{"kind":"system","name":"x"}', randomUUID(), null, null)
  assert.equal(
    await keptPlans(
      server,
      Array.from({ length: 10 }, () => giveBack),
    ),
    5,
  )
})

test('a statement looks its keys up one by one, and does not read all that there are', async () => {
  await server.sql(
    `INSERT INTO idempotency_keys (tenant_id, actor, operation, key, fingerprint, reservation, leased_until, status, answer)
     SELECT $1, 'operator:', 'executions.complete', n::text, '', $1, now(), 200, '{}' FROM generate_series(1, 3000) AS n`,
    [DEFAULT_TENANT],
  )
  await server.sql('ANALYZE idempotency_keys')
  const ALL_KEYS = /Seq Scan on idempotency_keys/
  const text = textOf('executions.complete:skips keys')
  assert.match(await planOf(text), /using idempotency_keys_pkey/)
  assert.doesNotMatch(await planOf(text), ALL_KEYS)
  const byExists = text
    .replace(/OR \(\s+SELECT true FROM idempotency_keys/, 'OR EXISTS (SELECT FROM idempotency_keys')
    .replace(') IS NOT NULL AS used', ') AS used')
  assert.match(await planOf(byExists), ALL_KEYS)
})

test('said by the time of its end, a partial index is read in place of the primary key', async () => {
  const before = textOf('executions.complete:skips').replaceAll(OPEN_BY_ID, 'e.completed_at IS NULL')
  assert.match(await planOf(before), FROM_END_TO_END)
})
