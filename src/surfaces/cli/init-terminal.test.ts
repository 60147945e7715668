import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'

const MAIN = path.join(import.meta.dirname, '..', '..', 'main.ts')
const terminal = process.platform === 'linux' && existsSync('/usr/bin/script')

const ENTER = '\r'
const CTRL_C = '\u0003'

/** What is typed once the screen shows a text that it has not shown before. */
type Typed = readonly [shown: string, keys: string]

/** A project in which Cursor and Gemini CLI are used. */
class Project {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'cairn-init-'))
  readonly cursor = path.join(this.directory, '.cursor', 'mcp.json')
  readonly gemini = path.join(this.directory, '.gemini', 'settings.json')

  constructor(t: TestContext) {
    t.after(() => rmSync(this.directory, { recursive: true, force: true }))
    for (const file of [this.cursor, this.gemini]) mkdirSync(path.dirname(file))
  }

  /** Runs `cairn init` at a terminal of its own, and types. */
  async init(...typed: readonly Typed[]): Promise<{ code: number | null; screen: string }> {
    const words = [process.execPath, MAIN, 'init', '--url', 'http://127.0.0.1:3999']
    // A terminal of no size would show a letter a line.
    const command = `stty cols 200 rows 50; exec ${words.map((word) => `'${word}'`).join(' ')}`
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: this.directory,
      env: {
        PATH: process.env['PATH'],
        TERM: 'xterm',
        HOME: this.directory,
        CODEX_HOME: path.join(this.directory, 'no'),
      },
    })
    const waiting = [...typed]
    let screen = ''
    let looked = 0
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      const [shown, keys] = waiting[0] ?? []
      const at = shown === undefined ? -1 : screen.indexOf(shown, looked)
      if (at < 0) return
      waiting.shift()
      looked = screen.length
      child.stdin.write(keys!)
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    assert.deepEqual(waiting, [], `it did not ask: ${screen}`)
    return { code, screen }
  }
}

describe(
  'cairn init at a terminal',
  { skip: terminal ? false : 'no script(1) to make a terminal with' },
  () => {
    test('asks which clients and for each file, and writes what is agreed to', async (t) => {
      const project = new Project(t)
      writeFileSync(project.cursor, '{"mcpServers": {"mine": {"url": "http://x"}}}')
      const { code, screen } = await project.init(
        ['Which clients', ENTER],
        ['Write this', 'y'],
        ['Write this', 'n'],
      )
      assert.equal(code, 0, screen)
      assert.deepEqual(Object.keys(JSON.parse(readFileSync(project.cursor, 'utf8')).mcpServers), [
        'mine',
        'cairn',
      ])
      assert.match(screen, /cursor: .*: written/)
      assert.match(screen, /gemini: .*: declined/)
      assert.equal(existsSync(project.gemini), false)
    })

    test('writes nothing that is declined', async (t) => {
      const project = new Project(t)
      const { code } = await project.init(['Which clients', ENTER], ['Write this', 'n'], ['Write this', 'n'])
      assert.equal(code, 0)
      assert.ok(!existsSync(project.cursor) && !existsSync(project.gemini))
    })

    test('is ended by Ctrl-C at any question: nothing else is asked or written', async (t) => {
      const project = new Project(t)
      for (const typed of [
        [['Which clients', CTRL_C]],
        [
          ['Which clients', ENTER],
          ['Write this', CTRL_C],
        ],
      ] as const) {
        const { code, screen } = await project.init(...typed)
        assert.equal(code, 1, screen)
        assert.match(screen, /Stopped; no other file was written/)
        assert.ok(!existsSync(project.cursor) && !existsSync(project.gemini))
      }
    })

    test('keeps a configuration that it cannot read, and one that has an entry of that name', async (t) => {
      const project = new Project(t)
      const texts = ['{ // mine\n}', '{"mcpServers": {"cairn": {"url": "http://other"}}}']
      writeFileSync(project.cursor, texts[0]!)
      writeFileSync(project.gemini, texts[1]!)
      const { code, screen } = await project.init(['Which clients', ENTER])
      assert.equal(code, 1, screen)
      assert.match(screen, /cursor: .*: left as it is: it is no plain JSON/)
      assert.match(screen, /gemini: .*: left as it is: it has another entry cairn/)
      assert.deepEqual([readFileSync(project.cursor, 'utf8'), readFileSync(project.gemini, 'utf8')], texts)
    })
  },
)
