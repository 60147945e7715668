import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning } from './process-identity.ts'
import { killServer, type Other, run, runStart, scratch, serverPid, sql, start, until } from './testing.ts'

/** Another process that starts a database and adds rows to it, one by one; prints `row N` once N was acknowledged. */
const runWriter = (dataDir: string): Other =>
  run(
    `import { startEmbeddedPostgres } from 'HEREindex.ts'
     import pg from 'pg'
     const { url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } })
     const client = new pg.Client({ connectionString: url })
     client.on('error', () => undefined)
     await client.connect()
     await client.query('create table written (n int primary key)')
     for (let n = 1; ; n++) {
       await client.query('insert into written values ($1)', [n])
       console.log('row ' + n)
     }`.replace("from 'pg'", `from '${import.meta.resolve('pg')}'`),
  )

/** Each row that the writer knows of is there. */
async function assertKept(url: string, writer: Other): Promise<void> {
  const acknowledged = writer.lines.filter((line) => line.startsWith('row ')).length
  assert.ok(acknowledged >= 200)
  const [row] = await sql(url, 'select count(*) as count from written where n <= $1', acknowledged)
  assert.equal(Number(row?.['count']), acknowledged)
}

test('after kill -9 of its parent the server is adopted, with every acknowledged row', async () => {
  const dataDir = await scratch()
  const writer = runWriter(dataDir)
  await writer.line('row 200')
  await writer.kill()
  const pid = await serverPid(join(dataDir, 'postgres'))
  assert.ok(isRunning(pid))

  const messages: string[] = []
  const server = await start(dataDir, (message) => messages.push(message))
  assert.equal(server.adopted, true)
  assert.equal(await serverPid(join(dataDir, 'postgres')), pid)
  assert.deepEqual(messages, [
    `Took over PostgreSQL (process ${pid}), which an earlier process had left running.`,
  ])
  await assertKept(server.url, writer)
  await server.stop()
  assert.equal(isRunning(pid), false)
})

test('after kill -9 of the server a start recovers every acknowledged row', async () => {
  const dataDir = await scratch()
  const writer = runWriter(dataDir)
  await writer.line('row 200')
  await killServer(join(dataDir, 'postgres'))
  await writer.kill()
  const server = await start(dataDir)
  assert.equal(server.adopted, false)
  await assertKept(server.url, writer)
  await server.stop()
})

test('the death of a server is told, of one that was adopted too, and its stopping is not', async () => {
  const dataDir = await scratch()
  const cluster = join(dataDir, 'postgres')
  const launched = await start(dataDir)
  await killServer(cluster)
  await launched.died
  await launched.stop()

  const other = runStart(dataDir)
  await other.line('started')
  await other.kill()
  const adopted = await start(dataDir)
  assert.equal(adopted.adopted, true)
  await killServer(cluster)
  await adopted.died
  await adopted.stop()

  const stopped = await start(dataDir)
  let told = false
  void stopped.died.then(() => (told = true))
  await stopped.stop()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(told, false)
})

test('a start waits for the busy processes of a killed server, and runs beside none of them', async (t) => {
  const dataDir = await scratch()
  const first = await start(dataDir)
  const busy = sql(first.url, `set application_name = 'busy'; do 'begin loop null; end loop; end'`)
  const failed = assert.rejects(busy)
  let pid = 0
  await until(async () => {
    const query = `select pid from pg_stat_activity where application_name = 'busy' and query like 'set%do%'`
    pid = Number((await sql(first.url, query))[0]?.['pid'] ?? 0)
    return pid > 0
  })
  const kill = () => void (isRunning(pid) && process.kill(pid, 'SIGKILL'))
  t.after(kill)
  await killServer(join(dataDir, 'postgres'))
  await first.stop()
  const second = start(dataDir)
  await until(async () =>
    /shared memory block.*still in use/.test(await readFile(join(dataDir, 'postgres.log'), 'utf8')),
  )
  assert.ok(isRunning(pid))
  kill()
  await failed
  assert.deepEqual(await sql((await second).url, 'select 1 as one'), [{ one: 1 }])
  await (await second).stop()
})

test('a server that is on its way down is waited for, and a new one started', async () => {
  const dataDir = await scratch()
  const other = runStart(dataDir)
  await other.line('started')
  await other.kill()
  process.kill(await serverPid(join(dataDir, 'postgres')), 'SIGINT')
  const server = await start(dataDir)
  assert.equal(server.adopted, false)
  assert.deepEqual(await sql(server.url, 'select 1 as one'), [{ one: 1 }])
  await server.stop()
})

for (const [whose, script] of [
  ['whose pid another program has by now', 'echo $$; exec sleep 60'],
  ['that nobody has collected', 'sleep 0 & echo $!; exec sleep 60'],
] as const)
  test(`a dead server ${whose} does not hinder the next`, async () => {
    const dataDir = await scratch()
    const cluster = join(dataDir, 'postgres')
    await (await start(dataDir)).stop()
    const { uid, gid } = await stat(cluster)
    const stranger = spawn('sh', ['-c', script], { uid, gid, stdio: ['ignore', 'pipe', 'ignore'] })
    const [said] = (await once(stranger.stdout, 'data')) as [Buffer]
    const pid = said.toString().trim()
    const left = `${pid}\n${cluster}\n1700000000\n5432\n${cluster}\n\n  1 1\nready   \n`
    for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
      await writeFile(join(cluster, name), left, { mode: 0o600 })
      await chown(join(cluster, name), uid, gid)
    }
    const server = await start(dataDir)
    assert.equal(server.adopted, false)
    assert.deepEqual(await sql(server.url, 'select 1 as one'), [{ one: 1 }])
    await server.stop()
    assert.equal(stranger.exitCode, null)
    stranger.kill('SIGKILL')
  })

for (const [what, whole] of [
  ['with all that it had started', true],
  ['alone, its initdb still writing', false],
] as const)
  test(`a first start that was killed halfway, ${what}, does not hinder the next`, async () => {
    const dataDir = await scratch()
    const other = runStart(dataDir, { detached: true })
    // Its templates are being made: far enough to look like a database, too early to be one.
    await until(async () => {
      const unfinished = (await readdir(dataDir)).find((name) => name.startsWith('postgres.init-'))
      if (!unfinished) return false
      const version = join(dataDir, unfinished, 'cluster', 'PG_VERSION')
      return (await readFile(version, 'utf8').catch(() => '')) !== ''
    })
    if (whole) process.kill(-other.pid, 'SIGKILL')
    await other.kill()
    assert.deepEqual(
      other.lines.filter((line) => line.startsWith('started')),
      [],
    )
    const server = await start(dataDir)
    assert.deepEqual(await sql(server.url, 'select 1 as one'), [{ one: 1 }])
    await server.stop()
    const left = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.init-'))
    if (whole) assert.deepEqual(left, [])
  })
