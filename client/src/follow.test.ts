import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { bodyOf } from '../../test/answers.ts'
import { eventually } from '../../test/eventually.ts'
import { keyWith } from '../../test/people.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { serveLive } from '../../test/sockets.ts'
import { createTask, createTasks, patchTask } from '../../test/tasks.ts'
import { FaultProxy } from '../../test/torture/fault-proxy.ts'
import { Ground } from '../../test/torture/ground.ts'
import { Cairn, follow, isProblem, type CairnProblem, type Event, type FollowOptions } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** All events after a sequence, from the route. */
async function recorded(cairn: Cairn, after: number): Promise<number[]> {
  const sequences: number[] = []
  for (let last = after; ;) {
    const page = await cairn.get('/events', { params: { query: { after: last, limit: 1000 } } })
    if (page.length === 0) return sequences
    sequences.push(...page.map(({ sequence }) => sequence))
    last = sequences.at(-1)!
  }
}

/** Follows in the background, and keeps what comes. */
class Following {
  readonly seen: Event[] = []
  readonly lost: number[] = []
  readonly stop = new AbortController()
  readonly ready: Promise<number>
  readonly ended: Promise<void>

  constructor(cairn: Cairn, options: FollowOptions = {}) {
    let began: (sequence: number) => void
    this.ready = new Promise((resolve) => (began = resolve))
    const { signal } = this.stop
    const events = follow(cairn, {
      signal,
      onReady: (sequence) => began(sequence),
      onLost: (sequence) => void this.lost.push(sequence),
      ...options,
    })
    this.ended = (async () => {
      for await (const event of events) this.seen.push(event)
    })()
    this.ended.catch(() => undefined)
  }

  get sequences(): number[] {
    return this.seen.map(({ sequence }) => sequence)
  }

  end(): Promise<void> {
    this.stop.abort()
    return this.ended
  }
}

describe('the events', () => {
  test('come as they happen, those that were asked for, and end by the signal', async () => {
    const [one, two] = await createTasks(server, [{}, {}])
    const following = new Following(new Cairn(server), { types: ['task.updated'], task_ids: [one!.id] })
    await following.ready
    await patchTask(server, two!.id, { priority: 5 })
    await patchTask(server, one!.id, { priority: 5 })
    await eventually('it came', () => following.seen.length === 1)
    const [event] = following.seen
    assert.deepEqual([event!.type, (event!.data['task'] as { id: string }).id], ['task.updated', one!.id])
    await following.end()
  })

  test('may be left in the middle, and taken up again after the last', async () => {
    const cairn = new Cairn(server)
    await createTasks(server, Array(5).fill({}))
    const all = await recorded(cairn, 0)
    const seen: number[] = []
    for (let round = 0; seen.length < all.length; round++)
      for await (const { sequence } of follow(cairn, { after: seen.at(-1) ?? 0 })) {
        seen.push(sequence)
        if (seen.length % 2 === 0 || seen.length === all.length) break
      }
    assert.deepEqual(seen, all)
  })

  test('are each given once, in order, over a network that cuts again and again', async (t) => {
    const { hostname, port } = new URL(server.url)
    const proxy = new FaultProxy({ host: hostname, port: Number(port) })
    t.after(() => proxy.close())
    const far = new Cairn({ url: `http://127.0.0.1:${await proxy.listen()}`, key: server.key })
    const following = new Following(far)
    const began = await following.ready
    for (let round = 0; round < 12; round++) {
      await createTasks(server, Array(10).fill({}))
      if (round % 3 === 0) proxy.cut()
      if (round % 3 === 1) proxy.reset()
    }
    const cairn = new Cairn(server)
    await eventually('all came', async () => following.seen.length >= 120)
    assert.deepEqual(following.sequences, await recorded(cairn, began))
    assert.ok(following.lost.length > 0, 'no connection was lost')
    await following.end()
  })

  test('of a connection that has gone silent are got by another', async (t) => {
    const { hostname, port } = new URL(server.url)
    const proxy = new FaultProxy({ host: hostname, port: Number(port) })
    t.after(() => proxy.close())
    const far = new Cairn({ url: `http://127.0.0.1:${await proxy.listen()}`, key: server.key })
    const following = new Following(far, { silence_seconds: 1 })
    await following.ready
    const [connection] = proxy.connections
    connection!.blackhole()
    const { id } = await createTask(server)
    await eventually('it came', () =>
      following.seen.some(({ data }) => (data['task'] as { id?: string }).id === id),
    )
    assert.equal(following.seen.length, 1)
    await following.end()
  })

  test('wait for who is slow in a bounded number, and none is missed', async () => {
    const cairn = new Cairn(server)
    const before = await recorded(cairn, 0)
    for (let batch = 0; batch < 25; batch++) await createTasks(server, Array(100).fill({}))
    const seen: number[] = []
    let lost = 0
    const all = await eventuallyAll(cairn, before.length + 2_500)
    for await (const { sequence } of follow(cairn, { after: 0, onLost: () => lost++ })) {
      seen.push(sequence)
      if (seen.length === 1) await eventually('it is given up for the while', () => lost === 1)
      if (seen.length === all.length) break
    }
    assert.deepEqual(seen, all)
  })

  test('go on after a server that closes with 4413', async (t) => {
    const small = await serveLive(t, server, { stallMilliseconds: 200, highWaterBytes: 16 * 1024 })
    const sockets: WebSocket[] = []
    const codes: number[] = []
    class Watched extends WebSocket {
      constructor(url: string) {
        super(url)
        sockets.push(this)
        this.on('close', (code) => codes.push(code))
      }
    }
    const following = new Following(new Cairn(small, { WebSocket: Watched }))
    const began = await following.ready
    sockets[0]!.pause()
    // What the operating system holds for a reader that sleeps is filled first.
    let made = 0
    while (small.sockets() > 0) {
      await createTasks(server, Array(15).fill({ description: 'x'.repeat(64_000) }))
      made += 15
    }
    sockets[0]!.resume()
    await eventually('all came', () => following.seen.length >= made)
    assert.deepEqual(following.sequences, await recorded(new Cairn(server), began))
    assert.deepEqual(codes, [4413])
    await following.end()
  })
})

describe('a refusal', () => {
  test('ends them with the problem', async () => {
    const wrong = new Cairn({ url: server.url, key: 'wrong' })
    await assert.rejects(new Following(wrong).ended, { code: 'unauthorized', status: 401 })
    const cairn = new Cairn(server)
    await assert.rejects(new Following(cairn, { types: ['task.creatd'] }).ended, {
      code: 'validation_failed',
    })
    await assert.rejects(new Following(cairn, { after: 10 ** 9 }).ended, { code: 'validation_failed' })
  })

  test('of a key that is revoked in the middle ends them, too', async () => {
    const key = await keyWith(server, ['read_tasks'])
    const following = new Following(new Cairn({ url: server.url, key }))
    await following.ready
    const keys = bodyOf<{ id: string }[]>(await server.get('/keys'))
    assert.equal(keys.length, 1)
    await new Cairn(server).delete('/keys/{key_id}', { params: { path: { key_id: keys[0]!.id } } })
    await assert.rejects(following.ended, { code: 'unauthorized', status: 401 })
    assert.ok(await following.ended.catch((error: unknown) => isProblem(error, 'unauthorized')))
  })

  test('whose problem is lost on its way is known by the close code', async (t) => {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    t.after(() => sockets.close())
    await once(sockets, 'listening')
    sockets.on('connection', (socket) => socket.once('message', () => socket.close(4401, 'unauthorized')))
    const url = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`
    await assert.rejects(new Following(new Cairn({ url, key: 'any' })).ended, {
      code: 'unauthorized',
      status: 401,
    })
  })
})

describe('a server that lets nobody in for a while', () => {
  /** Follows, and keeps why it had to wait. */
  const patient = (cairn: Cairn): { following: Following; troubles: CairnProblem[] } => {
    const troubles: CairnProblem[] = []
    return { troubles, following: new Following(cairn, { onTrouble: (problem) => troubles.push(problem) }) }
  }

  test('since the key has too many sockets is asked again, and followed once one is free', async (t) => {
    const narrow = await testServer({ environment: { CAIRN_SOCKETS_PER_KEY: '1' } })
    t.after(() => narrow.close())
    const cairn = new Cairn(narrow)
    const first = new Following(cairn)
    await first.ready
    const { following, troubles } = patient(cairn)
    await eventually('it is refused more than once', () => troubles.length > 1)
    assert.deepEqual(
      troubles.slice(0, 2).map(({ code, status }) => [code, status]),
      Array(2).fill(['too_many_sockets', 429]),
    )
    await first.end()
    await following.ready
    const task = await createTask(narrow)
    await eventually('its event came', () =>
      following.seen.some(({ data }) => (data['task'] as { id?: string }).id === task.id),
    )
    await following.end()
  })

  test('since too many wrong keys came from here is asked again when it says, and not before', async (t) => {
    const wary = await testServer({ environment: { CAIRN_RATE_LIMIT_WRONG_KEYS: '5' } })
    t.after(() => wary.close())
    const key = await keyWith(wary, ['read_tasks'])
    for (let nth = 0; nth < 5; nth++)
      await assert.rejects(new Following(new Cairn({ url: wary.url, key: 'guessed' })).ended, { status: 401 })
    const { following, troubles } = patient(new Cairn({ url: wary.url, key }))
    await following.ready
    assert.equal(troubles.length, 1)
    assert.equal(troubles[0]!.code, 'rate_limited')
    assert.ok(troubles[0]!.retryAfter! > 0)
    await following.end()
  })
})

test('a server that is killed and started again in the middle of them costs none and doubles none', async (t) => {
  const ground = await Ground.prepare()
  t.after(() => ground.close())
  // A restart takes as long as the machine is slow.
  const cairn = new Cairn(ground, { patience_seconds: 300 })
  const following = new Following(cairn, { after: 0 })
  await following.ready
  let writing = true
  t.after(() => (writing = false))
  let made = 0
  const writer = (async () => {
    while (writing)
      made += (await cairn.post('/tasks/batch', { body: Array(5).fill({ title: 'written' }) })).length
  })()
  for (let round = 1; round <= 2; round++) {
    const enough = following.seen.length + 50
    await eventually('events come', () => following.seen.length >= enough)
    await ground.killServer()
    await ground.expireReservations()
    await ground.expireLeadership()
  }
  writing = false
  await writer
  await eventually(
    'all came',
    () => following.seen.filter(({ type }) => type === 'task.created').length >= made,
  )
  assert.deepEqual(following.sequences, await recorded(cairn, 0))
  assert.ok(following.lost.length >= 2)
  await following.end()
})

async function eventuallyAll(cairn: Cairn, count: number): Promise<number[]> {
  let all: number[] = []
  await eventually('all is numbered', async () => (all = await recorded(cairn, 0)).length >= count)
  return all
}
