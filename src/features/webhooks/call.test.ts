import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { eventually } from '../../../test/eventually.ts'
import { parseNetwork, type AddressRules } from './address.ts'
import { makeWebhookClient, type Call, type CallResult, type WebhookClient } from './call.ts'

/** A certificate that nobody signed but itself, for localhost, and its key: for these tests alone. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUBvSfgbegkoHpCI7
xjxcfwxDJbB0VEiBDkKOjVC1YKChRANCAAQWGliLqUOew749fKkkUPJ+5k9eJqoF
VZ+yGPsb4EXBraRkGKj3HNdhZChUzeORl4gXbUgMVv1/QVWkCnGQwY+f
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUMeb3UIFqGuOVhBj6t6ulEOyVH1YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIyNDAzNVoYDzIxMjYxMDI5
MjI0MDM1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQWGliLqUOew749fKkkUPJ+5k9eJqoFVZ+yGPsb4EXBraRkGKj3HNdh
ZChUzeORl4gXbUgMVv1/QVWkCnGQwY+fo28wbTAdBgNVHQ4EFgQU6VoahwTZ43es
Thn58TjZaCcBBn0wHwYDVR0jBBgwFoAU6VoahwTZ43esThn58TjZaCcBBn0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhANMZIhzmLGz80E05FdZQSO+wt9qzQE6Axx/YIpQZKHq0AiEA
zXkTqb4LGa/xQ1X/kDzHUbqR4cWaSgoIdXU1tz+gVa8=
-----END CERTIFICATE-----`,
}

const LOOPBACK: AddressRules = { allowLoopback: true, allowedNetworks: [] }
const STRICT: AddressRules = { allowLoopback: false, allowedNetworks: [] }

const ends: (() => unknown)[] = []
after(async () => {
  for (const end of ends) await end()
})

/** A client that is closed in the end; it is patient for 10 seconds unless given less. */
function clientBy(
  rules: AddressRules,
  options: { limit?: number; lookup?: LookupFunction } = {},
): WebhookClient {
  const client = makeWebhookClient({ rules, ...options })
  ends.push(() => client.close())
  return client
}

const patient = clientBy(LOOPBACK)
const hasty = clientBy(LOOPBACK, { limit: 300 })

interface Receiver {
  port: number
  url: string
  /** Connections that were made, and how many of them stand. */
  connections: () => { made: number; open: number }
}

async function listen(server: Server, scheme = 'http'): Promise<Receiver> {
  const sockets = new Set<Socket>()
  let made = 0
  server.on('connection', (socket: Socket) => {
    made++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}/hook`,
    connections: () => ({ made, open: sockets.size }),
  }
}

/** A receiver that speaks HTTP. */
const receiver = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Receiver> =>
  listen(createHttpServer(answer))

/** A receiver that does what it likes with the connection, from the first bytes that come. */
const rawReceiver = (serve: (socket: Socket) => void): Promise<Receiver> =>
  listen(createServer((socket) => socket.once('data', () => serve(socket))))

const post = (client: WebhookClient, url: string, more: Partial<Call> = {}): Promise<CallResult> =>
  client.post({ url, headers: { 'content-type': 'application/json' }, body: '{"id":"1"}', ...more })

test('what is sent arrives as it was given, and what is answered is kept', async () => {
  let got: { method: string | undefined; headers: IncomingMessage['headers']; body: string } | undefined
  const { url } = await receiver((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      got = { method: request.method, headers: request.headers, body }
      response.writeHead(202, { 'content-type': 'text/plain' }).end('thanks — 👍')
    })
  })
  const result = await post(patient, url, { headers: { 'x-one': '1' }, body: '{"name":"größer"}' })
  assert.deepEqual(
    { ...result, duration_ms: 0 },
    {
      status_code: 202,
      response_body: 'thanks — 👍',
      error_message: null,
      duration_ms: 0,
      outcome: 'delivered',
    },
  )
  assert.ok(Number.isInteger(result.duration_ms) && result.duration_ms >= 0)
  assert.equal(got?.method, 'POST')
  assert.equal(got?.body, '{"name":"größer"}')
  assert.equal(got?.headers['x-one'], '1')
  assert.equal(got?.headers['accept-encoding'], undefined)
})

test('each status means what the contract says', async () => {
  const { url } = await receiver((request, response) => {
    request.resume()
    response.writeHead(Number(request.url!.slice(1))).end()
  })
  const outcomes: Record<string, number[]> = {
    delivered: [200, 201, 202, 204, 299],
    refused: [300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 422, 451, 499],
    again: [408, 429, 500, 502, 503, 504, 599],
  }
  for (const [outcome, statuses] of Object.entries(outcomes))
    for (const status of statuses) {
      const result = await post(patient, url.replace('/hook', `/${status}`))
      assert.equal(result.outcome, outcome, String(status))
      assert.equal(result.status_code, status)
      assert.equal(result.response_body, '')
      assert.equal(result.error_message === null, outcome === 'delivered')
    }
})

test('a redirect is not followed, and the message says so', async () => {
  let led = 0
  const { url } = await receiver((request, response) => {
    request.resume()
    if (request.url === '/led') led++
    response.writeHead(307, { location: '/led' }).end()
  })
  const result = await post(patient, url)
  assert.equal(result.outcome, 'refused')
  assert.match(result.error_message!, /307; redirects are not followed/)
  assert.equal(led, 0)
})

test('where nothing listens, the connection is refused', async () => {
  const server = createServer()
  const { url } = await listen(server)
  server.close()
  await once(server, 'close')
  const result = await post(patient, url)
  assert.match(result.error_message!, /^connection refused/)
  assert.deepEqual([result.outcome, result.status_code, result.response_body], ['again', null, null])
})

test('a receiver that never answers is left at the limit, with its connection', async () => {
  const { url, connections } = await rawReceiver(() => undefined)
  const result = await post(hasty, url)
  assert.deepEqual([result.outcome, result.status_code], ['again', null])
  assert.equal(result.error_message, 'no answer within 0.3 seconds')
  await eventually('the connection is closed', () => connections().open === 0)
})

test('headers that trickle are no answer', async () => {
  const { url, connections } = await rawReceiver((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const trickle = setInterval(() => socket.write('x: y\r\n'), 20)
    socket.on('close', () => clearInterval(trickle))
  })
  const result = await post(hasty, url)
  assert.deepEqual([result.outcome, result.status_code], ['again', null])
  await eventually('the connection is closed', () => connections().open === 0)
})

test('a body that trickles is left at the limit, and is no failure, since the status came', async () => {
  const { url, connections } = await receiver((request, response) => {
    request.resume()
    response.writeHead(200).write('slow')
    const trickle = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(trickle))
  })
  const result = await post(hasty, url)
  assert.deepEqual([result.outcome, result.status_code, result.error_message], ['delivered', 200, null])
  assert.match(result.response_body!, /^slow\.+$/)
  await eventually('the connection is closed', () => connections().open === 0)
})

test('of an endless body 4 KiB are kept, and the connection is dropped', async () => {
  let sent = 0
  const { url, connections } = await receiver((request, response) => {
    request.resume()
    response.writeHead(500)
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000))) sent += 10_000
    }
    response.on('drain', pour)
    pour()
  })
  const result = await post(patient, url)
  assert.deepEqual([result.outcome, result.status_code], ['again', 500])
  assert.equal(result.response_body, 'x'.repeat(4096))
  await eventually('the connection is closed', () => connections().open === 0)
  assert.ok(sent < 50_000_000, `${sent} bytes were sent`)
})

test('endless headers are cut off, and the message says so', async () => {
  const { url, connections } = await rawReceiver((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const pour = (): void => {
      while (!socket.destroyed && socket.write(`x: ${'y'.repeat(1000)}\r\n`));
    }
    socket.on('drain', pour)
    pour()
  })
  const result = await post(patient, url)
  assert.deepEqual([result.outcome, result.status_code], ['again', null])
  assert.match(result.error_message!, /headers are larger than 16 KiB/)
  await eventually('the connection is closed', () => connections().open === 0)
})

test('a receiver that closes at once is called once, and its message is clear', async () => {
  const { url, connections } = await rawReceiver((socket) => socket.destroy())
  const result = await post(patient, url)
  assert.equal(result.outcome, 'again')
  assert.match(result.error_message!, /closed the connection before it answered/)
  assert.equal(connections().made, 1)
})

test('what is no HTTP is told from an answer', async () => {
  const { url } = await rawReceiver((socket) => socket.end('220 mail.example ESMTP\r\n'))
  const result = await post(patient, url)
  assert.deepEqual([result.outcome, result.error_message], ['again', 'the answer is no HTTP'])
})

test('a body that ends in its middle is no failure', async () => {
  const { url } = await rawReceiver((socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf')
  })
  const result = await post(patient, url)
  assert.deepEqual([result.outcome, result.response_body, result.error_message], ['delivered', 'half', null])
})

test('what is kept is text that the database takes, cut between characters', async () => {
  const answers: Record<string, Buffer> = {
    '/nul': Buffer.from('a\0b'),
    '/broken': Buffer.from([0x61, 0xff, 0xfe, 0xed, 0xa0, 0x80, 0x62]),
    '/cut': Buffer.from(`x${'👍'.repeat(2000)}`),
    '/all-broken': Buffer.alloc(9000, 0xff),
    '/ends-broken': Buffer.from([0x61, 0xf0, 0x9f]),
    '/gzip': gzipSync('x'.repeat(100_000)),
  }
  const { url } = await receiver((request, response) => {
    request.resume()
    const zipped = request.url === '/gzip' ? { 'content-encoding': 'gzip' } : {}
    response.writeHead(200, zipped).end(answers[request.url!])
  })
  const kept = async (path: string): Promise<string> => {
    const { response_body } = await post(patient, url.replace('/hook', path))
    assert.ok(Buffer.byteLength(response_body!) <= 4096, path)
    assert.ok(response_body!.isWellFormed() && !response_body!.includes('\0'), path)
    return response_body!
  }
  assert.equal(await kept('/nul'), 'a\ufffdb')
  assert.match(await kept('/broken'), /^a\ufffd+b$/)
  assert.equal(await kept('/cut'), `x${'👍'.repeat(1023)}`)
  assert.equal(await kept('/all-broken'), '\ufffd'.repeat(1365))
  assert.equal(await kept('/ends-broken'), 'a\ufffd')
  assert.ok((await kept('/gzip')).startsWith('\x1f\ufffd'))
})

test('a certificate that nobody signed is refused with a clear message, and nothing is sent', async () => {
  let requests = 0
  const server = createTlsServer(SELF_SIGNED, (_request, response) => {
    requests++
    response.end()
  })
  const { url } = await listen(server, 'https')
  const result = await post(patient, url)
  assert.equal(result.outcome, 'again')
  assert.equal(result.error_message, "TLS failed: the receiver's certificate is self-signed")
  assert.equal(requests, 0)
})

test('a receiver without TLS is told from one that is down', async () => {
  const { port } = await receiver((_request, response) => response.end())
  const result = await post(patient, `https://127.0.0.1:${port}/`)
  assert.equal(result.outcome, 'again')
  assert.match(result.error_message!, /^TLS failed/)
})

/** Resolves every name to these addresses. */
const resolvesTo =
  (...addresses: string[]): LookupFunction =>
  (_name, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) callback(null, found)
    else callback(null, found[0]!.address, found[0]!.family)
  }

test('a literal address that the rules refuse is not connected to', async () => {
  const { url, port, connections } = await receiver((_request, response) => response.end())
  const client = clientBy(STRICT)
  for (const spelling of [
    url,
    `http://0x7f.1:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://localhost:${port}/`,
  ]) {
    const result = await post(client, spelling)
    assert.deepEqual([result.outcome, result.status_code], ['refused', null], spelling)
    assert.match(result.error_message!, /this machine itself.*CAIRN_WEBHOOK_ALLOW_LOOPBACK/)
  }
  assert.equal(connections().made, 0)
})

test('a name that resolves to a refused address is not connected to, also beside others', async () => {
  const { port, connections } = await receiver((_request, response) => response.end())
  for (const addresses of [['127.0.0.1'], ['203.0.113.9', '127.0.0.1'], ['::ffff:127.0.0.1'], ['::1']]) {
    const client = clientBy(
      { ...STRICT, allowedNetworks: [parseNetwork('203.0.113.0/24')] },
      { lookup: resolvesTo(...addresses) },
    )
    const result = await post(client, `http://innocent.example:${port}/`)
    assert.equal(result.outcome, 'refused', addresses.join())
    assert.match(result.error_message!, /innocent\.example resolves to .*loopback/)
  }
  assert.equal(connections().made, 0)
})

test('what a name resolves to is judged at each connection, and what was judged is what is connected to', async () => {
  const { port, connections } = await receiver((request, response) => {
    request.resume()
    response.setHeader('connection', 'close')
    response.end(request.headers.host)
  })
  const answers = ['127.0.0.1', '10.0.0.1']
  const client = clientBy(LOOPBACK, {
    lookup: (name, options, callback) => resolvesTo(answers.shift()!)(name, options, callback),
  })
  const url = `http://moving.example:${port}/`
  const first = await post(client, url)
  assert.deepEqual([first.outcome, first.response_body], ['delivered', `moving.example:${port}`])
  await eventually('the connection is closed', () => connections().open === 0)
  const second = await post(client, url)
  assert.equal(second.outcome, 'refused')
  assert.match(second.error_message!, /10\.0\.0\.1 is in a private network.*CAIRN_WEBHOOK_ALLOWED_NETWORKS/)
  assert.equal(answers.length, 0)
})

test('a name that does not resolve is worth another try', async () => {
  const client = clientBy(LOOPBACK, {
    lookup: (_name, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '', 0),
  })
  const result = await post(client, 'http://nowhere.example/')
  assert.equal(result.outcome, 'again')
  assert.match(result.error_message!, /does not resolve/)
})

test('a resolver that never answers is waited for no longer than a receiver', async () => {
  const client = clientBy(LOOPBACK, { limit: 300, lookup: () => undefined })
  const results = await Promise.all([
    post(client, 'http://slow.example/'),
    post(client, 'http://slow.example/'),
  ])
  for (const result of results)
    assert.deepEqual([result.outcome, result.error_message], ['again', 'no answer within 0.3 seconds'])
})

test('a proxy of the environment is not used', async () => {
  const proxy = await receiver((_request, response) => response.end('by proxy'))
  const { url } = await receiver((_request, response) => response.end('itself'))
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  const former = names.map((name) => process.env[name])
  try {
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : proxy.url
    assert.equal((await post(clientBy(LOOPBACK), url)).response_body, 'itself')
  } finally {
    names.forEach((name, i) => {
      if (former[i] === undefined) delete process.env[name]
      else process.env[name] = former[i]
    })
  }
  assert.equal(proxy.connections().made, 0)
})

test('a connection is used again for a while, and each call is one request', async () => {
  let requests = 0
  const { url, connections } = await receiver((request, response) => {
    request.resume()
    if (++requests === 3) request.socket.destroy()
    else response.end('yes')
  })
  const client = clientBy(LOOPBACK)
  const outcomes: string[] = []
  for (let i = 0; i < 4; i++) {
    outcomes.push((await post(client, url)).outcome)
    // A connection is free again a moment after its answer has ended.
    await sleep(20)
  }
  assert.deepEqual(outcomes, ['delivered', 'delivered', 'again', 'delivered'])
  assert.deepEqual([requests, connections().made], [4, 2])
  await eventually('the connection is not kept for long', () => connections().open === 0)
})

test('hundreds of calls to good and bad receivers at once end each as it should', async () => {
  const good = await receiver((request, response) => {
    request.resume()
    setTimeout(() => response.end('ok'), 5)
  })
  const silent = await rawReceiver(() => undefined)
  const rude = await rawReceiver((socket) => socket.destroy())
  const endless = await receiver((request, response) => {
    request.resume()
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    }
    response.on('drain', pour)
    pour()
  })
  const client = clientBy(LOOPBACK, { limit: 4_000 })
  const kinds = [good, silent, rude, endless]
  const results = await Promise.all(
    Array.from({ length: 400 }, (_, i) => post(client, kinds[i % kinds.length]!.url)),
  )
  const outcomes = kinds.map((_, kind) => [
    ...new Set(results.filter((_, i) => i % kinds.length === kind).map((each) => each.outcome)),
  ])
  assert.deepEqual(outcomes, [['delivered'], ['again'], ['again'], ['delivered']])
  await eventually('no bad connection stands', () =>
    [silent, rude, endless].every((each) => each.connections().open === 0),
  )
})

test('a call ends when its caller stops, and all do when the client closes', async () => {
  const { url, connections } = await rawReceiver(() => undefined)
  const stopping = new AbortController()
  const client = clientBy(LOOPBACK)
  const stopped = post(client, url, { signal: stopping.signal })
  const closed = post(client, url)
  await eventually('both are under way', () => connections().made === 2)
  stopping.abort()
  assert.match((await stopped).error_message!, /since this server stops/)
  await client.close()
  const result = await closed
  assert.equal(result.outcome, 'again')
  assert.match(result.error_message!, /since this server stops/)
  assert.match(
    (await post(client, url, { signal: AbortSignal.abort() })).error_message!,
    /since this server stops/,
  )
  await eventually('no connection stands', () => connections().open === 0)
})
