import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bodyOf, faultsOf as allFaultsOf, problemOf } from '../../../test/answers.ts'
import { sendRaw, type RawAnswer } from '../../../test/raw-socket.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { ProblemDocument } from '../../kernel/problem.ts'

let server: TestServer
let task: { id: string }
let stored: string

/** Each path once: a number may be wrong in two ways. */
const faultsOf = (answer: TestAnswer): string[] => [...new Set(allFaultsOf(answer))]

const everythingStored = async (): Promise<string> =>
  JSON.stringify(
    await server.sql(
      `SELECT (SELECT json_agg(t ORDER BY id) FROM tasks t) AS tasks, (SELECT json_agg(x) FROM task_texts x) AS texts,
         (SELECT json_agg(m) FROM task_metadata m) AS metadata, (SELECT json_agg(e) FROM executions e) AS executions,
         (SELECT count(*) FROM audit_log) AS record`,
    ),
  )

before(async () => {
  server = await testServer()
  task = await createTask(server)
  stored = await everythingStored()
})
after(() => server.close())
afterEach(async () => {
  assert.equal(await everythingStored(), stored, 'nothing of it was stored')
  bodyOf(await server.get(`/tasks/${task.id}`))
})

/** The head of a POST with the operator's key; the caller adds what follows. */
const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: cairn', `Authorization: Bearer ${server.key}`, ...headers, '', ''].join(
    '\r\n',
  )

function rawProblemOf(answer: RawAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.body)
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/)
  assert.ok(answer.headers['x-request-id'], 'every answer has its request id')
  assert.equal((JSON.parse(answer.body) as ProblemDocument).code, code)
}

test('a NUL in any string is 400: in a value, deep in a value, in a key, in the query, in the path', async () => {
  const post = (path: string, body: unknown) => server.post(path, JSON.stringify(body))
  problemOf(await post('/tasks', { title: 'a\u0000b' }), 400, 'invalid_text')
  problemOf(await post('/tasks', { title: 'x', metadata: { k: '\u0000' } }), 400, 'invalid_text')
  problemOf(await post('/tasks', { title: 'x', metadata: { 'k\u0000': '' } }), 400, 'invalid_text')
  problemOf(await post('/tasks/batch', [{ title: 'x' }, { title: '\u0000' }]), 400, 'invalid_text')
  problemOf(await server.get('/tasks/search?q=%00'), 400, 'invalid_text')
  problemOf(await server.get('/tasks?assigned_worker=a%00'), 400, 'invalid_text')
  problemOf(await server.get('/tasks/by-tag/%00'), 400, 'invalid_text')
  problemOf(await server.get('/agents/%00/metrics'), 400, 'invalid_text')
})

test('half of a surrogate pair is 400', async () => {
  for (const text of ['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"'])
    problemOf(await server.post('/tasks', `{"title": ${text}}`), 400, 'invalid_text')
  problemOf(await server.post('/tasks', '{"title": "x", "\\ud800": 1}'), 400, 'invalid_text')
})

test('bytes that are no UTF-8 are 400', async () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    const body = Buffer.concat([Buffer.from('{"title": "'), Buffer.from(bytes), Buffer.from('"}')])
    problemOf(await server.post('/tasks', body), 400, 'malformed_json')
  }
})

test('a number out of range is 400, wherever it stands', async () => {
  for (const number of ['1e400', '-1e400', '9007199254740993', '1.5', '-1', '1e21', '0.1e-400', '4294967297'])
    assert.deepEqual(
      faultsOf(await server.post('/tasks', `{"title": "x", "priority": ${number}}`)),
      ['priority'],
      number,
    )
  for (const number of ['1e400', '9007199254740992', '0', '-0', '1.5'])
    assert.deepEqual(
      faultsOf(await server.post('/tasks', `{"title": "x", "depends_on": [${number}]}`)),
      ['depends_on.0'],
      number,
    )
  const start = `/tasks/${task.id}/executions`
  for (const number of ['1e400', '1.5', '-0', '9007199254740993'])
    assert.deepEqual(
      faultsOf(await server.post(start, `{"worker_id": "w", "agent_type": "a", "lease_seconds": ${number}}`)),
      ['lease_seconds'],
      number,
    )
  const complete = `/executions/${task.id}/complete`
  for (const number of ['1e400', '-1e400', '1e9'])
    assert.deepEqual(
      faultsOf(await server.post(complete, `{"success": true, "cost_dollars": ${number}}`)),
      ['cost_dollars'],
      number,
    )
  assert.deepEqual(faultsOf(await server.post(complete, '{"success": true, "result": {"n": [1e400]}}')), [
    'result',
  ])
  for (const bad of [
    'limit=1e400',
    'limit=NaN',
    'limit=0x10',
    'limit=%201',
    'offset=9007199254740993',
    'limit=-0',
  ])
    assert.equal(faultsOf(await server.get(`/tasks?${bad}`))[0], bad.split('=')[0], bad)
})

test('malformed JSON is 400, and says where', async () => {
  for (const body of [
    '{',
    '{"title": "x"',
    "{'title': 'x'}",
    '{"title": "x",}',
    'title=x',
    '{"a": NaN}',
    '\ufeff{}}',
  ])
    problemOf(await server.post('/tasks', body), 400, 'malformed_json')
})

test('a body that is no object is 400, and so is none at all', async () => {
  for (const body of ['[]', '"x"', '17', 'null', 'true', ''])
    assert.equal((await server.post('/tasks', body)).status, 400, body)
  problemOf(await server.post('/tasks'), 400, 'validation_failed')
})

test('a body that nests deeply is 400, and the server lives', async () => {
  const nested = (depth: number) => `{"success": true, "result": ${'['.repeat(depth)}${']'.repeat(depth)}}`
  const complete = `/executions/${task.id}/complete`
  for (const depth of [65, 1_000, 100_000, 500_000])
    problemOf(await server.post(complete, nested(depth)), 400, 'malformed_json')
  problemOf(await server.post(complete, nested(60)), 404, 'execution_not_found')
  problemOf(await server.post('/tasks', '['.repeat(1_000_000)), 400, 'malformed_json')
})

test('the key __proto__ is refused, and others that every object has are unknown fields', async () => {
  problemOf(
    await server.post('/tasks', '{"title": "x", "__proto__": {"priority": 5}}'),
    400,
    'malformed_json',
  )
  problemOf(
    await server.post('/tasks', '{"title": "x", "metadata": {"__proto__": "x"}}'),
    400,
    'malformed_json',
  )
  assert.deepEqual(faultsOf(await server.post('/tasks', '{"title": "x", "constructor": 1, "toString": 1}')), [
    'constructor',
    'toString',
  ])
  assert.equal((await server.get('/tasks?__proto__=1')).status, 400)
  assert.equal(({} as Record<string, unknown>)['priority'], undefined)
})

test('a body over 1 MiB is 413, announced or in chunks', async () => {
  const big = JSON.stringify({ title: 'x', description: 'y'.repeat(1024 * 1024) })
  problemOf(await server.post('/tasks', big), 413, 'body_too_large')
  const chunked = `${head('/tasks', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`
  rawProblemOf(await sendRaw(server.url, chunked), 413, 'body_too_large')
})

test('another media type is 415', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/xml',
  ])
    problemOf(
      await server.post('/tasks', '{"title": "x"}', { headers: { 'content-type': type } }),
      415,
      'unsupported_media_type',
    )
})

test('a compressed body is 415, and says so', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const answer = await server.http('POST', '/tasks', gzipSync('{"title": "x"}'), { headers })
  assert.match(problemOf(answer, 415, 'unsupported_media_type').detail, /Content-Encoding/)
  assert.equal((await server.http('POST', '/graphql', gzipSync('{}'), { headers })).status, 415)
  const plain = { 'content-encoding': 'identity' }
  assert.deepEqual(faultsOf(await server.post('/tasks', { title: 1 }, { headers: plain })), ['title'])
})

test('a query parameter that is given twice is 400 where one is meant', async () => {
  assert.deepEqual(faultsOf(await server.get('/tasks?limit=1&limit=2')), ['limit'])
  assert.deepEqual(faultsOf(await server.get('/tasks/search?q=a&q=b')), ['q'])
  assert.deepEqual(faultsOf(await server.get('/tasks?include=metadata&include=metadata')), ['include'])
})

test('an address that is not well-formed is 400', async () => {
  for (const path of ['/tasks/%zz', '/tasks/%', '/%ff', '/tasks/by-tag/%ed%a0%80', '/tasks/%c0%80/metadata'])
    problemOf(await server.get(path), 400, 'malformed_request')
  problemOf(await server.get(`/tasks/${'x'.repeat(2_000)}`), 414, 'malformed_request')
})

test('a header bomb is 431, one header or many', async () => {
  const bomb = `GET /health HTTP/1.1\r\nHost: x\r\nX-Bomb: ${'b'.repeat(100_000)}\r\n\r\n`
  rawProblemOf(await sendRaw(server.url, bomb), 431, 'headers_too_large')
  const many = Array.from({ length: 5_000 }, (_, i) => `X-${i}: b`).join('\r\n')
  rawProblemOf(
    await sendRaw(server.url, `GET /health HTTP/1.1\r\nHost: x\r\n${many}\r\n\r\n`),
    431,
    'headers_too_large',
  )
})

test('what is no HTTP is 400', async () => {
  for (const bytes of [
    'hello\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\u0016\u0003\u0001\u0002',
    'GET /a b HTTP/1.1\r\n\r\n',
  ])
    rawProblemOf(await sendRaw(server.url, bytes, { end: true }), 400, 'malformed_request')
  const twoLengths = head('/tasks', 'Content-Length: 2', 'Content-Length: 3')
  rawProblemOf(await sendRaw(server.url, `${twoLengths}{}`), 400, 'malformed_request')
  const both = head('/tasks', 'Content-Length: 2', 'Transfer-Encoding: chunked')
  rawProblemOf(await sendRaw(server.url, `${both}{}`), 400, 'malformed_request')
})

test('a body cut short stores nothing, and is answered where anybody still listens', async () => {
  const body = JSON.stringify({ title: 'cut short' })
  const whole = head('/tasks', 'Content-Type: application/json', `Content-Length: ${body.length}`) + body
  const cut = await sendRaw(server.url, whole.slice(0, -5), { end: true })
  rawProblemOf(cut, 400, 'malformed_request')
  const chunk = `${head('/tasks', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n`
  rawProblemOf(await sendRaw(server.url, chunk + body.slice(0, 9), { end: true }), 400, 'malformed_request')
})

test('no answer tells of SQL, a stack or a path of this machine', async () => {
  for (const q of ["'; DROP TABLE tasks; --", '$1', '%%%', '\\', '"', '${x}', '../../etc/passwd'])
    bodyOf(await server.get(`/tasks/search?q=${encodeURIComponent(q)}`))
  const answers = await Promise.all([
    server.get('/tasks/..%2f..%2fetc%2fpasswd'),
    server.get('/docs/..%2f..%2fpackage.json'),
    server.patch(`/tasks/${task.id}`, { status: { $ne: 'x' } }),
    server.post(`/tasks/${task.id}/metadata`, { key: { a: 1 }, value: 'x' }),
    server.get('/tasks?updated_since=0000-01-01T00:00:00Z'),
    server.get('/tasks?updated_since=+275760-09-13T00:00:00Z'),
  ])
  for (const answer of answers) {
    assert.ok(answer.status >= 400 && answer.status < 500, JSON.stringify(answer))
    assert.doesNotMatch(JSON.stringify(answer.body), /SELECT|node_modules|\.ts:\d|\/src\//)
  }
})
