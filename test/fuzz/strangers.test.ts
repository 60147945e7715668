import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { features } from '../../src/features/index.ts'
import { assemble } from '../../src/kernel/application.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import { bodyOf } from '../answers.ts'
import { keyOfNewTenant } from '../people.ts'
import { testServer, type TestAnswer, type TestServer } from '../server.ts'
import { TestSocket } from '../sockets.ts'
import { callWith, inputOf, plantMarks, type Marked } from './marks.ts'

/** Every operation, called with the key of an administrator of another tenant. */
const operations = [...assemble(features).operations.values()]

let server: TestServer
let marked: Marked
let stranger: string
let untouched: string
before(async () => {
  server = await testServer({ environment: { CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/' } })
  marked = await plantMarks(server)
  stranger = await keyOfNewTenant(server)
  untouched = await content()
})
after(() => server.close())

const TABLES = [
  'tasks',
  'task_texts',
  'task_metadata',
  'dependencies',
  'executions',
  'users',
  'roles',
  'webhooks',
]

/** All that the marked tenant has; what its own servers do to it meanwhile is left out. */
async function content(): Promise<string> {
  const parts = await Promise.all(
    TABLES.map((table) =>
      server.sql(
        `SELECT '${table}' AS of, count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) AS digest FROM ${table} t
         WHERE tenant_id = (SELECT tenant_id FROM tasks WHERE id = $1)`,
        [marked.things['task_id']],
      ),
    ),
  )
  return JSON.stringify(parts)
}

/** Marks in an answer that its own request did not hold. */
function leaks(answer: TestAnswer, input: unknown): string[] {
  const said = JSON.stringify([answer.body, [...answer.headers]])
  const asked = JSON.stringify(input)
  return marked.marks.filter((mark) => said.includes(mark) && !asked.includes(mark))
}

/** Calls with what the operation's example says, and with as much of it as names things of the other tenant. */
async function callAll(op: Operation, options: object): Promise<[unknown, TestAnswer][]> {
  const whole = inputOf(op, marked.things)
  const path = op.http.path.match(/(?<=:)\w+/g) ?? []
  const bare = Object.fromEntries(Object.entries(whole).filter(([name]) => (path as string[]).includes(name)))
  const calls: [unknown, TestAnswer][] = []
  for (const input of [whole, bare])
    calls.push([input, await callWith(server, op, input, { key: stranger, ...options })])
  return calls
}

test("no operation tells another tenant's key anything of a tenant", async (t) => {
  for (const op of operations)
    await t.test(op.name, async () => {
      for (const [input, answer] of await callAll(op, {})) {
        assert.ok(answer.status < 500, JSON.stringify(answer.body))
        assert.deepEqual(leaks(answer, input), [], JSON.stringify(answer.body))
      }
    })
})

test('nor does it change anything there', async () => {
  for (const op of operations.filter(({ http }) => http.method !== 'GET')) await callAll(op, {})
  assert.equal(await content(), untouched)
})

test("an Idempotency-Key of one tenant gives another tenant nothing of the first one's answer", async () => {
  for (const op of operations.filter(({ http }) => http.method === 'POST')) {
    const headers = { 'idempotency-key': marked.idempotencyKey }
    const [[input, answer]] = (await callAll(op, { headers })) as [[unknown, TestAnswer]]
    assert.equal(answer.headers.get('idempotency-replayed'), null, op.name)
    assert.deepEqual(leaks(answer, input), [], op.name)
  }
})

test("filters, searches and pages that name another tenant's things find nothing", async () => {
  const { things, marks, cursor } = marked
  const asked = [
    `/tasks?cursor=${encodeURIComponent(cursor)}`,
    ...marks.map((mark) => `/tasks/search?q=${encodeURIComponent(mark.slice(0, 200))}`),
    ...marks.flatMap((mark) => [`/tasks?tag=${mark}`, `/tasks?assigned_worker=${mark}`]),
    ...marks.map((mark) => `/audit?actor=${mark}`),
    ...Object.values(things).map((id) => `/audit?entity_id=${encodeURIComponent(id)}`),
    `/tasks/dependency-graph?root=${things['task_id']}`,
    '/events?after=0&limit=1000',
    '/schema/custom-fields',
    '/tasks?include=metadata&limit=1000',
    '/executions/stale?older_than_minutes=1',
  ]
  for (const path of asked) assert.deepEqual(leaks(await server.get(path, { key: stranger }), path), [], path)
})

test("names that another tenant has are free, and its sources are nobody else's", async () => {
  const another = await keyOfNewTenant(server)
  const name = marked.marks.find((mark) => mark.startsWith('mark-role'))!
  bodyOf(await server.post('/roles', { name, permissions: [] }, { key: another }), 201)
  const imported = async (key: string): Promise<{ created: number }> =>
    bodyOf(
      await server.post('/import/markdown', '- [ ] the same line\n', {
        key,
        headers: { 'content-type': 'text/markdown' },
      }),
    )
  const [own, again, other] = [
    await imported(server.key),
    await imported(server.key),
    await imported(another),
  ]
  assert.deepEqual(other, own)
  assert.notDeepEqual(again, own)
})

test("a WebSocket of another tenant's key hears nothing of a tenant", async () => {
  const socket = await new TestSocket(server.url).opened()
  socket.say({ authorization: `Bearer ${stranger}`, subscribe: {}, after: 0 })
  await socket.nextOf('ready')
  bodyOf(await server.post('/tasks', { title: 'mark-unheard' }), 201)
  bodyOf(await server.post('/tasks', { title: 'of its own' }, { key: stranger }), 201)
  for (let heard = ''; !heard.includes('of its own');) {
    heard = JSON.stringify(await socket.next())
    assert.deepEqual(
      [...marked.marks, 'mark-unheard'].filter((mark) => heard.includes(mark)),
      [],
    )
  }
  await socket.close()
})
