import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { claimOne, complete } from '../test/claims.ts'
import { eventually } from '../test/eventually.ts'
import { testServer, type TestServer } from '../test/server.ts'
import { createTask, readTask } from '../test/tasks.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** Runs an example against the server, as a user would. */
function run(t: TestContext, name: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, name)], {
    env: { ...process.env, CAIRN_URL: server.url, CAIRN_API_KEY: server.key },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, ended, lines: () => output.split('\n').filter(Boolean) }
}

test('an agent does what is planned, in its order, and the planner sees it happen', async (t) => {
  const agent = run(t, 'agent.ts')
  const planner = run(t, 'plan.ts')
  assert.equal(await planner.ended, 0)
  agent.child.kill('SIGTERM')
  assert.equal(await agent.ended, 0)

  const numbers = new Map<string, number>()
  for (const { title, number } of (await server.get('/tasks')).body) numbers.set(title, number)
  const line = (title: string, letters: number) => `#${numbers.get(title)} ${title}: ${letters} letters`
  const [first, second, third, last, ...rest] = agent.lines()
  assert.equal(first, line('Design the schema', 17))
  assert.deepEqual(
    [second, third].toSorted(),
    [line('Write the server', 16), line('Write the screens', 17)].toSorted(),
  )
  assert.equal(last, line('Release', 7))
  assert.deepEqual(rest, ['4 completed, 0 given back'])

  const followed = planner.lines()
  assert.equal(followed[0], 'planned 4 tasks')
  assert.equal(followed.at(-1), 'all is done')
  const seen = followed.slice(1, -1)
  const works = ['Design the schema', 'Write the server', 'Write the screens', 'Release']
  for (const title of works)
    assert.ok(
      seen.indexOf(`task.started: ${title}`) < seen.indexOf(`task.completed: ${title}`),
      seen.join('\n'),
    )
  assert.equal(seen.filter((each) => each.startsWith('task.completed')).length, 4)
  assert.equal(seen.at(-1), 'task.completed: Release')
})

test('a supervisor retries what fails, and leaves what goes on failing', async (t) => {
  const supervisor = run(t, 'supervisor.ts')
  const { id, number } = await createTask(server, { title: 'Flaky', tags: ['flaky'] })
  const fail = async (): Promise<void> => {
    const claim = await claimOne(server, { tags: ['flaky'], wait_seconds: 20 })
    await complete(server, claim, { success: false, error_message: 'it broke' })
  }
  for (let attempt = 0; attempt < 3; attempt++) await fail()
  await eventually('it gives up', () => supervisor.lines().length === 3)
  supervisor.child.kill('SIGTERM')
  assert.equal(await supervisor.ended, 0)
  assert.deepEqual(supervisor.lines(), [
    `#${number} Flaky: ready again, retry 1 of 2`,
    `#${number} Flaky: ready again, retry 2 of 2`,
    `#${number} Flaky: failed 3 times, left to people`,
    'stopped',
  ])
  assert.equal((await readTask(server, id)).status, 'failed')
})
