import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, test, type TestContext } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { closeClients, connectStdio, refused, use } from '../../../test/mcp.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, readTask } from '../../../test/tasks.ts'
import { FaultProxy } from '../../../test/torture/fault-proxy.ts'
import { Problem } from '../../kernel/problem.ts'
import { loadSettings } from '../../kernel/settings.ts'
import { AnswerLost, Unreachable } from './faults.ts'
import { Remote } from './remote.ts'
import { allSettings } from './settings.ts'
import { Workplace } from './testing.ts'

const place = new Workplace()
let server: TestServer
let proxy: FaultProxy
/** Of the proxy. */
let url: string
before(async () => {
  server = await testServer()
  const { hostname, port } = new URL(server.url)
  proxy = new FaultProxy({ host: hostname, port: Number(port) })
  url = `http://127.0.0.1:${await proxy.listen()}`
  const { connections } = proxy
  const add = connections.add.bind(connections)
  connections.add = (connection) => {
    if (toLose-- > 0) connection.endAfter('toClient', 1, 'reset')
    return add(connection)
  }
})
afterEach(() => loseAnswers(0))
after(async () => {
  await closeClients()
  await place.close()
  await proxy.close()
  await server.close()
})

let toLose = 0

/** What the next connections ask for is done, and each breaks off with the first byte of its answer. */
function loseAnswers(count: number): void {
  proxy.reset()
  toLose = count
}

/** The way by the proxy. It gives up after so many seconds. */
const remote = (seconds = 20, to = url, attemptSeconds = 45): Remote =>
  new Remote(loadSettings(allSettings, { CAIRN_URL: to, CAIRN_API_KEY: server.key }), server.app.operations, {
    seconds,
    attemptSeconds,
  })

const cairn = (...args: string[]) => place.run(args, { CAIRN_URL: url, CAIRN_API_KEY: server.key })

const titled = async (title: string): Promise<number> =>
  (await server.sql('SELECT FROM task_texts WHERE title = $1', [title])).length

test('a POST whose answer is lost is sent again under a key of its own, and done once', async () => {
  loseAnswers(2)
  const { number } = (await remote().call('tasks.create', { title: 'lost twice' })) as { number: number }
  assert.equal((await readTask(server, number)).title, 'lost twice')
  assert.equal(await titled('lost twice'), 1)
})

test('a change whose answer is lost for good is no unreachable server: it says to look, and the key that makes it safe', async () => {
  loseAnswers(Infinity)
  const input = { title: 'lost for good' }
  const lost: unknown = await remote(0.2)
    .call('tasks.create', input)
    .catch((error: unknown) => error)
  assert.ok(lost instanceof AnswerLost)
  const key = /look before you send it again, .* the Idempotency-Key ([0-9a-f]{32}),/.exec(lost.message)?.[1]
  assert.ok(key, lost.message)
  loseAnswers(0)
  await remote().call('tasks.create', input, { idempotencyKey: key })
  assert.equal(await titled(input.title), 1)
})

test('a read is asked again, and changes nothing when it is lost for good', async () => {
  loseAnswers(1)
  assert.ok(await remote().call('access.whoami', {}))
  loseAnswers(Infinity)
  await assert.rejects(
    remote(0.2).call('access.whoami', {}),
    (error) => error instanceof Unreachable && /^No answer came from/.test(error.message),
  )
})

test('a PATCH is sent again where it names a version; what refuses it then may have been itself', async () => {
  const { id } = await createTask(server)
  loseAnswers(1)
  await assert.rejects(remote().call('tasks.update', { task_id: id, priority: 5 }), AnswerLost)
  loseAnswers(1)
  await assert.rejects(
    remote().call('tasks.update', { task_id: id, priority: 4 }, { ifMatch: '2' }),
    (error) => error instanceof Problem && error.code === 'version_mismatch' && /was lost/.test(error.detail),
  )
  assert.equal((await readTask(server, id)).priority, 4)
})

test('a DELETE that is sent again and finds nothing is done', async () => {
  const { id } = await createTask(server)
  loseAnswers(1)
  assert.equal(await remote().call('tasks.delete', { task_id: id }), null)
  assert.equal((await server.get(`/tasks/${id}`)).status, 404)
})

test('an import whose stream of progress breaks off is done once', async () => {
  loseAnswers(1)
  const content = JSON.stringify({ id: 'x-1', title: 'streamed', status: 'open', priority: 2 })
  const onProgress = (): void => undefined
  assert.ok(await remote().call('imports.run', { format: 'beads', content }, { onProgress }))
  assert.equal(await titled('streamed'), 1)
})

test('a refusal for now is asked again after its Retry-After, under the same key', async () => {
  const keys: unknown[] = []
  const busy = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    const document = { code: 'draining', status: 503, title: 't', detail: 'd', retry_after: 0.01 }
    response.writeHead(keys.length === 1 ? 503 : 201, { 'content-type': 'application/json' })
    response.end(JSON.stringify(keys.length === 1 ? document : { number: 1 }))
  })
  await new Promise<void>((listening) => busy.listen(0, '127.0.0.1', listening))
  const to = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`
  assert.deepEqual(await remote(20, to).call('tasks.create', { title: 't' }), { number: 1 })
  busy.closeAllConnections()
  busy.close()
  assert.equal(keys.length, 2)
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
  assert.equal(keys[1], keys[0])
})

/** An HTTP server that answers with each of these, the last one on and on; null breaks the connection off. */
async function answering(
  t: TestContext,
  ...answers: ({ status: number; type?: string; body: string } | null)[]
): Promise<{ to: string; asked: () => number }> {
  let asked = 0
  const http = createServer((request, response) => {
    const answer = answers[Math.min(asked++, answers.length - 1)]
    if (!answer) return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' }).end(answer.body)
  })
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  t.after(() => {
    http.closeAllConnections()
    http.close()
  })
  return { to: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked: () => asked }
}

const PAGE = { type: 'text/html', body: '<html>' }

test('what stands before a server may refuse for now in words of its own', async (t) => {
  const { to, asked } = await answering(t, { ...PAGE, status: 503 }, { status: 201, body: '{"number":1}' })
  assert.deepEqual(await remote(20, to).call('tasks.create', { title: 't' }), { number: 1 })
  assert.equal(asked(), 2)
})

test('what is deleted is not believed of something else that finds nothing', async (t) => {
  const nothing = { status: 404, body: '{"error":"not found"}' }
  for (const stranger of [{ ...PAGE, status: 404 }, nothing]) {
    const { to, asked } = await answering(t, null, stranger)
    await assert.rejects(remote(1, to).call('tasks.delete', { task_id: 1 }), AnswerLost)
    assert.ok(asked() > 1)
  }
})

test('what the server itself does not know the outcome of is a lost answer', async () => {
  const answers: { status: number; body: object }[] = []
  let asked = 0
  const unsure = createServer((_request, response) => {
    const { status, body } = answers[Math.min(asked++, answers.length - 1)]!
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((listening) => unsure.listen(0, '127.0.0.1', listening))
  const to = `http://127.0.0.1:${(unsure.address() as AddressInfo).port}`
  const unknown = { code: 'outcome_unknown', status: 503, title: 't', detail: 'd' }
  answers.push({ status: 503, body: unknown })
  await assert.rejects(remote(0.2, to).call('tasks.update', { task_id: 1, priority: 5 }), AnswerLost)
  assert.equal(asked, 1, 'a change without a version is not sent again')
  answers.push({ status: 200, body: { number: 1 } })
  asked = 0
  assert.deepEqual(await remote(undefined, to).call('tasks.create', { title: 't' }), { number: 1 })
  unsure.closeAllConnections()
  unsure.close()
})

test('a server that takes a call and says nothing is waited for as long as a call may wait, and that is said', async () => {
  let asked = 0
  const silent = createServer(() => asked++)
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  const to = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const mute = (name: string, input: object) => remote(20, to, 0.3).call(name, input)
  await assert.rejects(
    mute('access.whoami', {}),
    (error) => error instanceof Unreachable && /no answer within 0\.3 s/.test(error.message),
  )
  await assert.rejects(
    mute('tasks.create', { title: 't' }),
    (error) => error instanceof AnswerLost && /no answer within 0\.3 s/.test(error.message),
  )
  assert.equal(asked, 2)
  silent.closeAllConnections()
  silent.close()
})

test('cairn keys create goes through where the answer to its user is lost', async () => {
  loseAnswers(1)
  const { code, stdout, stderr } = await cairn('keys', 'create', 'bob')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^\S{20,}\n$/)
})

test('a new key whose answer is lost is not sent again, since a replay would not show it', async () => {
  const { id } = bodyOf<{ id: string }>(await server.post('/users', { name: 'dora' }), 201)
  loseAnswers(1)
  const { code, stderr } = await cairn('keys', 'create', 'dora', '--user', id)
  assert.equal(code, 1)
  assert.match(stderr, /^cairn: answer_lost: The answer of .* look before you send it again\.\n$/)
})

test('through cairn mcp a plan whose answer is lost is made once', async () => {
  const { client } = await connectStdio({ ...server, url })
  loseAnswers(1)
  await use(client, 'plan', { tasks: [{ title: 'planned once' }] })
  assert.equal(await titled('planned once'), 1)
  await client.close()
})

test('through cairn mcp a plan whose answer is lost for good says so, and is not said to have found no server', async () => {
  const { client } = await connectStdio({ ...server, url })
  loseAnswers(Infinity)
  await refused(client, 'plan', { tasks: [{ title: 'planned and lost' }] }, 'answer_lost')
  assert.equal(await titled('planned and lost'), 1)
  await client.close()
})
