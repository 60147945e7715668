import { gzipSync } from 'node:zlib'
import type { Described } from './catalogue.ts'
import { jsonOf, mutate, mutateText, STRANGE_TEXTS } from './mutation.ts'
import type { Pool } from './pool.ts'
import type { Random } from './random.ts'
import type { Resolve } from './schema.ts'
import { valueOf, type Source } from './values.ts'

/** One request, as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string
  readonly target: string
  readonly bytes: Buffer
  /** What it is answered by, where the path still is that operation's. */
  readonly operation: Described | undefined
  /** Nobody can say where the next request would begin: the connection serves no other. */
  readonly spoilt: boolean
  /** It promises more than it holds: only the end of the connection ends it. */
  readonly cut: boolean
}

/** Keys to call with; the first one may do everything. */
export interface Keys {
  readonly operator: string
  /** Of users with fewer permissions, of other tenants, revoked ones. */
  readonly others: readonly string[]
}

export interface Making {
  readonly random: Random
  readonly pool: Pool
  readonly resolve: Resolve
  readonly keys: Keys
}

const METHODS = [
  'GET',
  'POST',
  'PATCH',
  'DELETE',
  'PUT',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'QUERY',
  'get',
]
const TYPES = [
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ],
  ...['application/json; charset=utf-16', 'application/JSON ; x', 'json', '', ';', 'a/b/c', '*/*'],
  ...['application/json, text/plain', 'text/csv', 'application/merge-patch+json', 'x'.repeat(5_000)],
]
const IF_MATCHES = ['"1"', '1', '*', '"999"', 'W/"1"', '""', '"1", "2"', '-1', '99999999999', 'é', '1e3']
const IDEMPOTENCY_KEYS = [
  'same',
  'other',
  'x'.repeat(255),
  'x'.repeat(256),
  '',
  ' ',
  'é',
  '\u0001',
  '"a"',
  '$1',
]
const AUTHORIZATIONS = [
  ...[
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Basic YTpi',
    'bearer',
    'Bearer a b',
    `Bearer ${'x'.repeat(9_000)}`,
  ],
  ...['Bearer \u0000', 'Bearer null', 'Bearer cc_0000000000', 'Digest x', 'Bearer é', "Bearer ' OR 1=1 --"],
]
const OTHER_HEADERS: readonly [string, string][] = [
  ['Accept', 'application/x-ndjson'],
  ['Accept', 'text/html;q=0.1, */*;q=0'],
  ['Accept-Encoding', 'gzip, br, identity;q=0'],
  ['X-Request-Id', 'mine-1'],
  ['X-Request-Id', '<script>alert(1)</script>'],
  ['X-Request-Id', 'x'.repeat(500)],
  ['Origin', 'https://evil.example'],
  ['Range', 'bytes=0-1'],
  ['Expect', '100-continue'],
  ['Expect', 'the unexpected'],
  ['Connection', 'upgrade, keep-alive, x'],
  ['Upgrade', 'h2c'],
  ['Upgrade', 'websocket'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['Forwarded', 'for="_x"'],
  ['Cookie', 'a=b; '.repeat(50)],
  ['Host', 'evil.example'],
  ['If-None-Match', '*'],
  ['TE', 'trailers'],
  ['X-Long', 'x'.repeat(20_000)],
  ['Constructor', 'x'],
  ['__proto__', 'x'],
]

/** Parts of paths that something somewhere may read in another way. */
const ODD_SEGMENTS = [
  ...['..', '.', '%2e%2e', '%2f', '%00', '%', '%zz', '%c0%af', '%ff', ';a=b', '%5c', '//', '*', ':task_id'],
  ...[
    '__proto__',
    'constructor',
    '%E2%80%AE',
    '0',
    '-1',
    '1.0',
    '1e3',
    '99999999999999999999',
    'null',
    '%20',
  ],
  ...['x'.repeat(2_000), 'batch', 'claim', 'search', '{task_id}', '%7b', '?', '#', '%23', '%3f'],
]

const OTHER_PATHS = [
  '/',
  '/docs',
  '/openapi.json',
  '/asyncapi.json',
  '/ws',
  '/app/',
  '/favicon.ico',
  '*',
  '/docs/x',
]

const percent = (text: string): string => encodeURIComponent(text.toWellFormed())

const textIn = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Puts addresses outside this machine out of a body's reach: what is registered is called. */
const onlyHere = (text: string): string =>
  text.replace(/https?:\/\/(?!(127\.0\.0\.1|localhost)[:/])/gi, 'nowhere://')

/** What a request is made of before it is bytes. */
interface Draft {
  method: string
  target: string
  headers: [string, string][]
  body: Buffer | undefined
  operation: Described | undefined
}

/** A request that fits the operation's schemas. */
function fitting(
  operation: Described,
  making: Making,
): Draft & { value: unknown; query: [string, string][] } {
  const { random, pool } = making
  const source: Source = making
  const fields = new Map<string, unknown>()
  for (const { name, required, schema } of operation.parameters)
    if (required || random.chance(0.25)) fields.set(name, valueOf(schema, name, source))
  let value = operation.body && valueOf(operation.body.schema, 'body', source)
  if (operation.body?.types.includes('text/plain')) value = valueOf({ type: 'string' }, 'content', source)
  const lease = pool.lease(random)
  if (lease && fields.has('execution_id') && random.chance(0.7)) {
    fields.set('execution_id', lease.execution_id)
    if (value && typeof value === 'object') Object.assign(value, { lease_token: lease.lease_token })
  }
  const inPath = operation.parameters.filter((each) => each.in === 'path')
  const owners = pool.ownersOf(String(fields.get(inPath.at(-1)?.name ?? '')))
  for (const { name } of inPath)
    if (Object.hasOwn(owners, name) && random.chance(0.8)) fields.set(name, owners[name])
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => percent(textIn(fields.get(name))))
  const query = operation.parameters
    .filter((each) => each.in === 'query' && fields.has(each.name))
    .flatMap(({ name }) =>
      [fields.get(name)].flat().map((each): [string, string] => [name, percent(textIn(each))]),
    )
  const isText = typeof value === 'string'
  return {
    method: operation.method,
    target: path,
    query,
    headers: value === undefined ? [] : [['Content-Type', isText ? 'text/plain' : 'application/json']],
    body: undefined,
    value,
    operation,
  }
}

const withQuery = (path: string, query: readonly [string, string][]): string =>
  query.length > 0 ? `${path}?${query.map(([name, text]) => `${name}=${text}`).join('&')}` : path

function setHeader(draft: Draft, name: string, value: string): void {
  draft.headers = [...draft.headers.filter(([each]) => each !== name), [name, value]]
}

/** Makes a path that may be no operation's any more. */
function oddPath(random: Random, target: string): string {
  const segments = target.split('/')
  const at = 1 + random.below(segments.length)
  if (random.chance(0.5)) segments[at] = random.pick(ODD_SEGMENTS)
  else segments.splice(at, random.below(2), random.pick(ODD_SEGMENTS))
  return segments.join('/')
}

function oddQuery(random: Random, query: readonly [string, string][]): [string, string][] {
  const name =
    query.length > 0 && random.chance(0.6)
      ? random.pick(query)[0]
      : random.pick(['limit', 'q', 'no', '__proto__'])
  const value = random.pick(STRANGE_TEXTS).slice(0, 4_000)
  const rest = random.chance(0.5) ? query.filter(([each]) => each !== name) : query
  return [
    ...rest,
    [random.pick([name, name, `${name}[]`, `${name}%00`]), random.pick([percent(value), '%', '%ff', '%00'])],
  ]
}

function oddHeader(draft: Draft, { random, keys }: Making): void {
  const kind = random.weighted({
    type: 3,
    match: 2,
    key: 3,
    authorization: 2,
    other: 4,
    encoding: 1,
    twice: 1,
  })
  if (kind === 'type') setHeader(draft, 'Content-Type', random.pick(TYPES))
  else if (kind === 'match') setHeader(draft, 'If-Match', random.pick(IF_MATCHES))
  else if (kind === 'key') setHeader(draft, 'Idempotency-Key', random.pick(IDEMPOTENCY_KEYS))
  else if (kind === 'authorization') {
    const value = random.chance(0.5) ? `Bearer ${random.pick(keys.others)}` : random.pick(AUTHORIZATIONS)
    setHeader(draft, 'Authorization', value)
  } else if (kind === 'other') draft.headers.push(random.pick(OTHER_HEADERS))
  else if (kind === 'encoding') {
    draft.headers.push(['Content-Encoding', random.pick(['gzip', 'br', 'identity', 'x'])])
    if (draft.body) draft.body = gzipSync(draft.body)
  } else if (draft.headers.length > 0) draft.headers.push(random.pick(draft.headers))
}

/** The body in chunks of chance sizes. */
function chunked(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, 1 + random.below(random.pick([3, 100, 70_000])))
    const extension = random.chance(0.1) ? ';a="b"' : ''
    parts.push(
      Buffer.from(`${size.toString(16)}${extension}\r\n`),
      body.subarray(at, at + size),
      Buffer.from('\r\n'),
    )
    at += size
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** The bytes of a request; where its length is a lie, it is spoilt. */
function written(draft: Draft, { random }: Making, odd: boolean): FuzzRequest {
  const body = draft.body ?? Buffer.alloc(0)
  const framing = odd
    ? random.weighted({ length: 12, chunked: 3, short: 0.4, long: 0.4 })
    : random.chance(0.05)
      ? 'chunked'
      : 'length'
  const lie = framing === 'long' ? 1 + random.below(50) : framing === 'short' ? -1 - random.below(5) : 0
  const length = Math.max(0, body.length + lie)
  const carries = draft.body !== undefined
  const headers: [string, string][] = [
    ['Host', 'cairn'],
    ...draft.headers,
    ...(!carries
      ? []
      : framing === 'chunked'
        ? [['Transfer-Encoding', 'chunked'] as [string, string]]
        : [['Content-Length', String(length)] as [string, string]]),
  ]
  const head = `${draft.method} ${draft.target} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return {
    method: draft.method,
    target: draft.target,
    operation: draft.operation,
    bytes: Buffer.concat([
      Buffer.from(head, 'latin1'),
      carries ? (framing === 'chunked' ? chunked(random, body) : body) : body,
    ]),
    spoilt: odd,
    cut: carries && framing === 'long',
  }
}

/** A request of an operation that fits its schemas. */
export function validRequest(operation: Described, making: Making): FuzzRequest {
  const draft = fitting(operation, making)
  draft.target = withQuery(draft.target, draft.query)
  if (draft.value !== undefined) {
    const text = typeof draft.value === 'string' ? draft.value : jsonOf(draft.value)
    draft.body = Buffer.from(onlyHere(text))
  }
  setHeader(draft, 'Authorization', `Bearer ${making.keys.operator}`)
  if (draft.method === 'POST' && making.random.chance(0.1))
    setHeader(draft, 'Idempotency-Key', making.random.pick(['same', 'k1', 'k2', 'k3']))
  return written(draft, making, false)
}

/** A request of an operation with one to three things wrong, or merely odd. */
export function oddRequest(operation: Described, making: Making): FuzzRequest {
  const { random } = making
  const draft = fitting(operation, making)
  setHeader(draft, 'Authorization', `Bearer ${making.keys.operator}`)
  let { value, query } = draft
  let text: Buffer | undefined
  for (let left = 1 + random.below(3); left > 0; left--) {
    const kind = random.weighted({
      value: value === undefined ? 0.3 : 8,
      text: value === undefined ? 0 : 2,
      path: 1.5,
      query: 3,
      header: 3,
      method: 0.5,
    })
    if (kind === 'value')
      value = typeof value === 'string' ? random.pick(STRANGE_TEXTS) : mutate(random, value)
    else if (kind === 'text') text = mutateText(random, jsonOf(value))
    else if (kind === 'path') {
      draft.target = random.chance(0.1) ? random.pick(OTHER_PATHS) : oddPath(random, draft.target)
      draft.operation = undefined
    } else if (kind === 'query') query = oddQuery(random, query)
    else if (kind === 'header') oddHeader(draft, making)
    else {
      draft.method = random.pick(METHODS)
      draft.operation = undefined
    }
  }
  if (text || value !== undefined)
    // Byte for byte, so that what is no UTF-8 stays so.
    draft.body = Buffer.from(
      onlyHere((text ?? Buffer.from(typeof value === 'string' ? value : jsonOf(value))).toString('latin1')),
      'latin1',
    )
  draft.target = withQuery(draft.target, query)
  return written(draft, making, true)
}
