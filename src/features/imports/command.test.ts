import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { beadsLines, contentOfTables, fixture, sourcedTasks, waiting } from '../../../test/imports.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { SOURCE_LIMIT } from './schema.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

let server: TestServer
let directory: string
before(async () => {
  server = await testServer()
  directory = await mkdtemp(join(tmpdir(), 'import-test-'))
})
after(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

/** Runs `cairn import …` as a process of its own, against the test's server. */
async function run(args: readonly string[], stdin?: string | Uint8Array) {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [MAIN, 'import', ...args], {
    cwd: directory,
    env: { PATH, HOME, CAIRN_URL: server.url, CAIRN_API_KEY: server.key },
  })
  const streams = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (streams[name] += text))
  // One that refuses its arguments does not wait for what comes in.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...streams }
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

test('cairn import brings a file in and prints the loss report', async () => {
  const path = await file('issues.jsonl', fixture('beads-damaged.jsonl'))
  const { code, stdout, stderr } = await run(['beads', path])
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^beads: imported\nTasks\n {2}created +2\n/)
  assert.match(stdout, /\n {2}broken lines +6\n {4}line 2: not JSON: it is cut short\n/)
  assert.match(stdout, /\n {2}skipped +1 {2}duplicate_ref 1\n/)
  assert.ok((await sourcedTasks(server)).has('beads:hive-c3'))
})

test('cairn import --json prints the report and nothing else', async () => {
  const path = await file('backlog.md', fixture('backlog.md'))
  const { code, stdout } = await run(['markdown', path, '--json', '--dry-run'])
  assert.equal(code, 0)
  const report = JSON.parse(stdout)
  assert.deepEqual([report.format, report.dry_run, report.created], ['markdown', true, 9])
})

test('cairn import reads standard input, reopens, and with --dry-run changes nothing', async () => {
  const source = beadsLines({ ...waiting('in-1'), status: 'closed' })
  const before = await contentOfTables(server)
  const dry = await run(['beads', '-', '--reopen', '--dry-run'], source)
  assert.equal(dry.code, 0)
  assert.match(dry.stdout, /^beads: a dry run, nothing was changed\n/)
  assert.deepEqual(await contentOfTables(server), before)
  assert.equal((await run(['beads', '-', '--reopen'], source)).code, 0)
  assert.equal((await sourcedTasks(server)).get('beads:in-1')!.status, 'ready')
})

test('cairn import --strict exits with 1 where it is refused, and still prints the report', async () => {
  const path = await file('dangling.jsonl', beadsLines(waiting('cs-1', 'cs-none')))
  const { code, stdout, stderr } = await run(['beads', path, '--strict'])
  assert.equal(code, 1)
  assert.match(stdout, /^beads: refused, nothing was changed\n/)
  assert.match(stdout, /line 1: beads:cs-1 waits for beads:cs-none/)
  assert.match(
    stderr,
    /^cairn: import_refused: Nothing was changed, since the source has 1 dangling edge; .*\n$/,
  )
  const asJson = await run(['beads', path, '--strict', '--json'])
  assert.deepEqual([asJson.code, asJson.stdout], [1, ''])
  assert.equal(JSON.parse(asJson.stderr).report.edges.dangling.total, 1)
  assert.ok(!(await sourcedTasks(server)).has('beads:cs-1'))
})

test('a file that cannot be sent is told in one sentence, with exit code 2', async () => {
  const cases: [args: string[], sentence: RegExp][] = [
    [['beads', join(directory, 'none.jsonl')], /there is no such file/],
    [['beads', directory], /it is a directory/],
    [['beads', await file('latin.jsonl', new Uint8Array([0x22, 0xe9, 0x22]))], /it is not UTF-8 text/],
    [
      ['github', await file('wide.json', Buffer.from('\ufeff[]', 'utf16le'))],
      /it is UTF-16; save it as UTF-8/,
    ],
    [['beads', await file('large.jsonl', Buffer.alloc(SOURCE_LIMIT + 1, 'x'))], /it has more than 32 MiB/],
    [['jira', 'x'], /There is no format jira; the formats are beads, markdown, linear, github\./],
  ]
  for (const [args, sentence] of cases) {
    const { code, stdout, stderr } = await run(args)
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.match(stderr, sentence)
    assert.match(stderr, /^cairn: wrong_usage: [^\n]+\.\n$/)
  }
  const { code, stderr } = await run(['jira', 'x', '--json'])
  assert.equal(code, 2)
  assert.equal(JSON.parse(stderr).code, 'wrong_usage')
})

test('an empty file is refused by the server, with exit code 1', async () => {
  const { code, stderr } = await run(['linear', await file('empty.csv', '')])
  assert.equal(code, 1)
  assert.match(stderr, /^cairn: import_unreadable: The source is empty; [^\n]+\n$/)
})
