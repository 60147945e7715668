import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { closeClients, connectStdio, ERAS, refused, use, type Era } from '../../../test/mcp.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, readTask } from '../../../test/tasks.ts'
import { Workplace } from './testing.ts'

let server: TestServer
let place: Workplace
before(async () => {
  server = await testServer()
  place = new Workplace()
})
after(async () => {
  await closeClients()
  await place.close()
  await server.close()
})

let made = 0
const newTag = (): string => `tag${++made}`

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

for (const era of Object.keys(ERAS) as Era[])
  test(`the official client drives a whole loop through cairn mcp, ${era} era, and takes it along when it goes`, async () => {
    const { client, transport, stderr } = await connectStdio(server, { era })
    const pid = transport.pid!
    const tags = [newTag()]
    const plan = await use(client, 'plan', {
      tasks: [
        { ref: 'a', title: 'first', tags, description: 'word '.repeat(2_000) },
        { title: 'second', tags, depends_on: ['a'] },
      ],
    })
    const [first, second] = plan.data.tasks as number[]
    const claimed = await use(client, 'next', { tags, wait_seconds: 30 })
    assert.deepEqual([claimed.data.task, claimed.data.lease], [first, `${first}-1`])
    assert.match((await readTask(server, first!)).assigned_worker ?? '', /^tester@/)
    await use(client, 'heartbeat', { lease: claimed.data.lease, progress: 'half' })
    const [whole] = (await client.readResource({ uri: claimed.links[0]! })).contents as { text: string }[]
    assert.equal(JSON.parse(whole!.text).task.description.length, 10_000)
    const done = await use(client, 'complete', { lease: claimed.data.lease, result: 'r', next: true, tags })
    assert.equal(done.data.next.task, second)
    assert.equal((await use(client, 'find', { tag: tags[0], limit: 1 })).data.next_offset, 1)
    assert.equal((await use(client, 'show', { task: second })).data.prerequisites[0].result, 'r')
    await refused(client, 'complete', { lease: claimed.data.lease }, 'execution_completed')
    await use(client, 'release', { lease: done.data.next.lease, note: 'n' })
    await client.close()
    await eventually('the bridge has ended', () => !isRunning(pid))
    assert.equal(stderr(), '')
  })

test('through cairn mcp a client of either era is asked before something is deleted', async () => {
  for (const era of Object.keys(ERAS) as Era[]) {
    const { client } = await connectStdio(server, { era, capabilities: { elicitation: {} } })
    let agrees = false
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept',
      content: { confirm: agrees },
    }))
    const task = await createTask(server)
    await refused(client, 'delete', { task: task.number }, 'not_confirmed')
    bodyOf(await server.get(`/tasks/${task.id}`))
    agrees = true
    await use(client, 'delete', { task: task.number })
    assert.equal((await server.get(`/tasks/${task.id}`)).status, 404)
    await client.close()
  }
})

test("another tenant's key sees nothing through cairn mcp", async () => {
  const task = await createTask(server)
  const { client } = await connectStdio(server, { key: await keyOfNewTenant(server) })
  assert.deepEqual((await use(client, 'find')).data.tasks, [])
  await refused(client, 'show', { task: task.number }, 'task_not_found')
  await client.close()
})

test('a server that does not answer is a refusal that says so; the bridge stays', async () => {
  const gone = await testServer()
  const { client } = await connectStdio(gone)
  await gone.close()
  await refused(client, 'find', {}, 'server_unreachable')
  await refused(client, 'find', {}, 'server_unreachable')
  assert.equal((await client.listTools()).tools.length, 9)
  await client.close()
})

test('without a key cairn mcp ends with 2 and a sentence on stderr, stdout stays empty', async () => {
  const ended = await place.run(['mcp'], { CAIRN_URL: 'http://127.0.0.1:9' })
  assert.equal(ended.code, 2)
  assert.equal(ended.stdout, '')
  assert.match(ended.stderr, /^cairn: wrong_usage: no key to call http:\/\/127\.0\.0\.1:9 with/)
})

test('what is no message is passed over, and stdout carries messages alone', async () => {
  const settings = { CAIRN_URL: server.url, CAIRN_API_KEY: server.key }
  const running = place.start(['mcp'], settings)
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  running.child.stdin!.write(`no json\n{"a":1}\n${JSON.stringify(initialize)}\n`)
  await running.said(/"id":1.*\n/)
  running.child.stdin!.end()
  const { code, stdout } = await running.ended()
  assert.equal(code, 0)
  for (const line of stdout.trimEnd().split('\n')) assert.equal(JSON.parse(line).jsonrpc, '2.0')
})

const INSPECTOR = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')),
  'clients',
  'launcher',
  'build',
  'index.js',
)

/** Runs the inspector's command line; all that it may reach is this machine. */
const inspect = (...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> =>
  new Promise((resolve) =>
    execFile(
      process.execPath,
      [INSPECTOR, '--cli', ...args],
      {
        cwd: place.directory,
        env: {
          PATH: process.env['PATH'],
          HOME: place.directory,
          CAIRN_URL: server.url,
          CAIRN_API_KEY: server.key,
        },
      },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    ),
  )

const HTTP = (): string[] => [
  `${server.url}/mcp`,
  '--transport',
  'http',
  '--header',
  `Authorization: Bearer ${server.key}`,
]

test("the inspector's command line lists and calls the tools, and reads resources and prompts, over HTTP", async () => {
  const listed = await inspect(...HTTP(), '--method', 'tools/list')
  assert.equal(listed.code, 0, listed.stderr + listed.stdout)
  assert.equal(JSON.parse(listed.stdout).tools.length, 9)
  const task = await createTask(server, { title: 'for the inspector' })
  const called = await inspect(
    ...HTTP(),
    '--method',
    'tools/call',
    '--tool-name',
    'show',
    '--tool-arg',
    `task=${task.number}`,
  )
  assert.match(called.stdout, /for the inspector/, called.stderr)
  const read = await inspect(...HTTP(), '--method', 'resources/read', '--uri', 'cairn://guide')
  assert.match(read.stdout, /Working with Cairn/, read.stderr)
  const prompt = await inspect(...HTTP(), '--method', 'prompts/get', '--prompt-name', 'guide')
  assert.match(prompt.stdout, /Working with Cairn/, prompt.stderr)
})
