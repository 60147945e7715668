import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { testServer } from '../../test/server.ts'
import { Pool } from './pool.ts'

test('where the role may have fewer connections than the pool wants, calls wait for those there are', async (t) => {
  const server = await testServer()
  const role = `crowded_${process.pid}`
  const password = randomUUID()
  await server.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 2`)
  const url = new URL(server.databaseUrl)
  url.username = role
  url.password = password
  const granted: number[] = []
  const openPool = (): Pool =>
    new Pool({
      url: url.href,
      max: 10,
      pooled: false,
      onError: () => undefined,
      onCrowded: (count) => granted.push(count),
    })
  const pool = openPool()
  const late = openPool()
  t.after(async () => {
    await Promise.all([pool.end(), late.end()])
    await server.sql(`DROP ROLE ${role}`)
    await server.close()
  })
  const ask = (): Promise<{ rows: { number: number }[] }[]> =>
    Promise.all(
      Array.from({ length: 40 }, (_, nth) =>
        pool.query<{ number: number }>('SELECT $1::int AS number, pg_sleep(0.005)', [nth]),
      ),
    )
  for (let round = 0; round < 3; round++)
    assert.deepEqual(
      (await ask()).map(({ rows }) => rows[0]?.number),
      Array.from({ length: 40 }, (_, nth) => nth),
    )
  assert.ok(pool.totalCount <= 2, `${pool.totalCount} connections`)
  assert.equal(granted.length, 1, 'it is said once')
  // Another server of the same role, which has none at all, waits until this one lets one go.
  const waiting = late.query('SELECT')
  const client = await pool.connect()
  client.release(new Error('no longer needed'))
  await waiting
})
