import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { z } from 'zod'
import { claimTasks, complete } from '../../test/claims.ts'
import { runDuty } from '../../test/duties.ts'
import { eventually } from '../../test/eventually.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { createTask, createTasks } from '../../test/tasks.ts'
import { newId } from './ids.ts'
import { appendToRecord } from './record.ts'
import { sequencer } from './sequencer.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const ORIGIN = JSON.stringify({ kind: 'system', id: null, name: 'test', request_id: null })

/** A transaction that appends rows to the record and commits when it is told to. */
async function writer(tenant: string) {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  await client.query('BEGIN')
  return {
    append: (...names: string[]) =>
      appendToRecord(
        { db: client, tenant },
        ORIGIN,
        names.map((name) => ({
          event_type: name,
          entity_type: 'test',
          entity_id: newId(),
          old_values: null,
          new_values: {},
        })),
      ),
    end: async (how: 'COMMIT' | 'ROLLBACK') => {
      await client.query(how)
      await client.end()
    },
  }
}

const Feed = z.array(z.object({ sequence: z.number(), event_type: z.string() }))

/** The feed of a tenant behind a sequence, oldest first. */
const feed = async (tenant: string, after = 0): Promise<z.output<typeof Feed>> =>
  Feed.parse(
    await server.sql(
      `SELECT f.sequence, a.event_type FROM record_feed f
       JOIN audit_log a ON a.tenant_id = f.tenant_id AND a.position = f.position
       WHERE f.tenant_id = $1 AND f.sequence > $2 ORDER BY f.sequence`,
      [tenant, after],
    ),
  )

const names = async (tenant: string): Promise<string[]> =>
  (await feed(tenant)).map(({ sequence, event_type }) => `${sequence} ${event_type}`)

test('rows are numbered in the order in which they were committed, whatever the order of their writing', async () => {
  const tenant = newId()
  const [slow, quick] = [await writer(tenant), await writer(tenant)]
  await slow.append('slow.1', 'slow.2')
  await quick.append('quick.1')
  await quick.end('COMMIT')
  await runDuty(server, sequencer)
  assert.deepEqual(await names(tenant), ['1 quick.1'])
  await slow.append('slow.3')
  await slow.end('COMMIT')
  await runDuty(server, sequencer)
  assert.deepEqual(await names(tenant), ['1 quick.1', '2 slow.1', '3 slow.2', '4 slow.3'])
})

test('what is rolled back leaves no gap', async () => {
  const tenant = newId()
  const [first, gone, last] = [await writer(tenant), await writer(tenant), await writer(tenant)]
  for (const each of [first, gone, last]) await each.append('test.row')
  await first.end('COMMIT')
  await runDuty(server, sequencer)
  await gone.end('ROLLBACK')
  await last.end('COMMIT')
  await runDuty(server, sequencer)
  assert.deepEqual(await names(tenant), ['1 test.row', '2 test.row'])
})

test('each tenant has a sequence of its own', async () => {
  const tenants = [newId(), newId()]
  for (const tenant of [...tenants, ...tenants]) {
    const one = await writer(tenant)
    await one.append('test.row')
    await one.end('COMMIT')
  }
  await runDuty(server, sequencer)
  for (const tenant of tenants) assert.deepEqual(await names(tenant), ['1 test.row', '2 test.row'])
})

test('a reader that remembers its last sequence misses nothing while two servers and many clients write', async () => {
  const other = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  const [{ tenant_id: tenant }] = (await server.sql(
    `SELECT id AS tenant_id FROM tenants WHERE name = 'default'`,
  )) as [{ tenant_id: string }]
  const seen: number[] = []
  let writing = true
  const reading = (async () => {
    const start = (await feed(tenant)).length
    let after = start
    while (writing || after < (await lastSequence(tenant))) {
      for (const row of await feed(tenant, after)) seen.push((after = row.sequence))
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    return start
  })()
  await Promise.all(
    [server, other].flatMap((each) =>
      Array.from({ length: 6 }, async (_, client) => {
        for (let i = 0; i < 12; i++) {
          await createTasks(each, [{}, {}, { tags: ['x'] }])
          await createTask(each)
          const claims = await claimTasks(each, { worker_id: `w${client}`, count: 2 })
          await Promise.all(claims.map((claim) => complete(each, claim)))
        }
      }),
    ),
  )
  // The leader numbers what was committed within moments; a reader only ever waits for it.
  await eventually(
    'all is numbered',
    async () => (await server.sql('SELECT FROM record_pending LIMIT 1')).length === 0,
  )
  writing = false
  const start = await reading
  await other.close()

  const rows = await server.sql('SELECT FROM audit_log WHERE tenant_id = $1', [tenant])
  assert.deepEqual(
    seen,
    Array.from({ length: rows.length - start }, (_, i) => start + i + 1),
  )
  const disorder = await server.sql(
    `SELECT FROM (
       SELECT f.position, lag(f.position) OVER (PARTITION BY a.entity_id ORDER BY f.sequence) AS before
       FROM record_feed f JOIN audit_log a ON a.tenant_id = f.tenant_id AND a.position = f.position
     ) AS o WHERE before > position`,
  )
  assert.deepEqual(disorder, [], 'the rows of one entity keep the order in which they were written')
})

async function lastSequence(tenant: string): Promise<number> {
  const [head] = (await server.sql('SELECT last_sequence FROM record_heads WHERE tenant_id = $1', [
    tenant,
  ])) as { last_sequence: number }[]
  return head?.last_sequence ?? 0
}
