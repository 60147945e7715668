import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { eventually } from '../../../test/eventually.ts'
import { testDatabase } from '../../../test/postgres.ts'
import { Workplace, type Running } from './testing.ts'

/** Where a started server says that it is, once it does. */
const addressOf = async (running: Running): Promise<string> =>
  (await running.said(/serves at (http:\S+)/))[1]!

const ask = (url: string, key: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    ...init,
    headers: {
      authorization: `Bearer ${key}`,
      ...(init.body ? { 'content-type': 'application/json' } : {}),
      ...(init.headers as Record<string, string> | undefined),
    },
  })

describe('with the embedded database', () => {
  const place = new Workplace()
  const data = path.join(place.directory, '.cairn')
  const file = (name: string): string => path.join(data, name)
  let first: Running
  let url: string
  let key: string
  before(async () => {
    first = place.start(['serve'], { PORT: '0' })
    url = await addressOf(first)
    key = readFileSync(file('operator.key'), 'utf8').trim()
  })
  after(() => place.close())

  test('a first start says in ten lines at most where it is, where the key is, and what to do', async () => {
    await first.said(/Ctrl-C stops it\.\n/)
    const lines = first.stdout().trimEnd().split('\n')
    assert.ok(lines.length <= 10, `${lines.length} lines`)
    assert.ok(lines.includes(`Operator's key: ${file('operator.key')}`))
    assert.ok(lines.some((line) => line.includes('npx cairn keys create')))
    assert.ok(!first.stdout().includes(key), 'the key itself is not printed')
    assert.equal(statSync(file('operator.key')).mode & 0o777, 0o600)
    assert.equal((await ask(`${url}/whoami`, key)).status, 200)
  })

  test('the command line finds the server and its key by the data directory', async () => {
    const [found, configured] = await Promise.all([
      place.run(['api', 'tasks.create', '--title', 'Before the crash']),
      place.run(['config', '--json']),
    ])
    assert.equal(found.code, 0, found.stderr)
    const listed = JSON.parse(configured.stdout) as { name: string; source: string }[]
    assert.equal(listed.find((each) => each.name === 'CAIRN_API_KEY')?.source, file('operator.key'))
  })

  test('a data directory that is in use, and a port that is taken, are refused in one sentence', async () => {
    const { port } = new URL(url)
    const [directory, address] = await Promise.all([
      place.run(['serve'], { PORT: '0' }),
      place.run(['serve'], { PORT: port }),
    ])
    for (const { code, stdout } of [directory, address]) assert.deepEqual([code, stdout], [2, ''])
    assert.match(directory.stderr, /^cairn: embedded_database: [^\n]* in use by process \d+; [^\n]*\n$/)
    assert.match(
      address.stderr,
      /^cairn: wrong_settings: [^\n]* is taken by the Cairn Codex of this data directory [^\n]*\n$/,
    )
    assert.equal((await ask(`${url}/health`, key)).status, 200, 'and the running server goes on')
  })

  test("after kill -9 whoever takes the server's port is not sent its key", async () => {
    first.child.kill('SIGKILL')
    await first.ended()
    const { port } = new URL(url)
    let heard = ''
    const stranger = createServer((socket) =>
      socket.on('data', (bytes) => {
        heard += String(bytes)
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      }),
    )
    stranger.listen(Number(port), '127.0.0.1')
    await once(stranger, 'listening')
    const said = JSON.parse(readFileSync(file('server.json'), 'utf8')) as object
    const list = ['api', 'tasks.list']
    const killed = await place.run(list)
    const byPort = await place.run(list, { PORT: port })
    // Its pid has been given to another process since.
    writeFileSync(file('server.json'), JSON.stringify({ ...said, pid: process.pid }))
    const another = await place.run(list)
    stranger.close()
    for (const { code, stderr } of [killed, byPort, another]) {
      assert.equal(code, 3)
      assert.match(stderr, /^cairn: server_unreachable: No server runs on /)
    }
    assert.equal(heard, '')
  })

  test('after kill -9 the next start has what was acknowledged, under the same key', async () => {
    const second = place.start(['serve', '--json'], { PORT: '0' })
    const { url: again } = JSON.parse((await second.said(/^\{.*\}\n/))[0]) as { url: string }
    const answer = await ask(`${again}/tasks`, key)
    const tasks = (await answer.json()) as { title: string }[]
    assert.deepEqual(
      tasks.map((each) => each.title),
      ['Before the crash'],
    )
    second.child.kill('SIGTERM')
    assert.equal((await second.ended()).code, 0)
    assert.ok(!existsSync(file('server.json')))
  })

  test('migrate starts the database, tells the state of the schema, and stops it again', async () => {
    const up = await place.run(['migrate', 'up'])
    assert.deepEqual([up.code, up.stdout], [0, 'Nothing to do: the schema is up to date.\n'])
    const { code, stdout } = await place.run(['migrate', 'status', '--json'])
    assert.equal(code, 0)
    const states = JSON.parse(stdout) as { state: string }[]
    assert.ok(states.length > 0)
    assert.ok(states.every((each) => each.state === 'applied'))
  })

  test('a signal while the embedded database starts leaves none running', async () => {
    const lock = file('postgres/postmaster.pid')
    for (const [args, expected] of [
      [['migrate', 'up'], 1],
      [['serve'], 0],
    ] as const) {
      const running = place.start(args, { PORT: '0' })
      await eventually('PostgreSQL is being started', () => existsSync(lock))
      const postmaster = Number(readFileSync(lock, 'utf8').split('\n')[0])
      running.child.kill('SIGINT')
      const { code, stderr } = await running.ended()
      assert.equal(code, expected, stderr)
      assert.ok(!existsSync(lock), `${args.join(' ')} left PostgreSQL running (process ${postmaster})`)
    }
  })

  test('a server whose embedded database dies ends with 1', async () => {
    const third = place.start(['serve'], { PORT: '0' })
    await addressOf(third)
    const postmaster = readFileSync(file('postgres/postmaster.pid'), 'utf8').split('\n')[0]
    process.kill(Number(postmaster), 'SIGKILL')
    assert.equal((await third.ended()).code, 1)
  })
})

describe('with a database of its own', () => {
  const place = new Workplace()
  const key = 'k'.repeat(40)
  let database: Awaited<ReturnType<typeof testDatabase>>
  let client: pg.Client
  let environment: Record<string, string>
  before(async () => {
    database = await testDatabase()
    client = new pg.Client({ connectionString: database.url })
    await client.connect()
    environment = { DATABASE_URL: database.url, CAIRN_API_KEY: key, PORT: '0' }
  })
  after(async () => {
    await place.close()
    await client.end()
    await database.drop()
  })

  test('a key is required, and a database that is not there is a clear sentence', async () => {
    const gone = new URL(database.url)
    gone.pathname = '/no_such_database'
    const unreachable = `postgresql://me:open-sesame@127.0.0.1:${await closedPort()}/cairn`
    const deaf = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(deaf, 'listening')
    const hangsUp = `postgresql://me:open-sesame@127.0.0.1:${(deaf.address() as AddressInfo).port}/cairn`
    const [keyless, missing, closed, hungUp] = await Promise.all([
      place.run(['serve'], { DATABASE_URL: database.url, PORT: '0' }),
      place.run(['serve'], { ...environment, DATABASE_URL: gone.href }),
      place.run(['serve'], { ...environment, DATABASE_URL: unreachable }),
      place.run(['serve'], { ...environment, DATABASE_URL: hangsUp }),
    ])
    deaf.close()
    assert.equal(keyless.code, 2)
    assert.match(keyless.stderr, /^cairn: wrong_settings: CAIRN_API_KEY is required with DATABASE_URL/)
    assert.equal(missing.code, 2)
    assert.match(
      missing.stderr,
      /^cairn: wrong_settings: [^\n]*no_such_database[^\n]*; correct DATABASE_URL\.\n$/,
    )
    assert.equal(closed.code, 1)
    assert.match(closed.stderr, /^cairn: failed: [^\n]*ECONNREFUSED[^\n]*\n$/)
    assert.equal(hungUp.code, 1)
    assert.match(hungUp.stderr, /^cairn: failed: The database at [^\n]* cannot be reached [^\n]*\n$/)
    for (const { stderr } of [closed, hungUp]) assert.doesNotMatch(stderr, /open-sesame/)
  })

  test('a database that lets nothing be made is a clear sentence', async () => {
    const { url, drop } = await testDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await client.end()
    const [powerless, read] = await Promise.all(
      ['role=pg_monitor', 'default_transaction_read_only=on'].map((option) => {
        const limited = new URL(url)
        limited.searchParams.set('options', `-c ${option}`)
        return place.run(['serve'], { ...environment, DATABASE_URL: limited.href })
      }),
    )
    assert.equal(powerless!.code, 1)
    assert.match(
      powerless!.stderr,
      /^cairn: failed: The role of DATABASE_URL [^\n]*; make it the owner[^\n]*\n$/,
    )
    assert.equal(read!.code, 1)
    assert.match(read!.stderr, /^cairn: failed: The database at [^\n]* can only be read [^\n]*\n$/)
    await drop()
  })

  test('a start that waits for a database that says nothing gives up, and ends at once by a signal', async () => {
    let waits = 0
    const silent = createServer(() => waits++).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const waiting = { ...environment, DATABASE_URL: `postgresql://me@127.0.0.1:${port}/cairn` }
    const given = place.run(['serve'], waiting)
    const stopped = place.start(['serve'], waiting)
    await eventually('both wait', () => waits === 2)
    stopped.child.kill('SIGTERM')
    assert.equal((await stopped.ended()).code, 0)
    const { code, stderr } = await given
    assert.equal(code, 1)
    assert.match(stderr, /^cairn: failed: The database at [^\n]* cannot be reached [^\n]*timeout[^\n]*\n$/)
    silent.close()
  })

  test('SIGTERM answers what waits, and then stops with 0', async () => {
    const running = place.start(['serve'], environment)
    const url = await addressOf(running)
    const waiting = ask(`${url}/tasks/claim`, key, {
      method: 'POST',
      body: JSON.stringify({ worker_id: 'w', agent_type: 'coder', wait_seconds: 30 }),
      headers: { 'idempotency-key': 'drained' },
    })
    await until(`SELECT FROM idempotency_keys WHERE key = 'drained'`)
    running.child.kill('SIGTERM')
    const answer = await waiting
    assert.deepEqual([answer.status, await answer.json()], [200, []])
    assert.equal((await running.ended()).code, 0)
  })

  test('a start that fails halfway ends the process, with the reason', async () => {
    // The schema is as it should be, as far as its versions tell.
    await client.query('ALTER TABLE pgboss.queue RENAME TO elsewhere')
    try {
      const running = place.start(['serve'], environment)
      const late = setTimeout(() => running.child.kill('SIGKILL'), 20_000)
      const { code, stderr } = await running.ended()
      clearTimeout(late)
      assert.equal(code, 1, stderr)
      assert.match(stderr, /"pgboss\.queue" does not exist/)
    } finally {
      await client.query('ALTER TABLE pgboss.elsewhere RENAME TO queue')
    }
  })

  test('a second signal ends a server at once that still has something to answer', async () => {
    const running = place.start(['serve'], environment)
    const url = await addressOf(running)
    await client.query('BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE')
    const stuck = ask(`${url}/tasks`, key).catch((error: unknown) => error)
    await until('SELECT FROM pg_locks WHERE NOT granted')
    running.child.kill('SIGTERM')
    while (!running.stderr().includes('stopping')) await once(running.child.stderr!, 'data')
    running.child.kill('SIGTERM')
    assert.equal((await running.ended()).code, 1)
    assert.ok((await stuck) instanceof Error)
    await client.query('ROLLBACK')
  })

  test('a server goes on serving when nobody reads what it prints', async () => {
    const port = await closedPort()
    const running = place.start(['serve'], { ...environment, PORT: port })
    running.child.stdout!.destroy()
    running.child.stderr!.destroy()
    const health = (): Promise<boolean> =>
      ask(`http://127.0.0.1:${port}/health`, key).then(
        (answer) => answer.ok,
        () => false,
      )
    while (!(await health())) {
      assert.equal(running.child.exitCode, null, 'it ended')
      await sleep(50)
    }
    for (let request = 0; request < 5; request++)
      assert.equal((await ask(`http://127.0.0.1:${port}/whoami`, key)).status, 200)
    running.child.kill('SIGTERM')
    assert.equal((await running.ended()).code, 0)
  })

  /** Waits until a query has a row. */
  async function until(query: string): Promise<void> {
    while ((await client.query(query)).rowCount === 0) await sleep(20)
  }
})

/** A port on which nothing listens. */
function closedPort(): Promise<string> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(String(port)))
    })
  })
}
