import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { eventually } from '../../test/eventually.ts'
import { untilWaiting } from '../../test/locks.ts'
import { testServer } from '../../test/server.ts'
import { proxyBefore } from '../../test/torture/fault-proxy.ts'
import { Pool } from './pool.ts'
import { Pulse } from './pulse.ts'

const openPool = (url: string): Pool => new Pool({ url, max: 2, pooled: false, onError: () => undefined })

test('a server all of whose connections wait for a lock is healthy: the database answers', async (t) => {
  const server = await testServer({ poolMax: 3 })
  t.after(() => server.close())
  const other = new pg.Client(server.databaseUrl)
  await other.connect()
  await other.query('BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE')
  const calls = Array.from({ length: 15 }, () => server.get('/tasks'))
  await untilWaiting(other, 3)
  await eventually('the pool was not answered lately', () => server.app.pool.sinceAnswer > 2_500)
  const probes = Array.from({ length: 5 }, () => [server.get('/health'), server.get('/ready')]).flat()
  for (const { status } of await Promise.all(probes)) assert.equal(status, 200)
  await other.query('ROLLBACK')
  await other.end()
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200)
})

test('who asks at once shares one connection, which is not kept', async (t) => {
  const server = await testServer()
  const { proxy, url } = await proxyBefore(server.databaseUrl)
  const pool = openPool(server.databaseUrl)
  const clients = [await pool.connect(), await pool.connect()]
  const waiting = pool.connect()
  t.after(async () => {
    for (const client of clients) client.release()
    await waiting.then((client) => client.release())
    await pool.end()
    await server.close()
    await proxy.close()
  })
  proxy.blackhole()
  await eventually('the pool was not answered lately', () => pool.sinceAnswer > 2_500)
  const pulse = new Pulse(pool, url)
  const asked = Promise.all(Array.from({ length: 50 }, () => pulse.require()))
  await eventually('it is asked', () => proxy.connections.size > 0)
  assert.equal(proxy.connections.size, 1)
  proxy.heal()
  await asked
  await eventually('it is closed', () => proxy.connections.size === 0)
})

test('a database that grants no more connections answers, and one that says nothing does not', async (t) => {
  const server = await testServer()
  const role = `pulse_${process.pid}`
  const password = randomUUID()
  await server.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT 0`)
  t.after(async () => {
    await server.sql(`DROP ROLE ${role}`)
    await server.close()
  })
  const url = new URL(server.databaseUrl)
  url.username = role
  url.password = password
  const none = openPool(url.href)
  t.after(() => none.end())
  await new Pulse(none, url.href).require()

  const { proxy, url: silent } = await proxyBefore(server.databaseUrl)
  t.after(() => proxy.close())
  proxy.blackhole()
  await assert.rejects(new Pulse(none, silent).require())
  proxy.heal()
  const nowhere = new URL('/no_such_database', silent).href
  await assert.rejects(new Pulse(none, nowhere).require(), { code: '3D000' })
})
