import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { features } from '../../features/index.ts'
import { assemble } from '../../kernel/application.ts'
import { fieldsOf } from '../http/input.ts'
import { fieldOptions } from './fields.ts'
import { manifest } from '../openapi/manifest.ts'
import { Workplace, type Ended } from './testing.ts'

const place = new Workplace()
after(() => place.close())

const KEY = 'k'.repeat(40)

/** Nothing but one sentence on stderr, under this code. */
function refused({ code, stdout, stderr }: Ended, exit: number, problem: string): string {
  assert.equal(code, exit, stderr)
  assert.equal(stdout, '')
  assert.match(stderr, new RegExp(`^cairn: ${problem}: [^\\n]+\\n$`))
  return stderr
}

test('the version and the help need no settings, and help tells the exit codes', async () => {
  const wrong = { PORT: 'none' }
  const [version, help] = await Promise.all([place.run(['--version'], wrong), place.run(['--help'], wrong)])
  assert.deepEqual(version, { code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  assert.equal(help.code, 0)
  assert.match(
    help.stdout,
    /Exit codes: 0 done, 1 failed[^]*2 wrong usage or settings, 3 the server is not reachable/,
  )
})

test('an unknown command is wrong usage, and the nearest one is named', async () => {
  const [top, below] = await Promise.all([place.run(['serv']), place.run(['migrate', 'statsu'])])
  assert.match(refused(top, 2, 'wrong_usage'), /unknown command 'serv'; did you mean serve\?/)
  assert.match(refused(below, 2, 'wrong_usage'), /did you mean status\?/)
})

test('a .env keeps its first line after a byte order mark, and one that is no UTF-8 is refused by its name', async () => {
  const dotenv = path.join(place.directory, '.env')
  const text = 'DATABASE_URL=postgresql://me@localhost/cairn\nPORT=4001\n'
  const listed = async (bytes: Buffer): Promise<Ended> => {
    writeFileSync(dotenv, bytes)
    return place.run(['config', '--json'])
  }
  try {
    const marked = await listed(Buffer.from(`\ufeff${text}`))
    assert.equal(marked.code, 0, marked.stderr)
    const settings = JSON.parse(marked.stdout) as { name: string; source: string }[]
    assert.equal(settings.find(({ name }) => name === 'DATABASE_URL')?.source, '.env')
    for (const bytes of [
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(text, 'utf16le'),
      Buffer.from('PORT=4001 # für uns\n', 'latin1'),
    ])
      assert.match((await listed(bytes)).stderr, /"\.env is no text in UTF-8;/)
  } finally {
    rmSync(dotenv)
  }
})

test('what is said of a database that is not named is refused, and no embedded one started', async () => {
  for (const [name, value] of [
    ['DATABASE_DIRECT_URL', 'postgresql://me@localhost/cairn'],
    ['DATABASE_POOLER', 'transaction'],
  ] as const) {
    const ended = await place.run(['migrate', 'up'], { [name]: value })
    assert.equal(
      refused(ended, 2, 'wrong_settings'),
      `cairn: wrong_settings: ${name} has no effect without DATABASE_URL.\n`,
    )
  }
})

test('a group of commands by itself, an unknown option and an unknown operation are wrong usage', async () => {
  const [group, option, operation] = await Promise.all([
    place.run(['migrate']),
    place.run(['api', 'access.whoami', '--hue', 'red']),
    place.run(['api', 'access.whoam']),
  ])
  assert.match(refused(group, 2, 'wrong_usage'), /cairn migrate needs one of its commands/)
  assert.match(refused(option, 2, 'wrong_usage'), /unknown option '--hue'/)
  assert.match(refused(operation, 2, 'wrong_usage'), /did you mean access\.whoami\?/)
})

test('wrong settings are told all at once, an unknown name with the nearest one', async () => {
  const environment = { PORT: '70000', CAIRN_LOGLEVEL: 'debug', DATABASE_URL: 'mysql://somewhere' }
  const { code, stdout, stderr } = await place.run(['serve'], environment)
  assert.equal(code, 2)
  assert.equal(stdout, '')
  const lines = stderr.trimEnd().split('\n')
  assert.equal(lines.length, 3)
  for (const [index, words] of [
    /PORT must be a whole number/,
    /DATABASE_URL must be/,
    /mean CAIRN_LOG_LEVEL\?/,
  ].entries())
    assert.match(lines.find((line) => words.test(line)) ?? '', /^cairn: wrong_settings: /, `fault ${index}`)
})

test('a setting that would give away a password, or believe everybody, is refused without being shown', async () => {
  const environment = {
    CAIRN_URL: 'https://me:open-sesame@cairn.example.com',
    CAIRN_TRUSTED_PROXIES: '0.0.0.0/0',
  }
  const { code, stdout, stderr } = await place.run(['config'], environment)
  assert.equal(code, 2)
  assert.match(stderr, /CAIRN_URL must not carry a user or a password/)
  assert.match(stderr, /CAIRN_TRUSTED_PROXIES must list addresses or networks/)
  assert.doesNotMatch(stdout + stderr, /open-sesame/)
  for (const proxies of ['10', '0x7f.1', '10.0.0.0/33', 'proxy', '::/0'])
    assert.equal((await place.run(['config'], { CAIRN_TRUSTED_PROXIES: proxies })).code, 2, proxies)
  for (const proxies of ['10.0.0.0/8, 192.0.2.1', '::1', '2001:db8::/32'])
    assert.equal((await place.run(['config'], { CAIRN_TRUSTED_PROXIES: proxies })).code, 0, proxies)
})

test('a .env that cannot be read is named', async () => {
  const dotenv = path.join(place.directory, '.env')
  rmSync(dotenv, { force: true })
  mkdirSync(dotenv)
  const { code, stderr } = await place.run(['config'])
  rmdirSync(dotenv)
  assert.equal(code, 2)
  assert.match(stderr, /^cairn: wrong_settings: \.env cannot be read \(.*\); make it a readable file/)
})

test('settings that make no sense together stop a start, in one sentence', async () => {
  const { code, stderr } = await place.run(['serve'], { CAIRN_FLY_APP: 'events' })
  assert.equal(code, 2)
  assert.equal(stderr, 'cairn: wrong_settings: CAIRN_FLY_APP has no effect without CAIRN_EVENT_STORE_URL.\n')
})

test('with --json a fault is one problem document, and stdout stays empty', async () => {
  const { code, stdout, stderr } = await place.run(['config', '--json'], { PORT: 'x' })
  assert.equal(code, 2)
  assert.equal(stdout, '')
  const problem = JSON.parse(stderr) as { code: string; errors: string[] }
  assert.equal(problem.code, 'wrong_settings')
  assert.equal(problem.errors.length, 1)
})

test('config shows every setting, where it came from, and neither key nor password', async () => {
  writeFileSync(path.join(place.directory, '.env'), 'CAIRN_LOG_LEVEL=warn\nPORT=4001\n')
  const environment = {
    CAIRN_API_KEY: KEY,
    DATABASE_URL: 'postgresql://me:open-sesame@localhost:5432/cairn',
    PORT: '4002',
  }
  const { code, stdout } = await place.run(['config', '--json'], environment)
  writeFileSync(path.join(place.directory, '.env'), '')
  assert.equal(code, 0)
  const listed = JSON.parse(stdout) as { name: string; value: string; source: string; description: string }[]
  const of = (name: string) =>
    listed.filter((each) => each.name === name).map((each) => [each.value, each.source])
  assert.deepEqual(of('PORT'), [['4002', 'environment']])
  assert.deepEqual(of('CAIRN_LOG_LEVEL'), [['warn', '.env']])
  assert.deepEqual(of('HOST'), [['127.0.0.1', 'default']])
  assert.deepEqual(of('CAIRN_API_KEY'), [['(secret)', 'environment']])
  assert.deepEqual(of('DATABASE_URL'), [['postgresql://me:***@localhost:5432/cairn', 'environment']])
  assert.doesNotMatch(stdout, /open-sesame|kkkk/)
  assert.ok(listed.every((each) => each.description))
  for (const { settings = [] } of features)
    for (const { name } of settings) assert.equal(of(name).length, 1, name)
})

test('where no server answers the exit code is 3, and a stack is shown to who debugs only', async () => {
  const environment = { CAIRN_API_KEY: KEY, PORT: await freePort() }
  const [plain, debugging] = await Promise.all([
    place.run(['api', 'access.whoami'], environment),
    place.run(['api', 'access.whoami'], { ...environment, CAIRN_LOG_LEVEL: 'debug' }),
  ])
  assert.match(refused(plain, 3, 'server_unreachable'), /`cairn serve`/)
  assert.equal(debugging.code, 3)
  assert.match(debugging.stderr, /\n +at /)
})

test('something else that answers at the address is no server of ours', async () => {
  const other = createServer((socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi'),
    )
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const ended = await place.run(['api', 'access.whoami'], {
    CAIRN_API_KEY: KEY,
    CAIRN_URL: `http://127.0.0.1:${port}`,
  })
  other.close()
  assert.match(refused(ended, 3, 'server_unreachable'), /is no Cairn Codex server/)
})

test("the data directory's key is never sent to another machine", async () => {
  const dataDir = path.join(place.directory, 'elsewhere')
  mkdirSync(dataDir)
  writeFileSync(path.join(dataDir, 'operator.key'), `${KEY}\n`)
  const environment = { CAIRN_DATA_DIR: dataDir, CAIRN_URL: 'http://cairn.invalid' }
  assert.match(
    refused(await place.run(['api', 'access.whoami'], environment), 2, 'wrong_usage'),
    /set CAIRN_API_KEY/,
  )
})

test('every field of every operation is an option', () => {
  for (const op of assemble(features).operations.values())
    assert.deepEqual(
      fieldOptions(op)
        .map((each) => each.name)
        .sort(),
      Object.keys(fieldsOf(op)).sort(),
      op.name,
    )
})

/** A port on which nothing listens. */
function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(String(port)))
    })
  })
}
