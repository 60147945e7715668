import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const MAIN = path.join(import.meta.dirname, '..', '..', 'main.ts')

/** The environment without what would be a setting, and without a terminal's width. */
const bareEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(CAIRN_(?!TEST_)|PORT$|HOST$|DATABASE_|COLUMNS$|NODE_)/.test(name),
    ),
  )

/** How a run of the command line ended, and what it wrote. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A run of the command line that may still go on. */
export interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Waits until stdout matches. Rejects when the process ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  ended(): Promise<Ended>
}

/** A directory of its own in which commands run, so that no `.env` and no data directory is in their way. */
export class Workplace {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'cairn-cli-'))
  readonly #started: ChildProcess[] = []

  constructor() {
    // Started by root, PostgreSQL runs as another user, who must be able to pass through.
    chmodSync(this.directory, 0o755)
  }

  /** Starts `cairn` with these arguments and settings. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.directory,
      env: { ...bareEnvironment(), ...environment },
    })
    this.#started.push(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const closed = once(child, 'close')
    const ended = async (): Promise<Ended> => {
      const [code] = (await closed) as [number | null]
      return { code, stdout, stderr }
    }
    return {
      child,
      stdout: () => stdout,
      stderr: () => stderr,
      ended,
      async said(pattern) {
        for (;;) {
          const found = pattern.exec(stdout)
          if (found) return found
          const over = await Promise.race([
            once(child.stdout, 'data').then(() => false),
            closed.then(() => true),
          ])
          if (over && !pattern.test(stdout)) throw new Error(`it ended after: ${stdout}${stderr}`)
        }
      },
    }
  }

  /** Starts a server on a database, in which a program (a module's text) runs before anything of its own; answers where it is. */
  async serve(databaseUrl: string, program: string): Promise<{ url: string; key: string; running: Running }> {
    const key = 'k'.repeat(40)
    const running = this.start(['serve', '--json'], {
      DATABASE_URL: databaseUrl,
      CAIRN_API_KEY: key,
      CAIRN_LOG_LEVEL: 'silent',
      PORT: '0',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(program)}`,
    })
    const [line] = await running.said(/^\{.*\}\n/)
    return { url: (JSON.parse(line) as { url: string }).url, key, running }
  }

  /** Runs `cairn` to its end. */
  async run(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    input = '',
  ): Promise<Ended> {
    const running = this.start(args, environment)
    running.child.stdin?.end(input)
    return running.ended()
  }

  /** The command that a shell would run, quoted. */
  shellCommand(args: readonly string[]): string {
    return [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')
  }

  /** Ends what was left running, gently where it can be, and removes the directory. */
  async close(): Promise<void> {
    for (const child of this.#started)
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
        await gone
        clearTimeout(late)
      }
    rmSync(this.directory, { recursive: true, force: true })
  }
}
