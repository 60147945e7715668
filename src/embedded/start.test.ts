import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { accountToRunAs } from './account.ts'
import { chooseAddress, urlOf } from './address.ts'
import { installedBinaries, makeRunnable } from './binaries.ts'
import { startEmbeddedPostgres } from './index.ts'
import { isRunning } from './process-identity.ts'
import { launchServer, stopServer } from './server.ts'
import { trimLog } from './server-log.ts'
import { BINARY_SHELTERS } from './shelter.ts'
import { runStart, scratch, serverPid, sql, start } from './testing.ts'

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

test('a first start makes a UTF8 database that knows letters beyond ASCII, and a second start keeps its rows', async () => {
  const dataDir = join(await scratch(), 'not', 'there yet, "odd" ü%20')
  const first = await start(dataDir)
  assert.equal(first.adopted, false)
  const [database] = await sql(
    first.url,
    `select current_database() as name, current_user as user, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
            lower('ÄЗ') as lower, 'a' collate "default" > 'B' as by_code_point
       from pg_database where datname = current_database()`,
  )
  assert.deepEqual(database, {
    name: 'cairn',
    user: 'cairn',
    encoding: 'UTF8',
    provider: 'b',
    lower: 'äз',
    by_code_point: true,
  })
  await sql(first.url, `create extension pg_trgm; create table kept as select 'row' as text`)
  if (process.platform === 'linux')
    assert.deepEqual(await sql(first.url, `select cardinality(show_trgm('задача')) as trigrams`), [
      { trigrams: 7 },
    ])
  await first.stop()
  await first.stop()

  const second = await start(dataDir)
  assert.equal(second.adopted, false)
  assert.equal(second.url, first.url)
  assert.deepEqual(await sql(second.url, 'select text from kept'), [{ text: 'row' }])
  await second.stop()
  assert.deepEqual((await readdir(dataDir)).sort(), [
    'cairn.lock',
    'postgres',
    'postgres.log',
    'postgres.password',
  ])
})

test('nobody gets in without the password, and what holds it is for its owner alone', async () => {
  const dataDir = await scratch()
  const { url, stop } = await start(dataDir)
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim()
  assert.match(password, /^[\w-]{43}$/)
  assert.ok(url.includes(password))
  for (const wrong of ['', 'guess'])
    await assert.rejects(sql(url.replace(password, wrong), 'select 1'), /password/)
  const [{ stored } = {}] = await sql(
    url,
    `select substr(rolpassword, 1, 14) as stored from pg_authid where rolname = 'cairn'`,
  )
  assert.equal(stored, 'SCRAM-SHA-256$')
  const rules = await sql(
    url,
    `select auth_method from pg_hba_file_rules where auth_method <> 'scram-sha-256'`,
  )
  assert.deepEqual(rules, [])
  await stop()
  assert.equal(await modeOf(join(dataDir, 'postgres')), '700')
  assert.equal(await modeOf(join(dataDir, 'postgres.log')), '600')
  assert.equal(await modeOf(join(dataDir, 'postgres.password')), '600')

  await chmod(join(dataDir, 'postgres.password'), 0o644)
  await (await start(dataDir)).stop()
  assert.equal(await modeOf(join(dataDir, 'postgres.password')), '600')

  await writeFile(join(dataDir, 'postgres.password'), 'another\n')
  await assert.rejects(start(dataDir), /does not take the password in postgres.password; restore that file/)
  assert.equal(await serverPid(join(dataDir, 'postgres')), 0)
  await rm(join(dataDir, 'postgres.password'))
  await assert.rejects(start(dataDir), /The password of the database in .* is missing; restore /)
})

test('by default an acknowledged row is on the disk, times are UTC, and vacuum comes often', async () => {
  const { url, stop } = await startEmbeddedPostgres({
    dataDir: await scratch(),
    settings: { max_connections: '30' },
  })
  const settings = await sql(
    url,
    `select name, setting from pg_settings where name = any($1) order by name collate "C"`,
    [
      'TimeZone',
      'autovacuum_naptime',
      'fsync',
      'jit',
      'listen_addresses',
      'log_timezone',
      'max_connections',
      'synchronous_commit',
      'unix_socket_permissions',
    ],
  )
  assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
    TimeZone: 'UTC',
    autovacuum_naptime: '5',
    fsync: 'on',
    jit: 'off',
    listen_addresses: '',
    log_timezone: 'UTC',
    max_connections: '30',
    synchronous_commit: 'on',
    unix_socket_permissions: '0700',
  })
  await stop()
})

test('a data directory in use is refused in one sentence that names the process, and free once that has stopped', async () => {
  const dataDir = await scratch()
  const other = runStart(dataDir)
  await other.line('started')
  await assert.rejects(start(dataDir), {
    name: 'EmbeddedPostgresError',
    message: `${dataDir} is in use by process ${other.pid}; stop it or set CAIRN_DATA_DIR to another directory.`,
  })
  await other.kill()
  await (await start(dataDir)).stop()
})

test('the environment gets in no way, and its secrets do not get to the server', async () => {
  const foreign = {
    PGHOST: 'elsewhere',
    PGPORT: '1',
    PGDATA: '/nowhere',
    PGSSLMODE: 'require',
    LC_ALL: 'xx_YY',
    TZ: 'Asia/Tokyo',
    CAIRN_API_KEY: 'the-key-of-the-operator',
  }
  const before = Object.fromEntries(Object.keys(foreign).map((name) => [name, process.env[name]]))
  Object.assign(process.env, foreign)
  try {
    const dataDir = await scratch()
    const { url, stop } = await start(dataDir)
    assert.deepEqual(
      await sql(
        url,
        `select current_setting('TimeZone') as zone, current_setting('lc_messages') as language`,
      ),
      [{ zone: 'UTC', language: 'C' }],
    )
    if (process.platform === 'linux') {
      const environment = await readFile(
        `/proc/${await serverPid(join(dataDir, 'postgres'))}/environ`,
        'utf8',
      )
      assert.match(environment, /PATH=/)
      assert.ok(!environment.includes('the-key-of-the-operator'))
    }
    await stop()
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
})

test('two instances live side by side', async () => {
  const [one, two] = await Promise.all([start(await scratch()), start(await scratch())])
  await sql(one.url, 'create table only_here ()')
  await assert.rejects(sql(two.url, 'select from only_here'), /does not exist/)
  await one.stop()
  assert.deepEqual(await sql(two.url, 'select 1 as one'), [{ one: 1 }])
  await two.stop()
})

test('Ctrl-C on the terminal does not reach the server', async () => {
  const dataDir = await scratch()
  const other = runStart(dataDir, { detached: true })
  const url = (await other.line('started')).slice('started '.length)
  process.kill(-other.pid, 'SIGINT')
  process.kill(-other.pid, 'SIGHUP')
  await other.kill()
  assert.deepEqual(await sql(url, 'select 1 as one'), [{ one: 1 }])
})

test('a path too long for a socket gets a short one for as long as the server runs', async () => {
  const dataDir = join(await scratch(), 'd'.repeat(120))
  const server = await start(dataDir)
  const socketDirectory = decodeURIComponent(new URL(server.url).hostname)
  assert.ok(Buffer.byteLength(socketDirectory) < 80, socketDirectory)
  assert.equal(await modeOf(socketDirectory), '700')
  assert.deepEqual(await sql(server.url, 'select 1 as one'), [{ one: 1 }])
  await server.stop()
  await assert.rejects(stat(socketDirectory), { code: 'ENOENT' })
})

test('without any place for a socket it listens on a free port of the loopback, and nowhere else', async () => {
  const dataDir = join(await scratch(), 'd'.repeat(120))
  await (await start(dataDir)).stop()
  const cluster = join(dataDir, 'postgres')
  const account = await accountToRunAs(cluster)
  const options = {
    binaries: await makeRunnable(await installedBinaries(), account, BINARY_SHELTERS),
    account,
    cluster,
    password: (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim(),
    logFile: join(dataDir, 'postgres.log'),
    settings: { fsync: 'off' },
  }
  assert.equal((await chooseAddress(cluster, account, [])).host, '127.0.0.1')
  const server = await launchServer(options, [])
  const url = urlOf(server.address, 'cairn', options.password, 'cairn')
  assert.deepEqual(
    await sql(
      url,
      `select current_setting('listen_addresses') as addresses, host(inet_server_addr()) as address,
              current_setting('unix_socket_directories') as sockets`,
    ),
    [{ addresses: '127.0.0.1', address: '127.0.0.1', sockets: '' }],
  )
  await stopServer(server, options)
  assert.equal(isRunning(server.pid), false)
})

test('a server that does not start says why in the last lines of its log, and leaves nothing behind', async () => {
  const dataDir = await scratch()
  await (await start(dataDir)).stop()
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim()
  await assert.rejects(
    startEmbeddedPostgres({ dataDir, settings: { shared_buffers: 'plenty' } }),
    (error) => {
      assert.ok(error instanceof Error)
      assert.match(
        error.message,
        /^The embedded PostgreSQL did not start; the last lines of its log, .* say why:\n/,
      )
      assert.match(error.message, /invalid value for parameter "shared_buffers": "plenty"/)
      assert.ok(!error.message.includes(password))
      return true
    },
  )
  await (await start(dataDir)).stop()
})

test('a database of another major version is refused, and untouched', async () => {
  const dataDir = await scratch()
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '14\n')
  await writeFile(join(dataDir, 'postgres.password'), 'secret\n')
  if (process.getuid?.() === 0) {
    await assert.rejects(start(dataDir), /belongs to root, and PostgreSQL refuses that; give it to /)
    const account = await accountToRunAs()
    await chown(join(dataDir, 'postgres'), account?.uid ?? 0, account?.gid ?? 0)
  }
  await assert.rejects(start(dataDir), /was made by PostgreSQL 14 and this Cairn brings 18; /)
  assert.deepEqual(await readdir(join(dataDir, 'postgres')), ['PG_VERSION'])
})

test('what is no database is neither used nor removed', async () => {
  const dataDir = await scratch()
  await mkdir(join(dataDir, 'postgres'))
  await writeFile(join(dataDir, 'postgres', 'thesis.txt'), 'years of work')
  await assert.rejects(
    start(dataDir),
    /postgres is in the way: it is no PostgreSQL database, and not empty; /,
  )
  assert.equal(await readFile(join(dataDir, 'postgres', 'thesis.txt'), 'utf8'), 'years of work')

  const file = join(dataDir, 'postgres', 'thesis.txt')
  await assert.rejects(
    start(file),
    /The data directory .*thesis.txt cannot be used \(.*\); make it writable or set /,
  )
})

test('the log of the server is bounded, and its last lines are kept', async () => {
  const log = join(await scratch(), 'postgres.log')
  await writeFile(log, 'a'.repeat(90))
  await trimLog(log, 100)
  assert.equal((await stat(log)).size, 90)
  await writeFile(log, 'b'.repeat(110))
  await trimLog(log, 100)
  assert.equal((await stat(log)).size, 0)
  assert.equal(await readFile(`${log}.1`, 'utf8'), 'b'.repeat(110))
  assert.deepEqual((await readdir(dirname(log))).sort(), ['postgres.log', 'postgres.log.1'])
})
