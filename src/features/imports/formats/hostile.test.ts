import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { FORMATS, LIMITS, type Parsed, type ParsedEdge, type ParsedItem } from './index.ts'

type FormatName = keyof typeof FORMATS
const NAMES = Object.keys(FORMATS) as FormatName[]

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/
const bytes = (text: string): number => Buffer.byteLength(text)
const isRef = (format: FormatName, ref: string): boolean =>
  ref.startsWith(`${format}:`) && bytes(ref) <= LIMITS.source_ref_bytes

function assertStorable(text: string, name: string): void {
  assert.ok(text.isWellFormed() && !text.includes('\0'), `${name} can be stored`)
}

function assertItem(format: FormatName, item: ParsedItem): void {
  assert.ok(isRef(format, item.source_ref) && item.source_ref.length > format.length + 1)
  assert.ok(item.title.length >= 1 && item.title.length <= LIMITS.title_characters)
  assert.equal(item.title, item.title.trim())
  assert.ok(bytes(item.description) <= LIMITS.description_bytes)
  assert.ok([1, 2, 3, 4, 5].includes(item.priority))
  const effort = item.effort_estimate ?? 0
  assert.ok(Number.isInteger(effort) && effort >= 0 && effort <= LIMITS.effort_minutes)
  assert.ok(item.tags.length <= LIMITS.tags && new Set(item.tags).size === item.tags.length)
  for (const tag of item.tags) assert.ok(tag.length >= 1 && tag.length <= LIMITS.tag_characters)
  assert.equal(Object.getPrototypeOf(item.metadata), Object.prototype)
  for (const [key, value] of Object.entries(item.metadata)) {
    assert.ok(key.startsWith(`${format}_`) && key.length <= LIMITS.metadata_key_characters)
    assert.ok(typeof value === 'string' && bytes(value) <= LIMITS.metadata_value_bytes)
    assertStorable(key + value, 'metadata')
  }
  for (const text of [item.source_ref, item.title, item.description, ...item.tags])
    assertStorable(text, 'an item')
  assert.ok(item.state === 'completed' || (item.state === 'ready' && item.completed_at === null))
  for (const time of [item.created_at, item.updated_at, item.completed_at])
    assert.ok(time === null || (TIME.test(time) && !Number.isNaN(Date.parse(time))))
  assert.equal(item.assigned_worker, null)
}

function assertEdge(format: FormatName, { from, to, type }: ParsedEdge, refs: ReadonlySet<string>): void {
  assert.ok(isRef(format, from) && isRef(format, to) && type === 'hard')
  // A Beads edge names both its ends; elsewhere it stands in the issue that waits.
  assert.ok(format === 'beads' || refs.has(from), 'whoever waits is among the items')
  assertStorable(from + to, 'an edge')
}

/** Everything that `parsed.ts` promises of an answer. */
function assertWithinLimits(format: FormatName, text: string, parsed: Parsed): void {
  const refs = new Set(parsed.items.map(({ source_ref }) => source_ref))
  assert.equal(refs.size, parsed.items.length)
  for (const item of parsed.items) assertItem(format, item)
  for (const edge of parsed.edges) assertEdge(format, edge, refs)
  for (const { source_ref, reason } of parsed.skipped)
    assert.ok((source_ref === null || isRef(format, source_ref)) && /^[a-z]+(_[a-z]+)*$/.test(reason))
  for (const { message } of parsed.errors) assert.ok(message !== '' && message.length < 500)
  const lines = text.split(/\r\n|\n|\r/).length
  for (const { line } of [...parsed.items, ...parsed.edges, ...parsed.skipped, ...parsed.errors])
    assert.ok(Number.isInteger(line) && line >= 1 && line <= lines, `${line} is one of ${lines} lines`)
  for (const counts of [parsed.lost_fields, parsed.kept_as_metadata, parsed.truncated])
    for (const [name, count] of Object.entries(counts)) {
      assert.ok(name.length <= LIMITS.metadata_key_characters && Number.isInteger(count) && count > 0)
      assertStorable(name, 'a name in the report')
    }
}

const wildText = fc.string({
  unit: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...'ab1 .:,;#-*[]x"\'`~<!>=|\\/\n\r\t') },
    { weight: 2, arbitrary: fc.constantFrom('é', '語', '🐝', '\0', '\ud83d', '\udc1d', '\ufeff', '\u2028') },
  ),
})
const longText = fc
  .tuple(wildText, fc.integer({ min: 40, max: 9_000 }))
  .map(([piece, times]) => piece.repeat(times).slice(0, 70_000))
const text = fc.oneof(
  { weight: 40, arbitrary: wildText },
  {
    weight: 20,
    arbitrary: fc.constantFrom('', ' ', 'open', 'Done', '2024-05-14', 'Blocked by #1, #2', 'B1, B2'),
  },
  { weight: 1, arbitrary: longText },
)
const value = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.array(wildText, { maxLength: 60 }),
  fc.constantFrom(0, 1, 2, 4, 5, 1e300),
)

/** A text with a piece cut out of it or put into it. */
const damaged = (whole: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(whole, fc.nat(), fc.nat(9), wildText, fc.boolean()).map(([t, at, length, piece, intact]) => {
    const start = at % (t.length + 1)
    return intact ? t : t.slice(0, start) + piece + t.slice(start + length)
  })

function issue(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const known = fc.record(fields, { requiredKeys: [] })
  const unknown = fc.dictionary(
    fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString')),
    value,
    { maxKeys: 3 },
  )
  return fc.tuple(unknown, known).map(([more, most]) => ({ ...more, ...most }))
}

const id = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a-1', 'a-2', 'a-3', 'a-4') },
  { weight: 1, arbitrary: value },
)
const edge = fc.record(
  {
    issue_id: id,
    depends_on_id: id,
    type: fc.oneof(fc.constantFrom('blocks', 'relates-to'), value),
    created_by: value,
  },
  { requiredKeys: [] },
)
const beadsIssue = issue({
  id,
  title: fc.oneof(text, value),
  description: value,
  status: fc.oneof(fc.constantFrom('open', 'closed', 'tombstone'), value),
  priority: value,
  estimated_minutes: value,
  labels: value,
  created_at: value,
  closed_at: value,
  notes: value,
  dependencies: fc.oneof(fc.array(edge), value),
})

const githubIssue = issue({
  number: fc.oneof(fc.integer({ min: 0, max: 5 }), value),
  title: fc.oneof(text, value),
  body: fc.oneof(text, value),
  state: fc.oneof(fc.constantFrom('open', 'CLOSED'), value),
  stateReason: value,
  labels: fc.oneof(fc.array(fc.oneof(text, fc.record({ name: text }))), value),
  html_url: fc.oneof(
    fc.constantFrom('https://github.com/o/r/issues/1', 'https://github.com/o/r/pull/1'),
    value,
  ),
  createdAt: value,
  closed_at: value,
  user: fc.oneof(fc.record({ login: text }), value),
  assignees: value,
})

const markdownLine = fc.oneof(
  wildText,
  fc
    .tuple(
      fc.constantFrom(
        '# ',
        '### ',
        '### 1. ',
        '**B1: ',
        '**Issue 2: ',
        '- [ ] ',
        '- [x] B2: ',
        '  ',
        '    ',
        '> ',
      ),
      text,
      fc.constantFrom('', '**', ' #', '  '),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '',
    '---',
    '======',
    '```',
    '~~~',
    '<!--',
    '-->',
    'Effort: 2h',
    'Priority: P0',
    'Depends on: B1, #2, x',
  ),
)

const COLUMNS = [
  'ID',
  'Title',
  'Description',
  'Status',
  'Priority',
  'Labels',
  'Created',
  'Completed',
  'Canceled',
  'Archived',
  'Blocked by',
  'Duplicate of',
  'Estimate',
  'Roadmaps',
]
const cell = fc.tuple(text, fc.boolean()).map(([t, quoted]) => (quoted ? `"${t.replaceAll('"', '""')}"` : t))
const csv = fc
  .tuple(
    fc.shuffledSubarray(COLUMNS, { minLength: 9 }),
    fc.array(text, { maxLength: 2 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .chain(([known, more, newline]) =>
    fc
      .array(fc.array(cell, { minLength: known.length + more.length, maxLength: known.length + more.length }))
      .map((rows) =>
        [[...known, ...more.map((name) => `"${name.replaceAll('"', '')}"`)], ...rows]
          .map((row) => row.join(','))
          .join(newline),
      ),
  )

const SOURCES: Record<FormatName, fc.Arbitrary<string>> = {
  beads: damaged(fc.array(beadsIssue).map((issues) => issues.map((one) => JSON.stringify(one)).join('\n'))),
  github: damaged(
    fc
      .tuple(fc.array(githubIssue), fc.constantFrom('list', 'search', 'lines'), fc.nat(2))
      .map(([issues, shape, indent]) => {
        if (shape === 'lines') return issues.map((one) => JSON.stringify(one)).join('\n')
        return JSON.stringify(shape === 'list' ? issues : { total: 1, items: issues }, null, indent)
      }),
  ),
  markdown: fc.array(markdownLine, { maxLength: 60 }).map((lines) => lines.join('\n')),
  linear: damaged(csv),
}

describe('whatever a source holds, nothing is thrown and every item is within the limits', () => {
  for (const format of NAMES) {
    test(`${format}: texts that are nearly right`, () => {
      fc.assert(
        fc.property(SOURCES[format], (source) => assertWithinLimits(format, source, FORMATS[format](source))),
        { numRuns: 200 },
      )
    })
    test(`${format}: any text`, () => {
      fc.assert(
        fc.property(fc.oneof(wildText, fc.string({ unit: 'binary' }), ...Object.values(SOURCES)), (source) =>
          assertWithinLimits(format, source, FORMATS[format](source)),
        ),
        { numRuns: 100 },
      )
    })
  }
})

test('no line of a tracker is passed over: each is an item, skipped, or an error', () => {
  fc.assert(
    fc.property(SOURCES.beads, (source) => {
      const { items, skipped, errors } = FORMATS.beads(source)
      const reported = new Set([...items, ...skipped, ...errors].map(({ line }) => line))
      for (const [index, line] of source.split('\n').entries())
        assert.ok(line.replace(/^\ufeff/, '').trim() === '' || reported.has(index + 1), `line ${index + 1}`)
    }),
    { numRuns: 200 },
  )
})

/** A Beads tracker of these issues. */
const tracker = (...issues: object[]): string => issues.map((one) => JSON.stringify(one)).join('\n')

describe('what is too long', () => {
  const TITLE = 'ä'.repeat(700)
  const HUGE = '語'.repeat(40_000)

  test('a title is cut and whole in the metadata, or only cut where it does not fit there either', () => {
    const sources: Record<FormatName, (title: string) => string> = {
      beads: (title) => JSON.stringify({ id: 'a', title }),
      github: (title) => JSON.stringify([{ number: 1, title }]),
      markdown: (title) => `### 1. ${title}`,
      linear: (title) => `ID,Title\nA-1,${title}`,
    }
    for (const format of NAMES) {
      const { items, truncated } = FORMATS[format](sources[format](TITLE))
      assert.equal(items[0]?.title, TITLE.slice(0, 500))
      assert.deepEqual(items[0].metadata, { [`${format}_title`]: TITLE })
      assert.deepEqual(truncated, { title: 1 })
      const huge = FORMATS[format](sources[format](HUGE))
      assert.equal(huge.items[0]?.title, HUGE.slice(0, 500))
      assert.deepEqual([huge.items[0].metadata, huge.truncated], [{}, { title: 1 }])
    }
  })

  test('a description and a field are cut, of a list as many elements stay as fit, and each is counted', () => {
    const comments = Array.from({ length: 10 }, (_, n) => `${n}${'x'.repeat(9_000)}`)
    const wild = { a: HUGE }
    const { items, truncated, lost_fields, kept_as_metadata } = FORMATS.beads(
      JSON.stringify({ id: 'a', title: 'a', description: HUGE, notes: HUGE, comments, wild }),
    )
    const whole = '語'.repeat(Math.floor(65_536 / 3))
    assert.equal(items[0]?.description, whole)
    assert.equal(items[0].metadata['beads_notes'], whole)
    assert.deepEqual(JSON.parse(items[0].metadata['beads_comments'] ?? ''), comments.slice(0, 7))
    assert.deepEqual(truncated, { description: 1, notes: 1, comments: 1 })
    assert.deepEqual(lost_fields, { wild: 1 })
    assert.deepEqual(kept_as_metadata, { notes: 1, comments: 1 })
  })

  test('tags too long or too many are cut, and all of them are in the metadata', () => {
    const labels = [...Array.from({ length: 60 }, (_, n) => `tag ${n}`), 'tag 0', ' ']
    const { items, truncated } = FORMATS.beads(
      tracker({ id: 'a', title: 'a', labels }, { id: 'b', title: 'b', labels: ['y'.repeat(80)] }),
    )
    assert.deepEqual(items[0]?.tags, labels.slice(0, 50))
    assert.deepEqual(JSON.parse(items[0].metadata['beads_labels'] ?? ''), labels)
    assert.deepEqual(items[1]?.tags, ['y'.repeat(64)])
    assert.deepEqual(truncated, { tags: 2 })
  })

  test('an id is an error, and so is an edge to one', () => {
    const long = 'x'.repeat(600)
    const { items, edges, errors } = FORMATS.beads(
      tracker(
        { id: long, title: 'a' },
        { id: 'b', title: 'b', dependencies: [{ depends_on_id: long, type: 'blocks' }] },
      ),
    )
    assert.deepEqual([items.length, edges.length], [1, 0])
    assert.deepEqual(
      errors.map(({ line }) => line),
      [1, 2],
    )
  })

  test('the name of a field is lost, and cut in the report', () => {
    const { items, lost_fields } = FORMATS.beads(
      JSON.stringify({ id: 'a', title: 'a', ['k'.repeat(300)]: 1 }),
    )
    assert.deepEqual(items[0]?.metadata, {})
    assert.deepEqual(lost_fields, { ['k'.repeat(128)]: 1 })
  })

  test('a list of errors ends with how many more there are', () => {
    const { errors } = FORMATS.beads('x\n'.repeat(10_005))
    assert.equal(errors.length, 10_001)
    assert.deepEqual(errors.at(-1), { line: 10_000, message: '5 more errors follow and are not listed' })
  })
})

test('a value nested a million deep is lost or kept, and overflows nothing', () => {
  const nested = '['.repeat(1e6) + ']'.repeat(1e6)
  const beads = FORMATS.beads(`{"id":"a","title":"a","wild":${nested},"notes":"n"}`)
  assert.deepEqual(beads.items[0]?.metadata, { beads_notes: 'n' })
  assert.deepEqual(beads.lost_fields, { wild: 1 })
  const issues = `[{"number":1,"title":"a","wild":${nested},"labels":[${nested}],"user":${nested}},${nested}]`
  assert.deepEqual(FORMATS.github(issues).items.length, 1)
  assert.equal(FORMATS.github('['.repeat(1e6)).errors.length, 1)
  assert.equal(FORMATS.github('{"items":'.repeat(1e5)).errors.length, 1)
})

const MEGABYTE = 1_000_000
const flood = (piece: string): string => piece.repeat(Math.ceil(MEGABYTE / piece.length))

/** What a careless pattern would take in more than one way. */
const PIECES = [
  ' ',
  '\t',
  'a',
  '1',
  '1.',
  '#',
  '*',
  '-',
  '`',
  '~',
  '_',
  'a-',
  'a/',
  '#1,',
  '#1 ',
  'and ',
  ' and',
  ', ',
]
const MARKDOWN = [
  '',
  '# ',
  '### 1. ',
  '**B1: ',
  '**',
  'Issue ',
  '- [ ] ',
  'Depends on: ',
  'Effort: ',
  'Priority: ',
]
const JSON_PIECES = [
  '{',
  '[',
  '{"a":',
  '"',
  '\\',
  '"\\',
  '\\u',
  '\\ud83d',
  '-',
  '1',
  '1e',
  ',',
  ' ',
  '[1,',
  '{"a":1},',
]
const CSV_PIECES = ['"', '""', ',', 'x,"', '"a"b', "'", '\r', ' ', '"\n']

/**
 * Lines of a megabyte each, which end so that what has been taken so far does not fit, and all other ways are
 * tried.
 */
function floods(format: FormatName): string[] {
  const ended = PIECES.map((piece) => `${flood(piece)}!`)
  if (format === 'markdown')
    return ended.flatMap((line) => MARKDOWN.map((mark) => `### 1. a\n\n${mark}${line}\n----\n`))
  if (format === 'linear') {
    const cells = [' ', ', ', "'="].map((piece) => `A-1,a,,"${flood(piece)}!"`)
    return [...CSV_PIECES.map((piece) => `A-1,${flood(piece)}`), ...cells].map(
      (row) => `ID,Title,Created,Blocked by\n${row}`,
    )
  }
  const values = ended.map((line) =>
    JSON.stringify({
      id: 'a',
      number: 1,
      title: line,
      body: `Depends on ${line}`,
      labels: [line],
      html_url: line,
    }),
  )
  return [...JSON_PIECES.flatMap((piece) => [flood(piece), `[{"a":${flood(piece)}`]), ...values]
}

for (const format of NAMES) {
  // In a thread of its own: a pattern that never comes back could not be interrupted in this one.
  test(`${format}: no line of a megabyte holds the reader up`, { timeout: 240_000 }, async (t) => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
      import(workerData).then(({ FORMATS }) => parentPort.on('message', ({ format, text }) => {
        FORMATS[format](text)
        parentPort.postMessage('read')
      }))`,
      { eval: true, workerData: new URL('index.ts', import.meta.url).href },
    )
    t.after(() => worker.terminate())
    for (const text of floods(format)) {
      const read = new Promise((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
      worker.postMessage({ format, text })
      await read
      worker.removeAllListeners('error')
    }
  })
}

test('a hundred thousand lines are read whole', () => {
  const count = 100_000
  const numbers = Array.from({ length: count }, (_, n) => n + 1)
  const sources: Record<FormatName, string> = {
    beads: numbers
      .map((n) =>
        JSON.stringify({
          id: `a-${n}`,
          title: 'a',
          dependencies: [{ depends_on_id: `a-${n - 1}`, type: 'blocks' }],
        }),
      )
      .join('\n'),
    github: JSON.stringify(numbers.map((n) => ({ number: n, title: 'a', body: `Blocked by #${n - 1}` }))),
    markdown: numbers.map((n) => (n % 3 ? '- [ ] the same title' : `### ${n % 2 ? n : 1}. a`)).join('\n'),
    linear: `ID,Title,Blocked by\n${numbers.map((n) => `A-${n},"a",A-${n - 1}`).join('\n')}`,
  }
  for (const format of NAMES) {
    const { items, edges, errors } = FORMATS[format](sources[format])
    assert.ok(format === 'markdown' || items.length === count)
    assert.ok(format === 'markdown' || edges.length >= count - 1)
    assert.deepEqual(errors, [])
  }
})
