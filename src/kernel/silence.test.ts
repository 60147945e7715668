import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '../../test/eventually.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { proxyBefore, type FaultProxy } from '../../test/torture/fault-proxy.ts'
import { problemOfDatabase, transact } from './database.ts'
import { makeLog } from './log.ts'
import { Pool } from './pool.ts'
import { CHANNEL_COMMITTED, Wake } from './wake.ts'

// A database whose host vanished, or whose network lost its way: connections that are there say nothing any more, and nobody
// ends them. New ones lead to where the database is now.

let server: TestServer
let proxy: FaultProxy
let url: string
before(async () => {
  server = await testServer()
  ;({ proxy, url } = await proxyBefore(server.databaseUrl))
})
after(async () => {
  await proxy.close()
  await server.close()
})

const silence = (): void => {
  for (const connection of proxy.connections) connection.blackhole()
}

const openPool = (): Pool =>
  new Pool({ url, max: 2, pooled: false, onError: () => undefined, answersWithin: 300 })

test('a statement that gets no answer is given up with its connection, and the next one is answered', async () => {
  const pool = openPool()
  try {
    await pool.query('SELECT 1')
    silence()
    const error: unknown = await pool.query('SELECT 1').catch((failure: unknown) => failure)
    assert.deepEqual(
      [problemOfDatabase(error)?.status, problemOfDatabase(error)?.code],
      [503, 'unavailable'],
      String(error),
    )
    assert.deepEqual((await pool.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  } finally {
    await pool.end()
  }
})

test('a transaction that gets no answer asks for nothing more on its connection', async () => {
  const pool = openPool()
  try {
    const work = transact(pool, async (client) => {
      silence()
      await client.query('SELECT 1')
    })
    await assert.rejects(work, /read timeout/)
    assert.equal(pool.totalCount, 0, 'its connection is gone')
    assert.equal(await transact(pool, () => Promise.resolve('done')), 'done')
  } finally {
    await pool.end()
  }
})

test('whoever only listens notices the silence, and listens anew', async () => {
  const wake = new Wake(url, makeLog('silent'), { everyMilliseconds: 200, answersWithin: 150 })
  let heard = 0
  wake.onCommitted(() => heard++)
  const tell = (): Promise<unknown> => server.sql(`SELECT pg_notify('${CHANNEL_COMMITTED}', '')`)
  await wake.listen(() => Promise.resolve())
  try {
    await tell()
    await eventually('it is heard', () => heard > 0)
    silence()
    const before = heard
    await eventually('it is heard again', async () => {
      await tell()
      return heard > before
    })
  } finally {
    await wake.close()
  }
})
