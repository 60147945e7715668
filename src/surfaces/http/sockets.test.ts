import assert from 'node:assert/strict'
import { connect, type Socket as NetSocket } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import { z } from 'zod'
import { problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { sendRaw } from '../../../test/raw-socket.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { follow, serveChannel, TestSocket } from '../../../test/sockets.ts'
import type { Channel, Socket } from '../../kernel/socket.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** A channel at /ws that does what a test wants with its sockets. */
const channelOf = (connected: (socket: Socket) => void, messageLimit = 1024): Channel => ({
  name: 'test.channel',
  path: '/ws',
  summary: 'A channel',
  description: 'Of a test.',
  receives: [{ name: 'any', summary: 'Anything', schema: z.unknown(), example: {} }],
  sends: [],
  closes: {},
  messageLimit,
  connect: connected,
})

const echo = channelOf((socket) => socket.onMessage((text) => socket.send(text)))

const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

const handshake = (path: string, headers: Record<string, string>, method = 'GET'): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: cairn',
    ...Object.entries({ ...HANDSHAKE, ...headers })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '\r\n',
  ].join('\r\n')

describe('a request that opens no WebSocket', () => {
  test('at the path of one is told so, like any other problem', async () => {
    const answer = await server.get('/ws', { key: null })
    problemOf(answer, 426, 'upgrade_required')
    assert.equal(answer.headers.get('upgrade'), 'websocket')
    problemOf(await server.post('/ws', {}), 405, 'method_not_allowed')
    problemOf(await server.get('/ws/'), 404, 'route_not_found')
  })

  test('is answered by its status when it means to and does not know how', async () => {
    const attempts: [string, number][] = [
      [handshake('/nowhere', {}), 404],
      [handshake('/tasks', {}), 401],
      [handshake('/ws', {}, 'POST'), 405],
      [handshake('/ws', { 'Sec-WebSocket-Version': '12' }), 426],
      [handshake('/ws', { 'Sec-WebSocket-Version': '' }), 426],
      [handshake('/ws', { Upgrade: 'h2c' }), 426],
      [handshake('/ws', { 'Sec-WebSocket-Key': '' }), 400],
      [handshake('/ws', { 'Sec-WebSocket-Key': 'short' }), 400],
      [handshake('/ws', { 'Sec-WebSocket-Protocol': ' , ' }), 400],
    ]
    for (const [bytes, status] of attempts) {
      const answer = await sendRaw(server.url, bytes)
      assert.equal(answer.status, status, bytes)
      assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, bytes)
      assert.equal((JSON.parse(answer.body) as { status: number }).status, status)
    }
  })

  test('is answered as ever when it offers another protocol', async () => {
    const answer = await sendRaw(
      server.url,
      'GET /health HTTP/1.1\r\nHost: cairn\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
    )
    assert.equal(answer.status, 200)
  })
})

describe('what a hostile client sends', () => {
  /** How a connection ends on which these frames are sent. */
  const endOf = async (
    t: TestContext,
    send: (socket: TestSocket) => void,
    channel = echo,
  ): Promise<number> => {
    const served = await serveChannel(t, server, channel)
    const socket = await new TestSocket(served.url).opened()
    send(socket)
    const { code } = await socket.closed
    await served.close()
    return code
  }

  test('ends its own connection by the code for it', async (t) => {
    assert.equal(await endOf(t, (socket) => socket.say(Buffer.from('{}'))), 1003)
    assert.equal(await endOf(t, (socket) => socket.say('x'.repeat(1025))), 1009)
    const invalid = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])
    const reserved = Buffer.from([0xf1, 0x80, 0, 0, 0, 0])
    const unmasked = Buffer.from([0x81, 0x02, 0x7b, 0x7d])
    for (const [frame, code] of [
      [invalid, 1007],
      [reserved, 1002],
      [unmasked, 1002],
    ] as const)
      assert.equal(await endOf(t, (socket) => rawOf(socket).write(frame)), code)
  })

  test('a fault in the channel ends one connection, not the server', async (t) => {
    const faulty = channelOf((socket) => {
      socket.onMessage((text) => {
        if (text === 'send') socket.send('{}', () => fail('gone'))
        else fail(text)
      })
    })
    const fail = (why: string): never => {
      throw new Error(why)
    }
    for (const word of ['message', 'send'])
      assert.equal(await endOf(t, (socket) => socket.say(word), faulty), 1011)
    const refusing = channelOf(() => fail('connect'))
    assert.equal(await endOf(t, () => undefined, refusing), 1011)
    assert.equal((await server.get('/health')).status, 200)
  })

  test('a flood that waits for no answer is not read on, so that the answers do not pile up', async (t) => {
    let socket: Socket | undefined
    let heard = 0
    const answering = channelOf((each) => {
      socket = each
      const answer = JSON.stringify('x'.repeat(2_000))
      each.onMessage(() => {
        heard++
        each.send(answer)
      })
    })
    const served = await serveChannel(t, server, answering)
    const client = await new TestSocket(served.url).opened()
    client.ws.pause()
    const message = 'x'.repeat(500)
    let most = 0
    // Forty thousand answers would be 80 MB.
    for (let i = 0; i < 400; i++) {
      for (let k = 0; k < 100; k++) client.ws.send(message)
      await new Promise((resolve) => setImmediate(resolve))
      most = Math.max(most, socket!.bufferedAmount)
    }
    // One piece that was read from the network is heard to its end: 64 KiB of messages, and their answers.
    assert.ok(most < 2 * 1024 * 1024, `${most} bytes waited at most`)
    assert.ok(heard < 40_000, 'and it is not all heard')
    client.ws.resume()
    await eventually('once it reads, it is heard again', () => heard === 40_000)
    client.cut()
  })

  test('Origin is not asked for: there is nothing that a page could bring along', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      const raw = connect(Number(port), hostname, () =>
        raw.write(
          handshake('/ws', { Origin: 'https://elsewhere.example' }).replace('Connection: close\r\n', ''),
        ),
      )
      raw.once('data', (data) => {
        resolve(data.toString())
        raw.destroy()
      })
      raw.once('error', reject)
    })
    assert.match(answer, /^HTTP\/1\.1 101 /)
    assert.doesNotMatch(answer, /set-cookie/i)
  })
})

describe('the end of a server', () => {
  test('sockets are told where to resume, and those that do not answer do not hold it up', async () => {
    const own = await testServer()
    const reader = await follow(own)
    const hello = await new TestSocket(own.url).opened()
    const sleeper = await follow(own)
    rawOf(sleeper).pause()
    await own.post('/tasks', { title: 'last' })
    const [event] = await reader.events(1)
    await own.close()
    assert.deepEqual(await reader.closed, { code: 1001, reason: `resume after ${event!['sequence']}` })
    assert.deepEqual(await hello.closed, { code: 1001, reason: 'the server stops' })
    rawOf(sleeper).resume()
    await sleeper.closed
  })

  test('sockets of a channel that does not see to it are closed, too', async (t) => {
    const served = await serveChannel(t, server, echo)
    const socket = await new TestSocket(served.url).opened()
    await served.close()
    assert.equal((await socket.closed).code, 1001)
  })
})

test('the open sockets are counted', async (t) => {
  const served = await serveChannel(t, server, echo)
  const sockets = await Promise.all([1, 2, 3].map(() => new TestSocket(served.url).opened()))
  const count = async (): Promise<string | undefined> =>
    /^cairn_sockets (\d+)$/m.exec(await served.app.metrics.registry.metrics())?.[1]
  assert.equal(await count(), '3')
  for (const socket of sockets) await socket.close()
  await eventually('they are gone', async () => (await count()) === '0')
})

/** What lies under a client's WebSocket, for what no client library sends. */
function rawOf({ ws }: TestSocket): NetSocket {
  return (ws as unknown as { _socket: NetSocket })._socket
}
