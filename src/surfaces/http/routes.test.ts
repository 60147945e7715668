import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { waitingForLocks } from '../../../test/locks.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'

let server: TestServer
before(async () => {
  server = await testServer({ environment: { CAIRN_CORS_ORIGINS: 'https://app.example.com' } })
})
after(() => server.close())

test('a route under another method is 405 and says which it takes', async () => {
  const expected: Record<string, string> = {
    'PUT /tasks': 'GET, POST',
    'DELETE /tasks': 'GET, POST',
    'GET /tasks/claim/': '',
    'PUT /tasks/17': 'DELETE, GET, PATCH',
    'GET /tasks/17/retry': 'POST',
    'POST /whoami': 'GET',
    'DELETE /health': 'GET',
  }
  for (const [route, allowed] of Object.entries(expected)) {
    const [method, path] = route.split(' ') as [string, string]
    const answer = await server.http(method, path)
    if (allowed === '') {
      problemOf(answer, 404, 'route_not_found')
      continue
    }
    problemOf(answer, 405, 'method_not_allowed')
    const allow = (answer.headers.get('allow') ?? '').split(', ').sort().join(', ')
    assert.equal(allow, allowed, route)
  }
})

test('an unknown route is 404 and says where they are listed', async () => {
  for (const path of ['/nothing', '/task', '/tasks/17/nothing', '/api/v1/tasks', '/TASKS', '//tasks'])
    problemOf(await server.get(path), 404, 'route_not_found')
})

test('without a key, or with a wrong one, it is 401, and the open routes answer', async () => {
  for (const key of [null, 'wrong', `${server.key}x`, server.key.slice(1)]) {
    const answer = await server.get('/tasks', { key })
    problemOf(answer, 401, 'unauthorized')
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  for (const authorization of [
    server.key,
    `Basic ${server.key}`,
    'Bearer',
    `Bearer ${server.key} ${server.key}`,
  ])
    problemOf(await server.get('/tasks', { key: null, headers: { authorization } }), 401, 'unauthorized')
  for (const path of ['/health', '/ready', '/openapi.json', '/docs'])
    assert.equal((await server.get(path, { key: null })).status, 200, path)
  problemOf(await server.get('/metrics', { key: null }), 401, 'unauthorized')
})

test('a caller without a key is refused before the body is read', async () => {
  const big = 'x'.repeat(3 * 1024 * 1024)
  problemOf(await server.post('/tasks', big, { key: null }), 401, 'unauthorized')
})

test('every answer carries its request id: the own one, or a harmless one of the caller', async () => {
  const own = await server.get('/tasks')
  assert.match(own.headers.get('x-request-id')!, /^[0-9a-f-]{36}$/)
  for (const id of ['abc-123', 'a.b:c_d', 'x'.repeat(128)])
    assert.equal(
      (await server.get('/health', { headers: { 'x-request-id': id } })).headers.get('x-request-id'),
      id,
    )
  for (const id of ['', 'a b', 'x'.repeat(129), 'ü', '{"a":1}', '<script>']) {
    const answer = await server.get('/nothing', { headers: { 'x-request-id': encodeURI(id) } })
    assert.notEqual(answer.headers.get('x-request-id'), id)
  }
  for (const path of ['/nothing', '/tasks/%zz', '/health', '/metrics', '/tasks/x', '/docs', '/openapi.json'])
    assert.ok((await server.get(path)).headers.get('x-request-id'), path)
})

test('health and readiness tell of the database', async () => {
  const health = bodyOf<{ status: string }>(await server.get('/health', { key: null }))
  assert.equal(health.status, 'ok')
  assert.equal(bodyOf<{ status: string }>(await server.get('/ready', { key: null })).status, 'ready')
})

test('metrics are Prometheus text, and count by operation', async () => {
  await createTask(server)
  const text = bodyOf<string>(await server.get('/metrics'))
  assert.match(text, /^# HELP cairn_request_duration_seconds /m)
  assert.match(text, /cairn_request_duration_seconds_count\{operation="tasks.create",status="201"\} \d+/)
})

test('a call whose client hangs up is counted once, and as that', async () => {
  const path = '/audit?entity_type=task&limit=1'
  const counted = async (): Promise<Record<string, number>> => {
    const text = bodyOf<string>(await server.get('/metrics'))
    const lines = text.matchAll(/_duration_seconds_count\{operation="audit.list",status="(\d+)"\} (\d+)/g)
    return Object.fromEntries([...lines].map(([, status, count]) => [status, Number(count)]))
  }
  assert.equal((await server.get(path)).status, 200)
  assert.deepEqual(await counted(), { 200: 1 })
  const other = new pg.Client(server.databaseUrl)
  await other.connect()
  await other.query('BEGIN; LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE')
  const hangUp = new AbortController()
  const headers = { authorization: `Bearer ${server.key}` }
  const call = fetch(server.url + path, { headers, signal: hangUp.signal })
  await eventually('it waits', async () => (await waitingForLocks(other)) > 0)
  hangUp.abort()
  await assert.rejects(call)
  await eventually('it is counted', async () => (await counted())['499'] === 1)
  await other.query('ROLLBACK')
  await other.end()
  assert.equal((await server.get(path)).status, 200)
  assert.deepEqual(await counted(), { 200: 2, 499: 1 })
})

test('metrics answer without a key when they are set to', async () => {
  const open = await testServer({ environment: { CAIRN_METRICS_PUBLIC: 'true' } })
  assert.equal((await open.get('/metrics', { key: null })).status, 200)
  await open.close()
})

test('browsers may call from the origins that are set, and from no other', async () => {
  const preflight = (origin: string) =>
    server.http('OPTIONS', '/tasks', undefined, {
      key: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
  const allowed = await preflight('https://app.example.com')
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example.com')
  const other = await preflight('https://evil.example.com')
  assert.notEqual(other.headers.get('access-control-allow-origin'), 'https://evil.example.com')
  const answer = await server.get('/tasks', { headers: { origin: 'https://app.example.com' } })
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /etag/i)
})

test('a stopping server finishes what runs, ends what waits, and takes nothing new', async () => {
  const stopping = await testServer()
  await stopping.app.duties.stop()
  const never = { worker_id: 'w', agent_type: 'a', tags: ['never'], wait_seconds: 30 }
  const waiting = stopping.post('/tasks/claim', never)
  const [holding, looking] = [1, 2].map(() => new pg.Client({ connectionString: stopping.databaseUrl }))
  await Promise.all([holding!.connect(), looking!.connect()])
  await holding!.query('BEGIN; LOCK TABLE tasks IN EXCLUSIVE MODE')
  const creating = Array.from({ length: 20 }, () => stopping.post('/tasks', { title: 'x' }))
  // Each of them, and the claim in one of its turns, waits for the table, or for a connection to do so.
  await eventually(
    'all of them run',
    async () => (await waitingForLocks(looking!)) + stopping.app.pool.waitingCount >= 21,
  )
  const closed = stopping.close()
  await holding!.query('COMMIT')
  await Promise.all([holding!.end(), looking!.end()])
  assert.deepEqual(bodyOf(await waiting), [])
  for (const answer of await Promise.all(creating)) {
    assert.equal(answer.status, 201)
    assert.equal(answer.headers.get('connection'), 'close')
  }
  await closed
  await assert.rejects(stopping.get('/health'))
})

test('a request that comes on an idle connection of a stopping server is answered, and told to go', async () => {
  const stopping = await testServer()
  const { hostname, port } = new URL(stopping.url)
  const socket = connect({ host: hostname, port: Number(port) })
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  const answers = (): number => heard.split('HTTP/1.1 200').length - 1
  const ask = (): void => void socket.write('GET /health HTTP/1.1\r\nHost: cairn\r\n\r\n')
  ask()
  await eventually('the first is answered', () => answers() === 1)
  assert.doesNotMatch(heard, /connection: close/i)
  const closed = stopping.close()
  await assert.rejects(stopping.get('/health'))
  ask()
  await once(socket, 'close')
  assert.equal(answers(), 2)
  assert.match(heard, /connection: close/i)
  await closed
})
