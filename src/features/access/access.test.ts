import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { endWaiting, untilWaiting } from '../../../test/locks.ts'
import { testServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

let made = 0

/** A user of the tenant `default` with one role, and a key of theirs. */
async function userWithKey(
  role = 'agent',
  expires_at?: string,
): Promise<{ id: string; keyId: string; key: string; name: string }> {
  made += 1
  const name = `${role} ${made}`
  const user = await server.post('/users', { name, roles: [role] })
  assert.equal(user.status, 201)
  const key = await server.post('/keys', {
    name,
    user_id: user.body.id,
    ...(expires_at ? { expires_at } : {}),
  })
  assert.equal(key.status, 201)
  return { id: user.body.id, keyId: key.body.id, key: key.body.key, name }
}

const statusOf = async (key: string): Promise<number> => (await server.get('/whoami', { key })).status

test('a request without a good key is 401 and says what to do', async () => {
  const authorizations = [
    undefined,
    'Bearer',
    `Basic ${server.key}`,
    `Bearer ${server.key}x`,
    `Bearer ${server.key} x`,
    'Bearer cairn_AbCd1234_k3cOyb0NcXTtHT5nmyVYf6ZBuqXLm2q7p9wTzG4uSxE',
  ]
  for (const authorization of authorizations) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const { status, body, headers: answered } = await server.get('/whoami', { key: null, headers })
    assert.equal(status, 401, String(authorization))
    assert.equal(body.code, 'unauthorized')
    assert.match(body.detail, /Authorization|check that it is whole/)
    assert.match(answered.get('www-authenticate') ?? '', /^Bearer/)
  }
})

test('the scheme of the header is known in any case', async () => {
  for (const scheme of ['bearer', 'BEARER', 'Bearer']) {
    const { status } = await server.get('/whoami', {
      key: null,
      headers: { authorization: `${scheme} ${server.key}` },
    })
    assert.equal(status, 200)
  }
})

test('the operator is told that they may do everything in the tenant default', async () => {
  const { body } = await server.get('/whoami')
  assert.deepEqual(body.tenant, { id: '00000000-0000-7000-8000-000000000001', name: 'default' })
  assert.deepEqual(body.actor, { kind: 'operator', id: null, name: 'operator' })
  assert.equal(body.operator, true)
  assert.equal(body.key, null)
  assert.deepEqual(body.permissions, Object.keys(server.app.permissions).sort())
})

test("a key does what its user's roles permit, and nothing else", async () => {
  const { id, key, name } = await userWithKey('agent')
  const { body } = await server.get('/whoami', { key })
  assert.deepEqual(body.actor, { kind: 'user', id, name })
  assert.deepEqual(body.permissions, ['create_tasks', 'execute_tasks', 'read_tasks', 'update_tasks'])
  assert.deepEqual(body.roles, ['agent'])
  assert.deepEqual(body.key, { prefix: key.slice(0, 14), expires_at: null })
  assert.equal(body.operator, false)

  assert.equal((await server.get('/tasks', { key })).status, 200)
  const refused = await server.get('/users', { key })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.permission, 'manage_access')
})

test('an administrator of the tenant is no operator', async () => {
  const { key } = await userWithKey('admin')
  const { body } = await server.get('/whoami', { key })
  assert.deepEqual(body.permissions, Object.keys(server.app.permissions).sort())
  assert.equal((await server.get('/users', { key })).status, 200)
  assert.equal((await server.get('/tenants', { key })).status, 403)
})

test('a key that was in use until now is refused a second after it was revoked, for good', async () => {
  const { keyId, key } = await userWithKey()
  assert.equal(await statusOf(key), 200)
  const revoked = await server.patch(`/keys/${keyId}`, { revoked: true })
  assert.equal(revoked.status, 200)
  assert.notEqual(revoked.body.revoked_at, null)
  await sleep(1000)
  const refused = await server.get('/whoami', { key })
  assert.equal(refused.status, 401)
  assert.match(refused.body.detail, /revoked/)

  const again = await server.patch(`/keys/${keyId}`, { revoked: true })
  assert.equal(again.body.revoked_at, revoked.body.revoked_at)
  assert.equal(again.body.version, revoked.body.version)
})

test('a key ends with its time, with its deletion, with the deletion of its user, and while its user is inactive', async () => {
  const expired = await userWithKey('agent', new Date(Date.now() + 1500).toISOString())
  const deleted = await userWithKey()
  const orphaned = await userWithKey()
  const asleep = await userWithKey()
  for (const { key } of [expired, deleted, orphaned, asleep]) assert.equal(await statusOf(key), 200)

  assert.equal((await server.del(`/keys/${deleted.keyId}`)).status, 204)
  assert.equal((await server.del(`/users/${orphaned.id}`)).status, 204)
  assert.equal((await server.patch(`/users/${asleep.id}`, { active: false })).body.active, false)
  await sleep(2000)
  for (const { key } of [expired, deleted, orphaned, asleep]) assert.equal(await statusOf(key), 401)
  assert.equal((await server.get(`/keys/${deleted.keyId}`)).body.code, 'key_not_found')
  assert.equal((await server.get(`/keys/${orphaned.keyId}`)).body.code, 'key_not_found')

  await server.patch(`/users/${asleep.id}`, { active: true })
  await sleep(600)
  assert.equal(await statusOf(asleep.key), 200)
})

test('a change of a role reaches who holds it within a second', async () => {
  await server.post('/roles', { name: 'changing', permissions: ['read_tasks'] })
  const { key } = await userWithKey('changing')
  assert.equal((await server.get('/tasks', { key })).status, 200)
  const roles = await server.get('/roles')
  const { id } = roles.body.find((role: { name: string }) => role.name === 'changing')
  await server.patch(`/roles/${id}`, { permissions: [] })
  await sleep(1000)
  assert.equal((await server.get('/tasks', { key })).status, 403)
})

test('while a key cannot be looked up its caller is told to come back, at every door', async () => {
  const { key } = await userWithKey()
  const holder = new pg.Client({ connectionString: server.databaseUrl })
  const looker = new pg.Client({ connectionString: server.databaseUrl })
  for (const client of [holder, looker]) await client.connect()
  try {
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE')
    const answers = [
      server.get('/tasks', { key }),
      server.post('/graphql', { query: '{ __typename }' }, { key }),
      server.post(
        '/mcp',
        { jsonrpc: '2.0', id: 1, method: 'ping' },
        { key, headers: { accept: 'application/json, text/event-stream' } },
      ),
    ]
    await untilWaiting(looker)
    await endWaiting(looker)
    await holder.query('ROLLBACK')
    const told = (await Promise.all(answers)).filter(({ status }) => status >= 400)
    assert.ok(told.length > 0)
    for (const { status, headers } of told) assert.deepEqual([status, headers.get('retry-after')], [503, '1'])
  } finally {
    for (const client of [holder, looker]) await client.end()
  }
})

test('a time in the past is no end for a key', async () => {
  const { id } = await userWithKey()
  const { status, body } = await server.post('/keys', {
    name: 'late',
    user_id: id,
    expires_at: '2020-01-01T00:00:00Z',
  })
  assert.equal(status, 400)
  assert.deepEqual(body.errors, [{ path: 'expires_at', message: 'must be in the future' }])
})

test('a key is for the caller unless a user is named, and the operator has to name one', async () => {
  const admin = await userWithKey('admin')
  const own = await server.post('/keys', { name: 'second' }, { key: admin.key })
  assert.equal(own.body.user_id, admin.id)
  const { status, body } = await server.post('/keys', { name: 'nobody' })
  assert.equal(status, 400)
  assert.equal(body.errors[0].path, 'user_id')
})

test('that a key was used is kept, without a word in the record', async () => {
  const { keyId, key } = await userWithKey()
  assert.equal((await server.get(`/keys/${keyId}`)).body.last_used_at, null)
  await statusOf(key)
  let used: string | null = null
  for (let turn = 0; turn < 100 && used === null; turn++) {
    await sleep(20)
    used = (await server.get(`/keys/${keyId}`)).body.last_used_at
  }
  assert.notEqual(used, null)
  const rows = await server.sql('SELECT event_type FROM audit_log WHERE entity_id = $1', [keyId])
  assert.deepEqual(rows, [{ event_type: 'key.created' }])
})

test('a key is nowhere in the database in clear text, and its hash nowhere but in its own row', async () => {
  const { id } = await userWithKey()
  const headers = { 'idempotency-key': 'once' }
  const first = await server.post('/keys', { name: 'secret', user_id: id }, { headers })
  const key: string = first.body.key
  assert.match(key, /^cairn_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/)
  const replayed = await server.post('/keys', { name: 'secret', user_id: id }, { headers })
  assert.equal(replayed.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual(replayed.body, { ...first.body, key: null })
  await server.patch(`/keys/${first.body.id}`, { name: 'renamed' })

  const hash = createHash('sha256').update(key).digest()
  const secrets = [key.slice(15), hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')]
  const tables = await server.sql(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
  const found: string[] = []
  for (const { tablename } of tables)
    for (const [index, secret] of secrets.entries()) {
      const rows = await server.sql(`SELECT 1 FROM ${tablename} t WHERE strpos(t::text, $1) > 0`, [secret])
      if (rows.length > 0) found.push(`${tablename}: ${['key', 'hash', 'hash', 'hash'][index]}`)
    }
  assert.deepEqual(found, ['api_keys: hash'])
})

test('every change of people, roles and keys is in the record with what it changed', async () => {
  const user = await server.post('/users', { name: 'recorded', email: 'a@example.com', roles: ['viewer'] })
  await server.patch(`/users/${user.body.id}`, { roles: ['agent'] })
  const key = await server.post('/keys', { name: 'recorded', user_id: user.body.id })
  await server.patch(`/keys/${key.body.id}`, { name: 'renamed' })
  await server.patch(`/keys/${key.body.id}`, { revoked: true, name: 'ended' })
  const role = await server.post('/roles', { name: 'recorded', permissions: ['read_tasks', 'read_tasks'] })
  await server.patch(`/roles/${role.body.id}`, { description: 'x' })
  await server.del(`/roles/${role.body.id}`)
  await server.del(`/users/${user.body.id}`)
  const rows = await server.sql(
    'SELECT event_type, entity_type, old_values, new_values FROM audit_log WHERE entity_id = ANY($1) ORDER BY position',
    [[user.body.id, key.body.id, role.body.id]],
  )
  assert.deepEqual(
    rows.map((row) => row.event_type),
    [
      'user.created',
      'user.updated',
      'key.created',
      'key.updated',
      'key.revoked',
      'role.created',
      'role.updated',
      'role.deleted',
      'key.deleted',
      'user.deleted',
    ],
  )
  assert.deepEqual(rows[0].new_values, user.body)
  assert.deepEqual(rows[1].old_values.roles, ['viewer'])
  assert.deepEqual(rows[1].new_values.roles, ['agent'])
  assert.equal(rows[4].old_values.name, 'renamed')
  assert.deepEqual(rows[5].new_values.permissions, ['read_tasks'])
  assert.equal(rows[7].new_values, null)
  assert.equal(rows[8].old_values.id, key.body.id)
  for (const row of rows) assert.equal(row.event_type.split('.')[0], row.entity_type)
})

test('a change that changes nothing makes no version and no row in the record', async () => {
  const { id } = await userWithKey()
  const one = await server.patch(`/users/${id}`, { roles: ['agent'], active: true })
  assert.equal(one.status, 200)
  assert.equal(one.body.version, 1)
  const rows = await server.sql('SELECT event_type FROM audit_log WHERE entity_id = $1', [id])
  assert.deepEqual(rows, [{ event_type: 'user.created' }])
})

test('built-in roles stay as they are', async () => {
  const { body: roles } = await server.get('/roles')
  const builtIn = roles.filter((role: { built_in: boolean }) => role.built_in)
  assert.deepEqual(builtIn.map((role: { name: string }) => role.name).sort(), [
    'admin',
    'agent',
    'orchestrator',
    'viewer',
  ])
  for (const role of builtIn) {
    for (const permission of role.permissions) assert.ok(permission in server.app.permissions, permission)
    const changed = await server.patch(`/roles/${role.id}`, { permissions: [] })
    assert.equal(changed.body.code, 'built_in_role')
    assert.equal((await server.del(`/roles/${role.id}`)).status, 409)
  }
})

test('a role that somebody holds is not deleted', async () => {
  const role = await server.post('/roles', { name: 'held', permissions: [] })
  const user = await server.post('/users', { name: 'holder', roles: [role.body.id] })
  assert.deepEqual(user.body.roles, ['held'])
  const refused = await server.del(`/roles/${role.body.id}`)
  assert.equal(refused.body.code, 'role_in_use')
  assert.deepEqual(refused.body.user_ids, [user.body.id])
  await server.patch(`/users/${user.body.id}`, { roles: [] })
  assert.equal((await server.del(`/roles/${role.body.id}`)).status, 204)
})

test('names are unique, and roles that are not there are named', async () => {
  const one = await server.post('/users', { name: 'twin' })
  const other = await server.post('/users', { name: 'other' })
  assert.equal((await server.post('/users', { name: 'twin' })).body.code, 'name_taken')
  assert.equal((await server.patch(`/users/${other.body.id}`, { name: 'twin' })).body.code, 'name_taken')
  assert.equal((await server.post('/roles', { name: 'agent', permissions: [] })).body.code, 'name_taken')
  const missing = await server.patch(`/users/${one.body.id}`, { roles: ['agent', 'wizard'] })
  assert.equal(missing.status, 404)
  assert.match(missing.body.detail, /wizard/)
  const unknown = await server.post('/roles', { name: 'x', permissions: ['read_task'] })
  assert.equal(unknown.status, 400)
  assert.equal(unknown.body.errors[0].path, 'permissions.0')
  assert.equal((await server.post('/users', { name: 'Operator' })).status, 400)
})

test('a stale If-Match is 412 and changes nothing', async () => {
  const { body: user } = await server.post('/users', { name: 'versioned' })
  const headers = { 'if-match': '"1"' }
  const changed = await server.http('PATCH', `/users/${user.id}`, { email: 'v@example.com' }, { headers })
  assert.equal(changed.headers.get('etag'), '"2"')
  const stale = await server.http('PATCH', `/users/${user.id}`, { email: null }, { headers })
  assert.equal(stale.status, 412)
  assert.equal(stale.body.current_version, 2)
  assert.equal((await server.del(`/users/${user.id}`, { headers })).status, 412)
  assert.equal((await server.get(`/users/${user.id}`)).body.email, 'v@example.com')
})

test('lists come in pages that hold each row once', async () => {
  for (let i = 0; i < 5; i++) await userWithKey()
  for (const list of ['/users', '/keys', '/roles', '/tenants']) {
    const all = (await server.get(`${list}?limit=1000`)).body.map((each: { id: string }) => each.id)
    const seen: string[] = []
    let next: string | undefined = `${list}?limit=2`
    while (next) {
      const page = await server.get(next)
      seen.push(...page.body.map((each: { id: string }) => each.id))
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    }
    assert.deepEqual(seen, all)
    assert.deepEqual((await server.get(`${list}?limit=2&offset=1`)).body[0]?.id, all[1])
  }
})
