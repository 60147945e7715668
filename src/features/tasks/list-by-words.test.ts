import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, patchTask } from '../../../test/tasks.ts'
import type { Task } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const list = async (query: Record<string, string>, key = server.key): Promise<string[]> =>
  bodyOf<Task[]>(await server.get(`/tasks?${new URLSearchParams(query).toString()}`, { key })).map(
    ({ title }) => title,
  )

test('q keeps the tasks whose title or description contains it, in the order of the list', async () => {
  await createTasks(server, [
    { title: 'a LOGIN page', priority: 1, tags: ['words'] },
    { title: 'described', description: 'has a Login form', priority: 5, tags: ['words'] },
    { title: 'login', priority: 3, tags: ['words'] },
    { title: 'logon', priority: 5, tags: ['words', 'login'] },
  ])
  assert.deepEqual(await list({ q: 'login' }), ['described', 'login', 'a LOGIN page'])
  assert.deepEqual(await list({ q: 'no such words' }), [])
  assert.deepEqual(await list({ q: 'login' }, await keyOfNewTenant(server)), [])
})

test('q and the filters hold together', async () => {
  const tags = ['together']
  const created = await createTasks(server, [
    { title: 'parse dates', priority: 5, tags },
    { title: 'parse times', priority: 2, tags: [...tags, 'urgent'] },
    { title: 'parse zones', priority: 5 },
    { title: 'print dates', priority: 5, tags },
  ])
  await patchTask(server, created[0]!.id, { status: 'assigned', assigned_worker: 'alice' })
  assert.deepEqual(await list({ q: 'parse', tag: 'together' }), ['parse dates', 'parse times'])
  assert.deepEqual(await list({ q: 'parse', tag: 'urgent' }), ['parse times'])
  assert.deepEqual(await list({ q: 'parse', priority: '5', status: 'ready' }), ['parse zones'])
  assert.deepEqual(await list({ q: 'parse', assigned_worker: 'alice' }), ['parse dates'])
  assert.deepEqual(await list({ q: 'parse', startable: 'true', tag: 'together' }), ['parse times'])
  assert.deepEqual(await list({ q: 'parse', updated_since: '2999-01-01T00:00:00Z' }), [])
})

test('its pages lose and double nothing, and its cursor is of these words alone', async () => {
  const expected = Array.from({ length: 7 }, (_, nth) => `paged ${nth}`)
  for (const title of expected) await createTasks(server, [{ title }, { title: `other ${title.at(-1)}` }])
  const seen: string[] = []
  let cursor = ''
  for (let path: string | undefined = '/tasks?q=paged&limit=3'; path !== undefined;) {
    const answer = await server.get(path)
    seen.push(...bodyOf<Task[]>(answer).map(({ title }) => title))
    path = nextPage(answer)
    if (path === undefined) continue
    const next = new URL(path, server.url).searchParams
    assert.equal(next.get('q'), 'paged')
    cursor = next.get('cursor')!
  }
  assert.deepEqual(seen, expected)
  for (const other of ['q=page', 'q=Paged&tag=x', 'limit=3'])
    problemOf(await server.get(`/tasks?${other}&cursor=${cursor}`), 400, 'invalid_cursor')
})

test('blank, too long and twice are refused and named', async () => {
  for (const q of ['q=', 'q=%20%09', `q=${'x'.repeat(201)}`, 'q=a&q=b'])
    assert.deepEqual(
      faultsOf(await server.get(`/tasks?${q}`)).map((fault) => fault.split(':')[0]),
      ['q'],
      q,
    )
  problemOf(await server.get('/tasks?q=a%00b'), 400, 'invalid_text')
  assert.deepEqual(await list({ q: 'x'.repeat(200) }), [])
})

test('no sign is anything but itself', async () => {
  const plain = [
    '100% sure',
    'snake_case',
    'back\\slash',
    '100x sure',
    'snakeXcase',
    "it's a 🪨 stone",
    'a (b|c)* d',
  ]
  await createTasks(
    server,
    plain.map((title) => ({ title })),
  )
  await createTask(server, { title: 'Überprüfung' })
  for (const [q, found] of [
    ['100%', ['100% sure']],
    ['e_c', ['snake_case']],
    ['k\\s', ['back\\slash']],
    ['\\', ['back\\slash']],
    ["it's", ["it's a 🪨 stone"]],
    ['🪨', ["it's a 🪨 stone"]],
    ['(b|c)*', ['a (b|c)* d']],
    ['PRÜF', ['Überprüfung']],
    ["'; DROP TABLE tasks; --", []],
    ['$1', []],
    ['%00', []],
    ['.*', []],
  ] as const)
    assert.deepEqual(await list({ q }), found, q)
})
