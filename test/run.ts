import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/embedded/index.ts'
import { createTemplate, dropTemplate, SERVER_URL, TEMPLATE } from './postgres.ts'
import { prepareTemplate } from './template.ts'

// `npm test`: every test file on one PostgreSQL, which is started for the run unless the environment names one.
// `npm test -- FILE… [--option=value…]` runs some files, with options of Node's own test runner.

const ALL = [
  'client/*.test.ts',
  'client/src/**/*.test.ts',
  'src/**/*.test.ts',
  'test/**/*.test.ts',
  'examples/**/*.test.ts',
]

/** Nothing here outlives the run, so nothing is made to survive a power cut. */
const THROWAWAY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300' }

interface Server {
  url: string
  stop(): Promise<void>
}

let interrupted: NodeJS.Signals | undefined
let runner: ReturnType<typeof spawn> | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

if (process.env['npm_lifecycle_event']) {
  // npm hands SIGTERM to its shell alone, which dies and leaves this process behind: a new parent is all one sees of it.
  const shell = process.ppid
  setInterval(() => process.ppid === shell || interrupt('SIGTERM'), 500).unref()
}

// The web app, which some tests look at in a browser, is built once for all of them, where it is not current.
const BUILD_APP = join(import.meta.dirname, '..', 'bin', 'build-app.js')
const required = process.env['CI'] === 'true' ? ['--required'] : []
if (spawnSync(process.execPath, [BUILD_APP, ...required], { stdio: 'inherit' }).status !== 0) process.exit(1)

const server = await findServer()
try {
  const template = await createTemplate(server.url, prepareTemplate)
  try {
    const code = await runTests({ ...process.env, [SERVER_URL]: server.url, [TEMPLATE]: template })
    process.exitCode = interrupted ? 128 + constants.signals[interrupted] : code
  } finally {
    await dropTemplate(server.url, template)
  }
} finally {
  await server.stop()
}

function interrupt(signal: NodeJS.Signals): void {
  interrupted ??= signal
  runner?.kill('SIGTERM')
}

async function findServer(): Promise<Server> {
  const given = process.env[SERVER_URL]
  if (given) return { url: given, stop: () => Promise.resolve() }

  const dataDir = await mkdtemp(join(tmpdir(), 'cairn-test-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  try {
    const { url, stop } = await startEmbeddedPostgres({ dataDir, settings: THROWAWAY })
    return { url, stop: () => stop().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Runs Node's test runner over what the command line names, and answers its exit code. */
async function runTests(env: NodeJS.ProcessEnv): Promise<number> {
  if (interrupted) return 1
  const given = process.argv.slice(2)
  const options = given.filter((word) => word.startsWith('-'))
  const files = given.filter((word) => !word.startsWith('-'))
  const concurrency = `--test-concurrency=${availableParallelism()}`
  // A file whose test failed before it closed its server would never end; the whole suite takes a few minutes.
  const timeout = '--test-timeout=600000'
  const noWarnings = `--import=${new URL('no-warnings.ts', import.meta.url).href}`
  runner = spawn(
    process.execPath,
    [
      '--test',
      '--test-reporter=spec',
      concurrency,
      timeout,
      noWarnings,
      ...options,
      ...(files.length ? files : ALL),
    ],
    { stdio: 'inherit', env },
  )
  return new Promise((resolve, reject) => {
    runner?.on('error', reject)
    runner?.on('exit', (code) => resolve(code ?? 1))
  })
}
