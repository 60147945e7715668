import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf } from '../../../test/answers.ts'
import { claimTasks, complete } from '../../../test/claims.ts'
import { miscounts } from '../../../test/graph.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import { declaredStatements } from '../../kernel/database.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import type { Claim } from './schema.ts'

const CLAIMERS = 50

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const upTo = (most: number): number => 1 + Math.floor(Math.random() * most)

/** Batches of tasks, a third of which wait for up to two others of their batch. */
async function plant(tasks: number): Promise<void> {
  const batches = Array.from({ length: tasks / 100 }, () =>
    Array.from({ length: 100 }, (_, i) => ({
      ref: `t${i}`,
      priority: upTo(5),
      depends_on: i % 3 === 2 ? [...new Set([`t${upTo(i) - 1}`, `t${upTo(i) - 1}`])] : [],
    })),
  )
  for (let i = 0; i < batches.length; i += 5)
    await Promise.all(batches.slice(i, i + 5).map((batch) => createTasks(server, batch)))
}

/** One claimer: claims some, completes each, and, every second one of them, claims the next with each completion. */
async function work(name: string, claimsNext: boolean, took: (claim: Claim) => void, left: () => boolean) {
  while (left()) {
    const claims = await claimTasks(server, { worker_id: name, count: upTo(20), wait_seconds: 1 })
    for (let claim = claims.shift(); claim; claim = claims.shift()) {
      took(claim)
      const next = claimsNext ? { claim_next: { worker_id: name, agent_type: 'coder', count: upTo(2) } } : {}
      claims.push(...(bodyOf<{ next?: Claim[] }>(await complete(server, claim, next)).next ?? []))
    }
  }
}

test('fifty claimers drain five thousand tasks, and none of them is handed out twice', async () => {
  await plant(5_000)
  const times = new Map<string, number>()
  const took = ({ task }: Claim): void => void times.set(task.id, (times.get(task.id) ?? 0) + 1)
  await Promise.all(
    Array.from({ length: CLAIMERS }, (_, i) => work(`w${i}`, i % 2 === 0, took, () => times.size < 5_000)),
  )
  assert.deepEqual(
    [...times].filter(([, count]) => count > 1),
    [],
    'handed out more than once',
  )
  assert.equal(times.size, 5_000)
  assert.deepEqual(await server.sql('SELECT status, count(*) FROM tasks GROUP BY 1'), [
    { status: 'completed', count: 5_000 },
  ])
  assert.deepEqual(await server.sql('SELECT outcome, count(*) FROM executions GROUP BY 1'), [
    { outcome: 'succeeded', count: 5_000 },
  ])
  assert.deepEqual(await miscounts(server), [])
  // By the record's positions: times are those at which statements began, and tell nothing of who waited for whom.
  const overtaken = await server.sql(
    `SELECT d.id FROM dependencies d
     JOIN audit_log s ON s.tenant_id = d.tenant_id AND s.entity_id = d.task_id AND s.event_type = 'task.started'
     JOIN audit_log c ON c.tenant_id = d.tenant_id AND c.entity_id = d.depends_on_task_id
       AND c.event_type = 'task.completed'
     WHERE s.position < c.position`,
  )
  assert.deepEqual(overtaken, [], 'begun before a prerequisite was completed')
})

/** Ten connections claim the same hundred tasks at once by this text; answers how many were handed out twice. */
async function doublesBy(text: string, indexed: boolean): Promise<number> {
  await server.sql('DELETE FROM dependencies; DELETE FROM tasks')
  if (!indexed) await server.sql('DROP INDEX executions_open')
  await createTasks(
    server,
    Array.from({ length: 100 }, () => ({})),
  )
  const clients = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const client = new pg.Client({ connectionString: server.databaseUrl })
      await client.connect()
      return client
    }),
  )
  const times = new Map<string, number>()
  const origins = '[{"kind": "system", "name": "test"}]'
  const outcomes = await Promise.allSettled(
    clients.map(async (client, i) => {
      for (let round = 0; round < 10; round++) {
        const { rows } = await client.query<{ task: { id: string } }>(text, [
          DEFAULT_TENANT,
          origins,
          JSON.stringify(Array.from({ length: 10 }, () => ({ call: 1, worker: `w${i}`, lease: 300 }))),
          'coder',
        ])
        for (const { task } of rows) times.set(task.id, (times.get(task.id) ?? 0) + 1)
      }
    }),
  )
  await Promise.all(clients.map((client) => client.end()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return [...times.values()].filter((count) => count > 1).length
}

test('it is the skipped locks that keep claims apart: without them the same race doubles, and an index still refuses it', async () => {
  await createTask(server)
  await claimTasks(server, { count: 10 })
  const { text } = declaredStatements().find(({ name }) => name === 'executions.claim')!
  const unlocked = text.replaceAll('FOR NO KEY UPDATE SKIP LOCKED', '')
  assert.notEqual(unlocked, text)
  assert.equal(await doublesBy(text, true), 0)
  await assert.rejects(doublesBy(unlocked, true), { code: '23505' })
  assert.ok((await doublesBy(unlocked, false)) > 0)
})
