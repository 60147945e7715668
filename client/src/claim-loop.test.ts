import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runOutLease, readExecution } from '../../test/claims.ts'
import { eventually } from '../../test/eventually.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { createTask, createTasks, readTask } from '../../test/tasks.ts'
import { FaultProxy } from '../../test/torture/fault-proxy.ts'
import { Ground } from '../../test/torture/ground.ts'
import { Cairn, claimLoop, WorkAborted, type ClaimLoopOptions, type Settled, type Work } from './index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** A loop over the tasks of one tag, so that tests do not take from each other. */
class Running {
  readonly settled: Settled[] = []
  readonly stop = new AbortController()
  readonly ended: Promise<unknown>

  constructor(
    t: TestContext,
    cairn: Cairn,
    tag: string,
    work: Work,
    options: Partial<ClaimLoopOptions> = {},
  ) {
    this.ended = claimLoop(
      cairn,
      {
        worker_id: 'w',
        agent_type: 'coder',
        tags: [tag],
        wait_seconds: 1,
        signal: this.stop.signal,
        onSettled: (settled) => void this.settled.push(settled),
        ...options,
      },
      work,
    )
    this.ended.catch(() => undefined)
    t.after(() => this.end().catch(() => undefined))
  }

  get kinds(): string[] {
    return this.settled.map(({ kind }) => kind)
  }

  end(): Promise<unknown> {
    this.stop.abort()
    return this.ended
  }
}

/** A work that goes on until it is aborted; says with what. */
function endless() {
  const reasons: unknown[] = []
  let started = 0
  const work: Work = async (_, { signal }) => {
    started++
    if (!signal.aborted) await once(signal, 'abort')
    reasons.push(signal.reason)
  }
  return { work, reasons, started: () => started }
}

/** Calls that go through, counted by their route's last word. */
function counting() {
  const calls: Record<string, number> = {}
  const fetcher: typeof fetch = (input, init) => {
    const word = (input as string).split('/').at(-1)!
    calls[word] = (calls[word] ?? 0) + 1
    return fetch(input, init)
  }
  return { cairn: new Cairn(server, { fetch: fetcher }), calls }
}

describe('the loop', () => {
  test('does each task once, a call a turn, several at once', async (t) => {
    const items = Array.from({ length: 20 }, (_, n) => ({
      tags: ['many'],
      ...(n === 0 ? { ref: 'a' } : { depends_on: ['a'] }),
    }))
    const tasks = await createTasks(server, items)
    const { cairn, calls } = counting()
    let running = 0
    let most = 0
    const loop = new Running(
      t,
      cairn,
      'many',
      async ({ task }) => {
        most = Math.max(most, ++running)
        if (task.id !== tasks[0]!.id) await eventually('three work at once', () => most === 3)
        running--
        return { result: { number: task.number }, cost_dollars: 0.25 }
      },
      { concurrency: 3 },
    )
    await eventually('all are settled', () => loop.settled.length === 20)
    assert.deepEqual(await loop.end(), { completed: 20, failed: 0, released: 0, lost: 0 })
    assert.deepEqual(
      loop.settled.map(({ claim }) => claim.task.id).toSorted(),
      tasks.map(({ id }) => id).toSorted(),
    )
    const execution = await readExecution(server, loop.settled[0]!.claim.execution.id)
    assert.deepEqual([execution.result, execution.cost_dollars], [{ number: tasks[0]!.number }, 0.25])
    assert.equal(calls['complete'], 20)
    assert.equal(most, 3)
    // The first is claimed, 17 come with a completion at least: two lanes wait while one works on the first.
    assert.ok(calls['claim']! < 20, `${calls['claim']} claims`)
  })

  test('gives back what its work throws at, with the error as the note, and takes it again', async (t) => {
    const { id } = await createTask(server, { tags: ['thrown'] })
    let turns = 0
    const loop = new Running(t, new Cairn(server), 'thrown', () => {
      if (++turns === 1) throw new Error('no such tool')
    })
    await eventually('it is done', () => loop.settled.length === 2)
    assert.deepEqual(loop.kinds, ['released', 'completed'])
    const first = await readExecution(server, loop.settled[0]!.claim.execution.id)
    assert.deepEqual([first.outcome, first.note], ['released', 'no such tool'])
    assert.equal((await readTask(server, id)).status, 'completed')
  })

  test('fails a task whose work says so', async (t) => {
    const { id } = await createTask(server, { tags: ['failing'] })
    const work: Work = () => ({ success: false, error_message: 'it cannot be done' })
    const loop = new Running(t, new Cairn(server), 'failing', work)
    await eventually('it is settled', () => loop.settled.length === 1)
    assert.deepEqual(loop.kinds, ['failed'])
    assert.equal((await readTask(server, id)).status, 'failed')
  })

  test('gives back what has an outcome that is refused, and says why', async (t) => {
    await createTask(server, { tags: ['large'] })
    let turns = 0
    const loop = new Running(t, new Cairn(server), 'large', () =>
      ++turns === 1 ? { result: 'x'.repeat(70_000) } : {},
    )
    await eventually('it is done', () => loop.settled.length === 2)
    assert.deepEqual(loop.kinds, ['released', 'completed'])
    const [first] = loop.settled
    assert.match(first!.kind === 'released' ? first!.note : '', /^The outcome was refused: result: /)
  })

  test('ends with the problem when its key is revoked', async (t) => {
    const user = (await server.post('/users', { name: 'agent', roles: ['agent'] })).body
    const made = (await server.post('/keys', { name: 'agent', user_id: user.id })).body
    const { work, started } = endless()
    await createTask(server, { tags: ['revoked'] })
    const loop = new Running(t, new Cairn({ url: server.url, key: made.key }), 'revoked', work, {
      concurrency: 2,
      drain_seconds: 0.1,
    })
    await eventually('it works', () => started() === 1)
    await server.patch(`/keys/${made.id}`, { revoked: true })
    await assert.rejects(loop.ended, { code: 'unauthorized', status: 401 })
  })
})

describe('a lease', () => {
  test('lives as long as the work, by heartbeats of which never two are in flight', async (t) => {
    const { hostname, port } = new URL(server.url)
    const proxy = new FaultProxy({ host: hostname, port: Number(port) })
    t.after(() => proxy.close())
    const url = `http://127.0.0.1:${await proxy.listen()}`
    let flying = 0
    let most = 0
    let beats = 0
    const fetcher: typeof fetch = async (input, init) => {
      if (!(input as string).endsWith('/heartbeat')) return fetch(input, init)
      beats++
      most = Math.max(most, ++flying)
      return fetch(input, init).finally(() => flying--)
    }
    await createTask(server, { tags: ['long'] })
    const loop = new Running(
      t,
      new Cairn({ url, key: server.key }, { fetch: fetcher }),
      'long',
      async (_, { progress }) => {
        // Slower than the progress that is told.
        proxy.delay(300)
        for (let step = 0; beats < 4; step++) {
          progress({ step })
          await sleep(20)
        }
        proxy.heal()
      },
      { lease_seconds: 15 },
    )
    await eventually('it is done', () => loop.settled.length === 1)
    assert.deepEqual(loop.kinds, ['completed'])
    assert.equal(most, 1)
    const { progress } = await readExecution(server, loop.settled[0]!.claim.execution.id)
    assert.ok(Number((progress as { step: number }).step) >= 0)
  })

  test('that is lost in the middle of the work aborts it, and the loop goes on', async (t) => {
    const [one] = await createTasks(server, [{ tags: ['lost'], priority: 5 }, { tags: ['lost'] }])
    const { work, reasons } = endless()
    const loop = new Running(
      t,
      new Cairn(server),
      'lost',
      (claim, turn) => (claim.task.id === one!.id && reasons.length === 0 ? work(claim, turn) : undefined),
      { lease_seconds: 9 },
    )
    let execution: string | undefined
    await eventually('it works', async () => {
      const rows = await server.sql('SELECT id FROM executions WHERE task_id = $1', [one!.id])
      execution = rows[0]?.id as string | undefined
      return execution !== undefined
    })
    await runOutLease(server, execution!)
    await eventually('all is settled', () => loop.settled.length === 3)
    assert.ok(reasons[0] instanceof WorkAborted && reasons[0].why === 'lost')
    assert.deepEqual(loop.kinds.toSorted(), ['completed', 'completed', 'lost'])
    assert.equal((await readExecution(server, execution!)).outcome, 'lost')
  })

  test('counts as lost when no heartbeat gets through before its end', async (t) => {
    const { hostname, port } = new URL(server.url)
    const proxy = new FaultProxy({ host: hostname, port: Number(port) })
    t.after(() => proxy.close())
    await createTask(server, { tags: ['cut off'] })
    const { work, reasons, started } = endless()
    const cairn = new Cairn({ url: `http://127.0.0.1:${await proxy.listen()}`, key: server.key })
    const loop = new Running(t, cairn, 'cut off', work, { lease_seconds: 1, drain_seconds: 0 })
    await eventually('it works', () => started() === 1)
    proxy.blackhole()
    await eventually('it is aborted', () => reasons.length === 1)
    assert.ok(reasons[0] instanceof WorkAborted && reasons[0].why === 'lost')
    proxy.heal()
    proxy.reset()
    await loop.end()
    assert.equal(loop.kinds[0], 'lost')
  })

  test('is given back when the server says stop', async (t) => {
    await createTask(server, { tags: ['stopped'] })
    // No rule of the server says so yet: its answer is changed on the way.
    let told = false
    const fetcher: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init)
      if (told || !(input as string).endsWith('/heartbeat')) return answer
      told = true
      return Response.json({ ...((await answer.json()) as object), stop: 'the budget is spent' })
    }
    const { work, reasons } = endless()
    const loop = new Running(t, new Cairn(server, { fetch: fetcher }), 'stopped', work, {
      lease_seconds: 9,
      drain_seconds: 0,
    })
    await eventually('it is released', () => loop.settled.length === 1)
    assert.ok(reasons[0] instanceof WorkAborted && reasons[0].why === 'stopped')
    const { outcome, note } = await readExecution(server, loop.settled[0]!.claim.execution.id)
    assert.deepEqual([outcome, note], ['released', 'the budget is spent'])
  })
})

describe('a loop that drains', () => {
  test('finishes what it works on, and claims nothing more', async (t) => {
    const tasks = await createTasks(server, [{ tags: ['drained'] }, { tags: ['drained'] }])
    let go: () => void = () => undefined
    const loop = new Running(
      t,
      new Cairn(server),
      'drained',
      () => new Promise<void>((resolve) => (go = resolve)),
    )
    await eventually('it works', async () => (await readTask(server, tasks[0]!.id)).status === 'in_progress')
    loop.stop.abort()
    go()
    assert.deepEqual(await loop.ended, { completed: 1, failed: 0, released: 0, lost: 0 })
    assert.equal((await readTask(server, tasks[1]!.id)).status, 'ready')
  })

  test('gives back what is not finished in time, with a note', async (t) => {
    await createTask(server, { tags: ['hurried'] })
    const { work, reasons, started } = endless()
    const loop = new Running(t, new Cairn(server), 'hurried', work, { drain_seconds: 0.1 })
    await eventually('it works', () => started() === 1)
    assert.deepEqual(await loop.end(), { completed: 0, failed: 0, released: 1, lost: 0 })
    assert.ok(reasons[0] instanceof WorkAborted && reasons[0].why === 'draining')
    const { note } = await readExecution(server, loop.settled[0]!.claim.execution.id)
    assert.equal(note, 'The worker stops before the work is done.')
  })

  test('gives back what a claim brings that was under way', async (t) => {
    const loop = new Running(t, new Cairn(server), 'late', () => undefined, { wait_seconds: 20 })
    await eventually(
      'it waits',
      async () => (await server.sql('SELECT FROM idempotency_keys WHERE status IS NULL')).length > 0,
    )
    loop.stop.abort()
    const { id } = await createTask(server, { tags: ['late'] })
    assert.deepEqual(await loop.ended, { completed: 0, failed: 0, released: 1, lost: 0 })
    assert.equal((await readTask(server, id)).status, 'ready')
  })

  test('does so at SIGTERM where it is given no signal, and listens to none afterwards', async () => {
    await createTask(server, { tags: ['signalled'] })
    const listeners = process.listenerCount('SIGTERM')
    const tally = await claimLoop(
      new Cairn(server),
      { worker_id: 'w', agent_type: 'coder', tags: ['signalled'], wait_seconds: 1 },
      () => void process.kill(process.pid, 'SIGTERM'),
    )
    assert.deepEqual(tally, { completed: 1, failed: 0, released: 0, lost: 0 })
    assert.equal(process.listenerCount('SIGTERM'), listeners)
  })
})

test('a server that is killed and started again in the middle of it costs no task and no second run', async (t) => {
  const ground = await Ground.prepare()
  t.after(() => ground.close())
  // A restart takes as long as the machine is slow.
  const cairn = new Cairn(ground, { patience_seconds: 300 })
  const body = Array.from({ length: 60 }, (_, n) => ({ title: `task ${n}`, tags: ['restart'] }))
  const tasks = await cairn.post('/tasks/batch', { body })
  const loop = new Running(t, cairn, 'restart', () => sleep(30).then(() => ({})), {
    concurrency: 4,
    lease_seconds: 600,
  })
  for (const enough of [10, 30]) {
    await eventually(`${enough} are settled`, () => loop.settled.length >= enough)
    await ground.killServer()
    await ground.expireReservations()
  }
  await eventually('all are settled', () => loop.settled.length >= 60)
  assert.deepEqual(await loop.end(), { completed: 60, failed: 0, released: 0, lost: 0 })
  const ended = await ground.sql<{ task_id: string; outcome: string }>(
    'SELECT task_id, outcome FROM executions',
  )
  assert.deepEqual(ended.map((each) => each.task_id).toSorted(), tasks.map(({ id }) => id).toSorted())
  assert.ok(ended.every(({ outcome }) => outcome === 'succeeded'))
})
