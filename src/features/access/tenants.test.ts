import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runDuty } from '../../../test/duties.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { appendToRecord } from '../../kernel/record.ts'
import { sweepStrays } from './duties.ts'

const DEFAULT = '00000000-0000-7000-8000-000000000001'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

interface NewTenant {
  id: string
  name: string
  key: string
  admin_user_id: string
}

async function newTenant(name: string): Promise<NewTenant> {
  const { status, body } = await server.post('/tenants', { name })
  assert.equal(status, 201)
  return body as NewTenant
}

/** Every table with rows of a tenant, and how many. */
async function rowsOf(tenant: string): Promise<Record<string, number>> {
  const tables = await server.sql(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await server.sql(`SELECT count(*) AS n FROM ${name} WHERE tenant_id = $1`, [tenant])
    if (row.n > 0) counts[name] = row.n
  }
  return counts
}

test('a new tenant has its administrator, their key, and the built-in roles', async () => {
  const tenant = await newTenant('acme')
  const { body: who } = await server.get('/whoami', { key: tenant.key })
  assert.deepEqual(who.tenant, { id: tenant.id, name: 'acme' })
  assert.deepEqual(who.actor, { kind: 'user', id: tenant.admin_user_id, name: 'admin' })
  assert.equal(who.operator, false)
  const what = (role: { name: string; permissions: string[]; built_in: boolean }) => [
    role.name,
    role.permissions,
    role.built_in,
  ]
  const theirs = (await server.get('/roles', { key: tenant.key })).body.map(what).sort()
  assert.deepEqual(theirs, (await server.get('/roles')).body.map(what).sort())

  const { key: _, admin_user_id: __, ...entity } = tenant
  const [created] = await server.sql(
    `SELECT * FROM audit_log WHERE tenant_id = $1 AND event_type = 'tenant.created' AND entity_id = $2`,
    [DEFAULT, tenant.id],
  )
  assert.deepEqual(created.new_values, entity)
  const inside = await server.sql(
    `SELECT event_type, actor_kind FROM audit_log WHERE tenant_id = $1 ORDER BY position`,
    [tenant.id],
  )
  assert.deepEqual(
    inside.map((row) => row.event_type),
    [...Array<string>(4).fill('role.created'), 'user.created', 'key.created'],
  )
})

test("what is another tenant's is 404, whatever one may do at home", async () => {
  const one = await newTenant('one')
  const other = await newTenant('other')
  const role = await server.post('/roles', { name: 'r', permissions: [] }, { key: other.key })
  const [{ body: keys }] = [await server.get('/keys', { key: other.key })]
  const paths = [`/users/${other.admin_user_id}`, `/roles/${role.body.id}`, `/keys/${keys[0].id}`]
  for (const path of paths) {
    assert.equal((await server.get(path, { key: other.key })).status, 200)
    assert.equal((await server.get(path, { key: one.key })).status, 404)
    assert.equal((await server.get(path)).status, 404)
    assert.equal((await server.patch(path, { name: 'mine' }, { key: one.key })).status, 404)
    assert.equal((await server.del(path, { key: one.key })).status, 404)
    assert.equal((await server.get(path, { key: other.key })).body.name === 'mine', false)
  }
  const foreign = { name: 'x', user_id: other.admin_user_id }
  assert.equal((await server.post('/keys', foreign, { key: one.key })).body.code, 'user_not_found')
  const borrowed = { name: 'y', roles: [role.body.id] }
  assert.equal((await server.post('/users', borrowed, { key: one.key })).body.code, 'role_not_found')
  assert.equal((await server.post('/users', { name: 'admin2' }, { key: one.key })).status, 201)
  assert.equal((await server.post('/users', { name: 'admin2' }, { key: other.key })).status, 201)
})

test("the operator's key alone may see and change tenants", async () => {
  const { id, key } = await newTenant('modest')
  assert.equal((await server.get(`/tenants/${id}`, { key })).status, 403)
  assert.equal((await server.post('/tenants', { name: 'mine' }, { key })).status, 403)
  assert.equal((await server.del(`/tenants/${id}`, { key })).status, 403)
  const changed = await server.patch(`/tenants/${id}`, { name: 'grown', configuration: { a: [1, null] } })
  assert.deepEqual(changed.body.configuration, { a: [1, null] })
  assert.equal(changed.body.version, 2)
  assert.deepEqual((await server.get(`/tenants/${id}`)).body, changed.body)
  assert.equal((await server.patch(`/tenants/${id}`, { name: 'default' })).body.code, 'name_taken')
  assert.equal((await server.post('/tenants', { name: 'grown' })).body.code, 'name_taken')
})

test('the tenant default is not deleted', async () => {
  assert.equal((await server.del(`/tenants/${DEFAULT}`)).body.code, 'default_tenant')
  assert.equal((await server.del(`/tenants/${randomUUID()}`)).body.code, 'tenant_not_found')
})

test('a deleted tenant leaves no row in any table, and its neighbours keep theirs', async () => {
  const tenant = await newTenant('doomed')
  const neighbour = await newTenant('neighbour')
  const headers = { 'idempotency-key': 'k' }
  for (const { key } of [tenant, neighbour]) {
    const first = await server.post(
      '/tasks',
      { title: 'a', tags: ['t'], metadata: { m: '1' } },
      { key, headers },
    )
    assert.equal(first.status, 201)
    await server.post('/tasks', { title: 'b', depends_on: [first.body.id] }, { key })
    const claimed = await server.post('/tasks/claim', { worker_id: 'w', agent_type: 'a' }, { key })
    assert.equal(claimed.body.length, 1)
  }
  // Until the sequencer has numbered what there is.
  for (let turn = 0; turn < 100 && (await rowsOf(neighbour.id))['record_pending']; turn++) await sleep(50)
  const kept = await rowsOf(neighbour.id)
  for (const table of ['api_keys', 'audit_log', 'idempotency_keys', 'record_feed', 'tasks', 'users'])
    assert.ok(kept[table], `${table} is empty: this test would see nothing`)

  assert.equal((await server.del(`/tenants/${tenant.id}`)).status, 204)
  assert.deepEqual(await rowsOf(tenant.id), {})
  assert.deepEqual(await rowsOf(neighbour.id), kept)
  assert.equal((await server.get(`/tenants/${tenant.id}`)).status, 404)
  const [row] = await server.sql(
    `SELECT old_values->>'name' AS name FROM audit_log WHERE tenant_id = $1 AND event_type = 'tenant.deleted'`,
    [DEFAULT],
  )
  assert.equal(row.name, 'doomed')
  await sleep(1000)
  assert.equal((await server.get('/whoami', { key: tenant.key })).status, 401)
})

test('what was under way while its tenant was deleted is swept away', async () => {
  const tenant = await newTenant('late')
  const client = await server.app.pool.connect()
  try {
    await client.query('BEGIN')
    const origin = JSON.stringify({ kind: 'system', id: null, name: 'test', request_id: null })
    const entry = {
      event_type: 'user.created',
      entity_type: 'user',
      entity_id: randomUUID(),
      old_values: null,
      new_values: {},
    }
    await appendToRecord({ db: client, tenant: tenant.id }, origin, [entry])
    assert.equal((await server.del(`/tenants/${tenant.id}`)).status, 204)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  for (let turn = 0; turn < 200 && !(await rowsOf(tenant.id))['record_heads']; turn++) await sleep(20)
  assert.ok((await rowsOf(tenant.id))['audit_log'])
  await runDuty(server, sweepStrays)
  assert.deepEqual(await rowsOf(tenant.id), {})
  assert.ok((await rowsOf(DEFAULT))['audit_log'])
})

test('a tenant that is deleted while it works leaves nothing, once what was under way is swept', async () => {
  const tenant = await newTenant('busy')
  const { key } = tenant
  let created = 0
  const work = async (): Promise<void> => {
    for (let last: string | undefined; ;) {
      const task = await server.post('/tasks', { title: 'x', depends_on: last ? [last] : [] }, { key })
      if (task.status === 401) return
      if (task.status !== 201) continue
      created += 1
      last = task.body.id as string
      await server.post('/tasks/claim', { worker_id: 'w', agent_type: 'a' }, { key })
    }
  }
  const workers = Array.from({ length: 4 }, work)
  while (created < 30) await sleep(10)
  const deleted = await server.del(`/tenants/${tenant.id}`)
  assert.equal(deleted.status, 204)
  await Promise.all(workers)

  for (let turn = 0; turn < 200 && (await rowsOf(tenant.id))['record_pending']; turn++) await sleep(20)
  await runDuty(server, sweepStrays)
  assert.deepEqual(await rowsOf(tenant.id), {})
})
