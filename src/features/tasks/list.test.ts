import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, patchTask } from '../../../test/tasks.ts'
import type { Task } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

let made = 0
const newTag = (): string => `tag-${++made}`

const list = async (query: string): Promise<Task[]> => bodyOf<Task[]>(await server.get(`/tasks?${query}`))
const titles = async (query: string): Promise<string[]> => (await list(query)).map(({ title }) => title)

/** Follows the links from the first page on; `between` runs before each page but the first. */
async function walk(first: string, between?: (page: number) => Promise<unknown>): Promise<Task[][]> {
  const pages: Task[][] = []
  for (let path: string | undefined = first; path !== undefined;) {
    if (pages.length > 0) await between?.(pages.length)
    const answer = await server.get(path)
    pages.push(bodyOf<Task[]>(answer))
    path = nextPage(answer)
  }
  return pages
}

test('the order is priority descending, then age, then id', async () => {
  const tag = newTag()
  await createTasks(server, [
    { title: 'c', priority: 3, tags: [tag] },
    { title: 'a', priority: 5, tags: [tag] },
    { title: 'd', priority: 1, tags: [tag] },
  ])
  await createTask(server, { title: 'b', priority: 5, tags: [tag] })
  assert.deepEqual(await titles(`tag=${tag}`), ['a', 'b', 'c', 'd'])

  const tied = (
    await createTasks(
      server,
      Array.from({ length: 30 }, () => ({ tags: [`${tag}-tied`] })),
    )
  ).map(({ id }) => id)
  assert.deepEqual(
    (await list(`tag=${tag}-tied`)).map(({ id }) => id),
    tied.sort(),
  )
})

test('another order is asked for by name, and its pages follow it through ties', async () => {
  const tag = newTag()
  const made = await createTasks(
    server,
    Array.from({ length: 9 }, (_, index) => ({
      title: String(index),
      priority: (index % 5) + 1,
      tags: [tag],
    })),
  )
  const walked = async (sort: string): Promise<string[]> =>
    (await walk(`/tasks?tag=${tag}&sort=${sort}&limit=2`)).flat().map(({ title }) => title)
  const byAge = made.toSorted((a, b) => a.number - b.number).map(({ title }) => title)
  assert.deepEqual(await walked('oldest'), byAge)
  assert.deepEqual(await walked('newest'), byAge.toReversed())
  // All of one batch have the same time: their ids decide.
  const byId = made.toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(({ title }) => title)
  assert.deepEqual(await walked('updated'), byId)
  await patchTask(server, made[4]!.id, { priority: 2 })
  await patchTask(server, made[7]!.id, { priority: 1 })
  assert.deepEqual((await walked('updated')).slice(0, 2), ['7', '4'])
  assert.deepEqual(await walked('priority'), await titles(`tag=${tag}`))

  const first = await server.get(`/tasks?tag=${tag}&sort=oldest&limit=2`)
  problemOf(await server.get(nextPage(first)!.replace('oldest', 'newest')), 400, 'invalid_cursor')
  assert.deepEqual(faultsOf(await server.get('/tasks?sort=title')), ['sort'])
})

test('a page has 100 tasks unless said otherwise, and the last has no link', async () => {
  const tag = newTag()
  await createTasks(
    server,
    Array.from({ length: 100 }, () => ({ tags: [tag] })),
  )
  const full = await server.get(`/tasks?tag=${tag}`)
  assert.equal(bodyOf<Task[]>(full).length, 100)
  assert.equal(nextPage(full), undefined)
  await createTask(server, { tags: [tag] })
  const first = await server.get(`/tasks?tag=${tag}`)
  assert.equal(bodyOf<Task[]>(first).length, 100)
  const last = await server.get(nextPage(first)!)
  assert.equal(bodyOf<Task[]>(last).length, 1)
  assert.equal(nextPage(last), undefined)
  assert.equal((await list(`tag=${tag}&limit=1000`)).length, 101)
  assert.equal((await list(`tag=${tag}&limit=10&offset=95`)).length, 6)
})

test('pages over ties lose and double nothing while tasks are inserted, changed and deleted', async () => {
  const tag = newTag()
  const mine = (n: number, priority: number) => Array.from({ length: n }, () => ({ tags: [tag], priority }))
  const there = [...(await createTasks(server, mine(60, 3))), ...(await createTasks(server, mine(40, 2)))]
  const gone: string[] = []
  const pages = await walk(`/tasks?tag=${tag}&limit=7`, async (page) => {
    // One goes in front of what was seen, one among it, one at the end; and one that was seen is deleted.
    await createTasks(server, [...mine(1, 5), ...mine(1, 3), ...mine(1, 1)])
    const seen = there[page]!.id
    await server.del(`/tasks/${seen}`)
    gone.push(seen)
  })
  const ids = pages.flat().map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length, 'none twice')
  const seen = new Set(ids)
  const lost = there.filter(({ id }) => !seen.has(id) && !gone.includes(id))
  assert.deepEqual(lost, [], 'none lost')
  assert.ok(pages.slice(0, -1).every((page) => page.length === 7))
})

test('a next page keeps the filters, the limit and what is included', async () => {
  const tag = newTag()
  await createTasks(
    server,
    Array.from({ length: 5 }, () => ({ tags: [tag], metadata: { k: 'v' } })),
  )
  await createTask(server, { tags: [tag], priority: 1 })
  const pages = await walk(`/tasks?tag=${tag}&limit=2&include=metadata&priority=3&offset=1`)
  assert.deepEqual(
    pages.map((page) => page.length),
    [2, 2],
  )
  for (const task of pages.flat() as (Task & { metadata: object })[])
    assert.deepEqual(task.metadata, { k: 'v', tags: JSON.stringify([tag]) })
})

test('a cursor that was changed, cut or taken to other filters, lists or tenants is 400', async () => {
  const tag = newTag()
  await createTasks(
    server,
    Array.from({ length: 3 }, () => ({ tags: [tag] })),
  )
  const next = new URL(nextPage(await server.get(`/tasks?tag=${tag}&limit=1`))!, server.url)
  const cursor = next.searchParams.get('cursor')!
  const swap = (at: number) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
  const changed = [
    ...Array.from({ length: cursor.length }, (_, at) => (cursor[at] === '.' ? `${cursor}x` : swap(at))),
    cursor.slice(1),
    cursor.slice(0, -1),
    `${cursor}.`,
    `${cursor}.x`,
    `${cursor}=`,
    `${cursor}!`,
    ' ',
    '.',
    'x',
    'null',
    '9'.repeat(1024),
  ]
  const refused = await Promise.all(
    changed.map((each) => server.get(`/tasks?tag=${tag}&limit=1&cursor=${encodeURIComponent(each)}`)),
  )
  refused.forEach((answer, nth) =>
    assert.equal(problemOf(answer, 400, 'invalid_cursor').code, 'invalid_cursor', changed[nth]),
  )
  const elsewhere = [
    `/tasks?limit=1&cursor=${cursor}`,
    `/tasks?tag=${tag}&priority=3&cursor=${cursor}`,
    `/tasks/by-tag/${tag}?cursor=${cursor}`,
  ]
  for (const path of elsewhere) problemOf(await server.get(path), 400, 'invalid_cursor')
  const key = await keyOfNewTenant(server)
  problemOf(await server.get(next.pathname + next.search, { key }), 400, 'invalid_cursor')
  bodyOf(await server.get(next.pathname + next.search))
})

test('the filters narrow by status, priority, tag, worker, startable and time, alone and together', async () => {
  const tag = newTag()
  const make = (title: string, fields: object = {}) => createTask(server, { title, tags: [tag], ...fields })
  await make('ready')
  const waiting = await make('waiting', { priority: 5 })
  const running = await make('running', { tags: [tag, 'second'] })
  await patchTask(server, running.id, { status: 'assigned', assigned_worker: 'bifrost' })
  await moveTask(server, running.id, 'in_progress')
  await addEdge(server, waiting.id, running.id)
  const done = await make('done', { priority: 1 })
  await moveTask(server, done.id, 'assigned', 'in_progress', 'completed')

  const all = ['waiting', 'ready', 'running', 'done']
  const expected: Record<string, string[]> = {
    '': all,
    'status=ready': ['waiting', 'ready'],
    'status=ready&status=completed': ['waiting', 'ready', 'done'],
    'priority=5&priority=1': ['waiting', 'done'],
    'tag=second': ['running'],
    'tag=second&tag=none': [],
    'assigned_worker=bifrost': ['running'],
    'assigned_worker=nobody': [],
    'startable=true': ['ready'],
    'startable=false': ['waiting', 'running', 'done'],
    'startable=true&priority=5': [],
    'updated_since=2020-01-01T00:00:00Z': all,
    'updated_since=2020-01-01T00:00:00%2B02:00&status=failed': [],
    [`updated_since=${done.created_at}`]: ['done'],
    'updated_since=2999-01-01T00:00:00Z': [],
    'status=in_progress&assigned_worker=bifrost&priority=3&tag=second&startable=false': ['running'],
  }
  for (const [query, found] of Object.entries(expected))
    assert.deepEqual(await titles(`tag=${tag}&${query}`), found, query)
})

test('all filters at once, page by page', async () => {
  const tag = newTag()
  const fields = { tags: [tag], priority: 2, title: 'words' }
  for (let n = 0; n < 3; n++) {
    const { id } = await createTask(server, fields)
    await patchTask(server, id, { status: 'assigned', assigned_worker: 'bifrost' })
  }
  const filters = `q=words&status=assigned&priority=2&tag=${tag}&assigned_worker=bifrost&startable=false&updated_since=2020-01-01T00:00:00Z`
  for (const order of ['priority', 'newest', 'oldest', 'updated'])
    for (const more of ['', '&include=metadata']) {
      const pages = await walk(`/tasks?${filters}&sort=${order}${more}&limit=1`)
      assert.equal(new Set(pages.flat().map(({ id }) => id)).size, 3, order)
      assert.equal((await list(`${filters}&sort=${order}${more}&limit=2&offset=1`)).length, 2)
    }
})

test('a parameter that is unknown, given twice, or out of range is 400 and is named', async () => {
  for (const bad of [
    'limit=0',
    'limit=1001',
    'limit=1.5',
    'limit=',
    'limit=1e1',
    'limit=ten',
    'limit=1&limit=2',
    'offset=-1',
    'offset=1000001',
    'status=done',
    'status=ready,failed',
    'priority=6',
    'priority=high',
    'startable=yes',
    'startable=1',
    'startable=true&startable=true',
    'updated_since=yesterday',
    'updated_since=2026-11-22',
    'include=everything',
    'assigned_worker=',
    'cursor=',
    'tags=x',
    'constructor=1',
    'toString=1',
    'task_id=1',
  ]) {
    const name = bad.split('=')[0]!
    const [fault] = faultsOf(await server.get(`/tasks?${bad}`))
    assert.equal(fault!.split('.')[0], name, bad)
  }
})

test('the tasks of a tag are listed in the same order and pages', async () => {
  const tag = 'größe & 50% of/it'
  await createTasks(server, [
    { title: 'low', priority: 1, tags: [tag, 'x'] },
    { title: 'high', priority: 5, tags: [tag] },
    { title: 'other', tags: ['x'] },
  ])
  const pages = await walk(`/tasks/by-tag/${encodeURIComponent(tag)}?limit=1`)
  assert.deepEqual(
    pages.map((page) => page.map(({ title }) => title)),
    [['high'], ['low']],
  )
  assert.deepEqual(bodyOf(await server.get('/tasks/by-tag/unused')), [])
  assert.deepEqual(faultsOf(await server.get('/tasks/by-tag/x?limit=0')), ['limit'])
})
