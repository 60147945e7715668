import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { follow, serveChannel, type Heard } from '../../../test/sockets.ts'
import { createTask, createTasks } from '../../../test/tasks.ts'
import { newId } from '../../kernel/ids.ts'
import { appendToRecord } from '../../kernel/record.ts'
import { liveChannel, type Limits } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await createTask(server)
})
after(() => server.close())

/** A channel with limits of its own, on another port of the server. */
async function serve(t: TestContext, limits: Partial<Limits> = {}) {
  const channel = liveChannel(limits)
  const served = await serveChannel(t, server, channel)
  return { ...served, held: () => channel.held(served.app) }
}

/** The sequences of the record after a position, up to its end, when all of it is numbered. */
async function recorded(after: number): Promise<number[]> {
  await eventually('all rows have their sequence', async () => {
    const [row] = await server.sql('SELECT count(*) AS waiting FROM record_pending')
    return row.waiting === 0
  })
  const rows = await server.sql(
    `SELECT sequence FROM record_feed WHERE sequence > $1
     AND tenant_id = (SELECT DISTINCT tenant_id FROM tasks) ORDER BY sequence`,
    [after],
  )
  return rows.map(({ sequence }) => sequence as number)
}

const sequences = (events: readonly Heard[]): number[] => events.map((event) => event['sequence'] as number)

/** Puts an event of a size into the record, as an operation does that changes something large. */
async function recordLarge(bytes: number, filler = 'x'): Promise<string> {
  const id = newId()
  const [{ tenant_id }] = await server.sql('SELECT DISTINCT tenant_id FROM tasks')
  const origin = JSON.stringify({ kind: 'system', id: null, name: 'test', request_id: null })
  await appendToRecord({ db: server.app.pool, tenant: tenant_id as string }, origin, [
    {
      event_type: 'task.updated',
      entity_type: 'task',
      entity_id: id,
      old_values: {},
      new_values: { id, description: filler.repeat(bytes / Buffer.byteLength(filler)) },
    },
  ])
  server.app.wake.committed()
  return id
}

/** So many writers that create, batch by batch, until `rounds` are done. */
const write = (writers: number, rounds: number, batch: number): Promise<void[]> =>
  Promise.all(
    Array.from({ length: writers }, async () => {
      for (let round = 0; round < rounds; round++)
        await createTasks(server, Array(batch).fill({ title: 'written' }))
    }),
  )

describe('the feed', () => {
  test('a client that is cut off again and again misses nothing and gets nothing twice', async (t) => {
    const small = await serve(t, { ringEvents: 20 })
    const ahead = await follow(small)
    const { position } = ahead
    const writing = write(4, 25, 10)
    let written = false
    void writing.then(() => (written = true))
    const seen: number[] = []
    let at = position
    for (let round = 0; !written || round < 10; round++) {
      const socket = await follow(small, { after: at })
      const mine = sequences(await socket.events(Math.min(1 + ((round * 37) % 60), 1000 - seen.length)))
      seen.push(...mine)
      at = seen.at(-1)!
      socket.cut()
      if (seen.length === 1000) break
    }
    await writing
    const all = await recorded(position)
    assert.equal(all.length, 1000)
    const last = await follow(small, { after: at })
    seen.push(...sequences(await last.events(1000 - seen.length)))
    assert.deepEqual(seen, all)
    assert.deepEqual(sequences(await ahead.events(1000)), all, 'and who stays sees the same')
  })

  test('what lies further back than the server keeps is read from the record, then goes on as it comes', async (t) => {
    const small = await serve(t, { ringEvents: 5, ringBytes: 2_000 })
    const close = await follow(small)
    await write(1, 3, 100)
    const all = await recorded(close.position)
    assert.deepEqual(sequences(await close.events(300)), all)
    const behind = await follow(small, { after: close.position })
    assert.deepEqual(sequences(await behind.events(300)), all)
    assert.ok(small.held().events <= 5 && small.held().bytes <= 2_000, JSON.stringify(small.held()))
    const task = await createTask(server)
    for (const socket of [close, behind]) assert.equal((await socket.events(1))[0]!['data'].task.id, task.id)
  })

  test('an event that is larger than all that is kept arrives, in its place', async (t) => {
    const small = await serve(t, { ringBytes: 10_000 })
    const socket = await follow(small)
    const ids: string[] = []
    for (const bytes of [0, 2_000_000, 0, 2_000_000, 2_000_000]) ids.push(await recordLarge(bytes, 'ü'))
    const events = await socket.events(5)
    assert.deepEqual(
      events.map((event) => event['data'].task.id as string),
      ids,
    )
    assert.equal(events[1]!['data'].task.description, 'ü'.repeat(1_000_000))
    const again = await follow(small, { after: socket.position })
    assert.deepEqual(await again.events(5), events)
  })

  test('it comes without notifications, too', async (t) => {
    const polling = await serve(t, { pollMilliseconds: 20 })
    // A wake that says nothing, as when the listening connection is away.
    const deaf = {
      ...polling.app,
      wake: Object.assign(Object.create(polling.app.wake), {
        onSequenced: () => () => undefined,
        followClosely: () => () => undefined,
      }),
    }
    const channel = liveChannel({ pollMilliseconds: 20 })
    const served = await serveChannel(t, { ...server, app: deaf }, channel)
    const socket = await follow(served)
    await write(1, 3, 100)
    assert.deepEqual(sequences(await socket.events(300)), await recorded(socket.position))
    await served.close()
  })

  test('what one server writes comes to the sockets of another', async () => {
    const second = await testServer({ databaseUrl: server.databaseUrl, key: server.key })
    const [here, there] = [await follow(server), await follow(second)]
    const one = await createTask(server)
    const two = bodyOf<{ id: string }>(await second.post('/tasks', { title: 'from the second' }), 201)
    for (const socket of [here, there])
      assert.deepEqual(
        (await socket.events(2)).map((event) => event['data'].task.id as string),
        [one.id, two.id],
      )
    await second.close()
    await here.close()
  })

  test('many sockets share one reading of the record, and tenants share none', async (t) => {
    const counted = await serve(t)
    assert.deepEqual(counted.held(), { tenants: 0, keys: 0, events: 0, bytes: 0, buffered: 0 })
    const key = await keyOfNewTenant(server)
    const [first] = await Promise.all([follow(counted), follow(counted), follow(counted)])
    const others = await Promise.all([follow(counted, { key }), follow(counted, { key })])
    await createTask(server)
    await first.events(1)
    assert.deepEqual(
      { ...counted.held(), bytes: 0 },
      { tenants: 2, keys: 2, events: 1, bytes: 0, buffered: 0 },
    )
    for (const socket of others) await socket.close()
    await eventually('the tenant without sockets is forgotten', () => counted.held().tenants === 1)
    await counted.close()
    assert.deepEqual(counted.held(), { tenants: 0, keys: 0, events: 0, bytes: 0, buffered: 0 })
  })
})

describe('a client that does not read', () => {
  test('is closed with its position, and little waits for it while others go on', async (t) => {
    const limits = { stallMilliseconds: 400, highWaterBytes: 64 * 1024, ringBytes: 1024 * 1024 }
    const small = await serve(t, limits)
    const reader = await follow(small)
    const sleeper = await follow(small)
    sleeper.ws.pause()
    let most = 0
    const looking = setInterval(() => (most = Math.max(most, small.held().buffered)), 1)
    for (let i = 0; i < 52; i++) {
      await recordLarge(400 * 1024)
      await reader.events(1)
    }
    const largest = 400 * 1024 + 2_000
    assert.ok(small.held().bytes <= limits.ringBytes, 'what is kept for all')
    await eventually('the sleeper is gone', () => small.held().buffered === 0 && small.held().keys === 1)
    clearInterval(looking)
    assert.ok(most > 0 && most <= 2 * (limits.highWaterBytes + largest), `${most} bytes waited at most`)
    // It wakes: what was under way comes, and nothing of it is wrong.
    sleeper.ws.resume()
    const { code, reason } = await sleeper.closed
    const got = sequences(sleeper.heard.map((message) => message['event'] as Heard))
    assert.ok(got.length < 52, 'it was not sent everything')
    if (code === 4413) assert.equal(reason, `resume after ${got.at(-1)}`)
    else assert.equal(code, 1006, 'it was terminated, having read too little to see why')
    const resumed = await follow(small, { after: got.at(-1) ?? sleeper.position })
    const rest = sequences(await resumed.events(52 - got.length))
    assert.deepEqual([...got, ...rest], await recorded(sleeper.position))
  })

  test('is told why when it reads on in time', async (t) => {
    const small = await serve(t, { stallMilliseconds: 200, highWaterBytes: 16 * 1024 })
    const sleeper = await follow(small)
    sleeper.ws.pause()
    let made = 0
    while (small.held().keys > 0) {
      if (made < 30) {
        made++
        await recordLarge(1_000_000)
      } else await new Promise((resolve) => setTimeout(resolve, 1))
    }
    sleeper.ws.resume()
    const { code, reason } = await sleeper.closed
    assert.equal(code, 4413)
    assert.equal(reason, `resume after ${sleeper.heard.at(-1)!['event'].sequence}`)
  })

  test('is not closed while it reads slowly', async (t) => {
    const small = await serve(t, { stallMilliseconds: 200, highWaterBytes: 4 * 1024 })
    const slow = await follow(small)
    for (let i = 0; i < 10; i++) {
      slow.ws.pause()
      await new Promise((resolve) => setTimeout(resolve, 50))
      slow.ws.resume()
      await recordLarge(1_000_000)
      await slow.events(1)
    }
    assert.equal(slow.ws.readyState, slow.ws.OPEN)
  })
})
