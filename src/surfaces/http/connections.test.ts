import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, isIPv6, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test, type TestContext } from 'node:test'
import { problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyWith } from '../../../test/people.ts'
import { sendRaw } from '../../../test/raw-socket.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { follow, TestSocket } from '../../../test/sockets.ts'
import { Metrics } from '../../kernel/metrics.ts'
import { makeServer } from '../doors.ts'
import { addressesOf, isLoopback } from './loopback.ts'

async function start(t: TestContext, environment: Record<string, string>): Promise<TestServer> {
  const server = await testServer({ environment })
  t.after(() => server.close())
  return server
}

/** A connection that says these bytes, one by one, until it is closed; answers what it was told. */
async function trickle(server: TestServer, first: string, byte: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect({ host: hostname, port: Number(port) })
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => (said += text))
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(first)
  const dripping = setInterval(() => socket.write(byte), 50)
  await once(socket, 'close')
  clearInterval(dripping)
  return said
}

const HASTY = { CAIRN_HEADERS_TIMEOUT_SECONDS: '1', CAIRN_REQUEST_TIMEOUT_SECONDS: '2' }

test('who says nothing, or not all of the headers, is told so and cut off', async (t) => {
  const server = await start(t, HASTY)
  for (const bytes of ['', 'GET /tasks HTTP/1.1\r\nHost: x\r\n']) {
    const { status, body } = await sendRaw(server.url, bytes)
    assert.deepEqual([status, JSON.parse(body).code], [408, 'request_timeout'])
  }
})

test('headers that trickle are cut off, however steadily', async (t) => {
  const server = await start(t, HASTY)
  assert.match(await trickle(server, 'GET /tasks HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'), /^HTTP\/1\.1 408 /)
})

test('a body that trickles is cut off, of whom we know and of whom we do not', async (t) => {
  const server = await start(t, HASTY)
  const head = (key: string): string =>
    `POST /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`
  assert.match(
    await trickle(server, `${head(server.key)}Content-Length: 1000\r\n\r\n`, ' '),
    /^HTTP\/1\.1 408 /,
  )
  const chunked = `${head(server.key)}Transfer-Encoding: chunked\r\n\r\n`
  assert.match(await trickle(server, chunked, '1\r\n \r\n'), /^HTTP\/1\.1 408 /)
  assert.match(await trickle(server, `${head('wrong')}Content-Length: 1000\r\n\r\n`, ' '), /^HTTP\/1\.1 401 /)
  assert.equal((await server.get('/tasks')).body.length, 0)
})

test('a call that waits for its answer longer than a request may take to arrive is not cut off', async (t) => {
  const server = await start(t, HASTY)
  const wish = { worker_id: 'w', agent_type: 'a', wait_seconds: 4 }
  const answer = await server.post('/tasks/claim', wish)
  assert.deepEqual([answer.status, answer.body], [200, []])
})

test('an address longer than 8 KiB is 414, and one that is not is not', async (t) => {
  const server = await start(t, {})
  problemOf(await server.get(`/tasks?tag=${'a'.repeat(8_200)}`), 414, 'url_too_long')
  problemOf(await server.get(`/nothing?${'a'.repeat(8_200)}`), 414, 'url_too_long')
  problemOf(await server.get(`/tasks?tag=${'a'.repeat(8_000)}`), 400, 'validation_failed')
})

/** Connections that stand, in the middle of a request each or idle after one. */
async function hold(server: TestServer, count: number, idle: boolean): Promise<Socket[]> {
  const { hostname, port } = new URL(server.url)
  const held: Socket[] = []
  for (let left = count; left > 0; left--) {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(`GET /ready HTTP/1.1\r\nHost: x\r\n${idle ? '\r\n' : ''}`)
    if (idle) await once(socket, 'data')
    held.push(socket)
  }
  return held
}

const connections = (server: TestServer): Promise<number> =>
  server.app.metrics.registry
    .getSingleMetric('cairn_connections_refused_total')!
    .get()
    .then(({ values }) => values[0]!.value)

const ask = 'GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

test('connections beyond the most are closed without a word, until there is room', async (t) => {
  const server = await start(t, { CAIRN_MAX_CONNECTIONS: '5' })
  const held = await hold(server, 5, false)
  assert.ok(Number.isNaN((await sendRaw(server.url, ask)).status))
  assert.equal(await connections(server), 1)
  held[0]!.destroy()
  await eventually('there is room', async () => (await sendRaw(server.url, ask)).status === 200)
  for (const socket of held) socket.destroy()
})

test('connections that are only kept make room', async (t) => {
  const server = await start(t, { CAIRN_MAX_CONNECTIONS: '5' })
  const held = await hold(server, 5, true)
  const closed = Promise.all(held.map((socket) => once(socket, 'close')))
  await eventually('there is room', async () => (await sendRaw(server.url, ask)).status === 200)
  await closed
})

/** A client that has asked for a large answer, and reads on when it is told to. */
async function slowReader(server: TestServer): Promise<() => Promise<{ got: number; length: number }>> {
  const large = { title: 'large', description: 'd'.repeat(60_000) }
  for (let left = 110; left > 0; left--) await server.post('/tasks', large)
  const { hostname, port } = new URL(server.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(`GET /tasks?limit=110 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.key}\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
  return async () => {
    socket.resume()
    const length = (all: string): number => Number(/content-length: (\d+)/i.exec(all)?.[1])
    const read = () => {
      const all = Buffer.concat(chunks).toString('latin1')
      return { got: all.length - all.indexOf('\r\n\r\n') - 4, length: length(all) }
    }
    await eventually('it is read', () => socket.destroyed || read().got === read().length)
    socket.destroy()
    return read()
  }
}

test('an answer that a client is reading when the server stops is sent whole', async () => {
  const server = await testServer()
  const read = await slowReader(server)
  const [idle] = await hold(server, 1, true)
  const stopped = server.close()
  await once(idle!, 'close')
  const { got, length } = await read()
  assert.equal(got, length)
  await stopped
})

test('an answer that a client is reading when there are too many connections is sent whole', async (t) => {
  const server = await start(t, { CAIRN_MAX_CONNECTIONS: '5' })
  const read = await slowReader(server)
  const [idle] = await hold(server, 1, true)
  const closed = once(idle!, 'close')
  const busy: Socket[] = []
  await eventually('the idle one makes room', async () => {
    busy.push(...(await hold(server, 1, false)))
    return idle!.destroyed
  })
  await closed
  const { got, length } = await read()
  assert.equal(got, length)
  for (const socket of busy) socket.destroy()
})

test('a request that is still arriving when the server stops is told so, however long it might take', async () => {
  const patient = { CAIRN_HEADERS_TIMEOUT_SECONDS: '300', CAIRN_REQUEST_TIMEOUT_SECONDS: '3600' }
  const server = await testServer({ environment: patient })
  const head = (key: string): string =>
    `POST /tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`
  const half = (key: string): string => `${head(key)}Content-Length: 100\r\n\r\n{"ti`
  const arriving = [head(server.key), half(server.key)].map((bytes) => sendRaw(server.url, bytes))
  const refused = sendRaw(server.url, half('wrong'))
  // Another that arrives in time is answered, as it was before.
  const { hostname, port } = new URL(server.url)
  const late = connect({ host: hostname, port: Number(port) })
  late.write(`${head(server.key)}Content-Length: 16\r\n\r\n{"title"`)
  const [idle] = await hold(server, 1, true)
  const stopped = server.close()
  await once(idle!, 'close')
  late.write(':"late"}')
  const [said] = (await once(late, 'data')) as [Buffer]
  assert.match(said.toString(), /^HTTP\/1\.1 201 /)
  for (const { status, headers, body } of await Promise.all(arriving)) {
    assert.deepEqual([status, JSON.parse(body).code], [503, 'draining'])
    assert.deepEqual([headers['connection'], headers['retry-after']], ['close', '1'])
  }
  assert.equal((await refused).status, 401)
  await stopped
  const metrics = await server.app.metrics.registry.metrics()
  assert.match(metrics, /_count\{operation="tasks.create",status="503"\} 1\n/)
})

test('an answer that nobody takes does not keep a server from stopping', async () => {
  const server = await testServer()
  await slowReader(server)
  await server.close()
})

test('a request that never arrives does not keep a server from stopping, nor does a client that hears nothing', async () => {
  const server = await testServer({ environment: HASTY })
  const [socket] = await hold(server, 1, false)
  // It reads nothing, so it does not even notice that it is told to go.
  assert.ok(socket!.isPaused() || !socket!.readableFlowing)
  await server.close()
  socket!.destroy()
})

/** Two addresses of this machine's loopback. */
function twoAddresses(): string[] {
  const known = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address))
  return ['127.0.0.1', known.includes('::1') ? '::1' : '127.0.0.2']
}

test('localhost is listened on as all that it is, and another name as it is said', async () => {
  const all = await addressesOf('localhost')
  assert.ok(all.length > 0 && all.every(isLoopback))
  assert.deepEqual(await addressesOf('127.0.0.1'), ['127.0.0.1'])
})

test('on several addresses each has the limits, and all together have one', async (t) => {
  const addresses = twoAddresses()
  const server = await start(t, { CAIRN_MAX_CONNECTIONS: '5' })
  const app = { ...server.app, metrics: new Metrics(server.app.pool) }
  const http = await makeServer(app)
  t.after(() => http.drain())
  const { port } = await http.listen(0, addresses)
  const places = addresses.map((address) => ({
    ...server,
    app,
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}`,
  }))
  for (const { url } of places) {
    assert.equal((await sendRaw(url, ask)).status, 200)
    const odd = await sendRaw(url, 'GET /ready HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n')
    assert.equal(odd.status, 417)
    assert.match(odd.body, /"code":"expectation_failed"/)
    const large = await sendRaw(
      url,
      `GET /ready HTTP/1.1\r\nHost: x\r\nX-Bomb: ${'b'.repeat(20_000)}\r\n\r\n`,
    )
    assert.deepEqual([large.status, JSON.parse(large.body).code], [431, 'headers_too_large'])
  }
  const held: Socket[] = []
  for (let n = 0; n < 5; n++) held.push(...(await hold(places[n % places.length]!, 1, true)))
  for (const socket of held) socket.write('GET /ready HTTP/1.1\r\n')
  // Another answer of this process: it has read those by then.
  assert.equal((await server.get('/ready')).status, 200)
  for (const { url } of places) assert.ok(Number.isNaN((await sendRaw(url, ask)).status))
  assert.equal(await connections(places[0]!), places.length)
  for (const socket of held) socket.destroy()
  for (const { url } of places)
    await eventually('there is room', async () => (await sendRaw(url, ask)).status === 200)
  await http.drain()
  for (const { url } of places) await assert.rejects(sendRaw(url, ask), { code: 'ECONNREFUSED' })
})

test('a key has no more sockets than it may, and a closed one makes room', async (t) => {
  const server = await start(t, { CAIRN_SOCKETS_PER_KEY: '2' })
  const [one, other] = [await keyWith(server, ['read_tasks']), await keyWith(server, ['read_tasks'])]
  const first = await follow(server, { key: one })
  const second = await follow(server, { key: one })
  const third = await new TestSocket(server.url).opened()
  // Another spelling is the same key.
  third.say({ authorization: `bearer   ${one}`, subscribe: {} })
  assert.equal((await third.nextOf('error'))['problem'].code, 'too_many_sockets')
  assert.equal((await third.closed).code, 4429)
  await (await follow(server, { key: other })).close()
  await first.close()
  const again = async (): Promise<boolean> => {
    const socket = await new TestSocket(server.url).opened()
    socket.say({ authorization: `Bearer ${one}`, subscribe: {} })
    const { type } = await socket.next()
    await socket.close()
    return type === 'ready'
  }
  await eventually('the closed one has made room', again)
  await second.close()
})
