import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { eventually } from '../../../test/eventually.ts'
import { untilWaiting } from '../../../test/locks.ts'
import { testServer, type TestServer } from '../../../test/server.ts'

let first: TestServer
before(async () => {
  first = await testServer()
  await first.app.duties.stop()
})
after(() => first.close())

test('what a deleted tenant left is swept for as long as that takes, and the leader stays one meanwhile', async () => {
  const stray = randomUUID()
  await first.sql('INSERT INTO record_heads (tenant_id, last_sequence) VALUES ($1, 1)', [stray])
  const [holder, looker] = [new pg.Client(first.databaseUrl), new pg.Client(first.databaseUrl)]
  for (const client of [holder, looker]) await client.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM record_heads WHERE tenant_id = $1 FOR UPDATE', [stray])
  // Its duties begin at once, and sweeping waits for what is held.
  const second = await testServer({ databaseUrl: first.databaseUrl, key: first.key })
  try {
    await untilWaiting(looker)
    await looker.query('BEGIN')
    const { rowCount } = await looker.query('SELECT FROM leadership FOR UPDATE NOWAIT')
    await looker.query('ROLLBACK')
    assert.equal(rowCount, 1)
    await holder.query('ROLLBACK')
    await eventually('it is swept', async () => {
      const rows = await first.sql('SELECT FROM record_heads WHERE tenant_id = $1', [stray])
      return rows.length === 0
    })
  } finally {
    for (const client of [holder, looker]) await client.end()
    await second.close()
  }
})
