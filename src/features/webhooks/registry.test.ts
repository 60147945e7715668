import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testReceiver } from '../../../test/receiver.ts'
import { recordOf } from '../../../test/record.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Webhook } from './schema.ts'
import { isSecret } from './schema.ts'
import { newSecret } from './secret.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

interface Carried {
  data: { task: { title: string } }
}

type WithSecret = Webhook & { secret: string | null }

/** Nothing listens there, and no test here waits for a delivery. */
const URL_OF_NOBODY = 'http://127.0.0.1:9/hook'

const create = (fields: object = {}, options = {}): Promise<TestAnswer> =>
  server.post('/webhooks', { url: URL_OF_NOBODY, event_types: ['execution.*'], ...fields }, options)

const created = async (fields: object = {}): Promise<WithSecret> =>
  bodyOf<WithSecret>(await create(fields), 201)

const read = async (id: string): Promise<Webhook> => bodyOf<Webhook>(await server.get(`/webhooks/${id}`))

/** Where the webhook's cursor stands; undefined where it has none. */
const cursorOf = async (id: string): Promise<number | undefined> =>
  (await server.sql('SELECT sequence FROM webhook_cursors WHERE webhook_id = $1', [id]))[0]?.sequence

/** The newest sequence, when all that is committed has one. */
async function newest(): Promise<number> {
  await eventually('everything is numbered', async () => {
    const [{ waiting }] = (await server.sql('SELECT count(*) AS waiting FROM record_pending')) as [
      { waiting: number },
    ]
    return waiting === 0
  })
  const [head] = await server.sql('SELECT max(last_sequence) AS sequence FROM record_heads')
  return head.sequence as number
}

test('a webhook is answered whole, its secret once and in no other place', async () => {
  const answer = await create({ event_types: ['task.*', 'task.created', 'task.*'] })
  const { secret, ...webhook } = bodyOf<WithSecret>(answer, 201)
  assert.ok(isSecret(secret!))
  const { id, created_at, updated_at, ...rest } = webhook
  assert.deepEqual(rest, {
    url: URL_OF_NOBODY,
    event_types: ['task.*', 'task.created'],
    active: true,
    disabled_reason: null,
    missed_after: null,
    previous_secret_expires_at: null,
    version: 1,
  })
  assert.equal(created_at, updated_at)
  assert.equal(answer.headers.get('etag'), '"1"')
  assert.deepEqual(await read(id), webhook)
  const listed = bodyOf<Webhook[]>(await server.get('/webhooks?limit=1000'))
  assert.deepEqual(
    listed.find((each) => each.id === id),
    webhook,
  )
  const [row, ...others] = await recordOf(server, answer)
  assert.equal(row!.event_type, 'webhook.created')
  assert.deepEqual([row!.old_values, row!.new_values, others], [null, webhook, []])
  const shown = await server.sql(
    `SELECT id FROM audit_log WHERE strpos(coalesce(new_values::text, '') || coalesce(old_values::text, ''), $1) > 0`,
    [secret],
  )
  assert.deepEqual(shown, [])
})

test('a new webhook follows the record from now on', async () => {
  await createTask(server)
  const from = await newest()
  const { id } = await created({ event_types: ['webhook.deleted'] })
  assert.ok((await cursorOf(id))! >= from)
})

test('a repeated creation makes one webhook, and shows its secret no second time', async () => {
  const headers = { 'idempotency-key': 'one-webhook' }
  const first = bodyOf<WithSecret>(await create({}, { headers }), 201)
  const again = await create({}, { headers })
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual(bodyOf<WithSecret>(again, 201), { ...first, secret: null })
})

test("a caller's own secret is taken when it is well-formed", async () => {
  const secret = newSecret()
  assert.equal((await created({ secret })).secret, secret)
  for (const bad of ['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', secret.slice(6), `${secret}A`, 7, null])
    assert.deepEqual(faultsOf(await create({ secret: bad })), ['secret'], String(bad))
})

test('an address inside is refused when it is given, with the rule and the setting', async () => {
  for (const [url, reason] of [
    ['http://10.0.0.1/', 'private'],
    ['http://0xa9fea9fe/latest/meta-data/', 'link_local'],
    ['http://[::ffff:192.168.0.1]/', 'private'],
    ['ftp://127.0.0.1/', 'scheme'],
    ['http://user:pass@127.0.0.1/', 'user_information'],
    ['not a url', 'invalid_url'],
  ]) {
    const problem = problemOf(await create({ url }), 400, 'address_refused')
    assert.equal(problem['reason'], reason)
  }
  const { id } = await created()
  problemOf(await server.patch(`/webhooks/${id}`, { url: 'http://10.0.0.1/' }), 400, 'address_refused')
  assert.equal((await read(id)).version, 1)
})

test('the settings decide about loopback and private networks', async () => {
  const { databaseUrl, key } = server
  const strict = await testServer({
    databaseUrl,
    key,
    environment: {
      CAIRN_WEBHOOK_ALLOW_LOOPBACK: 'false',
      CAIRN_WEBHOOK_ALLOWED_NETWORKS: '10.20.0.0/16, fd00:1::/32',
    },
  })
  try {
    const post = (url: string) => strict.post('/webhooks', { url, event_types: ['webhook.deleted'] })
    for (const url of [URL_OF_NOBODY, 'http://localhost/', 'http://a.localhost./', 'http://[::1]/']) {
      const problem = problemOf(await post(url), 400, 'address_refused')
      assert.equal(problem['reason'], 'loopback')
      assert.match(problem.detail, /CAIRN_WEBHOOK_ALLOW_LOOPBACK/)
    }
    problemOf(await post('http://10.21.0.1/'), 400, 'address_refused')
    const { id } = bodyOf<Webhook>(await post('http://10.20.0.1/'), 201)
    bodyOf(await strict.patch(`/webhooks/${id}`, { active: false }))
  } finally {
    await strict.close()
  }
})

test('a name is accepted that resolves to what is allowed', async () => {
  await created({ url: 'http://localhost:9/hook' })
})

test('settings that are none are refused at the start, with what they should be', async () => {
  const start = (environment: Record<string, string>) =>
    testServer({ environment, databaseUrl: server.databaseUrl, key: server.key })
  for (const [name, value, fault] of [
    ['CAIRN_WEBHOOK_RETRY_SECONDS', '30,soon', /whole number from 0 to 86400/],
    ['CAIRN_WEBHOOK_RETRY_SECONDS', ',', /1 to 10 whole numbers/],
    ['CAIRN_WEBHOOK_RETRY_SECONDS', '1,1,1,1,1,1,1,1,1,1,1', /1 to 10 whole numbers/],
    ['CAIRN_WEBHOOK_ALLOW_LOOPBACK', 'yes', /must be true or false/],
    ['CAIRN_WEBHOOK_ALLOWED_NETWORKS', '10.0.0.0', /must be networks such as/],
    ['CAIRN_WEBHOOK_RETENTION_DAYS', '0', /whole number from 1 to 3650/],
  ] as const)
    await assert.rejects(start({ [name]: value }), fault)
})

test('a type of event that is none is refused with the nearest', async () => {
  const wrong = await create({ event_types: ['task.created', 'task.complete'] })
  assert.deepEqual(faultsOf(wrong), ['event_types.1'])
  assert.match(wrong.body.detail, /did you mean task\.completed\?/)
  for (const event_types of [[], ['task'], ['*.created'], 'task.*'])
    assert.equal((await create({ event_types })).status, 400)
})

test('events of people and keys are for who may read the audit trail, by whatever door', async () => {
  const key = await keyWith(server, ['manage_webhooks'])
  const refused = async (answer: Promise<TestAnswer>): Promise<void> => {
    const problem = problemOf(await answer, 403, 'forbidden')
    assert.equal(problem['permission'], 'read_audit')
    assert.match(problem.detail, /subscribe to task\.\*, dependency\.\*, execution\.\*/)
  }
  for (const types of [['*'], ['user.*'], ['task.*', 'key.revoked'], ['webhook.created']])
    await refused(create({ event_types: types }, { key }))
  const own = bodyOf<Webhook>(await create({ event_types: ['task.*', 'dependency.added'] }, { key }), 201)
  await refused(server.patch(`/webhooks/${own.id}`, { event_types: ['role.*'] }, { key }))
  // Somebody else's may be parked, but what it gets may not be sent elsewhere.
  const { id } = await created({ event_types: ['user.*'] })
  await refused(server.patch(`/webhooks/${id}`, { url: 'http://127.0.0.1:10/mine' }, { key }))
  bodyOf(await server.patch(`/webhooks/${id}`, { active: false }, { key }))
  const auditor = await keyWith(server, ['manage_webhooks', 'read_audit'])
  bodyOf(await create({ event_types: ['*', 'user.*'] }, { key: auditor }), 201)
})

test("another tenant's webhooks are not there", async () => {
  const key = await keyOfNewTenant(server)
  const { id } = await created()
  for (const answer of [
    server.get(`/webhooks/${id}`, { key }),
    server.patch(`/webhooks/${id}`, { active: false }, { key }),
    server.del(`/webhooks/${id}`, { key }),
    server.post(`/webhooks/${id}/rotate-secret`, {}, { key }),
    server.post(`/webhooks/${id}/redeliver?since=0`, undefined, { key }),
    server.post(`/webhooks/${id}/test`, undefined, { key }),
    server.get(`/webhooks/${id}/deliveries`, { key }),
  ])
    problemOf(await answer, 404, 'webhook_not_found')
  assert.deepEqual(bodyOf(await server.get('/webhooks', { key })), [])
  assert.equal((await read(id)).active, true)
})

test('webhooks are listed in pages, in the order of their creation', async () => {
  const key = await keyOfNewTenant(server)
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push(bodyOf<Webhook>(await create({}, { key }), 201).id)
  const seen: string[] = []
  for (let page: string | undefined = '/webhooks?limit=2'; page;) {
    const answer = await server.get(page, { key })
    seen.push(...bodyOf<Webhook[]>(answer).map(({ id }) => id))
    page = nextPage(answer)
  }
  assert.deepEqual(seen, ids)
})

test('a tenant has a hundred webhooks at most, also when several are made at once', async () => {
  const key = await keyOfNewTenant(server)
  const { id } = bodyOf<Webhook>(await create({}, { key }), 201)
  await server.sql(
    `INSERT INTO webhooks (tenant_id, id, url, event_types, secret)
     SELECT tenant_id, uuid_v7(), url, event_types, secret
     FROM webhooks, generate_series(1, 94) WHERE webhooks.id = $1`,
    [id],
  )
  const answers = await Promise.all(Array.from({ length: 12 }, () => create({}, { key })))
  const statuses = answers.map(({ status }) => status).sort()
  assert.deepEqual(statuses, [...Array<number>(5).fill(201), ...Array<number>(7).fill(409)])
  problemOf(
    answers.find(({ status }) => status === 409)!,
    409,
    'too_many_webhooks',
  )
  assert.equal((await create()).status, 201)
})

test('a change is a new version, recorded with what it was; one that changes nothing is neither', async () => {
  const { secret: _, ...before } = await created({ event_types: ['task.created', 'task.failed'] })
  const path = `/webhooks/${before.id}`
  const same = { url: before.url, active: true, event_types: ['task.failed', 'task.created'] }
  for (const fields of [{}, same]) {
    const idle = await server.patch(path, fields)
    assert.deepEqual(bodyOf(idle), before)
    assert.deepEqual(await recordOf(server, idle), [])
  }
  const answer = await server.patch(path, { url: 'http://127.0.0.1:10/' }, { headers: { 'if-match': '"1"' } })
  const changed = bodyOf<Webhook>(answer)
  assert.deepEqual(
    { ...changed, updated_at: before.updated_at },
    { ...before, url: 'http://127.0.0.1:10/', version: 2 },
  )
  const [row, ...others] = await recordOf(server, answer)
  assert.equal(row!.event_type, 'webhook.updated')
  assert.equal(row!.old_values!['url'], before.url)
  assert.deepEqual([row!.new_values, others], [changed, []])
  const stale = { headers: { 'if-match': '"1"' } }
  problemOf(await server.patch(path, { active: false }, stale), 412, 'version_mismatch')
  problemOf(await server.del(path, stale), 412, 'version_mismatch')
  assert.deepEqual(await read(before.id), changed)
})

test('a parked webhook misses what happens, and resumes from now on, or where it stopped', async () => {
  const receiver = await testReceiver()
  const { id } = await created({ url: receiver.url, event_types: ['task.created'] })
  const titles = async (count: number) =>
    (await receiver.got(count)).map(({ body }) => (JSON.parse(body) as Carried).data.task.title)
  const park = async () => {
    await eventually('nothing waits for it', async () => {
      const queued = await server.sql('SELECT 1 FROM webhook_queue WHERE webhook_id = $1', [id])
      return queued.length === 0
    })
    return bodyOf<Webhook>(await server.patch(`/webhooks/${id}`, { active: false }))
  }
  const resume = async (query = '') =>
    bodyOf<Webhook>(await server.patch(`/webhooks/${id}${query}`, { active: true }))
  try {
    await createTask(server, { title: 'at once' })
    assert.deepEqual(await titles(1), ['at once'])
    const parked = await park()
    assert.deepEqual([parked.active, parked.disabled_reason], [false, null])
    assert.equal(typeof parked.missed_after, 'number')
    assert.equal(await cursorOf(id), undefined)

    await createTask(server, { title: 'missed' })
    await newest()
    const resumed = await resume()
    assert.deepEqual([resumed.active, resumed.missed_after], [true, null])
    await createTask(server, { title: 'from now on' })
    assert.deepEqual(await titles(2), ['at once', 'from now on'])

    const { missed_after } = await park()
    await createTask(server, { title: 'caught up' })
    await newest()
    await resume(`?since=${missed_after}`)
    assert.deepEqual((await titles(3)).slice(2), ['caught up'])

    await park()
    const { created_at } = await createTask(server, { title: 'by time' })
    await newest()
    await resume(`?since=${created_at}`)
    assert.deepEqual((await titles(4)).slice(3), ['by time'])
  } finally {
    await park()
    receiver.close()
  }
})

test('since is for the webhook that resumes, and names a sequence that there is', async () => {
  const { id } = await created()
  const path = `/webhooks/${id}`
  const active = await server.patch(`${path}?since=0`, { active: true })
  assert.deepEqual(faultsOf(active), ['since'])
  assert.match(active.body.detail, /redeliver\?since=/)
  assert.deepEqual(faultsOf(await server.patch(`${path}?since=0`, { active: false })), ['since'])
  bodyOf(await server.patch(path, { active: false }))
  for (const fields of [{}, { active: false }, { url: 'http://127.0.0.1:10/' }])
    assert.deepEqual(faultsOf(await server.patch(`${path}?since=0`, fields)), ['since'])
  for (const since of ['yesterday', '-1', '1.5', '2026-11-22', '', '9999999999999999'])
    assert.deepEqual(
      faultsOf(await server.patch(`${path}?since=${since}`, { active: true })),
      ['since'],
      since,
    )
  const head = await newest()
  const ahead = await server.patch(`${path}?since=${head + 1000}`, { active: true })
  assert.deepEqual(faultsOf(ahead), ['since'])
  assert.match(ahead.body.detail, /the newest sequence/)
  assert.equal((await read(id)).active, false)
  assert.equal((await server.patch(path, { active: true, since: 0 })).status, 400)
})

test('a new secret is shown once, and the one before keeps until its overlap ends', async () => {
  const { id, secret: first } = await created()
  const stored = async () =>
    (
      await server.sql(
        `SELECT secret, previous_secret, previous_secret_expires_at - updated_at = interval '24 hours' AS a_day
         FROM webhooks WHERE id = $1`,
        [id],
      )
    )[0]
  const answer = await server.post(`/webhooks/${id}/rotate-secret`, {})
  const { secret: second, ...rotated } = bodyOf<WithSecret>(answer)
  assert.ok(isSecret(second!) && second !== first)
  assert.deepEqual(await stored(), { secret: second, previous_secret: first, a_day: true })
  assert.deepEqual(await read(id), rotated)
  assert.equal(rotated.version, 2)
  const [row, ...others] = await recordOf(server, answer)
  assert.deepEqual([row!.event_type, row!.new_values, others], ['webhook.updated', rotated, []])
  assert.equal(row!.old_values!['previous_secret_expires_at'], null)

  const own = newSecret()
  const rotate = (fields: object) => server.post(`/webhooks/${id}/rotate-secret`, fields)
  const at_once = bodyOf<WithSecret>(await rotate({ secret: own, overlap_hours: 0 }))
  assert.deepEqual([at_once.secret, at_once.previous_secret_expires_at], [own, null])
  assert.deepEqual(await stored(), { secret: own, previous_secret: null, a_day: null })
  assert.deepEqual(faultsOf(await rotate({ secret: own })), ['secret'])
  assert.deepEqual(faultsOf(await rotate({ overlap_hours: 169 })), ['overlap_hours'])
  assert.deepEqual(faultsOf(await rotate({ overlap_hours: -1 })), ['overlap_hours'])
})

test('a rotation that is repeated shows its secret no second time', async () => {
  const { id } = await created()
  const rotate = () =>
    server.post(`/webhooks/${id}/rotate-secret`, {}, { headers: { 'idempotency-key': 'rotate-once' } })
  const first = bodyOf<WithSecret>(await rotate())
  assert.deepEqual(bodyOf<WithSecret>(await rotate()), { ...first, secret: null })
})

test('a deleted webhook takes its cursor, its queue and its log with it, and the record keeps what it was', async () => {
  const { id, secret: _, ...rest } = await created({ event_types: ['task.created'] })
  await createTask(server)
  await eventually('something is logged', async () => {
    const found = await server.sql('SELECT 1 FROM webhook_deliveries WHERE webhook_id = $1', [id])
    return found.length > 0
  })
  const answer = await server.del(`/webhooks/${id}`)
  assert.equal(answer.status, 204)
  const [row, ...others] = await recordOf(server, answer)
  assert.equal(row!.event_type, 'webhook.deleted')
  assert.deepEqual([row!.old_values, row!.new_values, others], [{ id, ...rest }, null, []])
  problemOf(await server.get(`/webhooks/${id}`), 404, 'webhook_not_found')
  problemOf(await server.get(`/webhooks/${id}/deliveries`), 404, 'webhook_not_found')
  for (const table of ['webhook_cursors', 'webhook_queue', 'webhook_deliveries'])
    assert.deepEqual(await server.sql(`SELECT 1 FROM ${table} WHERE webhook_id = $1`, [id]), [], table)
  const parked = await created()
  bodyOf(await server.patch(`/webhooks/${parked.id}`, { active: false }))
  assert.equal((await server.del(`/webhooks/${parked.id}`)).status, 204)
})
