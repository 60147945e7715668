import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { loadSettings } from '../../kernel/settings.ts'
import { allSettings } from '../cli/settings.ts'
import { refuseForeignPages } from './rebinding.ts'

let server: TestServer
before(async () => {
  server = await testServer({ environment: { CAIRN_CORS_ORIGINS: 'https://app.example.com' } })
})
after(() => server.close())

const ACCEPT = { accept: 'application/json, text/event-stream' }

const post = (body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  server.http('POST', '/mcp', body, { headers: { ...ACCEPT, ...headers } })

/** The JSON-RPC message of an answer, be it JSON or a stream of one event. */
function messageOf(answer: TestAnswer): {
  id: unknown
  result?: Record<string, unknown>
  error?: { code: number; message: string }
} {
  if (typeof answer.body !== 'string') return answer.body
  return JSON.parse(/^data: (\{.*\})$/m.exec(answer.body)![1]!)
}

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

const envelope = (version: string) => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
})

test('without a key, or with a wrong one, nothing is read and the answer is 401', async () => {
  for (const key of [null, 'wrong'])
    for (const method of ['POST', 'GET', 'DELETE'])
      problemOf(
        await server.http(method, '/mcp', method === 'POST' ? '{' : undefined, { key }),
        401,
        'unauthorized',
      )
})

test('what is no JSON, or no JSON-RPC, is an error of the protocol, and never a 500', async () => {
  assert.equal(messageOf(await post('{"jsonrpc": "2.0",')).error?.code, -32_700)
  assert.equal(messageOf(await post('{"a": "\\u0000"}')).error?.code, -32_700)
  assert.equal(messageOf(await post('['.repeat(100) + ']'.repeat(100))).error?.code, -32_700)
  assert.equal(messageOf(await post(new Uint8Array([0xff, 0xfe]))).error?.code, -32_700)
  for (const body of [
    '',
    'null',
    '17',
    '"text"',
    '[]',
    '{}',
    { jsonrpc: '1.0', id: 1, method: 'tools/list' },
    { jsonrpc: '2.0', id: {}, method: 'tools/list' },
    { jsonrpc: '2.0', id: 1, method: 17 },
    { jsonrpc: '2.0', id: 1, method: 'tools/call' },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 17 } },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'find', arguments: [] } },
    { jsonrpc: '2.0', id: 1, method: 'no/such' },
    { jsonrpc: '2.0', id: 1, method: 'resources/read', params: {} },
    { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: null } },
  ]) {
    const answer = await post(body)
    assert.ok(answer.status < 500, JSON.stringify(body))
    const { error } = messageOf(answer)
    assert.ok(error && error.code < 0, `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`)
    assert.doesNotMatch(error.message, /\bat .*\.[tj]s:/)
  }
  assert.equal(messageOf(await post({ ...list, method: 'no/such' })).error?.code, -32_601)
})

test('arguments that are no input of the tool are refused by the tool', async () => {
  for (const args of [
    { __proto__x: 1 },
    { constructor: {} },
    { limit: '10' },
    { limit: 1e300 },
    { query: 'x'.repeat(201) },
    { status: ['ready'] },
    { fields: ['description'] },
  ]) {
    const call = { ...list, method: 'tools/call', params: { name: 'find', arguments: args } }
    const { result } = messageOf(await post(call))
    assert.equal(result?.['isError'], true, JSON.stringify(args))
    assert.match(JSON.stringify(result['content']), /validation_failed/)
  }
  for (const name of ['constructor', '__proto__', 'toString', 'x'.repeat(5_000)]) {
    const { error } = messageOf(await post({ ...list, method: 'tools/call', params: { name } }))
    assert.equal(error?.code, -32_602)
    assert.ok(error.message.length < 500)
  }
})

test('a giant body is 413, another media type 415', async () => {
  problemOf(await post(JSON.stringify({ ...list, x: 'x'.repeat(1_100_000) })), 413, 'body_too_large')
  assert.equal((await post(JSON.stringify(list), { 'content-type': 'text/plain' })).status, 415)
  const nearly = {
    ...list,
    method: 'tools/call',
    params: { name: 'find', arguments: { query: 'x'.repeat(900_000) } },
  }
  assert.equal(messageOf(await post(nearly)).result?.['isError'], true)
})

test('a wrong version of the protocol is refused, by header, by handshake and by envelope', async () => {
  assert.equal((await post(list, { 'mcp-protocol-version': '1999-01-01' })).status, 400)
  const initialize = {
    ...list,
    method: 'initialize',
    params: { protocolVersion: '1999-01-01', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  // A server that does not know a version offers one that it knows.
  assert.match(String(messageOf(await post(initialize)).result?.['protocolVersion']), /^20\d\d-/)
  const unknown = await post(
    { ...list, params: { _meta: envelope('2099-01-01') } },
    { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' },
  )
  assert.equal(unknown.status, 400)
  assert.match(String(messageOf(unknown).error?.message), /version/i)
  const known = { ...list, params: { _meta: envelope('2026-07-28') } }
  const other = await post(known, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'prompts/list' })
  assert.equal(messageOf(other).error?.code, -32_020)
  const right = await post(known, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' })
  assert.ok(Array.isArray(messageOf(right).result?.['tools']))
})

test('there are no sessions to listen to or to end', async () => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await server.http(method, '/mcp', undefined, { headers: ACCEPT })
    assert.equal(answer.status, 405)
  }
  assert.equal((await server.http('PATCH', '/mcp', '{}')).status, 405)
})

/** Asks with headers that `fetch` sets by itself. */
const ask = (headers: Record<string, string>): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const sent = request(
      {
        hostname,
        port,
        path: '/mcp',
        method: 'POST',
        headers: {
          ...ACCEPT,
          authorization: `Bearer ${server.key}`,
          'content-type': 'application/json',
          ...headers,
        },
      },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => (body += text))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(list))
  })

test('a page of another site is refused, and one whose name was pointed here as well', async () => {
  const { port } = new URL(server.url)
  for (const [headers, code] of [
    [{ origin: 'https://evil.example' }, 'origin_refused'],
    [{ origin: 'null' }, 'origin_refused'],
    [{ origin: 'not an origin' }, 'origin_refused'],
    [{ host: `evil.example:${port}` }, 'host_refused'],
    [{ host: `evil.example:${port}`, origin: `http://evil.example:${port}` }, 'host_refused'],
    [{ host: '127.0.0.1.evil.example' }, 'host_refused'],
    [{ host: 'a b' }, 'host_refused'],
  ] as const) {
    const answer = await ask(headers)
    assert.equal(answer.status, 403, JSON.stringify(headers))
    assert.equal((JSON.parse(answer.body) as { code: string }).code, code)
  }
  for (const headers of [
    {},
    { host: `localhost:${port}` },
    { host: '[::1]:3000' },
    { origin: `http://localhost:${port}` },
    { origin: 'http://127.0.0.1:5173' },
    { origin: 'https://app.example.com' },
  ])
    assert.equal((await ask(headers as Record<string, string>)).status, 200, JSON.stringify(headers))
})

test('where it listens for others, names are held to CAIRN_MCP_HOSTS, and pages to CAIRN_CORS_ORIGINS', () => {
  const settings = (more: Record<string, string>) => loadSettings(allSettings, { HOST: '0.0.0.0', ...more })
  const code = (headers: { host: string; origin?: string }, more: Record<string, string> = {}): unknown => {
    try {
      return refuseForeignPages(settings(more), headers)
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  assert.equal(code({ host: 'cairn.example.com' }), undefined)
  assert.equal(code({ host: 'cairn.example.com', origin: 'http://localhost:5173' }), 'origin_refused')
  const listed = { CAIRN_MCP_HOSTS: 'Cairn.example.com,[fd00::1]' }
  assert.equal(code({ host: 'cairn.example.com:8080' }, listed), undefined)
  assert.equal(code({ host: '[fd00::1]:3000' }, listed), undefined)
  assert.equal(code({ host: 'evil.example' }, listed), 'host_refused')
  const behindProxy = { HOST: '127.0.0.1', ...listed }
  assert.equal(code({ host: 'cairn.example.com' }, behindProxy), undefined)
  assert.equal(code({ host: 'localhost:3000' }, behindProxy), undefined)
  assert.throws(() => settings({ CAIRN_MCP_HOSTS: 'https://x' }), /must list host names/)
})

test('whatever was sent, the server is as well as before', async () => {
  bodyOf(await server.get('/health'))
  assert.equal((await server.sql('SELECT count(*)::integer AS n FROM tasks'))[0].n, 0)
})
