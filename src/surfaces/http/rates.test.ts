import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { openGraph } from '../../../test/graph-client.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { TestSocket } from '../../../test/sockets.ts'

/** Every setting of a rate as it is where nobody has set it. */
const NOT_SET = {
  CAIRN_RATE_LIMIT_PER_KEY: '',
  CAIRN_RATE_LIMIT_PER_TENANT: '',
  CAIRN_RATE_LIMIT_WRONG_KEYS: '',
}

const callTimes = (server: TestServer, times: number, key: string): Promise<TestAnswer[]> =>
  Promise.all(Array.from({ length: times }, () => server.get('/whoami', { key })))

const passed = (answers: readonly TestAnswer[]): number =>
  answers.filter(({ status }) => status === 200).length

test('a key that calls too often is told to wait, and no other key is', async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_PER_KEY: '1' } })
  t.after(() => server.close())
  const [busy, calm] = [await keyWith(server, []), await keyWith(server, [])]
  const began = performance.now()
  const answers = await callTimes(server, 40, busy)
  const most = 10 + Math.ceil((performance.now() - began) / 1000)
  assert.ok(passed(answers) >= 10 && passed(answers) <= most, `${passed(answers)} of at most ${most}`)
  const refused = answers.find(({ status }) => status !== 200)!
  const problem = problemOf(refused, 429, 'rate_limited')
  assert.equal(problem['limit'], 'key')
  assert.equal(refused.headers.get('retry-after'), String(problem['retry_after']))
  assert.equal(refused.headers.get('ratelimit-policy'), '"key";q=10;w=10')
  assert.match(refused.headers.get('ratelimit') ?? '', /^"key";r=0;t=\d+$/)
  const other = await server.get('/whoami', { key: calm })
  assert.equal(other.status, 200)
  assert.match(other.headers.get('ratelimit') ?? '', /^"key";r=9;t=1$/)
  await eventually('the key may call again', async () => passed(await callTimes(server, 1, busy)) === 1)
})

test('a call that is refused has no effect, and not even its body is looked at', async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_PER_KEY: '1' } })
  t.after(() => server.close())
  const key = await keyWith(server, ['create_tasks', 'read_tasks'])
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, nth) =>
      server.post('/tasks', nth % 2 === 0 ? '{"title": "no' : { title: 'a task' }, { key }),
    ),
  )
  assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [201, 400, 429])
  const created = answers.filter(({ status }) => status === 201).length
  assert.equal(bodyOf<unknown[]>(await server.get('/tasks'), 200).length, created)
})

test('all keys of a tenant share its rate, and other tenants have their own', async (t) => {
  const server = await testServer({
    environment: { CAIRN_RATE_LIMIT_PER_KEY: '5', CAIRN_RATE_LIMIT_PER_TENANT: '1' },
  })
  t.after(() => server.close())
  const [one, another] = [await keyWith(server, []), await keyWith(server, [])]
  await callTimes(server, 20, one)
  const refused = (await callTimes(server, 20, another)).find(({ status }) => status !== 200)!
  assert.equal(problemOf(refused, 429, 'rate_limited')['limit'], 'tenant')
  assert.match(refused.headers.get('ratelimit') ?? '', /^"key";r=\d+;t=\d+, "tenant";r=0;t=\d+$/)
  const elsewhere = await keyOfNewTenant(server)
  assert.equal((await server.get('/whoami', { key: elsewhere })).status, 200)
})

test("the operator's key has no rate", async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_PER_KEY: '1' } })
  t.after(() => server.close())
  const answers = await callTimes(server, 60, server.key)
  assert.equal(passed(answers), 60)
  assert.equal(answers[0]!.headers.get('ratelimit'), null)
})

test('unless it is set there is a rate on a database of its own, and none on an embedded one', async (t) => {
  const server = await testServer({ environment: NOT_SET })
  t.after(() => server.close())
  const policy = (await server.get('/whoami', { key: await keyWith(server, []) })).headers.get(
    'ratelimit-policy',
  )
  assert.equal(policy, '"key";q=2000;w=10, "tenant";q=10000;w=10')
  const embedded = await testServer({ environment: NOT_SET, alone: true })
  t.after(() => embedded.close())
  const answer = await embedded.get('/whoami', { key: await keyWith(embedded, []) })
  assert.equal(answer.headers.get('ratelimit-policy'), null)
})

test('after many wrong keys their address waits, but for those whose keys were good before', async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_WRONG_KEYS: '5' } })
  t.after(() => server.close())
  const [known, fresh] = [await keyWith(server, []), await keyWith(server, [])]
  assert.equal((await server.get('/whoami', { key: known })).status, 200)
  const wrong = (nth: number): string => `cairn_AAAAAAAA_${String(nth).padStart(43, 'x')}`
  for (let nth = 0; nth < 5; nth++)
    problemOf(await server.get('/whoami', { key: wrong(nth) }), 401, 'unauthorized')
  const refused = await server.get('/whoami', { key: wrong(5) })
  const { retry_after } = problemOf(refused, 429, 'rate_limited')
  assert.equal(refused.headers.get('retry-after'), String(retry_after))
  problemOf(await server.get('/whoami', { key: 'guessed' }), 429, 'rate_limited')
  problemOf(await server.get('/metrics', { key: 'guessed' }), 429, 'rate_limited')
  for (const key of [known, server.key]) assert.equal((await server.get('/whoami', { key })).status, 200)
  problemOf(await server.get('/whoami', { key: fresh }), 429, 'rate_limited')
  await eventually(
    'the address has waited',
    async () => (await server.get('/whoami', { key: fresh })).status === 200,
  )
})

test('wrong keys on sockets count as those in headers do', async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_WRONG_KEYS: '3' } })
  t.after(() => server.close())
  const closedWith = async (): Promise<number> => {
    const socket = await new TestSocket(server.url).opened()
    socket.say({ authorization: 'Bearer guessed', subscribe: {} })
    return (await socket.closed).code
  }
  assert.deepEqual([await closedWith(), await closedWith(), await closedWith()], [4401, 4401, 4401])
  assert.equal(await closedWith(), 4429)
  problemOf(await server.get('/whoami', { key: 'guessed' }), 429, 'rate_limited')
})

test('what is asked over a socket of GraphQL counts as a call of its key, and is refused under its id', async (t) => {
  const server = await testServer({ environment: { CAIRN_RATE_LIMIT_PER_KEY: '1' } })
  t.after(() => server.close())
  const key = await keyWith(server, ['read_tasks', 'create_tasks'])
  const socket = await openGraph(server, key)
  const query = 'mutation { create_task(title: "over a socket") { id } }'
  for (let nth = 0; nth < 18; nth++) socket.say({ type: 'subscribe', id: String(nth), payload: { query } })
  const ends = new Map<string, string>()
  while (ends.size < 18) {
    const { type, id, payload } = await socket.next()
    if (type === 'error') ends.set(id as string, payload[0].extensions.code as string)
    if (type === 'complete') ends.set(id as string, 'done')
  }
  const of = (end: string): number => [...ends.values()].filter((each) => each === end).length
  assert.equal(of('done') + of('rate_limited'), 18, JSON.stringify([...ends]))
  assert.ok(of('rate_limited') >= 4, `${of('rate_limited')} refused`)
  const page = await server.get('/tasks')
  assert.equal(bodyOf<unknown[]>(page, 200).length, of('done'))
  await socket.close()
})

test('behind a proxy that is trusted each client is held apart, and nobody else may claim an address', async (t) => {
  const environment = { CAIRN_RATE_LIMIT_WRONG_KEYS: '2' }
  const trusting = await testServer({ environment: { ...environment, CAIRN_TRUSTED_PROXIES: '127.0.0.0/8' } })
  t.after(() => trusting.close())
  const plain = await testServer({ environment })
  t.after(() => plain.close())
  const ask = async (server: TestServer, address: string): Promise<number> =>
    (await server.get('/whoami', { key: 'guessed', headers: { 'x-forwarded-for': address } })).status
  const statuses = async (server: TestServer): Promise<number[]> => [
    await ask(server, '203.0.113.7'),
    await ask(server, '203.0.113.7'),
    await ask(server, '203.0.113.7'),
    await ask(server, '203.0.113.8'),
  ]
  assert.deepEqual(await statuses(trusting), [401, 401, 429, 401])
  assert.deepEqual(await statuses(plain), [401, 401, 429, 429])
  const closedWith = async (address: string): Promise<number> => {
    const socket = await new TestSocket(trusting.url, { headers: { 'x-forwarded-for': address } }).opened()
    socket.say({ authorization: 'Bearer guessed', subscribe: {} })
    return (await socket.closed).code
  }
  assert.deepEqual([await closedWith('203.0.113.7'), await closedWith('203.0.113.9')], [4429, 4401])
})
