import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { follow, serveChannel, TestSocket, type Opening } from '../../../test/sockets.ts'
import { createTask, moveTask, patchTask } from '../../../test/tasks.ts'
import { liveChannel } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** What a first message is answered with, and how the connection ends. */
async function refusal(first: unknown, url = server.url): Promise<{ code: string; close: number }> {
  const socket = await new TestSocket(url).opened()
  socket.say(first)
  const { problem } = await socket.nextOf('error')
  const { code: close } = await socket.closed
  assert.equal(socket.heard.length, 0)
  return { code: problem.code as string, close }
}

const opening = (more: Opening & { [member: string]: unknown } = {}): object => ({
  authorization: `Bearer ${server.key}`,
  subscribe: {},
  ...more,
})

describe('the first message', () => {
  test('a client that sends none is closed, however many pings it sends', async (t) => {
    const hasty = await serveChannel(t, server, liveChannel({ helloMilliseconds: 100 }))
    const socket = await new TestSocket(hasty.url).opened()
    const pinging = setInterval(() => socket.ws.ping(), 10)
    assert.deepEqual(await socket.closed, { code: 4408, reason: 'no whole message in time' })
    clearInterval(pinging)
  })

  test('a message that has not arrived whole in time is none', async (t) => {
    const hasty = await serveChannel(t, server, liveChannel({ helloMilliseconds: 100 }))
    const socket = await new TestSocket(hasty.url).opened()
    socket.ws.send('{"authorization":', { fin: false })
    assert.equal((await socket.closed).code, 4408)
  })

  test('a client that has sent it in time is not closed for its silence after it', async (t) => {
    const hasty = await serveChannel(t, server, liveChannel({ helloMilliseconds: 100 }))
    const socket = await follow(hasty)
    const silent = await new TestSocket(hasty.url).opened()
    assert.equal((await silent.closed).code, 4408)
    socket.say({ type: 'ping' })
    await socket.nextOf('pong')
  })

  test('a wrong key is refused as a route refuses it, and nothing else is said', async () => {
    for (const authorization of ['Bearer wrong', `Bearer ${server.key}x`, server.key, `Basic ${server.key}`])
      assert.deepEqual(await refusal(opening({ authorization })), { code: 'unauthorized', close: 4401 })
  })

  test('a key in the URL is not looked at', async () => {
    const url = `${server.url}/ws?authorization=Bearer%20${server.key}&key=${server.key}&x=`
    assert.deepEqual(await refusal(opening({ authorization: 'Bearer wrong' }), url), {
      code: 'unauthorized',
      close: 4401,
    })
  })

  test('a key without the permission to read is refused', async () => {
    const key = await keyWith(server, ['create_tasks'])
    assert.deepEqual(await refusal(opening({ authorization: `Bearer ${key}` })), {
      code: 'forbidden',
      close: 4403,
    })
  })

  test('a message of another shape is refused, with what is wrong', async () => {
    const shapes: [unknown, string][] = [
      ['no json', 'malformed_json'],
      ['null', 'validation_failed'],
      ['[]', 'validation_failed'],
      [{ type: 'ping' }, 'validation_failed'],
      [{ subscribe: {} }, 'validation_failed'],
      [{ authorization: `Bearer ${server.key}` }, 'validation_failed'],
      [opening({ extra: 1 }), 'validation_failed'],
      [opening({ after: -1 }), 'validation_failed'],
      [opening({ after: 1.5 }), 'validation_failed'],
      [opening({ subscribe: { type: 'task.*' } }), 'validation_failed'],
      [opening({ subscribe: { types: [] } }), 'validation_failed'],
      [opening({ subscribe: { types: ['tasks.created'] } }), 'validation_failed'],
      [opening({ subscribe: { task_ids: [17] } }), 'validation_failed'],
      [opening({ subscribe: { task_ids: Array(1001).fill(crypto.randomUUID()) } }), 'validation_failed'],
    ]
    for (const [first, code] of shapes)
      assert.deepEqual(await refusal(first), { code, close: 4400 }, JSON.stringify(first))
  })

  test('a position beyond the end of the record is refused: what comes up to it would be missed', async () => {
    assert.deepEqual(await refusal(opening({ after: 1_000_000 })), { code: 'validation_failed', close: 4400 })
  })

  test('without a position the feed begins now, with one behind it', async () => {
    const task = await createTask(server, { title: 'old' })
    const watcher = await follow(server, { after: 0, subscribe: { task_ids: [task.id] } })
    const [created] = await watcher.events(1)
    const late = await follow(server)
    assert.ok(late.position >= created!['sequence'])
    const next = await createTask(server, { title: 'new' })
    const [event] = await late.events(1)
    assert.equal(event!['data'].task.id, next.id)
    const again = await follow(server, { after: late.position })
    assert.deepEqual(await again.events(1), [event])
    for (const socket of [watcher, late, again]) await socket.close()
  })
})

describe('a connection', () => {
  test('a client that answers no ping is gone after two of them, whatever it sends', async (t) => {
    const hasty = await serveChannel(t, server, liveChannel({ pingMilliseconds: 50 }))
    const socket = new TestSocket(hasty.url, { autoPong: false })
    await socket.opened()
    socket.say(opening())
    const talking = setInterval(() => socket.say({ type: 'ping' }), 10)
    assert.equal((await socket.closed).code, 1006)
    clearInterval(talking)
  })

  test('a client that answers stays', async (t) => {
    const hasty = await serveChannel(t, server, liveChannel({ pingMilliseconds: 10 }))
    const socket = await follow(hasty)
    for (let pings = 0; pings < 10; pings++) await once(socket.ws, 'ping')
    socket.say({ type: 'ping' })
    await socket.nextOf('pong')
  })

  test('messages that come before the first is answered wait their turn, and are few', async () => {
    const patient = await new TestSocket(server.url).opened()
    patient.say(opening({ subscribe: { types: ['task.*'] } }))
    patient.say({ type: 'ping' })
    patient.say({ subscribe: { types: ['key.*'] } })
    for (const type of ['ready', 'pong', 'ready']) await patient.nextOf(type)
    await patient.close()
    const flood = await new TestSocket(server.url).opened()
    flood.say(opening())
    for (let i = 0; i < 100; i++) flood.say({ type: 'ping' })
    assert.equal((await flood.closed).code, 1008)
  })
})

describe('a subscription', () => {
  test('an event is what the route for events answers', async () => {
    const socket = await follow(server)
    const task = await createTask(server, { title: 'the same', description: 'é "\u2028' })
    await patchTask(server, task.id, { priority: 5 })
    const events = await socket.events(2)
    const answered = bodyOf<object[]>(await server.get(`/events?after=${socket.position}&limit=2`))
    assert.deepEqual(events, answered)
    await socket.close()
  })

  test('by types: those alone come, and the position passes by the others', async () => {
    const socket = await follow(server, { subscribe: { types: ['task.completed', 'dependency.*'] } })
    const [one, two] = [await createTask(server), await createTask(server)]
    await server.post(`/tasks/${two.id}/dependencies`, { depends_on_task_id: one.id })
    await moveTask(server, one.id, 'assigned', 'in_progress', 'completed')
    const types = (await socket.events(2)).map((event) => event['type'])
    assert.deepEqual(types, ['dependency.added', 'task.completed'])
    socket.say({ type: 'ping' })
    const pong = await socket.nextOf('pong')
    assert.ok(pong['sequence'] >= socket.position + 5, JSON.stringify(pong))
    await socket.close()
  })

  test('by tasks: the task itself, its executions, and dependencies at either end', async () => {
    const [watched, before, behind, other] = await Promise.all([1, 2, 3, 4].map(() => createTask(server)))
    const socket = await follow(server, { subscribe: { task_ids: [watched!.id] } })
    await patchTask(server, other!.id, { priority: 5 })
    await server.post(`/tasks/${watched!.id}/dependencies`, { depends_on_task_id: before!.id })
    await server.post(`/tasks/${behind!.id}/dependencies`, { depends_on_task_id: watched!.id })
    await server.post(`/tasks/${other!.id}/dependencies`, { depends_on_task_id: before!.id })
    await moveTask(server, before!.id, 'assigned', 'in_progress', 'completed')
    const start = { agent_type: 'coder', worker_id: 'w', lease_seconds: 60 }
    bodyOf(await server.post(`/tasks/${other!.id}/executions`, start), 201)
    bodyOf(await server.post(`/tasks/${watched!.id}/executions`, start), 201)
    const seen: string[] = []
    while (!seen.includes('execution.started') || !seen.includes('task.started')) {
      const [event] = await socket.events(1)
      const { task, execution, dependency } = event!['data']
      assert.ok(
        task?.id === watched!.id ||
          execution?.task_id === watched!.id ||
          [dependency?.task_id, dependency?.depends_on_task_id].includes(watched!.id),
        JSON.stringify(event),
      )
      seen.push(event!['type'] as string)
    }
    assert.equal(seen.filter((type) => type === 'dependency.added').length, 2)
    await socket.close()
  })

  test('by both: both must hold', async () => {
    const [watched, other] = [await createTask(server), await createTask(server)]
    const subscribe = { types: ['task.completed'], task_ids: [watched.id.toUpperCase()] }
    const socket = await follow(server, { subscribe })
    await moveTask(server, other.id, 'assigned', 'in_progress', 'completed')
    await moveTask(server, watched.id, 'assigned', 'in_progress', 'completed')
    const [event] = await socket.events(1)
    assert.equal(event!['type'], 'task.completed')
    assert.equal(event!['data'].task.id, watched.id)
    await socket.close()
  })

  test('it can be changed, and goes on from where the client stands', async () => {
    const socket = await follow(server, { subscribe: { types: ['task.deleted'] } })
    const task = await createTask(server)
    socket.say({ subscribe: { types: ['task.updated'] } })
    const { sequence } = await socket.nextOf('ready')
    assert.ok(sequence >= socket.position)
    await patchTask(server, task.id, { priority: 5 })
    const [event] = await socket.events(1)
    assert.equal(event!['type'], 'task.updated')
    await socket.close()
  })

  test('a later message of another shape ends it', async () => {
    for (const message of ['no json', '7', {}, { type: 'pong' }, { type: 'ping', more: 1 }, { after: 1 }]) {
      const socket = await follow(server)
      socket.say(message)
      assert.equal((await socket.nextOf('error'))['problem'].status, 400)
      assert.equal((await socket.closed).code, 4400)
    }
  })

  test('without the permission to read the audit trail it is of the work alone', async () => {
    const key = await keyWith(server, ['read_tasks'])
    const socket = await follow(server, { key })
    await keyWith(server, ['read_tasks'])
    const task = await createTask(server)
    const [event] = await socket.events(1)
    assert.equal(event!['data'].task?.id, task.id)
    socket.say({ subscribe: { types: ['key.*'] } })
    assert.equal((await socket.nextOf('error'))['problem'].permission, 'read_audit')
    assert.equal((await socket.closed).code, 4403)
  })

  test('it sees its own tenant and no other, whatever it asks for', async () => {
    const [key, otherKey] = [await keyOfNewTenant(server), await keyOfNewTenant(server)]
    const [socket, other] = [await follow(server, { key }), await follow(server, { key: otherKey })]
    const mine = bodyOf<{ id: string }>(await server.post('/tasks', { title: 'mine' }, { key }), 201)
    const theirs = bodyOf<{ id: string }>(
      await server.post('/tasks', { title: 'theirs' }, { key: otherKey }),
      201,
    )
    assert.deepEqual(
      [await socket.events(1), await other.events(1)].map(([event]) => event!['data'].task.id),
      [mine.id, theirs.id],
    )
    socket.say({ subscribe: { task_ids: [theirs.id] } })
    await socket.nextOf('ready')
    await server.patch(`/tasks/${theirs.id}`, { priority: 5 }, { key: otherKey })
    await other.events(1)
    socket.say({ subscribe: {} })
    await socket.nextOf('ready')
    await server.patch(`/tasks/${mine.id}`, { priority: 4 }, { key })
    const [event] = await socket.events(1)
    assert.equal(event!['data'].task.id, mine.id)
    await socket.close()
    await other.close()
  })
})
