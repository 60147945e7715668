import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Webhook as Verifier } from 'standardwebhooks'
import { bodyOf, faultsOf, nextPage, problemOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyWith } from '../../../test/people.ts'
import { testReceiver, type Received, type TestReceiver } from '../../../test/receiver.ts'
import { recordEnd, recordSince } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Delivery, Webhook } from './schema.ts'
import { newSecret } from './secret.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

type Given = Webhook & { secret: string }

interface Pair extends Given {
  receiver: TestReceiver
}

/** Runs a test with a webhook and a receiver of its own; of what happens it is told only by request, unless asked. */
async function withWebhook(
  work: (pair: Pair) => Promise<void>,
  event_types = ['event_store.up'],
): Promise<void> {
  const receiver = await testReceiver()
  const webhook = bodyOf<Given>(await server.post('/webhooks', { url: receiver.url, event_types }), 201)
  try {
    await work({ ...webhook, receiver })
  } finally {
    await server.del(`/webhooks/${webhook.id}`)
    receiver.close()
  }
}

const log = async (id: string, query = ''): Promise<Delivery[]> =>
  bodyOf<Delivery[]>(await server.get(`/webhooks/${id}/deliveries?limit=1000${query}`))

const park = (id: string) => server.patch(`/webhooks/${id}`, { active: false })

const sendTest = async (id: string): Promise<Delivery> =>
  bodyOf<Delivery>(await server.post(`/webhooks/${id}/test`))

const verify = ({ body, headers }: Received, secret: string): unknown =>
  new Verifier(secret).verify(body, headers as Record<string, string>)

test('a test event arrives at once, signed like any other, and is answered as its row in the log', async () => {
  await withWebhook(async ({ id, secret, receiver, ...fields }) => {
    receiver.answer(202)
    const from = await recordEnd(server)
    const delivery = await sendTest(id)
    const [received, ...others] = receiver.received
    assert.deepEqual(others, [])
    const event = verify(received!, secret) as Received['event']
    const { receiver: _, ...webhook } = { id, ...fields, receiver }
    assert.deepEqual(
      [event.type, event.id, event.data],
      ['webhook.test', delivery.event_id, { webhook, old_values: null }],
    )
    const hmac = createHmac('sha256', secret).update(received!.body).digest('hex')
    assert.equal(received!.headers['x-webhook-signature'], `sha256=${hmac}`)
    assert.match(received!.headers['user-agent']!, /^Cairn-Codex-Webhooks\//)
    const { id: _id, event_id: _event, delivered_at: _at, duration_ms, ...rest } = delivery
    assert.ok(Number.isInteger(duration_ms))
    assert.deepEqual(rest, {
      webhook_id: id,
      event_type: 'webhook.test',
      attempt: 1,
      status_code: 202,
      response_body: 'status 202',
      error_message: null,
      next_attempt_at: null,
    })
    assert.deepEqual(await log(id), [delivery])
    assert.deepEqual(await recordSince(server, from), [])
  })
})

test('a rotation that is made again, since its answer was lost, leaves the receiver its own secret', () =>
  withWebhook(async ({ id, secret, receiver }) => {
    const rotate = async (overlap_hours: number): Promise<string> =>
      bodyOf<Given>(await server.post(`/webhooks/${id}/rotate-secret`, { overlap_hours })).secret
    const known = [secret]
    for (let turn = 0; turn < 7; turn++) known.unshift(await rotate(24))
    await sendTest(id)
    const { headers, body } = receiver.received.at(-1)!
    const verifies = (each: string): boolean => {
      try {
        new Verifier(each).verify(body, headers as Record<string, string>)
        return true
      } catch {
        return false
      }
    }
    assert.deepEqual(known.map(verifies), [true, true, true, true, true, true, false, false])
    known.unshift(await rotate(0))
    await sendTest(id)
    const last = receiver.received.at(-1)!
    new Verifier(known[0]!).verify(last.body, last.headers as Record<string, string>)
    assert.throws(() => new Verifier(known[1]!).verify(last.body, last.headers as Record<string, string>))
  }))

test('until the overlap of a rotation ends both secrets verify what is sent, and afterwards the new one alone', async () => {
  await withWebhook(async ({ id, secret: older, receiver }) => {
    const newer = newSecret()
    bodyOf(await server.post(`/webhooks/${id}/rotate-secret`, { secret: newer, overlap_hours: 1 }))
    await sendTest(id)
    for (const secret of [older, newer]) verify(receiver.received[0]!, secret)
    const plain = receiver.received[0]!.headers['x-webhook-signature'] as string
    for (const [i, secret] of [newer, older].entries())
      assert.equal(
        plain.split(',')[i],
        `sha256=${createHmac('sha256', secret).update(receiver.received[0]!.body).digest('hex')}`,
      )
    await server.sql('UPDATE webhooks SET previous_secret_expires_at = now() WHERE id = $1', [id])
    await sendTest(id)
    verify(receiver.received[1]!, newer)
    assert.throws(() => verify(receiver.received[1]!, older), /No matching signature/)
  })
})

test('a test that fails is logged, is not tried again, and switches nothing off; an inactive webhook takes it, too', async () => {
  await withWebhook(async ({ id, receiver }) => {
    receiver.answer(503)
    const failed = await sendTest(id)
    assert.deepEqual(
      [failed.status_code, failed.error_message, failed.next_attempt_at],
      [503, 'the receiver answered 503', null],
    )
    receiver.answer('cut')
    const cut = await sendTest(id)
    assert.deepEqual([cut.status_code, cut.response_body], [null, null])
    assert.match(cut.error_message!, /closed the connection/)
    assert.equal(bodyOf<Webhook>(await server.get(`/webhooks/${id}`)).active, true)
    await park(id)
    receiver.answer(204)
    assert.equal((await sendTest(id)).status_code, 204)
    assert.equal(receiver.received.length, 3)
  })
})

test('an address that the rules refuse by now is not called, and the log says so', async () => {
  const { databaseUrl, key } = server
  const strict = await testServer({
    databaseUrl,
    key,
    environment: { CAIRN_WEBHOOK_ALLOW_LOOPBACK: 'false' },
  })
  try {
    await withWebhook(async ({ id, receiver }) => {
      const delivery = bodyOf<Delivery>(await strict.post(`/webhooks/${id}/test`))
      assert.equal(delivery.status_code, null)
      assert.match(delivery.error_message!, /this machine itself.*CAIRN_WEBHOOK_ALLOW_LOOPBACK/)
      assert.deepEqual(receiver.received, [])
    })
  } finally {
    await strict.close()
  }
})

test('calls that wait for their receiver hold no connection of the database', async () => {
  await withWebhook(async ({ id, receiver }) => {
    receiver.answer('hang')
    const waiting = Array.from({ length: 15 }, () => server.post(`/webhooks/${id}/test`))
    await receiver.got(15)
    // The pool has ten.
    assert.equal((await server.get(`/webhooks/${id}`)).status, 200)
    assert.equal(server.app.pool.waitingCount, 0)
    receiver.hangUp()
    for (const answer of waiting) assert.equal(bodyOf<Delivery>(await answer).status_code, null)
  })
})

test('the event of a delivery is sent again under its id, as the next attempt, to an inactive webhook as well', async () => {
  await withWebhook(
    async ({ id, secret, receiver }) => {
      await createTask(server)
      await receiver.got(1)
      await eventually('it is logged', async () => (await log(id)).length === 1)
      await park(id)
      receiver.answer(500)
      const [first] = await log(id)
      const again = bodyOf<Delivery>(await server.post(`/webhooks/${id}/deliveries/${first!.id}/redeliver`))
      assert.deepEqual(
        [again.event_id, again.event_type, again.attempt, again.status_code, again.next_attempt_at],
        [first!.event_id, 'task.created', 2, 500, null],
      )
      const [one, two] = receiver.received
      verify(two!, secret)
      assert.equal(two!.body, one!.body)
      assert.deepEqual([two!.event.type, two!.id], ['task.created', first!.event_id])
      assert.deepEqual(await log(id), [again, first])
      assert.equal(bodyOf<Webhook>(await server.get(`/webhooks/${id}`)).disabled_reason, null)
    },
    ['task.created'],
  )
})

test('a test is sent again under its id, and a delivery that is not there is 404', async () => {
  await withWebhook(async ({ id, receiver }) => {
    const first = await sendTest(id)
    const again = bodyOf<Delivery>(await server.post(`/webhooks/${id}/deliveries/${first.id}/redeliver`))
    assert.deepEqual([again.event_id, again.attempt, again.event_type], [first.event_id, 2, 'webhook.test'])
    assert.deepEqual(
      receiver.received.map((each) => each.id),
      [first.event_id, first.event_id],
    )
    await withWebhook(async (other) => {
      for (const delivery of [first.id, id])
        problemOf(
          await server.post(`/webhooks/${other.id}/deliveries/${delivery}/redeliver`),
          404,
          'delivery_not_found',
        )
    })
    assert.equal(receiver.received.length, 2)
  })
})

test('an event that the record no longer holds cannot be sent again', async () => {
  await withWebhook(async ({ id, receiver }) => {
    const { id: delivery } = await sendTest(id)
    await server.sql(`UPDATE webhook_deliveries SET event_type = 'task.created' WHERE id = $1`, [delivery])
    problemOf(await server.post(`/webhooks/${id}/deliveries/${delivery}/redeliver`), 409, 'event_gone')
    assert.equal(receiver.received.length, 1)
  })
})

test('an active webhook is sent everything since a sequence or a time again, and told how much that is', async () => {
  await withWebhook(
    async ({ id, receiver }) => {
      const { created_at } = await createTask(server)
      for (let i = 0; i < 2; i++) await createTask(server)
      const first = (await receiver.got(3)).map((each) => each.id)
      const since = async (text: string) =>
        bodyOf<{ webhook_id: string; after: number; events: number }>(
          await server.post(`/webhooks/${id}/redeliver?since=${text}`),
        )
      // What is not settled yet counts as not delivered, and would be sent again as well.
      const settled = (count: number): Promise<void> =>
        eventually(`${count} are logged`, async () => (await log(id)).length === count)
      await settled(3)
      const byTime = await since(created_at)
      assert.deepEqual([byTime.webhook_id, byTime.events], [id, 3])
      const again = (await receiver.got(6)).slice(3).map((each) => each.id)
      assert.deepEqual(again.toSorted(), first.toSorted())
      const { body: events } = await server.get(`/events?after=${byTime.after}&types=task.created`)
      assert.deepEqual(events.map((each: { id: string }) => each.id).sort(), first.toSorted())
      await settled(6)
      const bySequence = await since(String(events[1].sequence))
      assert.deepEqual([bySequence.after, bySequence.events], [events[1].sequence, 1])
      assert.equal((await receiver.got(7))[6]!.id, events[2].id)
      assert.equal((await since('2099-01-01T00:00:00Z')).events, 0)
      await settled(7)
    },
    ['task.created'],
  )
})

test('an inactive webhook is sent nothing again, and the answer says how it resumes', async () => {
  await withWebhook(async ({ id }) => {
    await park(id)
    const problem = problemOf(await server.post(`/webhooks/${id}/redeliver?since=0`), 409, 'webhook_inactive')
    assert.ok(problem.detail.includes(`PATCH /webhooks/${id}?since=`))
    assert.equal(typeof problem['missed_after'], 'number')
    assert.deepEqual(faultsOf(await server.post(`/webhooks/${id}/redeliver`)), ['since'])
    assert.deepEqual(faultsOf(await server.post(`/webhooks/${id}/redeliver?since=soon`)), ['since'])
  })
})

test('the log is filtered by type, event, status and time, and read in pages', async () => {
  await withWebhook(async ({ id, receiver }) => {
    for (const status of [204, 500, 404, 200, 503]) {
      receiver.answer(status)
      await sendTest(id)
    }
    const all = await log(id)
    assert.deepEqual(
      all.map((each) => each.status_code),
      [503, 200, 404, 500, 204],
    )
    const statuses = async (query: string) => (await log(id, query)).map((each) => each.status_code)
    assert.deepEqual(await statuses('&status=delivered'), [200, 204])
    assert.deepEqual(await statuses('&status=failed'), [503, 404, 500])
    assert.deepEqual(await statuses('&status=pending'), [])
    assert.deepEqual(
      await statuses('&event_type=webhook.*&event_type=task.created'),
      [503, 200, 404, 500, 204],
    )
    assert.deepEqual(await statuses('&event_type=task.*'), [])
    assert.deepEqual(await statuses(`&event_id=${all[2]!.event_id}`), [404])
    assert.deepEqual(await statuses(`&since=${all[1]!.delivered_at}`), [503, 200])
    assert.deepEqual(await statuses(`&until=${all[3]!.delivered_at}`), [500, 204])
    assert.deepEqual(
      await statuses(`&since=${all[3]!.delivered_at}&until=${all[1]!.delivered_at}&status=failed`),
      [404, 500],
    )
    const seen: string[] = []
    for (let page: string | undefined = `/webhooks/${id}/deliveries?limit=2&status=failed`; page;) {
      const answer = await server.get(page)
      seen.push(...bodyOf<Delivery[]>(answer).map((each) => each.id))
      page = nextPage(answer)
      receiver.answer(500)
      if (page) await sendTest(id)
    }
    assert.deepEqual(
      seen,
      all.filter((each) => each.error_message !== null).map((each) => each.id),
    )
    const wrong = await server.get(`/webhooks/${id}/deliveries?event_type=webhook.tset`)
    assert.match(wrong.body.detail, /did you mean webhook\.test\?/)
    assert.deepEqual(faultsOf(await server.get(`/webhooks/${id}/deliveries?status=lost`)), ['status'])
  })
})

test('what waits for another try is pending until that try, and while its webhook is active', async () => {
  const impatient = await testServer({ environment: { CAIRN_WEBHOOK_RETRY_SECONDS: '0,3600' } })
  const receiver = await testReceiver()
  try {
    receiver.answer(500)
    const fields = { url: receiver.url, event_types: ['task.created'] }
    const { id } = bodyOf<Given>(await impatient.post('/webhooks', fields), 201)
    await createTask(impatient)
    const attempts = async (query = ''): Promise<number[]> =>
      bodyOf<Delivery[]>(await impatient.get(`/webhooks/${id}/deliveries${query}`)).map(
        (each) => each.attempt,
      )
    await eventually('it was tried twice', async () => (await attempts()).length === 2)
    assert.deepEqual(await attempts('?status=failed'), [2, 1])
    assert.deepEqual(await attempts('?status=pending'), [2])
    bodyOf(await impatient.patch(`/webhooks/${id}`, { active: false }))
    assert.deepEqual(await attempts('?status=pending'), [])
  } finally {
    receiver.close()
    await impatient.close()
  }
})

test('a signature is verified for those who write a receiver, whoever they are', async () => {
  await withWebhook(async ({ id, secret, receiver }) => {
    await sendTest(id)
    const { body: payload, headers } = receiver.received[0]!
    const valid = async (fields: object): Promise<boolean> =>
      bodyOf<{ valid: boolean }>(await server.post('/webhooks/verify', { payload, secret, ...fields })).valid
    const plain = { signature: headers['x-webhook-signature'] as string }
    const standard = {
      signature: headers['webhook-signature'] as string,
      id: headers['webhook-id'] as string,
      timestamp: Number(headers['webhook-timestamp']),
    }
    assert.equal(await valid(plain), true)
    assert.equal(await valid({ signature: `sha256=${'0'.repeat(64)}, ${plain.signature}` }), true)
    assert.equal(await valid(standard), true)
    assert.equal(await valid({ ...plain, payload: `${payload} ` }), false)
    assert.equal(await valid({ ...plain, secret: newSecret() }), false)
    assert.equal(await valid({ ...plain, signature: 'nonsense' }), false)
    assert.equal(await valid({ ...standard, id: 'another' }), false)
    assert.equal(await valid({ ...standard, timestamp: standard.timestamp + 1 }), false)
    assert.equal(await valid({ ...standard, secret: 'no secret of ours' }), false)
    const half = await server.post('/webhooks/verify', { payload, secret, ...plain, id: 'x' })
    assert.deepEqual(faultsOf(half), ['timestamp'])
    assert.deepEqual(faultsOf(await server.post('/webhooks/verify', { payload, secret })), ['signature'])
  })
})

test('an attempt is read with what it carried; a test carries nothing that is kept', async () => {
  await withWebhook(
    async ({ id, receiver }) => {
      await createTask(server, { title: 'told' })
      const [received] = await receiver.got(1)
      await eventually('it is in the log', async () => (await log(id)).length > 0)
      const [attempt] = await log(id)
      const read = bodyOf<Delivery>(await server.get(`/webhooks/${id}/deliveries/${attempt!.id}`))
      assert.deepEqual(read, { ...attempt, payload: JSON.parse(received!.body) as unknown })
      const tried = await sendTest(id)
      assert.deepEqual(bodyOf(await server.get(`/webhooks/${id}/deliveries/${tried.id}`)), {
        ...tried,
        payload: null,
      })
    },
    ['task.created'],
  )
})

test('what was told of people is read by those alone who may read the audit trail', async () => {
  await withWebhook(
    async ({ id, receiver }) => {
      bodyOf(await server.post('/users', { name: 'somebody new' }), 201)
      await receiver.got(1)
      await eventually('it is in the log', async () => (await log(id)).length > 0)
      const [attempt] = await log(id)
      const path = `/webhooks/${id}/deliveries/${attempt!.id}`
      assert.equal((await server.get(path)).status, 200)
      problemOf(await server.get(path, { key: await keyWith(server, ['manage_webhooks']) }), 403, 'forbidden')
    },
    ['user.created'],
  )
})

test('a test event that is sent again under its key, since its answer was not kept, is the same event', () =>
  withWebhook(async ({ id }) => {
    const send = async (key: string): Promise<string> =>
      bodyOf<Delivery>(
        await server.post(`/webhooks/${id}/test`, undefined, { headers: { 'idempotency-key': key } }),
      ).event_id
    const first = await send('tried')
    await server.sql(`DELETE FROM idempotency_keys WHERE key = 'tried'`)
    assert.equal(await send('tried'), first)
    assert.notEqual(await send('tried anew'), first)
    assert.deepEqual(
      (await log(id)).map(({ attempt }) => attempt),
      [1, 2, 1],
    )
  }))
