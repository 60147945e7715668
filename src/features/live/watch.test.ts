import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { serveChannel } from '../../../test/sockets.ts'
import { createTask, createTasks, patchTask } from '../../../test/tasks.ts'
import { UsageError } from '../../kernel/command.ts'
import { Problem, type ProblemDocument } from '../../kernel/problem.ts'
import type { Event } from '../audit/index.ts'
import { liveChannel } from './index.ts'
import { lineOf } from './watch-line.ts'
import { watchCommand } from './watch.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** A run of `cairn watch`. */
class Watching {
  readonly printed: string[] = []
  readonly noted: string[] = []
  readonly #stop = new AbortController()
  readonly ended: Promise<number>
  /** Where it finds the server; it is asked for each connection. */
  place: { url: string; key: string } = server

  constructor(options: Record<string, unknown> = {}, more: { json?: boolean; terminal?: boolean } = {}) {
    this.ended = watchCommand.run!({
      arguments: [],
      options,
      json: false,
      terminal: false,
      ...more,
      settings: server.app.settings,
      signal: this.#stop.signal,
      server: async () => ({ url: this.place.url, key: this.place.key }),
      print: (text) => void this.printed.push(text),
      note: (text) => void this.noted.push(text),
      call: async (operation, input) => {
        const { task_id } = input as { task_id?: number }
        const target = operation === 'tasks.get' ? `/tasks/${task_id}` : '/whoami'
        const { status, body } = await server.get(target)
        if (status < 400) return body as object
        const { code, detail } = body as ProblemDocument
        throw new Problem(code, status, detail)
      },
    })
    this.ended.catch(() => undefined)
  }

  get events(): Event[] {
    return this.printed.map((line) => JSON.parse(line) as Event)
  }

  stop(): Promise<number> {
    this.#stop.abort()
    return this.ended
  }
}

/** The position at which the record ends now. */
async function recordEnd(): Promise<number> {
  const events = bodyOf<Event[]>(await server.get('/events?limit=1000'))
  return events.at(-1)?.sequence ?? 0
}

describe('what is watched', () => {
  test('is printed as lines of JSON where no person reads, and ends with 0 and its position', async () => {
    const watching = new Watching({ after: '0', types: ['task.created,task.updated'] })
    const task = await createTask(server, { title: 'watched' })
    await patchTask(server, task.id, { priority: 5 })
    await eventually('both are printed', () => watching.printed.length >= 2)
    assert.equal(await watching.stop(), 0)
    const all = bodyOf<Event[]>(await server.get('/events?types=task.created&types=task.updated'))
    assert.deepEqual(watching.events, all)
    assert.match(watching.noted.join('\n'), /^`cairn watch --after \d+` goes on from here\.$/)
  })

  test('is told line by line on a terminal', async () => {
    const watching = new Watching({}, { terminal: true })
    await eventually('it watches', () => watching.noted.length === 1)
    assert.match(watching.noted[0]!, /^Watching, from sequence \d+ on; Ctrl-C ends it\.$/)
    const task = await createTask(server, { title: 'Add the retry endpoint' })
    await eventually('it is printed', () => watching.printed.length === 1)
    assert.match(
      watching.printed[0]!,
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d +\\d+  task\\.created +#${task.number} +Add the retry endpoint$`),
    )
    await watching.stop()
  })

  test('is JSON on a terminal, too, where that is asked for', async () => {
    const watching = new Watching({ after: '0' }, { terminal: true, json: true })
    await eventually('something is printed', () => watching.printed.length > 0)
    assert.equal(watching.events[0]!.sequence, 1)
    await watching.stop()
  })

  test('may be some tasks, by number or id', async () => {
    const [one, two, three] = await createTasks(server, [{}, {}, {}])
    const watching = new Watching({ task: [String(one!.number), two!.id], after: '0' })
    for (const task of [three!, two!, one!]) await patchTask(server, task.id, { priority: 5 })
    await eventually('all are printed', () => watching.printed.length === 4)
    assert.deepEqual(
      watching.events.map((event) => (event.data['task'] as { id: string }).id),
      [one!.id, two!.id, two!.id, one!.id],
    )
    await watching.stop()
  })
})

describe('a lost connection', () => {
  /** The live channel on another port: it can end while the rest of the server goes on. */
  const place = (t: TestContext) => serveChannel(t, server, liveChannel())

  test('is made again, and nothing is missed or printed twice', async (t) => {
    const after = await recordEnd()
    const watching = new Watching({ types: ['task.*'], after: String(after) })
    let served = await place(t)
    watching.place = { url: served.url, key: server.key }
    for (let round = 1; round <= 3; round++) {
      await createTasks(server, Array(5).fill({}))
      await eventually('they are printed', () => watching.printed.length === round * 5)
      const next = await place(t)
      watching.place = { url: next.url, key: server.key }
      await served.close()
      served = next
    }
    await createTask(server)
    await eventually('it goes on', () => watching.printed.length === 16)
    assert.equal(await watching.stop(), 0)
    const all = bodyOf<Event[]>(await server.get(`/events?after=${after}&limit=1000`))
    assert.deepEqual(watching.events, all)
    const lost = watching.noted.filter((note) => note.includes('lost'))
    assert.equal(lost.length, 3, 'each is told once')
    assert.match(lost[0]!, new RegExp(`after sequence ${watching.events[4]!.sequence}\\.$`))
  })

  test('is told once, however long it takes', async (t) => {
    const watching = new Watching({ after: '0' })
    const served = await place(t)
    watching.place = { url: served.url, key: server.key }
    await eventually('it watches', () => watching.printed.length > 0)
    let asked = 0
    Object.defineProperty(watching, 'place', {
      get: () => {
        asked++
        return { url: served.url, key: server.key }
      },
    })
    await served.close()
    await eventually('it has tried in vain', () => asked > 4)
    assert.equal(watching.noted.length, 1)
    assert.equal(await watching.stop(), 0)
  })
})

describe('what the server refuses', () => {
  test('ends it with the problem', async () => {
    await assert.rejects(new Watching({ types: ['task.creatd'] }).ended, { code: 'validation_failed' })
    await assert.rejects(new Watching({ task: ['99999999'] }).ended, { code: 'task_not_found' })
    await assert.rejects(new Watching({ after: '-1' }).ended, UsageError)
    const wrong = new Watching()
    wrong.place = { url: server.url, key: 'wrong' }
    await assert.rejects(wrong.ended, { code: 'unauthorized', status: 401 })
  })

  test('ends it later on, too: a key that is revoked while it is used', async () => {
    const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'w', roles: ['viewer'] }), 201)
    const made = bodyOf<{ id: string; key: string }>(
      await server.post('/keys', { name: 'w', user_id: user.id }),
      201,
    )
    const watching = new Watching({ after: '0' })
    watching.place = { url: server.url, key: made.key }
    await eventually('it watches', () => watching.printed.length > 0)
    bodyOf(await server.patch(`/keys/${made.id}`, { revoked: true }))
    await assert.rejects(watching.ended, { code: 'unauthorized' })
  })
})

describe('the program', () => {
  const MAIN = path.join(import.meta.dirname, '..', '..', 'main.ts')

  function start(args: readonly string[], key = server.key) {
    const child = spawn(process.execPath, [MAIN, 'watch', ...args], {
      env: { ...process.env, CAIRN_URL: server.url, CAIRN_API_KEY: key },
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const ended = once(child, 'close').then(([code]) => code as number | null)
    return { child, output, ended }
  }

  test('ends at Ctrl-C with 0', async () => {
    const { child, output, ended } = start(['--after', '0', '--types', 'task.created', 'task.updated'])
    await eventually('it prints', () => output.stdout.includes('\n'))
    child.kill('SIGINT')
    assert.equal(await ended, 0)
    assert.equal((JSON.parse(output.stdout.split('\n')[0]!) as Event).type, 'task.created')
    assert.match(output.stderr, /^`cairn watch --after \d+` goes on from here\.\n$/)
  })

  test('says in one sentence that the key is wrong, and ends with 1', async () => {
    const { output, ended } = start([], 'x'.repeat(40))
    assert.equal(await ended, 1)
    assert.match(output.stderr, /^cairn: unauthorized: [^\n]+\n$/)
    assert.equal(output.stdout, '')
  })
})

describe('a line', () => {
  const event = (type: string, entity: object, old_values: Event['data']['old_values'] = null): Event => ({
    sequence: 4711,
    id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00',
    type,
    timestamp: '2026-11-22T09:30:00.000000Z',
    data: { [type.split('.')[0]!]: entity, old_values },
  })
  const said = (each: Event): string => lineOf(each).slice(10)

  test('says what an event is about', () => {
    const id = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'
    const lines: [Event, string][] = [
      [event('task.created', { id, number: 17, title: 'Build' }), '#17        Build'],
      [
        event(
          'task.updated',
          { number: 17, title: 'Build', priority: 5, description: 'y', tags: [] },
          { priority: 3, description: 'x'.repeat(100), tags: ['a'], version: 2 },
        ),
        '#17        Build  (priority 3 → 5, description, tags)',
      ],
      [event('execution.started', { id, task_id: id, worker_id: 'w-1' }), '…4f3f2a10  of …4f3f2a10 by w-1'],
      [
        event('dependency.added', { id, task_id: id, depends_on_task_id: id }),
        '…4f3f2a10  …4f3f2a10 waits for …4f3f2a10',
      ],
      [event('key.created', { id, name: 'bifrost' }), '…4f3f2a10  bifrost'],
    ]
    for (const [each, expected] of lines)
      assert.equal(said(each), `   4711  ${each.type.padEnd(20)}  ${expected}`)
  })

  test('does nothing to the terminal, whatever somebody has written', () => {
    const title = '\u001b[2J\u001b]0;owned\u0007 \u009b31m a\nb\r\u202Eevil\u2028'
    for (const line of [
      lineOf(event('task.created', { number: 1, title })),
      lineOf(event('task.updated', { number: 1, [title]: 'x' }, { [title]: title })),
      lineOf(event('execution.started', { id: title, task_id: title, worker_id: title })),
    ])
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    assert.ok([...lineOf(event('task.created', { number: 1, title: '😀'.repeat(500) }))].length < 140)
  })
})
