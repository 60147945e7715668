import assert from 'node:assert/strict'
import { test } from 'node:test'
import { example } from './example.ts'
import { reportLines } from './report-text.ts'
import { ImportReport } from './schema.ts'

const report = ImportReport.parse(example.output)

const many = <T>(each: (nth: number) => T): { total: number; first: T[] } => ({
  total: 12_345,
  first: Array.from({ length: 50 }, (_, nth) => each(nth)),
})

const fields = Object.fromEntries(
  Array.from({ length: 51 }, (_, nth) => [
    `field_with_a_rather_long_name_${nth}_`.repeat(3),
    1_000_000 + nth,
  ]),
)

/** A report in which everything went wrong, with names as long as they may be. */
const worst: ImportReport = {
  ...report,
  created: 50_000,
  reopened: 20_000,
  overwritten: many((nth) => ({ line: nth, source_ref: 'r'.repeat(512) })),
  status_kept: many((nth) => ({ line: nth, source_ref: 'r'.repeat(512), status: 'in_progress' })),
  skipped: { total: 3, reasons: { tombstone: 1, duplicate_ref: 1, pull_request: 1 } },
  errors: many((nth) => ({ line: nth, message: 'm'.repeat(600) })),
  edges: {
    added: 1,
    existing: 1,
    duplicate: 1,
    dangling: many((line) => ({ line, from: 'f'.repeat(512), to: 't'.repeat(512) })),
    loops: many((line) => ({ line, from: 'f'.repeat(512), to: 't'.repeat(512) })),
    self: many((line) => ({ line, from: 'f'.repeat(512), to: 'f'.repeat(512) })),
    already_started: many((line) => ({ line, from: 'f'.repeat(512), to: 't'.repeat(512) })),
  },
  fields_without_place: fields,
  kept_as_metadata: fields,
  truncated: fields,
}

test('a report reads as aligned counts, with the cases of each loss below it', () => {
  assert.equal(
    reportLines(report).join('\n'),
    [
      'beads: a dry run, nothing was changed',
      'Tasks',
      '  created                 2',
      '  updated                 0',
      '  unchanged               0',
      '  skipped                 0',
      'Edges',
      '  added                   1',
      '  existing                0',
      '  dangling                1',
      '    line 2: beads:hive-b2 waits for beads:hive-zz',
      'Fields kept as metadata',
      '  issue_type 2',
    ].join('\n'),
  )
})

test('the worst report has every count, in forty lines that fit a terminal', () => {
  const lines = reportLines(worst)
  assert.ok(lines.length <= 40, `${lines.length} lines`)
  for (const line of lines) assert.ok(line.length <= 150, line)
  const text = lines.join('\n')
  for (const words of ['50,000', '20,000', 'tombstone 1', '12,345', '; and 12,343 more', '; and 49 more'])
    assert.ok(text.includes(words), words)
})
