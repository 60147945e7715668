import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { graphSocket, openGraph } from '../../../test/graph-client.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { serveChannel, type TestSocket } from '../../../test/sockets.ts'
import { createTask, createTasks, patchTask } from '../../../test/tasks.ts'
import { graphChannel } from './channel.ts'
import { Graph } from './execution.ts'
import { makeGraphSchema } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const EVENTS =
  'subscription ($types: [String!], $tasks: [ID!], $after: Long) { events(types: $types, task_ids: $tasks, after: $after) { sequence type task { title } } }'

/** Waits until all that was written is numbered, so that what comes is what the test does next. */
const settled = (): Promise<void> =>
  eventually(
    'all that was written is numbered',
    async () => (await server.sql('SELECT FROM record_pending LIMIT 1')).length === 0,
  )

async function subscribe(
  socket: TestSocket,
  id: string,
  variables: object = {},
  query = EVENTS,
): Promise<void> {
  await settled()
  socket.say({ type: 'subscribe', id, payload: { query, variables } })
  // Answers come in the order of what was asked: it stands when a later question is answered.
  socket.say({ type: 'subscribe', id: `${id}-stands`, payload: { query: '{ event_types { type } }' } })
  await socket.nextOf('next')
  await socket.nextOf('complete')
}

const head = async (): Promise<number> => {
  await settled()
  return (await server.sql('SELECT coalesce(max(last_sequence), 0)::int AS head FROM record_heads'))[0]
    .head as number
}

test('a subscription tells what happens, with the task as it is', async () => {
  const from = await head()
  const socket = await openGraph(server)
  socket.say({
    type: 'subscribe',
    id: '1',
    payload: { query: EVENTS, variables: { types: ['task.*'], after: from } },
  })
  const task = await createTask(server, { title: 'told' })
  const first = await socket.nextOf('next')
  assert.deepEqual(
    [first['id'], first['payload'].data.events.type, first['payload'].data.events.task],
    ['1', 'task.created', { title: 'told' }],
  )
  await patchTask(server, task.id, { priority: 5 })
  assert.equal((await socket.nextOf('next'))['payload'].data.events.type, 'task.updated')
  await socket.close()
})

test('types and tasks filter; after resumes, and nothing is missed or repeated', async () => {
  const from = await head()
  const tasks = await createTasks(server, [{ title: 'a' }, { title: 'b' }, { title: 'c' }])
  await settled()
  const socket = await openGraph(server)
  const of = async (id: string, variables: object, count: number): Promise<number[]> => {
    socket.say({ type: 'subscribe', id, payload: { query: EVENTS, variables } })
    const sequences: number[] = []
    while (sequences.length < count)
      sequences.push((await socket.nextOf('next'))['payload'].data.events.sequence)
    socket.say({ type: 'complete', id })
    return sequences
  }
  const all = await of('all', { after: from }, 3)
  assert.deepEqual(all, [from + 1, from + 2, from + 3])
  assert.deepEqual(await of('rest', { after: all[0] }, 2), all.slice(1))
  assert.equal((await of('one', { after: from, tasks: [tasks[1]!.id] }, 1)).length, 1)
  await socket.close()
})

test('a key that is revoked ends its socket, and those of no other key', async () => {
  const key = await keyWith(server, ['read_tasks'])
  const [doomed, stays] = [await openGraph(server, key), await openGraph(server)]
  await subscribe(doomed, '1')
  const from = await head()
  const keys = bodyOf<{ id: string; prefix: string }[]>(await server.get('/keys'))
  const { id } = keys.find(({ prefix }) => key.startsWith(prefix))!
  bodyOf(await server.patch(`/keys/${id}`, { revoked: true }))
  assert.equal((await doomed.closed).code, 4401)
  stays.say({
    type: 'subscribe',
    id: '1',
    payload: { query: EVENTS, variables: { types: ['key.*'], after: from } },
  })
  assert.equal((await stays.nextOf('next'))['payload'].data.events.type, 'key.revoked')
  await stays.close()
})

test('another tenant hears nothing of it, and who lacks a permission is refused', async () => {
  const stranger = await openGraph(server, await keyOfNewTenant(server))
  await subscribe(stranger, '1', { after: 0 })
  await createTask(server, { title: 'not for them' })
  await settled()
  stranger.say({ type: 'ping' })
  // What their own tenant's making was is theirs to hear.
  for (;;) {
    const message = await stranger.next()
    if (message['type'] === 'pong') break
    assert.doesNotMatch(JSON.stringify(message), /task\./)
  }
  await stranger.close()

  const powerless = await openGraph(server, await keyWith(server, []))
  powerless.say({ type: 'subscribe', id: '1', payload: { query: EVENTS } })
  assert.equal((await powerless.nextOf('error'))['payload'][0].extensions.code, 'forbidden')
  const worker = await openGraph(server, await keyWith(server, ['read_tasks']))
  worker.say({ type: 'subscribe', id: '1', payload: { query: EVENTS, variables: { types: ['key.*'] } } })
  assert.equal((await worker.nextOf('error'))['payload'][0].extensions['permission'], 'read_audit')
  await Promise.all([powerless.close(), worker.close()])
})

test('queries and mutations run over the socket, too', async () => {
  const socket = await openGraph(server)
  socket.say({
    type: 'subscribe',
    id: 'm',
    payload: { query: 'mutation { create_task(title: "over a socket") { title } }' },
  })
  assert.deepEqual((await socket.nextOf('next'))['payload'], {
    data: { create_task: { title: 'over a socket' } },
  })
  assert.equal((await socket.nextOf('complete'))['id'], 'm')
  await socket.close()
})

test('over HTTP a subscription is refused, with where to go', async () => {
  const answer = await server.post('/graphql', { query: 'subscription { events { type } }' })
  assert.deepEqual([answer.status, answer.body.errors[0].extensions.code], [400, 'subscription_needs_socket'])
})

test('the limits hold for subscriptions, and a bad one leaves the socket open', async () => {
  const socket = await openGraph(server)
  const refused = async (query: string): Promise<string> => {
    socket.say({ type: 'subscribe', id: 'x', payload: { query } })
    return (await socket.nextOf('error'))['payload'][0].extensions.code as string
  }
  const deep = `subscription { events { task { ${'dependencies { prerequisite { '.repeat(20)} id ${'} }'.repeat(20)} } } }`
  assert.equal(await refused(deep), 'query_too_deep')
  const aliases = Array.from({ length: 200 }, (_, nth) => `a${nth}: type`).join(' ')
  assert.equal(await refused(`subscription { events { ${aliases} } }`), 'too_many_aliases')
  assert.equal(await refused('subscription { nothing }'), 'invalid_query')
  assert.equal(await refused('subscription { events(types: ["tusk.*"]) { type } }'), 'validation_failed')
  assert.equal(await refused('subscription { a: events { type } b: events { type } }'), 'invalid_query')
  for (let nth = 0; nth < 20; nth++)
    socket.say({ type: 'subscribe', id: `s${nth}`, payload: { query: EVENTS } })
  assert.equal(await refused(EVENTS), 'too_many_subscriptions')
  await socket.close()
})

test('what breaks the protocol closes the socket with its code', async () => {
  const closing = async (say: (socket: TestSocket) => void, protocol?: string): Promise<number> => {
    const socket = await graphSocket(server, protocol)
    say(socket)
    return (await socket.closed).code
  }
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${server.key}` } }
  const query = { type: 'subscribe', id: '1', payload: { query: EVENTS } }
  assert.equal(await closing((socket) => socket.say(query)), 4401)
  assert.equal(
    await closing((socket) => socket.say({ ...init, payload: { authorization: 'Bearer wrong' } })),
    4401,
  )
  assert.equal(await closing((socket) => socket.say({ type: 'connection_init' })), 4400)
  assert.equal(await closing((socket) => [init, init].forEach((each) => socket.say(each))), 4429)
  assert.equal(await closing((socket) => socket.say('nonsense')), 4400)
  assert.equal(await closing((socket) => socket.say({ type: 'gossip' })), 4400)
  assert.equal(await closing(() => undefined, ''), 4406)
  const twice = await openGraph(server)
  for (const each of [query, query]) twice.say(each)
  assert.equal((await twice.closed).code, 4409)
})

test('who is silent is closed, and who does not read', async (t) => {
  const limits = { initMilliseconds: 50, stallMilliseconds: 200, highWaterBytes: 1024 }
  const other = await serveChannel(
    t,
    server,
    graphChannel(new Graph(server.app, makeGraphSchema(server.app)), limits),
  )
  const silent = await graphSocket(other)
  assert.equal((await silent.closed).code, 4408)

  const from = await head()
  for (let batch = 0; batch < 4; batch++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({ description: 'x'.repeat(50_000) })).slice(0, 15),
    )
  const deaf = await graphSocket(other)
  deaf.say({ type: 'connection_init', payload: { authorization: `Bearer ${server.key}` } })
  await deaf.nextOf('connection_ack')
  deaf.ws.pause()
  const all = Array.from({ length: 19 }, (_, nth) => String(nth))
  for (const id of all)
    deaf.say({
      type: 'subscribe',
      id,
      payload: { query: `subscription { events(after: ${from}) { data } }` },
    })
  await eventually('it is followed', () => Promise.resolve(openSockets(other.app) === 1))
  await eventually('the server has let go of it', () => Promise.resolve(openSockets(other.app) === 0))
  deaf.ws.resume()
  assert.ok([4413, 1006].includes((await deaf.closed).code))
})

/** Tenants that are still followed, for anybody. */
const openSockets = (app: TestServer['app']): number => app.wake.followedClosely.length
