import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook as Verifier } from 'standardwebhooks'
import { bodyOf } from '../../../test/answers.ts'
import { claimOne } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { eventually } from '../../../test/eventually.ts'
import { untilWaiting, whileHeld } from '../../../test/locks.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testReceiver, type TestReceiver } from '../../../test/receiver.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'
import { forgetDeliveries } from './duties.ts'
import type { Delivery, Webhook } from './schema.ts'

let server: TestServer
const receivers: TestReceiver[] = []
before(async () => {
  server = await testServer({ environment: { CAIRN_WEBHOOK_RETRY_SECONDS: '1,1' } })
})
after(() => server.close())
afterEach(async () => {
  for (const { id } of bodyOf<Webhook[]>(await server.get('/webhooks'))) await server.del(`/webhooks/${id}`)
  for (const receiver of receivers.splice(0)) receiver.close()
})

async function receiver(): Promise<TestReceiver> {
  const one = await testReceiver()
  receivers.push(one)
  return one
}

/** Registers a webhook to a receiver. */
const subscribe = async (
  { url }: { url: string },
  event_types: string[] = ['task.*'],
  key?: string,
): Promise<Webhook & { secret: string }> =>
  bodyOf(await server.post('/webhooks', { url, event_types }, key === undefined ? {} : { key }), 201)

const readWebhook = async (id: string): Promise<Webhook> =>
  bodyOf<Webhook>(await server.get(`/webhooks/${id}`))

const deliveriesOf = async (id: string, filter = ''): Promise<Delivery[]> =>
  bodyOf<Delivery[]>(await server.get(`/webhooks/${id}/deliveries?limit=500${filter}`))

const park = async (at: TestServer, id: string): Promise<void> =>
  void bodyOf(await at.patch(`/webhooks/${id}`, { active: false }))

/** Waits until the jobs of what was deleted are gone; then nothing of it is in the log of deliveries. */
async function leavesNothing(column: 'webhook_id' | 'tenant_id', id: string): Promise<void> {
  await eventually('its jobs are gone', async () => {
    const jobs = await server.sql('SELECT FROM pgboss.job WHERE data ->> $1 = $2', [column, id])
    return jobs.length === 0
  })
  assert.deepEqual(await server.sql(`SELECT FROM webhook_deliveries WHERE ${column} = $1`, [id]), [])
}

const rename = (task: { id: string }, title: string, options = {}): Promise<unknown> =>
  server.patch(`/tasks/${task.id}`, { title }, options)

const queued = (id: string): Promise<unknown[]> =>
  server.sql('SELECT sequence FROM webhook_queue WHERE webhook_id = $1', [id])

const titles = ({ received }: TestReceiver): string[] =>
  received.map(({ event }) => (event.data['task'] as unknown as Task).title)

type FeedEvent = { id: string; sequence?: number; data: { task?: { id: string } } }

test('each webhook gets the events of its types, as the feed has them, and no other', async () => {
  const [all, tasks, started] = [await receiver(), await receiver(), await receiver()]
  await subscribe(all, ['*'])
  await subscribe(tasks, ['task.created', 'task.updated'])
  await subscribe(started, ['execution.started'])
  const task = await createTask(server)
  await rename(task, 'renamed')
  await claimOne(server)
  await started.got(1)
  await tasks.got(2)
  // From the task's first event on: what was before the webhooks may not have been numbered when they came.
  const everything = bodyOf<FeedEvent[]>(await server.get('/events?after=0&limit=500'))
  const feed = everything.slice(everything.findIndex(({ data }) => data.task?.id === task.id))
  assert.ok(feed.length >= 3, 'made, renamed and claimed')
  await eventually('all have come', () => feed.every(({ id }) => all.received.some((each) => each.id === id)))
  for (const { sequence: _, ...event } of feed)
    assert.deepEqual(all.received.find(({ id }) => id === event.id)?.event, event)
  assert.deepEqual(
    tasks.received.map(({ event }) => event.type),
    ['task.created', 'task.updated'],
  )
  assert.deepEqual(
    started.received.map(({ event }) => event.type),
    ['execution.started'],
  )
})

test('what came verifies by the published verifier, and is logged with the answer', async () => {
  const one = await receiver()
  const webhook = await subscribe(one)
  await createTask(server)
  const [{ headers, body, event }] = (await one.got(1)) as [TestReceiver['received'][number]]
  assert.deepEqual(new Verifier(webhook.secret).verify(body, headers as Record<string, string>), event)
  await eventually('it is logged', async () => (await deliveriesOf(webhook.id)).length === 1)
  const [delivery] = await deliveriesOf(webhook.id)
  const { id: _id, delivered_at: _at, duration_ms: _ms, ...rest } = delivery!
  assert.deepEqual(rest, {
    webhook_id: webhook.id,
    event_id: event.id,
    event_type: 'task.created',
    attempt: 1,
    status_code: 204,
    response_body: '',
    error_message: null,
    next_attempt_at: null,
  })
})

test("one task's events keep their order, though one has to be tried again, and others are not held up by it", async () => {
  const one = await receiver()
  await subscribe(one)
  const task = await createTask(server, { title: 'a1' })
  await one.got(1)
  let failures = 0
  one.answer(({ event }) =>
    (event.data['task'] as unknown as Task).title === 'a2' && failures++ === 0 ? 503 : 204,
  )
  await rename(task, 'a2')
  await rename(task, 'a3')
  const other = await createTask(server, { title: 'b1' })
  await rename(other, 'b2')
  await one.got(6)
  assert.equal(failures, 2)
  assert.deepEqual(
    titles(one).filter((title) => title.startsWith('a')),
    ['a1', 'a2', 'a2', 'a3'],
  )
  const order = titles(one)
  assert.ok(order.indexOf('b2') < order.lastIndexOf('a2'), order.join())
})

test('many changes of few tasks, written and delivered at once, all come, each task in order', async () => {
  const [one, other] = [await receiver(), await receiver()]
  await subscribe(one)
  await subscribe(other)
  const second = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
  const tasks = await createTasks(
    server,
    Array.from({ length: 6 }, (_, n) => ({ title: `${n} 0` })),
  )
  await Promise.all(
    tasks.map(async (task, n) => {
      for (let change = 1; change <= 40; change++)
        await (change % 2 ? server : second).patch(`/tasks/${task.id}`, { title: `${n} ${change}` })
    }),
  )
  for (const each of [one, other]) {
    await each.got(6 * 41)
    for (const n of tasks.keys())
      assert.deepEqual(
        titles(each).filter((title) => title.startsWith(`${n} `)),
        Array.from({ length: 41 }, (_, change) => `${n} ${change}`),
      )
  }
  await second.close()
})

test('a receiver that never answers delays no other', async () => {
  const [dead, alive] = [await receiver(), await receiver()]
  dead.answer('hang')
  await subscribe(dead)
  await subscribe(alive)
  await createTasks(
    server,
    Array.from({ length: 40 }, () => ({})),
  )
  await alive.got(40)
  assert.ok(dead.received.length <= 8, `${dead.received.length} calls were under way at once`)
})

test('after the last try a webhook is switched off and says since when it missed events; since= catches up', async () => {
  const one = await receiver()
  one.answer(({ event }) => (event.type === 'task.updated' ? 500 : 204))
  const webhook = await subscribe(one)
  const task = await createTask(server, { title: 'first' })
  await one.got(1)
  await rename(task, 'second')
  await eventually('it is switched off', async () => !(await readWebhook(webhook.id)).active)
  await rename(task, 'third')
  const off = await readWebhook(webhook.id)
  assert.match(off.disabled_reason ?? '', /3 attempts to deliver task\.updated failed.*500/)
  assert.deepEqual(await queued(webhook.id), [])

  const log = (await deliveriesOf(webhook.id, '&event_type=task.updated')).toReversed()
  assert.deepEqual(
    log.map(({ attempt, status_code, next_attempt_at }) => [attempt, status_code, next_attempt_at !== null]),
    [
      [1, 500, true],
      [2, 500, true],
      [3, 500, false],
    ],
  )
  assert.equal(new Set(log.map(({ event_id }) => event_id)).size, 1)
  const [row, ...more] = bodyOf<{ old_values: object; new_values: Webhook; actor: { kind: string } }[]>(
    await server.get(`/audit?entity_id=${webhook.id}&event_type=webhook.disabled`),
  )
  assert.deepEqual(more, [])
  assert.deepEqual(row?.new_values, off)
  assert.equal(row.actor.kind, 'system')

  one.received.length = 0
  one.answer(204)
  await server.patch(`/webhooks/${webhook.id}?since=${off.missed_after}`, { active: true })
  await one.got(2)
  assert.deepEqual(titles(one), ['second', 'third'])
})

test('what is refused for good, a redirect too, is not tried again, and the next event comes', async () => {
  const [one, elsewhere] = [await receiver(), await receiver()]
  one.answer(({ event }) =>
    event.type === 'task.created'
      ? 404
      : (event.data['task'] as unknown as Task).title === 'moved'
        ? { status: 307, headers: { location: elsewhere.url } }
        : 204,
  )
  const webhook = await subscribe(one)
  const task = await createTask(server, { title: 'made' })
  await rename(task, 'moved')
  await rename(task, 'last')
  await one.got(3)
  assert.deepEqual(titles(one), ['made', 'moved', 'last'])
  await eventually('all are logged', async () => (await deliveriesOf(webhook.id)).length === 3)
  assert.deepEqual(
    (await deliveriesOf(webhook.id)).map(({ status_code, next_attempt_at }) => [
      status_code,
      next_attempt_at,
    ]),
    [
      [204, null],
      [307, null],
      [404, null],
    ],
  )
  assert.equal((await readWebhook(webhook.id)).active, true)
  assert.equal(elsewhere.received.length, 0)
})

test('a connection that is cut is tried again under the same event id', async () => {
  const one = await receiver()
  let cut = false
  one.answer(() => {
    if (cut) return 204
    cut = true
    return 'cut'
  })
  await subscribe(one)
  await createTask(server)
  const [first, second] = await one.got(2)
  assert.equal(first?.id, second?.id)
})

test('a webhook holds a window of the record in its queue, not all of it, and gets everything in the end', async () => {
  const one = await receiver()
  one.answer('hang')
  const webhook = await subscribe(one)
  for (let batch = 0; batch < 13; batch++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({})),
    )
  await eventually('the window is full', async () => (await queued(webhook.id)).length >= 1000)
  await sleep(300)
  assert.ok((await queued(webhook.id)).length <= 1500)
  one.received.length = 0
  one.answer(204)
  one.hangUp()
  await eventually('all came', () => new Set(one.received.map(({ id }) => id)).size === 1300)
})

test("the next attempt is timed by the database's clock, whatever a server's says", async (t) => {
  const far = await testServer({ environment: { CAIRN_WEBHOOK_RETRY_SECONDS: '600' } })
  const one = await receiver()
  one.answer(503)
  try {
    for (const [nth, minutes] of [-30, 30].entries()) {
      const off = Date.now() + minutes * 60_000
      t.mock.timers.enable({ apis: ['Date'], now: off })
      bodyOf(await far.post('/webhooks', { url: one.url, event_types: ['task.created'] }), 201)
      await createTask(far)
      const tries = () =>
        far.sql(`SELECT extract(epoch FROM next_attempt_at - now())::float8 AS left FROM webhook_deliveries`)
      await eventually('it is logged', async () => (await tries()).length > nth)
      t.mock.timers.reset()
      for (const { left } of await tries()) assert.ok(left > 500 && left <= 600, `${left} s are left`)
      for (const { id } of bodyOf<Webhook[]>(await far.get('/webhooks'))) await park(far, id)
    }
  } finally {
    t.mock.timers.reset()
    await far.close()
  }
})

test('while a webhook is not active nothing is queued, and it goes on from now when it is active again', async () => {
  const one = await receiver()
  const webhook = await subscribe(one)
  await server.patch(`/webhooks/${webhook.id}`, { active: false })
  await createTask(server, { title: 'missed' })
  await createTask(server, { title: 'missed, too' })
  assert.deepEqual(await queued(webhook.id), [])
  // What has its place in the record only after it is active again is its own.
  await eventually(
    'what it misses has its place in the record',
    async () => (await server.sql('SELECT FROM record_pending')).length === 0,
  )
  await server.patch(`/webhooks/${webhook.id}`, { active: true })
  await createTask(server, { title: 'seen' })
  await one.got(1)
  assert.deepEqual(titles(one), ['seen'])
})

test('a webhook gets nothing of another tenant, and what is deleted gets nothing more', async () => {
  const key = await keyOfNewTenant(server)
  const [own, others] = [await receiver(), await receiver()]
  const webhook = await subscribe(own)
  await subscribe(others, ['task.*'], key)
  await createTask(server)
  await own.got(1)
  await server.del(`/webhooks/${webhook.id}`)
  await createTask(server)
  await server.post('/tasks', { title: 'theirs' }, { key })
  await eventually('theirs came', () => titles(others).length > 0)
  assert.deepEqual(titles(others), ['theirs'])
  assert.equal(own.received.length, 1)
})

test('an attempt that ends while its webhook is deleted leaves nothing, and keeps no other from being settled', async () => {
  const [own, others] = [await receiver(), await receiver()]
  own.answer('hang')
  const webhook = await subscribe(own)
  await createTask(server)
  await own.got(1)
  await whileHeld(
    server.app.pool,
    'SELECT FROM webhooks WHERE id = $1 FOR KEY SHARE',
    [webhook.id],
    async (looker) => {
      const deleting = server.del(`/webhooks/${webhook.id}`)
      await untilWaiting(looker)
      own.release(200)
      const other = await subscribe(others)
      await createTask(server)
      await eventually("the other's is settled", async () => (await deliveriesOf(other.id)).length === 1)
      const { rows } = await looker.query('SELECT FROM webhook_deliveries WHERE webhook_id = $1', [
        webhook.id,
      ])
      assert.equal(rows.length, 0)
      await looker.query('COMMIT')
      assert.equal((await deleting).status, 204)
    },
  )
  await leavesNothing('webhook_id', webhook.id)
})

test('an attempt that ends while its tenant is deleted leaves nothing', async () => {
  const own = await receiver()
  own.answer('hang')
  const tenant = bodyOf<{ id: string; key: string }>(
    await server.post('/tenants', { name: 'ends under way' }),
    201,
  )
  await subscribe(own, ['task.*'], tenant.key)
  await server.post('/tasks', { title: 'theirs' }, { key: tenant.key })
  await own.got(1)
  await whileHeld(
    server.app.pool,
    'SELECT FROM record_heads WHERE tenant_id = $1 FOR UPDATE',
    [tenant.id],
    async (looker) => {
      const deleting = server.del(`/tenants/${tenant.id}`)
      await untilWaiting(looker)
      own.release(200)
      // Long enough for what ended to be settled, if it were not left.
      await sleep(600)
      await looker.query('COMMIT')
      assert.equal((await deleting).status, 204)
    },
  )
  await leavesNothing('tenant_id', tenant.id)
})

test('deliveries are forgotten when they are old enough, and not before', async () => {
  const one = await receiver()
  const webhook = await subscribe(one)
  await createTask(server)
  await eventually('it is logged', async () => (await deliveriesOf(webhook.id)).length === 1)
  await runDuty(server, forgetDeliveries)
  assert.equal((await deliveriesOf(webhook.id)).length, 1)
  // An id of 31 days ago.
  const old = (Date.now() - 31 * 86_400_000).toString(16).padStart(12, '0')
  await server.sql(
    `UPDATE webhook_deliveries SET id = ($2 || substr(id::text, 14))::uuid WHERE webhook_id = $1`,
    [webhook.id, `${old.slice(0, 8)}-${old.slice(8)}`],
  )
  await runDuty(server, forgetDeliveries)
  assert.deepEqual(await deliveriesOf(webhook.id), [])
})

test('a server whose clock is a month ahead forgets no delivery before its time', async (t) => {
  const to = await receiver()
  const webhook = await subscribe(to)
  await createTask(server)
  await eventually('it is in the log', async () => (await deliveriesOf(webhook.id)).length === 1)
  const now = Date.now
  t.mock.method(Date, 'now', () => now() + 31 * 86_400_000)
  await runDuty(server, forgetDeliveries)
  t.mock.restoreAll()
  assert.equal((await deliveriesOf(webhook.id)).length, 1)
})

test('a server whose clock is off signs by the database’s, and what was tried again is not pending', async (t) => {
  const { Date: Right } = globalThis
  t.after(() => (globalThis.Date = Right))
  const to = await receiver()
  to.answer(500)
  const webhook = await subscribe(to)
  // Two hours ahead at the first attempt, and right at the second, as another server is.
  globalThis.Date = class extends Right {
    constructor(...given: []) {
      if (given.length > 0) super(...given)
      else super(Right.now() + 7_200_000)
    }
    static override now = (): number => Right.now() + 7_200_000
  } as DateConstructor
  await createTask(server)
  const [first] = await to.got(1)
  const tried = async (): Promise<unknown[]> =>
    server.sql('SELECT FROM webhook_deliveries WHERE webhook_id = $1', [webhook.id])
  await eventually('it is written down', async () => (await tried()).length === 1)
  const sent = bodyOf<Delivery>(await server.post(`/webhooks/${webhook.id}/test`))
  globalThis.Date = Right
  assert.ok(Math.abs(Date.parse(sent.delivered_at) - Date.now()) < 300_000)
  to.answer(204)
  await eventually('it is tried again', async () => (await tried()).length === 3)
  assert.ok(Math.abs(Number(first!.headers['webhook-timestamp']) - Date.now() / 1000) < 300)
  // What the other server would have named it.
  await server.sql(
    `UPDATE webhook_deliveries SET id = ('0fff' || substr(id::text, 5))::uuid
     WHERE webhook_id = $1 AND next_attempt_at IS NOT NULL`,
    [webhook.id],
  )
  assert.deepEqual(await deliveriesOf(webhook.id, '&status=pending'), [])
})

test('a run forgets a bounded number of deliveries, of however many tenants', async () => {
  const to = await receiver()
  for (const key of [server.key, await keyOfNewTenant(server), await keyOfNewTenant(server)]) {
    const { id } = await subscribe(to, ['task.*'], key)
    await server.sql(
      `INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, event_type, attempt, delivered_at, duration_ms)
       SELECT tenant_id, ('00000000' || substr(gen_random_uuid()::text, 9))::uuid, id, gen_random_uuid(), 'task.created', 1, now(), 1
       FROM webhooks, generate_series(1, 2000) WHERE id = $1`,
      [id],
    )
  }
  const left = async (): Promise<number> =>
    (await server.sql(`SELECT FROM webhook_deliveries WHERE id < '00000001-0000-0000-0000-000000000000'`))
      .length
  await server.app.duties.stop()
  const run = (): Promise<number> =>
    forgetDeliveries.run({
      db: server.app.pool,
      app: server.app,
      leadership: { holder: '', epoch: 0 },
      signal: new AbortController().signal,
      afterCommit: () => undefined,
    })
  const before = await left()
  assert.equal(await run(), 5_000)
  assert.equal(await left(), before - 5_000)
  await runDuty(server, forgetDeliveries)
  assert.equal(await left(), 0)
})
