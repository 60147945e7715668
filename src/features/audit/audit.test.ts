import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import { appendToRecord } from '../../kernel/record.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const DEFAULT = '00000000-0000-7000-8000-000000000001'

interface Row {
  id: string
  sequence: number | null
  event_type: string
  entity_id: string
  actor: { kind: string; id: string | null; name: string }
  created_at: string
}

const rowsOf = async (query: string): Promise<Row[]> => {
  const { status, body } = await server.get(`/audit?limit=1000&${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body as Row[]
}

/** Puts a row about a task of its own into the record, inside the client's transaction; the task's id. */
async function append(client: PoolClient, kind: 'operator' | 'system' = 'operator'): Promise<string> {
  const id = randomUUID()
  const origin = JSON.stringify({ kind, id: null, name: kind, request_id: null })
  await appendToRecord({ db: client, tenant: DEFAULT }, origin, [
    { event_type: 'task.updated', entity_type: 'task', entity_id: id, old_values: {}, new_values: { id } },
  ])
  return id
}

/** Runs `work` on a connection of its own, inside a transaction that it ends itself. */
async function onClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await server.app.pool.connect()
  try {
    await client.query('BEGIN')
    return await work(client)
  } finally {
    client.release()
  }
}

const recorded = (kind?: 'operator' | 'system'): Promise<string> =>
  onClient(async (client) => {
    const id = await append(client, kind)
    await client.query('COMMIT')
    return id
  })

/** The events after a sequence, once the one about `entity` is among them. */
async function eventsUpTo(entity: string, afterSequence: number) {
  for (let turn = 0; turn < 200; turn++) {
    const { body } = await server.get(`/events?after=${afterSequence}&limit=1000`)
    if (body.some((event: { data: { task?: { id: string } } }) => event.data.task?.id === entity)) return body
    await sleep(20)
  }
  throw new Error(`no event about ${entity} came after ${afterSequence}`)
}

const ids = (events: { data: { task: { id: string } } }[]): string[] =>
  events.map((each) => each.data.task.id)

/** The sequence of the newest event, when all that is committed has one. */
async function head(): Promise<number> {
  const events = await eventsUpTo(await recorded(), 0)
  return events.at(-1).sequence as number
}

test('a change is in the audit trail at once, with who did it, by which request, and what it changed', async () => {
  const headers = { 'x-request-id': 'request-of-the-test' }
  const { body: user } = await server.post('/users', { name: 'before' }, { headers })
  await server.patch(`/users/${user.id}`, { name: 'after' })
  const [updated, created] = (await server.get(`/audit?entity_id=${user.id}`)).body
  assert.equal(created.event_type, 'user.created')
  assert.equal(created.request_id, 'request-of-the-test')
  assert.equal(created.old_values, null)
  assert.deepEqual(created.new_values, user)
  assert.deepEqual(created.actor, { kind: 'operator', id: null, name: 'operator' })
  assert.equal(updated.event_type, 'user.updated')
  assert.equal(updated.old_values.name, 'before')
  assert.equal(updated.old_values.email, undefined)
  assert.equal(updated.new_values.name, 'after')
})

test('a row that waits for its sequence has none yet', async () => {
  const id = randomUUID()
  await server.sql(
    `INSERT INTO audit_log (tenant_id, event_type, entity_type, entity_id, actor_kind, actor_name)
     VALUES ($1, 'task.updated', 'task', $2, 'system', 'system')`,
    [DEFAULT, id],
  )
  const [row] = await rowsOf(`entity_id=${id}`)
  assert.equal(row!.sequence, null)
})

test('somebody is found by their id and by every name that they ever had, also when they are gone', async () => {
  const { body: user } = await server.post('/users', { name: 'maiden', roles: ['admin'] })
  const { body: key } = await server.post('/keys', { name: 'k', user_id: user.id })
  await server.patch(`/users/${user.id}`, { name: 'married' }, { key: key.key })
  await server.post('/roles', { name: 'by married', permissions: [] }, { key: key.key })
  await sleep(600)
  await server.post('/roles', { name: 'by married, known as such', permissions: [] }, { key: key.key })
  await server.del(`/users/${user.id}`)
  const types = ['role.created', 'role.created', 'user.updated']
  for (const actor of [user.id, 'maiden', 'married']) {
    const rows = await rowsOf(`actor=${actor}`)
    assert.deepEqual(
      rows.map((row) => row.event_type),
      types,
      actor,
    )
    for (const row of rows) assert.equal(row.actor.id, user.id)
  }
  assert.deepEqual(await rowsOf('actor=nobody'), [])
})

test('the operator and the system are found by what they are', async () => {
  const id = await recorded('system')
  const system = await rowsOf('actor=system')
  assert.ok(system.some((row) => row.entity_id === id))
  assert.ok(system.every((row) => row.actor.kind === 'system'))
  const operator = await rowsOf('actor=operator')
  assert.ok(operator.length > 0 && operator.every((row) => row.actor.kind === 'operator'))
})

test('types of events and of entities filter, together as well', async () => {
  const { body: role } = await server.post('/roles', { name: 'typed', permissions: [] })
  await server.patch(`/roles/${role.id}`, { description: 'x' })
  await server.del(`/roles/${role.id}`)
  const types = async (query: string) =>
    (await rowsOf(`entity_id=${role.id}&${query}`)).map((row) => row.event_type)
  const all = ['role.deleted', 'role.updated', 'role.created']
  assert.deepEqual(await types(''), all)
  assert.deepEqual(await types('entity_type=role'), all)
  assert.deepEqual(await types('event_type=role.*'), all)
  assert.deepEqual(await types('event_type=role.created&event_type=role.deleted'), [all[0], all[2]])
  assert.deepEqual(await types('entity_type=role&event_type=role.updated&event_type=user.updated'), [all[1]])
  assert.deepEqual(await types('entity_type=user'), [])
  assert.deepEqual(await types('entity_type=role&event_type=user.*'), [])
})

test('a typing error in a filter is refused with the nearest word', async () => {
  const wrong = await server.get('/audit?event_type=role.create')
  assert.equal(wrong.status, 400)
  assert.match(wrong.body.detail, /did you mean role.created\?/)
  assert.equal((await server.get('/audit?entity_type=roles')).status, 400)
  assert.equal((await server.get('/events?types=rol.*')).status, 400)
  assert.equal((await server.get('/audit?event_type=role')).status, 400)
  assert.equal((await server.get('/audit?since=yesterday')).status, 400)
})

test('a range of time holds its bounds and what is between, however old it is', async () => {
  const entity = randomUUID()
  const HOUR = 3_600_000
  const start = Date.now() - 100 * 24 * HOUR
  const times = Array.from({ length: 9 }, (_, i) => new Date(start + i * HOUR).toISOString())
  for (const time of times) {
    const id = `${Date.parse(time).toString(16).padStart(12, '0')}${randomUUID().replaceAll('-', '').slice(12)}`
    await server.sql(
      `INSERT INTO audit_log (tenant_id, id, event_type, entity_type, entity_id, actor_kind, actor_name, created_at)
       VALUES ($1, $2, 'task.updated', 'task', $3, 'system', 'system', $4)`,
      [DEFAULT, id, entity, time],
    )
  }
  const found = async (query: string) =>
    (await rowsOf(`entity_id=${entity}&${query}`))
      .map((row) => times.indexOf(new Date(row.created_at).toISOString()))
      .reverse()
  assert.deepEqual(await found(''), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(await found(`since=${times[3]}`), [3, 4, 5, 6, 7, 8])
  assert.deepEqual(await found(`until=${times[3]}`), [0, 1, 2, 3])
  assert.deepEqual(await found(`since=${times[3]}&until=${times[5]}`), [3, 4, 5])
  assert.deepEqual(await found(`since=${times[5]}&until=${times[3]}`), [])
  assert.deepEqual(await found('since=1900-01-01T00:00:00Z'), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(await found('until=1900-01-01T00:00:00Z'), [])
})

test('a row of a transaction that began long before its commit is in the range of its time', async () => {
  const entity = await onClient(async (client) => {
    await client.query('SELECT now()')
    await sleep(300)
    const id = await append(client)
    await client.query('COMMIT')
    return id
  })
  const [row] = await rowsOf(`entity_id=${entity}`)
  for (const bound of ['since', 'until']) {
    const rows = await rowsOf(`entity_id=${entity}&${bound}=${row!.created_at}`)
    assert.equal(rows.length, 1, bound)
  }
})

test('pages hold each row once while rows are added', async () => {
  for (let i = 0; i < 7; i++) await recorded()
  const all = await rowsOf('event_type=task.updated')
  const seen: string[] = []
  let next: string | undefined = '/audit?event_type=task.updated&limit=3'
  while (next) {
    const page = await server.get(next)
    assert.ok(page.body.length <= 3)
    seen.push(...page.body.map((row: Row) => row.id))
    await recorded()
    next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
  }
  assert.deepEqual(
    seen,
    all.map((row) => row.id),
  )
})

test('a cursor opens no other filter', async () => {
  const page = await server.get('/audit?limit=1')
  const cursor = new URL(/<([^>]+)>/.exec(page.headers.get('link')!)![1]!, server.url).searchParams.get(
    'cursor',
  )
  assert.equal((await server.get(`/audit?limit=1&cursor=${cursor}`)).status, 200)
  const other = await server.get(`/audit?limit=1&actor=operator&cursor=${cursor}`)
  assert.equal(other.body.code, 'invalid_cursor')
})

test('an event carries the entity under its name, as it was before where it is gone', async () => {
  const from = await head()
  const { body: role } = await server.post('/roles', { name: 'evented', permissions: [] })
  await server.patch(`/roles/${role.id}`, { description: 'new' })
  await server.del(`/roles/${role.id}`)
  await eventsUpTo(await recorded(), from)
  const { body: events } = await server.get(`/events?after=${from}&types=role.*`)
  assert.deepEqual(
    events.map((event: { type: string }) => event.type),
    ['role.created', 'role.updated', 'role.deleted'],
  )
  const [created, updated, deleted] = events
  assert.deepEqual(created.data, { role, old_values: null })
  assert.equal(updated.data.role.description, 'new')
  assert.equal(updated.data.old_values.description, '')
  assert.deepEqual(deleted.data, { role: updated.data.role, old_values: updated.data.role })
  const [row] = (await server.get(`/audit?entity_id=${role.id}`)).body
  assert.equal(deleted.id, row.id)
  assert.equal(deleted.sequence, row.sequence)
  assert.equal(deleted.timestamp, row.created_at)
})

test('a row that commits late comes late, and no follower misses it', async () => {
  const from = await head()
  const { early, late } = await onClient(async (slow) => {
    const late = await append(slow)
    const early = await onClient(async (quick) => {
      const id = await append(quick)
      await quick.query('COMMIT')
      return id
    })
    const before = await eventsUpTo(early, from)
    assert.deepEqual(ids(before), [early])
    await slow.query('COMMIT')
    return { early, late }
  })
  const [first] = await eventsUpTo(early, from)
  assert.deepEqual(ids(await eventsUpTo(late, first.sequence)), [late])
  assert.deepEqual(ids(await eventsUpTo(late, from)), [early, late])
  // In the audit trail the order is that of the rows themselves.
  const trail = (await rowsOf('event_type=task.updated')).map((row) => row.entity_id)
  assert.ok(trail.indexOf(early) < trail.indexOf(late))
})

test('what is taken back is never an event', async () => {
  const from = await head()
  const undone = await onClient(async (client) => {
    const id = await append(client)
    await client.query('ROLLBACK')
    return id
  })
  const events = await eventsUpTo(await recorded(), from)
  assert.equal(events.length, 1)
  assert.deepEqual(await rowsOf(`entity_id=${undone}`), [])
})

test('the feed has no gap, and its pages follow each other', async () => {
  const last = await head()
  const seen: number[] = []
  for (let after = 0; after < last;) {
    const { body } = await server.get(`/events?after=${after}&limit=7`)
    assert.ok(body.length > 0)
    seen.push(...body.map((event: { sequence: number }) => event.sequence))
    after = seen.at(-1)!
  }
  assert.deepEqual(
    seen,
    Array.from({ length: seen.length }, (_, i) => i + 1),
  )
})

test('a follower that waits is answered by the next event of its types', async () => {
  const from = await head()
  const waiting = server.get(`/events?after=${from}&types=role.*&wait_seconds=30`)
  await recorded()
  const { body: role } = await server.post('/roles', { name: 'awaited', permissions: [] })
  const { body } = await waiting
  assert.equal(body.length, 1)
  assert.deepEqual(body[0].data.role, role)
})

test('a follower that waits in vain is answered with nothing', async () => {
  const from = await head()
  const { status, body } = await server.get(`/events?after=${from}&types=role.*&wait_seconds=1`)
  assert.equal(status, 200)
  assert.deepEqual(body, [])
})

test('an agent follows the work, and sees nothing of people and keys', async () => {
  const from = await head()
  const { body: user } = await server.post('/users', { name: 'follower', roles: ['agent'] })
  const { body: key } = await server.post('/keys', { name: 'follower', user_id: user.id })
  const task = await recorded()
  await eventsUpTo(task, from)
  const options = { key: key.key as string }
  const { body: events } = await server.get(`/events?after=${from}`, options)
  assert.deepEqual(ids(events), [task])
  assert.equal((await server.get('/events?types=user.*', options)).status, 403)
  assert.equal((await server.get('/audit', options)).status, 403)
})

test("another tenant's record is its own", async () => {
  const { body: tenant } = await server.post('/tenants', { name: 'elsewhere' })
  const entity = await recorded()
  const options = { key: tenant.key as string }
  const { body: rows } = await server.get('/audit?limit=1000', options)
  assert.equal(rows.length, 6)
  assert.deepEqual((await server.get(`/audit?entity_id=${entity}`, options)).body, [])
  let events: { sequence: number }[] = []
  for (let turn = 0; turn < 100 && events.length < 6; turn++) {
    await sleep(20)
    events = (await server.get('/events?limit=1000', options)).body
  }
  assert.deepEqual(
    events.map((event) => event.sequence),
    [1, 2, 3, 4, 5, 6],
  )
})

test('the types of events are listed, each with a sentence', async () => {
  const { body } = await server.get('/event-types')
  assert.deepEqual(
    body.map((each: { type: string }) => each.type),
    Object.keys(server.app.events).sort(),
  )
  assert.ok(body.every((each: { description: string }) => each.description.length > 10))
  assert.ok(body.some((each: { type: string }) => each.type === 'key.revoked'))
})

test('a follower that stands beyond the end of the record is told so, and does not miss in silence what comes', async () => {
  await createTask(server)
  await eventually(
    'all is numbered',
    async () => (await server.sql('SELECT FROM record_pending')).length === 0,
  )
  const [head] = await server.sql('SELECT max(last_sequence)::int AS last FROM record_heads')
  const events = await server.get(`/events?after=${head.last}`)
  assert.deepEqual(bodyOf(events), [])
  for (const more of ['', '&types=task.*', '&wait_seconds=20']) {
    const answer = await server.get(`/events?after=${head.last + 1}${more}`)
    assert.deepEqual(faultsOf(answer), ['after'])
    assert.match(String(answer.body.errors[0].message), new RegExp(`the record ends at ${head.last}`))
  }
})

test('who loses read_audit while they wait is shown nothing of people that comes afterwards', async () => {
  const made = await server.post('/roles', { name: 'auditor', permissions: ['read_tasks', 'read_audit'] })
  const role = bodyOf<{ id: string }>(made, 201)
  const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'audits', roles: [role.id] }), 201)
  const { key } = bodyOf<{ key: string }>(
    await server.post('/keys', { name: 'audits', user_id: user.id }),
    201,
  )
  const from = await head()
  const follow = (wait: number) =>
    server.get(`/events?after=${from}&types=user.created&wait_seconds=${wait}`, { key })
  const waiting = follow(20)
  await recorded()
  bodyOf(await server.patch(`/roles/${role.id}`, { permissions: ['read_tasks'] }))
  await eventually('a new call is refused', async () => (await follow(0)).status === 403)
  bodyOf(await server.post('/users', { name: 'not to be seen', roles: [] }), 201)
  problemOf(await waiting, 403, 'forbidden')
})
