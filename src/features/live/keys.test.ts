import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { follow, serveChannel, type TestSocket } from '../../../test/sockets.ts'
import { createTask } from '../../../test/tasks.ts'
import { liveChannel } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

interface Person {
  role: string
  user: string
  id: string
  key: string
}

let made = 0

/** A user with a role of these permissions and a key, each by its id. */
async function person(...permissions: string[]): Promise<Person> {
  const name = `somebody-${++made}`
  const role = bodyOf<{ id: string }>(await server.post('/roles', { name, permissions }), 201).id
  const user = bodyOf<{ id: string }>(await server.post('/users', { name, roles: [role] }), 201).id
  const { id, key } = bodyOf<{ id: string; key: string }>(
    await server.post('/keys', { name, user_id: user }),
    201,
  )
  return { role, user, id, key }
}

/** The code of the error that a socket is told, and the code that it is closed with; events before it are passed over. */
async function ending(socket: TestSocket): Promise<{ code: string; close: number }> {
  const { code: close } = await socket.closed
  const last = socket.heard.at(-1)
  assert.equal(last?.['type'], 'error', JSON.stringify(last))
  return { code: last?.['problem'].code as string, close }
}

test('a key that is revoked closes all its sockets, and those of no other key', async () => {
  const [one, other] = [await person('read_tasks'), await person('read_tasks')]
  const sockets = await Promise.all([follow(server, one), follow(server, one)])
  const stays = await follow(server, other)
  bodyOf(await server.patch(`/keys/${one.id}`, { revoked: true }))
  for (const socket of sockets) assert.deepEqual(await ending(socket), { code: 'unauthorized', close: 4401 })
  await createTask(server)
  await stays.events(1)
  await stays.close()
})

test('a key that expires closes its sockets', async () => {
  const one = await person('read_tasks')
  const socket = await follow(server, one)
  await server.sql(`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`, [one.id])
  assert.deepEqual(await ending(socket), { code: 'unauthorized', close: 4401 })
})

test('a user who is deactivated loses their sockets', async () => {
  const one = await person('read_tasks')
  const socket = await follow(server, one)
  bodyOf(await server.patch(`/users/${one.user}`, { active: false }))
  assert.deepEqual(await ending(socket), { code: 'unauthorized', close: 4401 })
})

test('a role that may no longer read closes the sockets of its users', async () => {
  const one = await person('read_tasks', 'create_tasks')
  const socket = await follow(server, one)
  bodyOf(await server.patch(`/roles/${one.role}`, { permissions: ['create_tasks'] }))
  assert.deepEqual(await ending(socket), { code: 'forbidden', close: 4403 })
})

test('a role that may no longer read the audit trail closes what follows more than the work', async () => {
  const one = await person('read_tasks', 'read_audit')
  const all = await follow(server, one)
  const keys = await follow(server, { ...one, subscribe: { types: ['key.*'] } })
  const work = await follow(server, { ...one, subscribe: { types: ['task.*'] } })
  bodyOf(await server.patch(`/roles/${one.role}`, { permissions: ['read_tasks'] }))
  for (const socket of [all, keys]) assert.deepEqual(await ending(socket), { code: 'forbidden', close: 4403 })
  await createTask(server)
  await work.events(1)
  await work.close()
})

test('a role that may read more than before shows no more until the client subscribes anew', async () => {
  const one = await person('read_tasks')
  const socket = await follow(server, one)
  bodyOf(await server.patch(`/roles/${one.role}`, { permissions: ['read_tasks', 'read_audit'] }))
  await eventually('the server knows', async () => (await server.get('/audit', one)).status === 200)
  await person('read_tasks')
  const task = await createTask(server)
  assert.equal((await socket.events(1))[0]!['data'].task?.id, task.id)
  socket.say({ subscribe: { types: ['user.*'] } })
  await eventually('it may ask for more', async () => {
    socket.say({ type: 'ping' })
    return (await socket.next())['type'] === 'ready'
  })
  await socket.close()
})

test('a database that is away for a moment closes no socket', async (t) => {
  const one = await person('read_tasks')
  let looked = 0
  const away = {
    ...server.app,
    authenticate: (authorization: string | undefined) =>
      ++looked === 1 ? server.app.authenticate(authorization) : Promise.reject(new Error('ECONNREFUSED')),
  }
  const served = await serveChannel(t, { ...server, app: away }, liveChannel({ keyMilliseconds: 5 }))
  const socket = await follow({ ...served, key: one.key })
  await eventually('it was looked up in vain', () => looked > 5)
  await createTask(server)
  await socket.events(1)
})

test('a key is looked at once for all its sockets', async (t) => {
  const one = await person('read_tasks')
  let looked = 0
  const counting = {
    ...server.app,
    authenticate: (authorization: string | undefined) => {
      looked++
      return server.app.authenticate(authorization)
    },
  }
  const channel = liveChannel()
  const served = await serveChannel(t, { ...server, app: counting }, channel)
  const sockets = await Promise.all(Array.from({ length: 20 }, () => follow({ ...served, key: one.key })))
  assert.equal(looked, 20, 'each first message')
  assert.equal(channel.held(served.app).keys, 1)
  await eventually('the next look', () => looked > 20)
  assert.equal(looked, 21)
  for (const socket of sockets) socket.cut()
  await eventually('nobody uses it', () => channel.held(served.app).keys === 0)
})
