import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const REPOSITORY = join(import.meta.dirname, '..')

/** Stands for src/main.ts: says what it sees; `serve` stays until the first signal it is sent, and then a little. */
const STAND_IN = `
import { writeSync } from 'node:fs'
const say = (line: string) => writeSync(1, line + '\\n')
const [command, code] = process.argv.slice(2)
say(\`runs \${process.pid} below \${process.ppid} \${process.env.CAIRN_LAUNCHER_PID ?? 'unmarked'}\`)
if (command === 'exit') process.exitCode = Number(code)
if (command === 'die') process.kill(process.pid, 'SIGKILL')
if (command === 'serve') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      say(signal)
      setTimeout(() => process.exit(0), 300)
    })
  }
  setTimeout(() => {}, 30_000)
  say('serves')
}
`

/** Makes the first process take itself for an older Node; what it starts does not inherit this. */
const OLD = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' })`

const bundled = existsSync(join(REPOSITORY, 'node_modules', '.bin', 'node'))
const terminal = process.platform === 'linux' && existsSync('/usr/bin/script')

describe('the launcher', () => {
  let home: string
  let checkout: string
  let asOldNode: string[]
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-launcher-'))
    await writeFile(join(home, 'old.cjs'), OLD)
    checkout = join(home, 'checkout')
    await plant(checkout, { 'src/main.ts': STAND_IN, 'dist/main.js': `console.log('stale')` })
    await symlink(join(REPOSITORY, 'node_modules'), join(checkout, 'node_modules'))
    asOldNode = ['--require', join(home, 'old.cjs'), join(checkout, 'bin', 'cairn.js')]
  })
  after(async () => {
    for (const child of started) child.kill('SIGKILL')
    await rm(home, { recursive: true })
  })

  test('a Node that is new enough runs the program itself', async () => {
    const run = start(process.execPath, [join(checkout, 'bin', 'cairn.js'), 'exit', '3'])
    assert.deepEqual(await run.end(), { code: 3, signal: null })
    assert.match(run.output(), new RegExp(`^runs ${run.process.pid} below ${process.pid} unmarked$`, 'm'))
  })

  test('a package without sources runs what was built', async () => {
    const published = join(home, 'published')
    await plant(published, { 'dist/main.js': `console.log('built', process.argv[2])` })
    const run = start(process.execPath, [join(published, 'bin', 'cairn.js'), 'well'])
    assert.deepEqual(await run.end(), { code: 0, signal: null })
    assert.equal(run.output(), 'built well\n')
  })

  test('where no Node will do, one sentence says so, and the exit code is 2', async () => {
    const bare = join(home, 'bare')
    await plant(bare, { 'src/main.ts': STAND_IN })
    const run = start(process.execPath, ['--require', join(home, 'old.cjs'), join(bare, 'bin', 'cairn.js')])
    assert.deepEqual(await run.end(), { code: 2, signal: null })
    assert.match(run.errors(), /^cairn: Cairn needs Node 24\.12 or newer: [^\n]*\n$/)
  })

  test('an installation without its packages says what to do, and the exit code is 2', async () => {
    const bare = join(home, 'uninstalled')
    await plant(bare, { 'src/main.ts': `import 'a-package-that-is-not-there'` })
    const run = start(process.execPath, [join(bare, 'bin', 'cairn.js')])
    assert.deepEqual(await run.end(), { code: 2, signal: null })
    assert.match(run.errors(), /a-package-that-is-not-there.*npm ci/)
  })

  describe('on an older Node', { skip: bundled ? false : 'no Node comes with the package here' }, () => {
    test('runs the program on the one that came with the package, and passes its exit code on', async () => {
      const run = start(process.execPath, [...asOldNode, 'exit', '3'])
      assert.deepEqual(await run.end(), { code: 3, signal: null })
      assert.match(run.output(), new RegExp(`^runs \\d+ below ${run.process.pid} unmarked$`, 'm'))
    })

    test('ends as the program ends, also when a signal killed it', async () => {
      const run = start(process.execPath, [...asOldNode, 'die'])
      assert.deepEqual(await run.end(), { code: null, signal: 'SIGKILL' })
    })

    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      test(`hands ${signal} on exactly once, and waits for the program to end`, async () => {
        const run = start(process.execPath, [...asOldNode, 'serve'])
        await run.said('serves')
        run.process.kill(signal)
        assert.deepEqual(await run.end(), { code: 0, signal: null })
        assert.deepEqual(signalsIn(run.output()), [signal])
      })
    }

    test('a launcher that is killed outright takes the program along, by way of SIGTERM', async () => {
      const run = start(process.execPath, [...asOldNode, 'serve'])
      await run.said('serves')
      run.process.kill('SIGKILL')
      assert.deepEqual(await run.end(), { code: null, signal: 'SIGKILL' })
      assert.deepEqual(signalsIn(run.output()), ['SIGTERM'])
    })

    test('a stopped launcher stops the program, and a continued one continues it', async () => {
      const run = start(process.execPath, [...asOldNode, 'serve'])
      await run.said('serves')
      run.process.kill('SIGTSTP')
      await sleep(200)
      process.kill(run.program(), 'SIGTERM')
      await sleep(300)
      assert.deepEqual(signalsIn(run.output()), [], 'a stopped program answers nothing')
      run.process.kill('SIGCONT')
      assert.deepEqual(await run.end(), { code: 0, signal: null })
    })
  })

  describe(
    "at a terminal's Ctrl-C",
    { skip: terminal ? false : 'no script(1) to make a terminal with' },
    () => {
      for (const kind of ['new', 'old']) {
        test(`the program gets one SIGINT on a Node that is ${kind}`, async () => {
          const launcher = kind === 'old' ? asOldNode : [join(checkout, 'bin', 'cairn.js')]
          // Without `exec` it is the shell's own end that is seen, and which shell it is depends on $SHELL.
          const program = [process.execPath, ...launcher, 'serve'].map((word) => `'${word}'`).join(' ')
          const command = `exec ${program}`
          const run = start('script', ['--quiet', '--return', '--command', command, '/dev/null'])
          await run.said('serves')
          run.process.stdin?.write('\u0003')
          assert.deepEqual(await run.end(), { code: 0, signal: null })
          assert.deepEqual(signalsIn(run.output()), ['SIGINT'])
        })
      }
    },
  )

  test('the shell of npm start, killed, leaves no server behind', async () => {
    const command = `'${process.execPath}' '${join(checkout, 'bin', 'cairn.js')}' serve; true`
    const run = start('sh', ['-c', command], { npm_lifecycle_event: 'start' })
    await run.said('serves')
    run.process.kill('SIGTERM')
    assert.deepEqual(await run.end(), { code: null, signal: 'SIGTERM' })
    assert.deepEqual(signalsIn(run.output()), ['SIGTERM'])
  })
})

async function plant(root: string, files: Record<string, string>): Promise<void> {
  await cp(join(REPOSITORY, 'bin'), join(root, 'bin'), { recursive: true })
  for (const [path, text] of Object.entries({ ...files, 'package.json': '{"type":"module"}' })) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

const started: ChildProcess[] = []

interface Run {
  process: ChildProcess
  output: () => string
  errors: () => string
  /** The program's own process id, once it has said it. */
  program: () => number
  /** Waits for a line of output. */
  said: (line: string) => Promise<void>
  /** How the process itself ended, once it and everything that writes to its output has. */
  end: () => Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

function start(command: string, args: string[], env: Record<string, string> = {}): Run {
  // A surrounding `npm start` or npx is no business of what is tried here.
  const { npm_lifecycle_event: _, ...rest } = process.env
  const child = spawn(command, args, { env: { ...rest, ...env } })
  started.push(child)
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    program: () => Number(/^runs (\d+) /m.exec(output)?.[1]),
    async said(line) {
      for (let tries = 0; !output.split(/\r?\n/).some((each) => each.endsWith(line)); tries += 1) {
        assert.ok(tries < 1000, `"${line}" was not said in ${output}${errors}`)
        await sleep(20)
      }
    },
    async end() {
      const result = await Promise.race([closed, sleep(10_000, undefined, { ref: false })])
      assert.ok(result, `it did not end after ${output}${errors}`)
      const [code, signal] = result
      return { code, signal }
    },
  }
}

function signalsIn(output: string): string[] {
  return output.match(/SIG[A-Z]+/g) ?? []
}
