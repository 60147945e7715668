import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { problemOf } from '../../../test/answers.ts'
import { beadsLines, contentOfTables, fixture, imported, send, sourcedTasks } from '../../../test/imports.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { FORMAT_NAMES, SOURCE_LIMIT, type FormatName, type ImportReport } from './schema.ts'
import { readSource } from './source.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const figures = (report: ImportReport) => ({
  created: report.created,
  skipped: report.skipped.reasons,
  broken: report.errors.first.map(({ line }) => line),
  edges: report.edges.added,
  dangling: report.edges.dangling.total,
})

/** What each fixture comes to when it is imported into an empty database, as a dry run. */
const FIXTURES: Readonly<Record<string, { format: FormatName } & ReturnType<typeof figures>>> = {
  'backlog.md': { format: 'markdown', created: 9, skipped: {}, broken: [], edges: 3, dangling: 1 },
  'backlog-damaged.md': { format: 'markdown', created: 1, skipped: {}, broken: [11], edges: 0, dangling: 0 },
  'beads-damaged.jsonl': {
    format: 'beads',
    created: 2,
    skipped: { duplicate_ref: 1 },
    broken: [2, 4, 5, 6, 8, 9],
    edges: 1,
    dangling: 0,
  },
  'linear-29.csv': {
    format: 'linear',
    created: 2,
    skipped: { canceled: 1 },
    broken: [],
    edges: 0,
    dangling: 0,
  },
  'linear-30.csv': { format: 'linear', created: 2, skipped: {}, broken: [], edges: 0, dangling: 0 },
  'linear-34.csv': {
    format: 'linear',
    created: 2,
    skipped: { duplicate: 1 },
    broken: [],
    edges: 1,
    dangling: 1,
  },
  'linear-damaged.csv': {
    format: 'linear',
    created: 3,
    skipped: {},
    broken: [3, 5, 7, 8, 10],
    edges: 0,
    dangling: 0,
  },
  'github-api.json': {
    format: 'github',
    created: 3,
    skipped: { pull_request: 1 },
    broken: [],
    edges: 2,
    dangling: 1,
  },
  'github-search.json': { format: 'github', created: 2, skipped: {}, broken: [], edges: 0, dangling: 0 },
  'github-command.json': { format: 'github', created: 2, skipped: {}, broken: [], edges: 0, dangling: 0 },
  'github.jsonl': {
    format: 'github',
    created: 2,
    skipped: { duplicate_ref: 1 },
    broken: [],
    edges: 0,
    dangling: 0,
  },
  'github-damaged.json': {
    format: 'github',
    created: 2,
    skipped: {},
    broken: [4, 6, 7, 8],
    edges: 0,
    dangling: 0,
  },
}

for (const [name, { format, ...expected }] of Object.entries(FIXTURES))
  test(`${name} goes in but for what is broken in it`, async () => {
    assert.deepEqual(figures(await imported(server, format, fixture(name), 'dry_run=true')), expected)
  })

test('Markdown, Linear and GitHub come in once, and again without a change', async () => {
  const sources = [
    ['markdown', 'backlog.md', 9],
    ['linear', 'linear-34.csv', 2],
    ['github', 'github-api.json', 3],
  ] as const
  for (const [format, name, count] of sources) {
    assert.equal((await imported(server, format, fixture(name))).created, count)
    const { import_turns: _, graphs: _graphs, ...before } = await contentOfTables(server)
    const again = await imported(server, format, fixture(name))
    assert.deepEqual([again.created, again.updated, again.unchanged, again.edges.added], [0, 0, count, 0])
    const { import_turns: _after, graphs: _graphsAfter, ...after } = await contentOfTables(server)
    assert.deepEqual(after, before)
  }
  const tasks = await sourcedTasks(server)
  const comb = tasks.get('markdown:W1')!
  assert.deepEqual([comb.title, comb.effort_estimate, comb.priority], ['Lay the first comb', 90, 5])
  assert.equal(tasks.get('linear:BEE-10')!.unmet_dependencies, 1)
  const smooth = tasks.get('github:hive/wax#2')!
  assert.deepEqual([smooth.priority, smooth.unmet_dependencies, smooth.tags], [5, 1, ['P3', 'urgent']])
  assert.equal(tasks.get('github:hive/wax#3')!.status, 'completed')
})

test('GitHub issues are taken as a JSON body as well, and an error names its line', async () => {
  const issues = [
    { number: 71, title: 'Sent as JSON', html_url: 'https://github.com/hive/json/issues/71' },
    'no issue',
  ]
  const body = JSON.stringify(issues, null, 1)
  const answer = await send(server, 'github', body, '', { type: 'application/json' })
  assert.deepEqual([answer.status, answer.body.created], [200, 1])
  assert.deepEqual(answer.body.errors.first, [{ line: 7, message: 'is no JSON object' }])
})

test('a source given as a value counts its elements as lines', () => {
  const issue = { number: 72, title: 'Given as a value', html_url: 'https://github.com/hive/json/issues/72' }
  const parsed = readSource('github', [issue, 'no issue', { ...issue, number: 73 }])
  assert.deepEqual(
    parsed.items.map(({ line, source_ref }) => [line, source_ref]),
    [
      [1, 'github:hive/json#72'],
      [3, 'github:hive/json#73'],
    ],
  )
  assert.deepEqual(parsed.errors, [{ line: 2, message: 'is no JSON object' }])
  assert.equal(readSource('github', { items: [issue] }).items.length, 1)
})

test('every media type of the formats is taken, and another one is 415', async () => {
  for (const type of ['text/markdown; charset=utf-8', 'application/octet-stream', 'application/jsonl'])
    assert.equal((await send(server, 'markdown', '### 1. One', 'dry_run=true', { type })).status, 200, type)
  problemOf(
    await send(server, 'markdown', '### 1. One', '', { type: 'image/png' }),
    415,
    'unsupported_media_type',
  )
})

test('an empty source is refused in one sentence that says what the format looks like', async () => {
  for (const format of FORMAT_NAMES)
    for (const content of ['', ' \n\t\n', '\ufeff']) {
      const problem = problemOf(await send(server, format, content), 400, 'import_unreadable')
      assert.match(problem.detail, /is empty; /)
      assert.ok(problem.detail.includes(format))
    }
})

test('a source of which nothing can be read is refused with its first errors', async () => {
  const sources: [FormatName, string][] = [
    ['beads', '### 1. This is Markdown'],
    ['beads', '\u0000\u0001\u0002'],
    ['linear', 'Colour,Size\namber,3\n'],
    ['github', '<html></html>'],
    ['markdown', 'Only prose, and no task.\n\n## A heading\n'],
  ]
  for (const [format, content] of sources) {
    const problem = problemOf(await send(server, format, content), 400, 'import_unreadable')
    assert.match(problem.detail, /^(Nothing could be read: line 1 |No task was found)/, content)
  }
})

test('an export of nothing is no fault', async () => {
  assert.equal((await imported(server, 'github', '[]')).created, 0)
  assert.equal((await imported(server, 'linear', 'ID,Title,Status\n')).created, 0)
})

test('bytes that are no UTF-8 are refused', async () => {
  const latin = Buffer.concat([Buffer.from('{"id":"a","title":"'), Buffer.from([0xe9]), Buffer.from('"}')])
  const binary = Buffer.from(Array.from({ length: 2000 }, (_, nth) => (nth * 73) % 256))
  for (const bytes of [latin, binary]) {
    const answer = await send(server, 'beads', bytes)
    assert.equal(answer.status, 400)
    assert.match(answer.body.detail, /UTF-8/)
  }
})

test('NUL and lone surrogates are replaced and counted, a line of a megabyte is cut and counted', async () => {
  const long = 'x'.repeat(1_000_000)
  const report = await imported(
    server,
    'beads',
    `{"id":"odd-1","title":"a \\u0000 b \\ud800 c \u0000"}\n${beadsLines({ id: 'odd-2', title: 'Long', description: long, notes: long })}`,
  )
  assert.equal(report.created, 2)
  assert.deepEqual(report.truncated, { replaced_characters: 3, description: 1, notes: 1 })
  const tasks = await sourcedTasks(server)
  assert.equal(tasks.get('beads:odd-1')!.title, 'a \ufffd b \ufffd c \ufffd')
  assert.equal(tasks.get('beads:odd-2')!.description.length, 65_536)
})

test('a report lists fifty of each kind of loss and counts all', async () => {
  const lines = Array.from({ length: 70 }, (_, nth) => `{"id":"many-${nth}","field_${nth}":1,"title":`)
  const fields = Object.fromEntries(lines.map((_, nth) => [`field_${nth}`, 'kept']))
  const report = await imported(
    server,
    'beads',
    [...lines, beadsLines({ id: 'many', title: 'Of many fields', ...fields })].join('\n'),
    'dry_run=true',
  )
  assert.deepEqual([report.errors.total, report.errors.first.length], [70, 50])
  assert.equal(report.errors.first[49]!.line, 50)
  assert.equal(Object.keys(report.kept_as_metadata).length, 51)
  assert.equal(report.kept_as_metadata['(others)'], 20)
})

test('more than 32 MiB is 413, an unknown format 400, and an unknown parameter is named', async () => {
  problemOf(await send(server, 'beads', Buffer.alloc(SOURCE_LIMIT + 1, 'x')), 413, 'body_too_large')
  problemOf(await send(server, 'jira' as FormatName, 'x'), 400, 'validation_failed')
  const problem = problemOf(await send(server, 'beads', 'x', 'dryrun=true'), 400, 'validation_failed')
  assert.match(problem.detail, /dryrun/)
})
