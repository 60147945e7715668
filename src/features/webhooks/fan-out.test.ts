import { after, afterEach, before, test } from 'node:test'
import type pg from 'pg'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { testReceiver, type TestReceiver } from '../../../test/receiver.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Webhook } from './schema.ts'

// Where the fan-out and a settlement meet, one held still by a transaction of the test's own.

let server: TestServer
let receiver: TestReceiver
let webhook: Webhook
let other: pg.PoolClient
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** A task whose first event is being delivered; and a connection to stand in for another server. */
async function firstEventUnderWay(): Promise<{ id: string }> {
  receiver = await testReceiver()
  receiver.answer('hang')
  webhook = bodyOf<Webhook>(
    await server.post('/webhooks', { url: receiver.url, event_types: ['task.*'] }),
    201,
  )
  const task = await createTask(server, { title: 'first' })
  await receiver.got(1)
  other = await server.app.pool.connect()
  await other.query('BEGIN')
  return task
}

afterEach(async () => {
  other.release()
  receiver.close()
  await server.del(`/webhooks/${webhook.id}`)
})

const rename = (task: { id: string }, title: string): Promise<unknown> =>
  server.patch(`/tasks/${task.id}`, { title })

/** Waits until a statement that says this waits for a lock. */
const untilWaiting = (words: string): Promise<void> =>
  eventually(`a statement with ${words} waits`, async () => {
    const rows = await server.sql(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE $1`,
      [`%${words}%`],
    )
    return rows.length > 0
  })

const cameSecond = (): Promise<void> =>
  eventually('the second event came', () =>
    receiver.received.some(({ event }) => event.type === 'task.updated'),
  )

test('an event that comes while the one before it is settled gets its turn', async () => {
  const task = await firstEventUnderWay()
  // What a settlement does, not yet committed.
  await other.query('DELETE FROM webhook_queue WHERE webhook_id = $1', [webhook.id])
  await rename(task, 'second')
  await untilWaiting('WITH seen AS')
  await other.query('COMMIT')
  receiver.answer(204)
  await cameSecond()
})

test('a settlement that comes while the next event is queued gives it its turn', async () => {
  const task = await firstEventUnderWay()
  // What a fan-out does, not yet committed: it holds the last event of the entity, and its cursor.
  const { rows } = await other.query<{ sequence: number; position: number }>(
    `SELECT q.sequence, q.position FROM webhook_queue q WHERE webhook_id = $1 FOR KEY SHARE`,
    [webhook.id],
  )
  await other.query('SELECT FROM webhook_cursors WHERE webhook_id = $1 FOR UPDATE', [webhook.id])
  await rename(task, 'second')
  await eventually('it has its sequence', async () => {
    const found = await server.sql('SELECT FROM record_feed WHERE sequence > $1', [rows[0]!.sequence])
    return found.length > 0
  })
  await other.query(
    `INSERT INTO webhook_queue (tenant_id, webhook_id, sequence, position, entity_id)
     SELECT f.tenant_id, $1, f.sequence, f.position, $2 FROM record_feed f WHERE f.sequence = $3`,
    [webhook.id, task.id, rows[0]!.sequence + 1],
  )
  await other.query('UPDATE webhook_cursors SET sequence = sequence + 1 WHERE webhook_id = $1', [webhook.id])
  receiver.answer(204)
  receiver.release(204)
  await untilWaiting('json_to_recordset')
  await other.query('COMMIT')
  await cameSecond()
})
