import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { FaultProxy } from '../../test/torture/fault-proxy.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { eventually } from '../../test/eventually.ts'
import { Cairn, CairnProblem, isProblem } from './index.ts'

let server: TestServer
let proxy: FaultProxy
/** To the server itself, and by way of the proxy. */
let cairn: Cairn
let far: Cairn
const retries: CairnProblem[] = []

before(async () => {
  server = await testServer()
  const { hostname, port } = new URL(server.url)
  proxy = new FaultProxy({ host: hostname, port: Number(port) })
  cairn = new Cairn(server)
  const url = `http://127.0.0.1:${await proxy.listen()}/`
  far = new Cairn({ url, key: server.key }, { onRetry: (problem) => retries.push(problem) })
})
beforeEach(async () => {
  proxy.heal()
  await loseConnections()
  retries.length = 0
})
after(async () => {
  await proxy.close()
  await server.close()
})

/** So that the next call makes one anew. */
async function loseConnections(): Promise<void> {
  proxy.reset()
  await eventually('no connection is left', () => proxy.connections.size === 0)
}

const titled = async (title: string): Promise<number> =>
  Number((await server.sql('SELECT count(*) AS found FROM task_texts WHERE title = $1', [title]))[0].found)

/** Breaks the answers of the next `count` connections off after so many bytes. */
async function breakAnswers(bytes: number, count = 1): Promise<void> {
  await loseConnections()
  let left = count
  const { connections } = proxy
  const add = connections.add.bind(connections)
  connections.add = (connection) => {
    if (left-- > 0) connection.endAfter('toClient', bytes, left % 2 === 0 ? 'cut' : 'reset')
    else connections.add = add
    return add(connection)
  }
}

describe('a call', () => {
  test('answers the body, typed by the OpenAPI document', async () => {
    const task = await cairn.post('/tasks', { body: { title: 'typed', tags: ['a&b', 'c'] } })
    assert.equal(task.title.toUpperCase(), 'TYPED')
    const path = { task_id: task.number }
    assert.equal((await cairn.get('/tasks/{task_id}', { params: { path } })).id, task.id)
    const found = await cairn.get('/tasks', { params: { query: { tag: ['a&b', 'c'], status: ['ready'] } } })
    assert.deepEqual(
      found.map(({ id }) => id),
      [task.id],
    )
    assert.equal(await cairn.delete('/tasks/{task_id}', { params: { path } }), undefined)
    assert.match(await cairn.get('/metrics'), /^# HELP/)
  })

  test('changes the version that it names, and no other', async () => {
    const { id, version } = await cairn.post('/tasks', { body: { title: 'versioned' } })
    const change = (priority: number) =>
      cairn.patch('/tasks/{task_id}', {
        params: { path: { task_id: id }, header: { 'If-Match': `"${version}"` } },
        body: { priority },
      })
    assert.equal((await change(5)).version, version + 1)
    await assert.rejects(change(1), {
      code: 'version_mismatch',
      status: 412,
      extra: { current_version: version + 1 },
    })
  })

  test('reads a list to its end, page after page', async () => {
    const items = Array.from({ length: 25 }, (_, n) => ({ title: `page ${n}`, tags: ['paged'] }))
    const made = await cairn.post('/tasks/batch', { body: items })
    const ids: string[] = []
    for await (const { id } of cairn.list('/tasks', { params: { query: { tag: ['paged'], limit: 10 } } }))
      ids.push(id)
    assert.deepEqual(ids.toSorted(), made.map(({ id }) => id).toSorted())
  })

  test('ends with the reason of its signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const waiting = cairn.post('/tasks/claim', {
      body: { worker_id: 'w', agent_type: 'nobody', tags: ['no such tag'], wait_seconds: 30 },
      signal: stop.signal,
    })
    stop.abort(reason)
    await assert.rejects(waiting, reason)
  })

  test('finds a server that has moved, with another key, where its place is a function', async () => {
    const places = [
      { url: 'http://127.0.0.1:1', key: 'old' },
      { url: server.url, key: server.key },
    ]
    const moving = new Cairn(() => (places.length > 1 ? places.shift()! : places[0]!))
    assert.equal((await moving.get('/whoami')).actor.kind, 'operator')
  })
})

describe('a refusal', () => {
  test('is an exception with all that the server says', async () => {
    const error: unknown = await cairn
      .post('/tasks', { body: { title: '', priority: 9, tags: ['ok', ''] } })
      .catch((each: unknown) => each)
    assert.ok(error instanceof CairnProblem && isProblem(error, 'validation_failed'))
    assert.deepEqual(
      [error.status, error.title, error.type],
      [400, 'Validation failed', '/docs#problem-validation_failed'],
    )
    assert.deepEqual(
      error.errors.map(({ path }) => path),
      ['title', 'priority', 'tags.1'],
    )
    assert.equal(error.nextStep, 'Correct the request and send it again.')
    assert.equal(error.message, error.detail)
    assert.match(error.requestId ?? '', /./)
    assert.equal(error.temporary, false)
  })

  test('keeps the members of its own kind', async () => {
    const [a, b] = await cairn.post('/tasks/batch', {
      body: [
        { title: 'a', ref: 'a' },
        { title: 'b', ref: 'b', depends_on: ['a'] },
      ],
    })
    await assert.rejects(
      cairn.post('/tasks/{task_id}/dependencies', {
        params: { path: { task_id: a!.id } },
        body: { depends_on_task_id: b!.id },
      }),
      (error) => isProblem(error, 'dependency_cycle') && Array.isArray(error.extra['cycle']),
    )
  })

  test('is never sent again', async () => {
    await assert.rejects(far.get('/tasks/{task_id}', { params: { path: { task_id: 99_999 } } }), {
      code: 'task_not_found',
    })
    await assert.rejects(new Cairn({ url: server.url, key: 'wrong' }).get('/whoami'), {
      code: 'unauthorized',
    })
    assert.deepEqual(retries, [])
  })

  test('of what is no server of ours says so', async () => {
    const page: typeof fetch = async () =>
      new Response('<html>', { headers: { 'content-type': 'text/html' }, status: 404 })
    await assert.rejects(new Cairn(server, { fetch: page }).get('/whoami'), {
      code: 'unexpected_answer',
      status: 404,
    })
  })
})

describe('a call that gets no answer', () => {
  test('whose answer breaks off in its middle has its effect once', async () => {
    // 30 bytes are in the middle of the head, 700 in that of the body.
    for (const bytes of [30, 700]) {
      await breakAnswers(bytes, 2)
      const task = await far.post('/tasks', {
        body: { title: `cut ${bytes}`, description: 'x'.repeat(2_000) },
      })
      assert.equal(task.description.length, 2_000)
      assert.equal(await titled(`cut ${bytes}`), 1)
      assert.ok(retries.length >= 2)
      assert.ok(retries.every(({ code, status }) => code === 'unreachable' && status === 0))
      retries.length = 0
    }
  })

  test('has it twice without its key: the control', async () => {
    await breakAnswers(700)
    await far.post('/tasks', { body: { title: 'keyless', description: 'x'.repeat(2_000) }, keyless: true })
    assert.equal(await titled('keyless'), 2)
  })

  test('claims no second task', async () => {
    const body = Array.from({ length: 3 }, (_, n) => ({ title: `claimed ${n}`, tags: ['once'] }))
    await cairn.post('/tasks/batch', { body })
    await breakAnswers(700)
    const claims = await far.post('/tasks/claim', {
      body: { worker_id: 'once', agent_type: 'coder', tags: ['once'] },
    })
    assert.equal(claims.length, 1)
    const started = await cairn.get('/tasks', {
      params: { query: { tag: ['once'], status: ['in_progress'] } },
    })
    assert.deepEqual(
      started.map(({ id }) => id),
      [claims[0]!.task.id],
    )
  })

  test('waits for a first attempt that is still in flight, and gets its answer', async () => {
    const claim = () =>
      far.post('/tasks/claim', {
        params: { header: { 'Idempotency-Key': 'in flight' } },
        body: { worker_id: 'w', agent_type: 'coder', tags: ['later'], wait_seconds: 30 },
      })
    const first = claim()
    await eventually(
      'it waits',
      async () => (await server.sql('SELECT FROM idempotency_keys WHERE status IS NULL')).length > 0,
    )
    const second = claim()
    await eventually('the second meets it', () =>
      retries.some((each) => isProblem(each, 'idempotency_in_flight')),
    )
    const task = await cairn.post('/tasks', { body: { title: 'later', tags: ['later'] } })
    assert.equal((await first)[0]?.task.id, task.id)
    assert.deepEqual(await second, await first)
  })

  test('is not sent again where that might do it twice', async () => {
    const { id } = await cairn.post('/tasks', { body: { title: 'patched' } })
    const params = { path: { task_id: id } }
    await breakAnswers(30)
    await assert.rejects(far.patch('/tasks/{task_id}', { params, body: { priority: 5 } }), {
      code: 'unreachable',
    })
    assert.deepEqual(retries, [])
    const { priority, version } = await cairn.get('/tasks/{task_id}', { params })
    assert.equal(priority, 5, 'it was done')
    await breakAnswers(30)
    const again = far.patch('/tasks/{task_id}', {
      params: { ...params, header: { 'If-Match': `"${version}"` } },
      body: { priority: 1 },
    })
    await assert.rejects(again, { code: 'version_mismatch', uncertain: true })
    assert.equal(
      (await cairn.get('/tasks/{task_id}', { params })).priority,
      1,
      'and this one by its first attempt',
    )
  })

  test('that deleted is done', async () => {
    const { id } = await cairn.post('/tasks', { body: { title: 'gone' } })
    await breakAnswers(30)
    await far.delete('/tasks/{task_id}', { params: { path: { task_id: id } } })
    assert.equal(retries.length, 1)
    assert.equal(await titled('gone'), 0)
  })

  test('is not done because something else finds nothing there', async () => {
    const answers = [
      () => Promise.reject(new TypeError('fetch failed')),
      () =>
        Promise.resolve(new Response('<html>', { headers: { 'content-type': 'text/html' }, status: 404 })),
    ]
    const stranger: typeof fetch = () => (answers.length > 1 ? answers.shift()! : answers[0]!)()
    const strange = new Cairn(server, { fetch: stranger, patience_seconds: 0.3 })
    await assert.rejects(strange.delete('/tasks/{task_id}', { params: { path: { task_id: 1 } } }), {
      code: 'unexpected_answer',
      uncertain: true,
    })
  })

  test('is given up when its time is over', async () => {
    const nobody = new Cairn({ url: 'http://127.0.0.1:1', key: 'x' }, { patience_seconds: 0.5 })
    await assert.rejects(nobody.post('/tasks', { body: { title: 'x' } }), {
      code: 'unreachable',
      status: 0,
      temporary: true,
    })
    proxy.blackhole()
    await assert.rejects(far.get('/whoami', { attempt_seconds: 0.1, patience_seconds: 0.5 }), {
      code: 'unreachable',
    })
    assert.ok(retries.length > 0)
  })
})

test('a busy server is waited for as long as it says', async () => {
  const statuses = [503, 429]
  const waits: number[] = []
  let last = 0
  const busy: typeof fetch = async (input, init) => {
    waits.push(performance.now() - last)
    last = performance.now()
    const status = statuses.shift()
    if (status === undefined) return fetch(input, init)
    return new Response('', { status, headers: { 'retry-after': '1' } })
  }
  assert.ok(await new Cairn(server, { fetch: busy }).get('/whoami'))
  assert.equal(waits.length, 3)
  assert.ok(
    waits.slice(1).every((wait) => wait >= 990),
    `it waited ${waits.slice(1).join(', ')} ms`,
  )
})
