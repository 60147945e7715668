import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { linear } from './linear.ts'
import type { Parsed, ParsedItem } from './parsed.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')
const read = (name: string): Parsed => linear(readFileSync(join(FIXTURES, name), 'utf8'))

/** The items of a CSV of these columns and rows, each cell quoted. */
function table(header: string, ...rows: string[][]): Parsed {
  const quoted = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
  return linear([header, ...quoted].join('\n'))
}

/** The one item of a CSV with ID, Title and these columns. */
function one(columns: Record<string, string>): ParsedItem {
  const { items } = table(['ID', 'Title', ...Object.keys(columns)].join(','), [
    'A-1',
    'a',
    ...Object.values(columns),
  ])
  assert.ok(items[0])
  return items[0]
}

describe('the shapes that Linear exports', () => {
  test('29 columns, every cell quoted', () => {
    const { items, errors } = read('linear-29.csv')
    assert.deepEqual(errors, [])
    assert.deepEqual(items[0], {
      line: 2,
      source_ref: 'linear:BEE-1',
      title: 'Lay the first comb',
      description: 'Wax before honey.\n\nSix "equal" sides, each.',
      priority: 5,
      effort_estimate: null,
      tags: ['wax', 'comb'],
      metadata: {
        linear_team: 'Hive',
        linear_status: 'Todo',
        linear_estimate: '3',
        linear_creator: 'queen@hive.test',
      },
      state: 'ready',
      created_at: '2024-05-14T08:53:33Z',
      updated_at: '2024-05-23T16:06:19Z',
      completed_at: null,
      assigned_worker: null,
    })
  })

  test('30 columns, with a byte order mark, CRLF, JavaScript dates, and rows that lack the last column', () => {
    const { items, errors } = read('linear-30.csv')
    assert.deepEqual(errors, [])
    assert.deepEqual(
      items.map(({ line, source_ref, description }) => [line, source_ref, description]),
      [
        [2, 'linear:BEE-1', 'Look for clover'],
        [3, 'linear:BEE-2', 'Two wasps\nso far'],
      ],
    )
    const [first] = items
    assert.deepEqual(
      [first?.created_at, first?.updated_at, first?.completed_at],
      ['2024-05-14T08:53:33Z', '2024-05-23T14:06:19Z', '2024-05-23T16:06:19Z'],
    )
    assert.equal(items[1]?.metadata['linear_roadmaps'], 'Summer')
  })

  test('34 columns, with what blocks an issue', () => {
    const { items, edges, skipped, errors } = read('linear-34.csv')
    assert.deepEqual(errors, [])
    assert.deepEqual(edges, [
      { line: 2, from: 'linear:BEE-10', to: 'linear:BEE-11', type: 'hard' },
      { line: 2, from: 'linear:BEE-10', to: 'linear:BEE-99', type: 'hard' },
    ])
    assert.deepEqual(skipped, [{ line: 4, source_ref: 'linear:BEE-12', reason: 'duplicate' }])
    assert.equal(items[0]?.metadata['linear_time_in_status_minutes'], '10')
    assert.equal(items[1]?.metadata['linear_parent_issue'], 'BEE-10')
  })

  test('columns in any order and case, unknown ones kept as metadata', () => {
    const { items, kept_as_metadata } = table('Größe (cm),TITLE,blocked By,Id', ['7', 'a', 'B-2', 'B-1'])
    assert.deepEqual([items[0]?.source_ref, items[0]?.title], ['linear:B-1', 'a'])
    assert.deepEqual(items[0]?.metadata, { linear_größe_cm: '7' })
    assert.deepEqual(kept_as_metadata, { 'Größe (cm)': 1 })
  })
})

test('priorities are words, and none at all is 3 and kept as it is written', () => {
  const words = ['Urgent', 'High', 'Medium', 'Low', 'No priority', '', 'Whenever']
  assert.deepEqual(
    words.map((Priority) => {
      const { priority, metadata } = one({ Priority })
      return [priority, metadata['linear_priority']]
    }),
    [
      [5, undefined],
      [4, undefined],
      [3, undefined],
      [2, undefined],
      [3, 'No priority'],
      [3, undefined],
      [3, 'Whenever'],
    ],
  )
})

test("the quote before a spreadsheet's formula is taken away, and no other quote is", () => {
  for (const mark of ['=', '+', '-', '@', '\t', '\n'])
    assert.equal(one({ Description: `'${mark}1` }).description, `${mark}1`)
  assert.equal(one({ Description: "'tis" }).description, "'tis")
  assert.equal(one({ Description: "''=1" }).description, "''=1")
  assert.deepEqual(one({ Labels: "'@home, b" }).tags, ['@home', 'b'])
})

test('an issue is completed by its date or its status, and canceled ones and duplicates are skipped', () => {
  const header = 'ID,Title,Status,Completed,Canceled,Duplicate of'
  const { items, skipped } = table(
    header,
    ['A-1', 'a', 'Done', '', '', ''],
    ['A-2', 'a', 'completed', '', '', ''],
    ['A-3', 'a', 'Released', '2024-01-02', '', ''],
    ['A-4', 'a', 'In Progress', '', '', ''],
    ['A-5', 'a', 'Done', '2024-01-02', '2024-01-01', ''],
    ['A-6', 'a', 'Canceled', '', '', ''],
    ['A-7', 'a', "Won't do", '', '2024-01-02', ''],
    ['A-8', 'a', 'Duplicate', '', '2024-01-02', ''],
    ['A-9', 'a', 'Todo', '', '', 'A-1'],
  )
  assert.deepEqual(
    items.map(({ state, completed_at }) => [state, completed_at]),
    [
      ['completed', null],
      ['completed', null],
      ['completed', '2024-01-02T00:00:00Z'],
      ['ready', null],
      ['completed', '2024-01-02T00:00:00Z'],
    ],
  )
  assert.deepEqual(
    skipped.map(({ line, reason }) => [line, reason]),
    [
      [7, 'canceled'],
      [8, 'canceled'],
      [9, 'duplicate'],
      [10, 'duplicate'],
    ],
  )
})

test('an archived issue keeps its state and carries a tag', () => {
  const live = one({ Status: 'Todo', Archived: '2024-06-01', Labels: 'wax' })
  assert.deepEqual([live.state, live.tags], ['ready', ['wax', 'archived']])
  assert.equal(one({ Status: 'Done', Archived: '2024-06-01' }).state, 'completed')
})

test('points are no minutes: an estimate is metadata', () => {
  const { effort_estimate, metadata } = one({ Estimate: '3' })
  assert.deepEqual([effort_estimate, metadata], [null, { linear_estimate: '3' }])
})

test('a broken record is reported by the line where it begins, and the rest goes in', () => {
  const { items, errors, kept_as_metadata } = read('linear-damaged.csv')
  assert.deepEqual(errors, [
    { line: 3, message: 'has 3 fields, and the header 6' },
    { line: 5, message: 'has 7 fields, and the header 6' },
    { line: 7, message: 'linear:BEE-5 has no title' },
    { line: 8, message: 'has no id' },
    { line: 10, message: 'a quote opens in this record and never closes: nothing from here on was read' },
  ])
  assert.deepEqual(
    items.map(({ line, title }) => [line, title]),
    [
      [2, 'The first one is fine'],
      [4, 'A comma, in a title'],
      [9, 'Half a "quote in a field'],
    ],
  )
  assert.equal(items[0]?.metadata['linear_title_2'], 'Its second title')
  assert.equal(items[1]?.metadata['linear_created'], 'tomorrow')
  assert.deepEqual(kept_as_metadata, { Status: 3, Colour: 3, Title: 1, Created: 1 })
})

test('lines are counted through quoted newlines, empty lines and CRLF', () => {
  const { items } = linear('\r\nID,"Ti\r\ntle",Title\r\n\r\nA-1,"x\r\n\r\ny",a\r\nA-2,,b\r\n')
  assert.deepEqual(
    items.map(({ line, title, metadata }) => [line, title, metadata]),
    [
      [5, 'a', { linear_ti_tle: 'x\n\ny' }],
      [8, 'b', {}],
    ],
  )
})

test('a file without the columns ID and Title is one error', () => {
  for (const text of ['', '\ufeff\r\n']) assert.deepEqual(linear(text).errors.length, 1)
  const { items, errors } = linear('Name,Title\nA-1,a\nA-2,b\n')
  assert.deepEqual(items, [])
  assert.deepEqual(errors, [
    { line: 1, message: 'the header needs the columns ID and Title; it has: Name, Title' },
  ])
})

test('of two rows of one ID the first one counts', () => {
  const { items, skipped } = table('ID,Title', ['A-1', 'a'], ['A-1', 'b'])
  assert.equal(items.length, 1)
  assert.deepEqual(skipped, [{ line: 3, source_ref: 'linear:A-1', reason: 'duplicate_ref' }])
})
