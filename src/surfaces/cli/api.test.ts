import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { testServer, type TestServer } from '../../../test/server.ts'
import { Problem } from '../../kernel/problem.ts'
import { loadSettings } from '../../kernel/settings.ts'
import { Unreachable } from './faults.ts'
import { Remote } from './remote.ts'
import { allSettings } from './settings.ts'
import { Workplace, type Ended } from './testing.ts'

interface Task {
  id: string
  number: number
  title: string
  priority: number
  effort_estimate: number | null
  tags: string[]
  metadata?: Record<string, string>
}

const place = new Workplace()
let server: TestServer
let environment: Record<string, string>
before(async () => {
  server = await testServer()
  environment = { CAIRN_URL: server.url, CAIRN_API_KEY: server.key }
})
after(async () => {
  await place.close()
  await server.close()
})

const api = (args: readonly string[], input?: string): Promise<Ended> =>
  place.run(['api', ...args], environment, input)

/** The JSON of an answer on stdout, which is one line. */
function answerOf<T>({ code, stdout, stderr }: Ended): T {
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  assert.equal(stdout.indexOf('\n'), stdout.length - 1)
  return JSON.parse(stdout) as T
}

test('without an operation all of them are listed, and the help of one tells its fields', async () => {
  const [list, help] = await Promise.all([
    place.run(['api', '--json']),
    place.run(['api', 'tasks.list', '--help']),
  ])
  const listed = answerOf<{ name: string }[]>(list).map((each) => each.name)
  assert.deepEqual(listed, [...server.app.operations.keys()])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /--priority <value> [^]*1 to 5[^]*--limit <value>[^]*1 to 1000, default 100/)
})

test('options become fields of their types, with hyphens or underscores, and lists repeat', async () => {
  const options = [
    '--title',
    '17',
    '--priority',
    '5',
    '--effort-estimate',
    '30',
    '--tags',
    'a',
    '--tags',
    'b',
  ]
  const made = answerOf<Task>(await api(['tasks.create', ...options, '--metadata', '{"branch": "x"}']))
  assert.deepEqual([made.title, made.priority, made.effort_estimate, made.tags], ['17', 5, 30, ['a', 'b']])
  const whole = ['--task_id', String(made.number), '--include', 'metadata']
  const read = answerOf<Task>(await api(['tasks.get', ...whole]))
  assert.equal(read.metadata?.['branch'], 'x')
  const cleared = answerOf<Task>(
    await api(['tasks.update', '--task-id', made.id, '--effort_estimate', 'null']),
  )
  assert.equal(cleared.effort_estimate, null)
  const startable = answerOf<Task[]>(await api(['tasks.list', '--startable', '--priority', '5']))
  assert.deepEqual(
    startable.map((each) => each.id),
    [made.id],
  )
})

test('the whole input may be JSON, of a file or of stdin, and options go before it', async () => {
  const file = path.join(place.directory, 'plan.json')
  const plan = [
    { ref: 'one', title: 'First' },
    { ref: 'two', title: 'Second', depends_on: ['one'] },
  ]
  writeFileSync(file, JSON.stringify(plan))
  const [created, made] = await Promise.all([
    api(['tasks.create_batch', '--tasks', `@${file}`]),
    api(['tasks.create', '--input', '-', '--priority', '2'], '{"title": "Piped", "priority": 4}'),
  ])
  assert.equal(answerOf<Task[]>(created).length, 2)
  const piped = answerOf<Task>(made)
  assert.deepEqual([piped.title, piped.priority], ['Piped', 2])
})

test("a problem of the server's is one line on stderr and the exit code 1; with --json its document", async () => {
  const [line, document, invalid] = await Promise.all([
    api(['tasks.get', '--task_id', '9999']),
    api(['tasks.get', '--task_id', '9999', '--json']),
    api(['tasks.create', '--input', '{"title": "x", "colour": "red"}']),
  ])
  assert.equal(line.code, 1)
  assert.match(line.stderr, /^cairn: task_not_found: There is no task 9999 here; check the id\.\n$/)
  assert.equal(document.code, 1)
  assert.equal(document.stdout, '')
  const problem = JSON.parse(document.stderr) as { status: number; type: string }
  assert.deepEqual([problem.status, problem.type], [404, '/docs#problem-task_not_found'])
  assert.match(invalid.stderr, /^cairn: validation_failed: colour: unknown field/)
})

test('a missing part of the path, JSON that is none and a field given twice are wrong usage', async () => {
  const calls = await Promise.all([
    api(['tasks.get']),
    api(['tasks.create', '--input', '{']),
    api(['tasks.create', '--title', 'a', '--title', 'b']),
    api(['tasks.create', '--input', '@no-such-file']),
    api(['access.whoami', '--all']),
  ])
  const words = [
    /task_id is required/,
    /--input is no JSON/,
    /more than once/,
    /cannot be read/,
    /--all is for lists/,
  ]
  calls.forEach(({ code, stderr }, index) => {
    assert.equal(code, 2)
    assert.match(stderr, words[index]!)
  })
})

test('--all follows a list to its end, an element a line, in order', async () => {
  for (let made = 0; made < 5; made++) await server.post('/tasks', { title: `${made}`, tags: ['paged'] })
  const { code, stdout } = await api(['tasks.by_tag', '--tag', 'paged', '--limit', '2', '--all'])
  assert.equal(code, 0)
  const titles = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Task).title)
  assert.deepEqual(titles, ['0', '1', '2', '3', '4'])
})

test('an idempotency key makes one thing of two calls, and a stale If-Match changes nothing', async () => {
  const create = ['tasks.create', '--title', 'Once', '--idempotency-key', 'cli-1']
  const first = answerOf<Task>(await api(create))
  const second = answerOf<Task>(await api(create))
  assert.equal(second.id, first.id)
  const change = ['tasks.update', '--task_id', first.id, '--title', 'Twice']
  const stale = await api([...change, '--if-match', '7'])
  assert.equal(stale.code, 1)
  assert.match(stale.stderr, /^cairn: version_mismatch: /)
  answerOf(await api([...change, '--if-match', '"1"']))
})

test('an answer without a body prints nothing', async () => {
  const { body } = await server.post('/tasks', { title: 'Gone soon' })
  const ended = await api(['tasks.delete', '--task_id', (body as Task).id])
  assert.deepEqual(ended, { code: 0, stdout: '', stderr: '' })
})

test('a reader that goes away early is no fault', async () => {
  const tasks = Array.from({ length: 100 }, (_, index) => ({
    title: `${index}`,
    description: 'x'.repeat(4_000),
  }))
  await server.post('/tasks/batch', tasks)
  const command = place.shellCommand(['api', 'tasks.list', '--limit', '20', '--all'])
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', `${command} | head -n 1 >/dev/null; echo "\${PIPESTATUS[0]}"`],
    { env: { ...process.env, ...environment } },
  )
  assert.equal(stderr, '')
  assert.equal(stdout, '0\n')
})

test('a command of a feature takes --json before and after its name', async () => {
  const [before, later] = await Promise.all([
    place.run(['--json', 'keys', 'list'], environment),
    place.run(['keys', 'list', '--json'], environment),
  ])
  assert.ok(Array.isArray(answerOf(before)))
  assert.ok(Array.isArray(answerOf(later)))
})

/** The way to the server that a command is given, in this process. */
const remote = (url = server.url): Remote =>
  new Remote(loadSettings(allSettings, { CAIRN_URL: url, CAIRN_API_KEY: server.key }), server.app.operations)

test('an operation that reports progress tells it while it runs, and its problem is thrown', async () => {
  const lines = Array.from({ length: 600 }, (_, index) =>
    JSON.stringify({ id: `cli-${index}`, title: `Issue ${index}`, status: 'open', priority: 2 }),
  )
  const seen: [number, number][] = []
  const onProgress = (done: number, total: number): void => void seen.push([done, total])
  const input = { format: 'beads', content: lines.join('\n') }
  const report = await remote().call('imports.run', input, { onProgress })
  assert.ok(report)
  assert.ok(seen.length > 0)
  assert.ok(seen.every(([done, total]) => done <= total))
  await assert.rejects(
    remote().call('imports.run', { ...input, format: 'paper' }, { onProgress }),
    (error) => error instanceof Problem && error.status === 400,
  )
})

test('a call that is called off ends with the reason, and not as an unreachable server', async () => {
  const calling = new AbortController()
  const input = { worker_id: 'w', agent_type: 'nobody', tags: ['none of these'], wait_seconds: 30 }
  const waiting = remote().call('executions.claim', input, { signal: calling.signal })
  calling.abort(new Error('enough'))
  await assert.rejects(waiting, (error) => error instanceof Error && !(error instanceof Unreachable))
})
