import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { testServer, type CallOptions, type TestServer } from '../../../test/server.ts'

let server: TestServer
/** The key of one who may manage access and read tasks, and no more. */
let manager: CallOptions
let managerId: string
/** A user who may do everything, and a key of theirs. */
let chief: { id: string; keyId: string }

before(async () => {
  server = await testServer()
  await server.post('/roles', { name: 'manager', permissions: ['manage_access', 'read_tasks'] })
  const user = await server.post('/users', { name: 'manager', roles: ['manager'] })
  managerId = user.body.id
  const key = await server.post('/keys', { name: 'manager', user_id: managerId })
  manager = { key: key.body.key }
  const admin = await server.post('/users', { name: 'chief', roles: ['admin'] })
  const expires_at = '2090-01-01T00:00:00Z'
  const chiefs = await server.post('/keys', { name: 'chief', user_id: admin.body.id, expires_at })
  chief = { id: admin.body.id, keyId: chiefs.body.id }
})
after(() => server.close())

function refused(
  answer: { status: number; body: { code: string; lacking: string[] } },
  lacking: string[],
): void {
  assert.equal(answer.status, 403)
  assert.equal(answer.body.code, 'cannot_grant')
  assert.deepEqual(answer.body.lacking, lacking)
}

test('nobody makes a role that permits what they lack', async () => {
  const wanted = { name: 'more', permissions: ['delete_tasks', 'manage_access', 'admin_all'] }
  refused(await server.post('/roles', wanted, manager), ['admin_all', 'delete_tasks'])
  const role = await server.post('/roles', { name: 'less', permissions: ['read_tasks'] }, manager)
  assert.equal(role.status, 201)
  refused(await server.patch(`/roles/${role.body.id}`, { permissions: ['delete_tasks'] }, manager), [
    'delete_tasks',
  ])
})

test('a role that permits more can be renamed and cut down by one who lacks it, but not extended', async () => {
  const role = await server.post('/roles', { name: 'cleaner', permissions: ['delete_tasks', 'read_tasks'] })
  const path = `/roles/${role.body.id}`
  assert.equal((await server.patch(path, { name: 'sweeper' }, manager)).status, 200)
  refused(await server.patch(path, { permissions: ['delete_tasks', 'import_tasks'] }, manager), [
    'import_tasks',
  ])
  assert.equal((await server.patch(path, { permissions: ['read_tasks'] }, manager)).status, 200)
})

test('nobody gives a role that permits what they lack, to themselves neither', async () => {
  refused(await server.post('/users', { name: 'puppet', roles: ['admin'] }, manager), ['admin_all'])
  refused(await server.patch(`/users/${managerId}`, { roles: ['manager', 'admin'] }, manager), ['admin_all'])
  const puppet = await server.post('/users', { name: 'puppet', roles: ['viewer'] }, manager)
  assert.equal(puppet.status, 201)
  const path = `/users/${puppet.body.id}`
  refused(await server.patch(path, { roles: ['agent'] }, manager), [
    'create_tasks',
    'execute_tasks',
    'update_tasks',
  ])
  assert.deepEqual((await server.get(path)).body.roles, ['viewer'])
})

test('nobody makes or prolongs a key of one who may do more', async () => {
  refused(await server.post('/keys', { name: 'x', user_id: chief.id }, manager), ['admin_all'])
  const path = `/keys/${chief.keyId}`
  refused(await server.patch(path, { expires_at: null }, manager), ['admin_all'])
  refused(await server.patch(path, { expires_at: '2091-01-01T00:00:00Z' }, manager), ['admin_all'])
  assert.equal((await server.patch(path, { expires_at: '2089-01-01T00:00:00Z' }, manager)).status, 200)
  assert.equal((await server.patch(path, { revoked: true }, manager)).status, 200)
})

test('one who may do more can be put to sleep, but not awakened, by one who lacks it', async () => {
  const path = `/users/${chief.id}`
  assert.equal((await server.patch(path, { active: false }, manager)).status, 200)
  refused(await server.patch(path, { active: true }, manager), ['admin_all'])
  assert.equal((await server.get(path)).body.active, false)
})

test('a refused grant leaves nothing behind', async () => {
  const rows = () => server.sql('SELECT count(*) FROM audit_log')
  const before = await rows()
  refused(await server.post('/users', { name: 'ghost', roles: ['viewer', 'admin'] }, manager), ['admin_all'])
  const users = (await server.get('/users?limit=1000')).body
  assert.ok(!users.some((user: { name: string }) => user.name === 'ghost'))
  assert.deepEqual(await rows(), before)
})

test('one who may do everything within the tenant grants everything', async () => {
  const admin = await server.post('/users', { name: 'second chief', roles: ['admin'] })
  const { body } = await server.post('/keys', { name: 'second chief', user_id: admin.body.id })
  const asAdmin = { key: body.key as string }
  const role = await server.post(
    '/roles',
    { name: 'all', permissions: ['admin_all', 'delete_tasks'] },
    asAdmin,
  )
  assert.equal(role.status, 201)
  assert.equal((await server.post('/users', { name: 'third', roles: ['all'] }, asAdmin)).status, 201)
})

test('a change of a user leaves them the roles that they hold, whatever these are called meanwhile', async () => {
  const role = async (name: string, ...permissions: string[]): Promise<string> =>
    bodyOf<{ id: string }>(await server.post('/roles', { name, permissions }), 201).id
  let [weak, strong] = [await role('swapped', 'read_tasks'), await role('to swap', 'admin_all')]
  const held = weak
  const users = await Promise.all(
    Array.from({ length: 6 }, async (_, nth) =>
      bodyOf<{ id: string }>(await server.post('/users', { name: `swapped ${nth}`, roles: [weak] }), 201),
    ),
  )
  const rename = async (id: string, name: string): Promise<void> =>
    void bodyOf(await server.patch(`/roles/${id}`, { name }))
  let over = false
  // The two roles exchange their names, over and over.
  const swapping = (async () => {
    while (!over) {
      await rename(weak, 'between')
      await rename(strong, 'swapped')
      await rename(weak, 'to swap')
      ;[weak, strong] = [strong, weak]
    }
  })()
  await Promise.all(
    users.map(async ({ id }, nth) => {
      for (let turn = 0; turn < 80; turn++)
        bodyOf(await server.patch(`/users/${id}`, { email: `${nth}-${turn}@example.com` }))
    }),
  ).finally(() => (over = true))
  await swapping
  const now = await server.sql('SELECT DISTINCT role_id FROM user_roles WHERE user_id = ANY($1)', [
    users.map(({ id }) => id),
  ])
  assert.deepEqual(now, [{ role_id: held }])
})
