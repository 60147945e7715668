import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { testServer, type TestServer } from '../test/server.ts'

const REPOSITORY = join(import.meta.dirname, '..')
const MODULES = join(REPOSITORY, 'node_modules')
const run = promisify(execFile)

/** What a user of the package writes; each line that is wrong must be found. */
const TYPED = `
import { Cairn, claimLoop, follow, isProblem, type OperationProblemCode, type Task } from '@cairn-codex/client'
import { Failed, sendUntilAnswered } from '@cairn-codex/client/sending'

const cairn = new Cairn({ url: 'http://127.0.0.1:1', key: 'k' })
const task: Task = await cairn.post('/tasks', { body: { title: 'typed' } })
const known: OperationProblemCode = 'lease_lost'
for await (const { number } of cairn.list('/tasks', { params: { query: { status: ['failed'] } } })) number.toFixed()
for await (const event of follow(cairn, { types: ['task.*'] })) event.sequence.toFixed()
await claimLoop(cairn, { worker_id: 'w', agent_type: 'a' }, async ({ task }, { signal, progress }) => {
  progress({ step: task.title, stopped: signal.aborted })
  return { result: { done: true }, cost_dollars: 0.5 }
})
try {
  await cairn.get('/tasks/{task_id}', { params: { path: { task_id: task.number } } })
} catch (error) {
  if (isProblem(error, 'task_not_found')) error.nextStep.trim()
}
const sent = await sendUntilAnswered(async () => new Failed('lost', 'cut'), { method: 'GET' }, { seconds: 0 })
if (!('answer' in sent)) sent.reason.toUpperCase()

// @ts-expect-error: no such way to fail
new Failed('somehow', 'cut')
// @ts-expect-error: no such code
const unknown: OperationProblemCode = 'no_such_code'
// @ts-expect-error: no such path
await cairn.get('/no-such-path')
// @ts-expect-error: a field that is misspelled
await cairn.post('/tasks', { body: { title: 'x', priorty: 1 } })
// @ts-expect-error: a parameter that is missing
await cairn.get('/tasks/{task_id}')
// @ts-expect-error: a number is no array of texts
await claimLoop(cairn, { worker_id: 'w', agent_type: 'a', tags: 5 }, () => {})
// @ts-expect-error: an outcome that completing does not take
await claimLoop(cairn, { worker_id: 'w', agent_type: 'a' }, () => ({ cost: 1 }))
export { known, unknown }
`

/** One program for Node and the browser: plans a task, does it, and sees it in the record. */
const PROGRAM = `
import { Cairn, claimLoop, follow } from '@cairn-codex/client'
import { newIdempotencyKey } from '@cairn-codex/client/sending'
export async function program(place, options) {
  const cairn = new Cairn(place, options)
  const header = { 'Idempotency-Key': newIdempotencyKey() }
  const { id, title } = await cairn.post('/tasks', { params: { header }, body: { title: 'from elsewhere' } })
  const stop = new AbortController()
  const tally = await claimLoop(
    cairn,
    { worker_id: 'w', agent_type: 'coder', signal: stop.signal, onSettled: () => stop.abort() },
    (claim) => ({ result: { did: claim.task.title } }),
  )
  for await (const event of follow(cairn, { task_ids: [id], types: ['task.completed'], after: 0 }))
    return { title, tally, seen: event.type }
}
`
const EXPECTED = {
  title: 'from elsewhere',
  tally: { completed: 1, failed: 0, released: 0, lost: 0 },
  seen: 'task.completed',
}

/** Node as the machine has it, where that is not the pinned one. */
const otherNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  .find((file) => existsSync(file))

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
)

describe('what is published', () => {
  let home: string
  let project: string
  let installed: string
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-client-'))
    project = join(home, 'project')
    installed = join(project, 'node_modules', '@cairn-codex', 'client')
    await mkdir(installed, { recursive: true })
    await run(process.execPath, [join(import.meta.dirname, 'build.ts'), join(home, 'built')])
    await run('npm', ['pack', join(home, 'built'), '--pack-destination', home, '--offline'], {
      shell: process.platform === 'win32',
    })
    const [tarball] = (await readdir(home)).filter((name) => name.endsWith('.tgz'))
    await run('tar', ['-xzf', join(home, tarball!), '-C', installed, '--strip-components=1'])
    for (const name of ['openapi-fetch', 'openapi-typescript-helpers', 'ws'])
      await symlink(join(MODULES, name), join(project, 'node_modules', name), 'junction')
    await writeFile(join(project, 'package.json'), '{ "type": "module" }')
    await writeFile(join(project, 'program.js'), PROGRAM)
  })
  after(() => rm(home, { recursive: true }))

  test('is JavaScript with its types, small, and asks for nothing but openapi-fetch', async () => {
    const files = await readdir(installed)
    const rest = files.filter((name) => !/^[a-z-]+(\.d\.ts|\.js)$/.test(name))
    assert.deepEqual(rest.toSorted(), ['LICENSE', 'README.md', 'package.json'])
    let bytes = 0
    for (const name of files.filter((each) => each.endsWith('.js'))) {
      const text = await readFile(join(installed, name), 'utf8')
      bytes += Buffer.byteLength(text)
      for (const [, from] of text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g))
        assert.ok(from === 'openapi-fetch' || from!.startsWith('./'), `${name} imports ${from}`)
    }
    assert.ok(bytes < 60_000, `${bytes} bytes of JavaScript`)
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >
    assert.equal(manifest['private'], undefined)
    assert.deepEqual(Object.keys(manifest['dependencies'] as object), ['openapi-fetch'])
  })

  test('has types that hold under strict TypeScript, without those of Node', async () => {
    await writeFile(join(project, 'typed.ts'), TYPED)
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
    }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
    const tsc = join(MODULES, 'typescript', 'bin', 'tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch(
      (error: { stdout: string }) => error,
    )
    assert.equal(stdout, '')
  })

  describe('runs', () => {
    let server: TestServer
    /** Serves the project's files to a browser: other pages may not call the server. */
    const files = createServer((request, response) => {
      const type = request.url!.endsWith('.html') ? 'text/html' : 'text/javascript'
      readFile(join(project, request.url!)).then(
        (text) => response.writeHead(200, { 'content-type': type }).end(text),
        () => response.writeHead(404).end(),
      )
    })
    let origin: string
    before(async () => {
      await new Promise<void>((listening) => files.listen(0, '127.0.0.1', listening))
      origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
      server = await testServer({ environment: { CAIRN_CORS_ORIGINS: origin } })
    })
    after(async () => {
      files.close()
      await server.close()
    })

    for (const [name, node] of Object.entries({
      'the pinned Node': process.execPath,
      "the machine's Node": otherNode,
    }))
      test(`on ${name}`, { skip: node ? false : 'there is no other' }, async () => {
        const main = `
          import { WebSocket } from 'ws'
          import { program } from './program.js'
          const place = { url: ${JSON.stringify(server.url)}, key: ${JSON.stringify(server.key)} }
          console.log(JSON.stringify(await program(place, globalThis.WebSocket ? {} : { WebSocket })))`
        await writeFile(join(project, 'main.js'), main)
        const { stdout } = await run(node!, [join(project, 'main.js')], { timeout: 60_000 })
        assert.deepEqual(JSON.parse(stdout), EXPECTED)
      })

    test('in a browser', { skip: browser ? false : 'no Chromium is here' }, async () => {
      const imports = {
        '@cairn-codex/client': '/node_modules/@cairn-codex/client/index.js',
        '@cairn-codex/client/sending': '/node_modules/@cairn-codex/client/sending.js',
        'openapi-fetch': '/node_modules/openapi-fetch/dist/index.mjs',
      }
      const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`
      await writeFile(join(project, 'page.html'), page)
      const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] })
      try {
        const tab = await running.newPage()
        await tab.goto(`${origin}/page.html`)
        const got = await tab.evaluate(
          `import('/program.js').then(({ program }) => program(${JSON.stringify({ url: server.url, key: server.key })}))`,
        )
        assert.deepEqual(got, EXPECTED)
      } finally {
        await running.close()
      }
    })
  })
})
