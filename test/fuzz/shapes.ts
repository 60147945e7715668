import { mutateText } from './mutation.ts'
import type { Random } from './random.ts'

/** Bytes that no client of good will sends, each with a name. `key` is one that may do everything. */
const SHAPES: Readonly<Record<string, (random: Random, key: string) => string | Buffer>> = {
  garbage: (random) => Buffer.from(Array.from({ length: 1 + random.below(500) }, () => random.below(256))),
  'half a request line': () => 'GET /tas',
  'a request line alone': () => 'GET /tasks HTTP/1.1\r\n',
  'HTTP/0.9': () => 'GET /health\r\n',
  'HTTP/1.0': (_, key) => `GET /whoami HTTP/1.0\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  'HTTP/2 preface': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'HTTP/9.9': () => 'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
  TLS: () => Buffer.from('16030100f8010000f40303', 'hex'),
  'no Host': () => 'GET /health HTTP/1.1\r\n\r\n',
  'two Hosts': () => 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'absolute form': () => 'GET http://elsewhere.example/health HTTP/1.1\r\nHost: cairn\r\n\r\n',
  'authority form': () => 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n',
  'asterisk form': () => 'OPTIONS * HTTP/1.1\r\nHost: cairn\r\n\r\n',
  'bare line feeds': () => 'GET /health HTTP/1.1\nHost: cairn\n\n',
  'bare carriage returns': () => 'GET /health HTTP/1.1\rHost: cairn\r\r',
  'a folded header': () => 'GET /health HTTP/1.1\r\nHost: cairn\r\nX-A: b\r\n c\r\n\r\n',
  'a space before the colon': () => 'GET /health HTTP/1.1\r\nHost : cairn\r\n\r\n',
  'a header without a colon': () => 'GET /health HTTP/1.1\r\nHost: cairn\r\nnonsense\r\n\r\n',
  'NUL in a header': () => 'GET /health HTTP/1.1\r\nHost: cairn\r\nX-A: \0\r\n\r\n',
  'a space in the target': () => 'GET /tasks /x HTTP/1.1\r\nHost: cairn\r\n\r\n',
  'a fragment in the target': () => 'GET /health#x HTTP/1.1\r\nHost: cairn\r\n\r\n',
  'an endless target': () => `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: cairn\r\n\r\n`,
  'an endless header': () => `GET / HTTP/1.1\r\nHost: cairn\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  'a thousand headers': () => `GET / HTTP/1.1\r\n${'X-A: 1\r\n'.repeat(1_000)}\r\n`,
  'length and chunks': (_, key) =>
    posted(key, 'Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\nGET /tasks HTTP/1.1\r\n\r\n'),
  'chunks and length': (_, key) =>
    posted(key, 'Transfer-Encoding: chunked\r\nContent-Length: 4', '1\r\nZ\r\n0\r\n\r\n'),
  'two lengths': (_, key) => posted(key, 'Content-Length: 2\r\nContent-Length: 20', '{}'),
  'a length of signs': (_, key) => posted(key, 'Content-Length: +2', '{}'),
  'a negative length': (_, key) => posted(key, 'Content-Length: -1', '{}'),
  'a length beyond all': (_, key) => posted(key, 'Content-Length: 99999999999999999999', '{}'),
  'a length list': (_, key) => posted(key, 'Content-Length: 2, 2', '{}'),
  'chunks twice': (_, key) => posted(key, 'Transfer-Encoding: chunked, chunked', '0\r\n\r\n'),
  'chunks by another name': (_, key) => posted(key, 'Transfer-Encoding: xchunked', '0\r\n\r\n'),
  'chunks with a tab': (_, key) => posted(key, 'Transfer-Encoding:\tchunked', '0\r\n\r\n'),
  identity: (_, key) => posted(key, 'Transfer-Encoding: identity', '{}'),
  'a chunk size that is none': (_, key) => posted(key, 'Transfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n'),
  'a chunk size beyond all': (_, key) => posted(key, 'Transfer-Encoding: chunked', 'fffffffffffffffff\r\n{}'),
  'a negative chunk size': (_, key) => posted(key, 'Transfer-Encoding: chunked', '-1\r\n{}\r\n0\r\n\r\n'),
  'a chunk longer than said': (_, key) => posted(key, 'Transfer-Encoding: chunked', '1\r\n{}\r\n0\r\n\r\n'),
  'a chunk without an end': (_, key) => posted(key, 'Transfer-Encoding: chunked', '2\r\n{}'),
  'a long chunk extension': (_, key) =>
    posted(key, 'Transfer-Encoding: chunked', `2;${'x'.repeat(50_000)}\r\n{}\r\n0\r\n\r\n`),
  trailers: (_, key) =>
    posted(key, 'Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n'),
  pipelined: (random, key) =>
    `GET /whoami HTTP/1.1\r\nHost: cairn\r\nAuthorization: Bearer ${key}\r\n\r\n`.repeat(
      1 + random.below(40),
    ),
  'a request behind a bad one': (_, key) =>
    `GET /health HTTP/1.1\r\nHost : x\r\n\r\nGET /whoami HTTP/1.1\r\nHost: cairn\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  'less than it says': (_, key) => posted(key, 'Content-Length: 100', '{"title":'),
  'a request broken somewhere': (random, key) =>
    mutateText(random, posted(key, 'Content-Length: 13', '{"title":"x"}')),
  nothing: () => '',
  'an expectation': (_, key) => posted(key, 'Expect: 100-continue\r\nContent-Length: 13', '{"title":"x"}'),
}

const posted = (key: string, headers: string, body: string): string =>
  `POST /tasks HTTP/1.1\r\nHost: cairn\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`

/** A frame of a client's WebSocket. */
function frame(
  random: Random,
  payload: Buffer,
  { opcode = 1, final = true, masked = true, reserved = 0 },
): Buffer {
  const length =
    payload.length < 126
      ? [payload.length]
      : payload.length < 65_536
        ? [126, payload.length >> 8, payload.length & 255]
        : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (payload.length >>> shift) & 255)]
  const head = [
    (final ? 0x80 : 0) | (reserved << 4) | opcode,
    (masked ? 0x80 : 0) | length[0]!,
    ...length.slice(1),
  ]
  if (!masked) return Buffer.concat([Buffer.from(head), payload])
  const mask = Array.from({ length: 4 }, () => random.below(256))
  return Buffer.concat([Buffer.from([...head, ...mask]), payload.map((byte, at) => byte ^ mask[at % 4]!)])
}

const HANDSHAKE = ['Host: cairn', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
const SOCKET_KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

const handshake = (lines: readonly string[]): string => `GET /ws HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`

const MESSAGES: readonly string[] = [
  ...[
    '',
    '{}',
    '[]',
    'null',
    '"x"',
    '{"type":"ping"}',
    '{"subscribe":{"types":["task.*"]}}',
    '\u0000',
    '[[[[[[',
  ],
  ...[
    '{"authorization":"Bearer x","subscribe":{}}',
    '{"authorization":1}',
    '{"__proto__":{"authorization":1}}',
  ],
  ...['{"subscribe":{"task_ids":["x"]}}', '{"type":"pong"}', '{"subscribe":{"types":["__proto__.*"]}}'],
]

function frames(random: Random, key: string): Buffer {
  const hello = JSON.stringify({
    authorization: `Bearer ${key}`,
    subscribe: random.pick([{}, { types: ['*'] }, { types: ['no.such'] }, { task_ids: [] }]),
    ...(random.chance(0.3) ? { after: random.pick([0, -1, 1e300, 'x', Number.MAX_SAFE_INTEGER]) } : {}),
  })
  const text = (): Buffer => Buffer.from(random.chance(0.4) ? hello : random.pick(MESSAGES))
  const parts = random.chance(0.6) ? [frame(random, Buffer.from(hello), {})] : []
  for (let left = 1 + random.below(4); left > 0; left--) {
    const kind = random.weighted({
      plain: 4,
      fragments: 2,
      bare: 1,
      control: 2,
      odd: 1,
      utf8: 1,
      binary: 1,
      huge: 1,
      lie: 1,
    })
    if (kind === 'plain') parts.push(frame(random, text(), {}))
    else if (kind === 'fragments') {
      const whole = text()
      const at = random.below(whole.length + 1)
      parts.push(frame(random, whole.subarray(0, at), { final: false }))
      if (random.chance(0.5)) parts.push(frame(random, Buffer.from('p'), { opcode: 9 }))
      parts.push(frame(random, whole.subarray(at), { opcode: random.pick([0, 0, 1]) }))
    } else if (kind === 'bare') parts.push(frame(random, text(), { masked: false }))
    else if (kind === 'control')
      parts.push(
        frame(random, Buffer.alloc(random.pick([0, 1, 2, 125, 126])), {
          opcode: random.pick([8, 9, 10]),
          final: random.chance(0.8),
        }),
      )
    else if (kind === 'odd')
      parts.push(frame(random, text(), { opcode: random.pick([3, 7, 11, 15]), reserved: random.below(8) }))
    else if (kind === 'utf8') parts.push(frame(random, Buffer.from([0xff, 0xfe, 0xc0]), {}))
    else if (kind === 'binary') parts.push(frame(random, text(), { opcode: 2 }))
    else if (kind === 'huge')
      parts.push(frame(random, Buffer.alloc(random.pick([70_000, 1_500_000]), 'x'), {}))
    else parts.push(Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]))
  }
  return Buffer.concat(parts)
}

/** Bytes to throw at a socket, by name. After them this side of the connection ends, and the server must end its own. */
export function oddShape(random: Random, key: string): { name: string; bytes: Buffer } {
  const name = random.pick(Object.keys(SHAPES))
  return { name, bytes: Buffer.from(SHAPES[name]!(random, key) as string, 'latin1') }
}

/** A WebSocket handshake, whole or broken, and frames behind it. */
export function oddSocket(random: Random, key: string): { name: string; bytes: Buffer } {
  const whole = random.chance(0.8)
  const lines = [...HANDSHAKE, SOCKET_KEY]
  if (!whole) {
    const at = random.below(lines.length)
    lines[at] = random.pick([
      'X: y',
      'Sec-WebSocket-Key: x',
      'Sec-WebSocket-Version: 99',
      'Upgrade: h2c',
      SOCKET_KEY,
    ])
    if (random.chance(0.3)) lines.push('Content-Length: 5')
  }
  if (random.chance(0.2))
    lines.push('Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99')
  if (random.chance(0.2)) lines.push('Sec-WebSocket-Protocol: a, b')
  const name = whole ? 'frames of a WebSocket' : 'a broken handshake'
  return { name, bytes: Buffer.concat([Buffer.from(handshake(lines), 'latin1'), frames(random, key)]) }
}
