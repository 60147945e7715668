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

// How PostgreSQL finds the execution that a call names, when it looked at the tables at a moment in which none was open: as
// it does most of the time, and what a server keeps as its plan.

const ENDED = 3_000

let server: TestServer
before(async () => {
  server = await testServer()
  await createTask(server)
  const [claim] = await claimTasks(server, { count: 1 })
  await complete(server, claim!)
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

for (const name of [
  'executions.complete:skips',
  'executions.complete:waits',
  'executions.complete:skips keys',
  'executions.heartbeat',
  'executions.close',
])
  test(`${name} finds its execution by the primary key`, async () => {
    const plan = await planOf(textOf(name))
    assert.match(plan, /using executions_pkey/)
    assert.doesNotMatch(plan, FROM_END_TO_END)
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
