import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { beads } from './beads.ts'
import type { ParsedItem } from './parsed.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')
const parsed = beads(readFileSync(join(FIXTURES, 'beads.jsonl'), 'utf8'))
const damaged = beads(readFileSync(join(FIXTURES, 'beads-damaged.jsonl'), 'utf8'))

const lines = (...issues: object[]): string => issues.map((issue) => JSON.stringify(issue)).join('\n')

function itemOf(items: readonly ParsedItem[], ref: string): ParsedItem {
  const item = items.find(({ source_ref }) => source_ref === ref)
  assert.ok(item, `${ref} is among the items`)
  return item
}

test('an issue becomes an item with everything that has a place in it', () => {
  assert.deepEqual(itemOf(parsed.items, 'beads:hive-a1'), {
    line: 1,
    source_ref: 'beads:hive-a1',
    title: 'Lay the first comb',
    description: 'Wax before honey.\nSix sides each.',
    priority: 5,
    effort_estimate: 90,
    tags: ['wax', 'comb'],
    metadata: { beads_issue_type: 'epic' },
    state: 'ready',
    created_at: '2025-11-03T05:58:07.295058Z',
    updated_at: '2025-11-03T20:56:22Z',
    completed_at: null,
    assigned_worker: null,
  })
})

test('priorities 0 to 4 become 5 to 1, and any other is 3 and kept as metadata', () => {
  const priorities = [0, 1, 2, 3, 4, 5, -1, 1.5, '1', null, undefined]
  const { items } = beads(lines(...priorities.map((priority, n) => ({ id: `a-${n}`, title: 'a', priority }))))
  assert.deepEqual(
    items.map(({ priority }) => priority),
    [5, 4, 3, 2, 1, 3, 3, 3, 3, 3, 3],
  )
  assert.deepEqual(
    items.map(({ metadata }) => metadata['beads_priority']),
    [...Array<undefined>(5).fill(undefined), '5', '-1', '1.5', '1', undefined, undefined],
  )
})

test('blocks and blocked-by make an issue wait, also for what is no longer or never was in the file', () => {
  assert.deepEqual(parsed.edges, [
    { line: 2, from: 'beads:hive-a1.1', to: 'beads:hive-a1', type: 'hard' },
    { line: 3, from: 'beads:hive-b2', to: 'beads:hive-gone', type: 'hard' },
    { line: 5, from: 'beads:hive-c3', to: 'beads:hive-missing', type: 'hard' },
  ])
})

test('other types of edges are kept as metadata, and every edge is counted', () => {
  assert.equal(itemOf(parsed.items, 'beads:hive-a1.1').metadata['beads_parent_child'], '["hive-a1"]')
  assert.equal(
    itemOf(parsed.items, 'beads:hive-c3').metadata['beads_discovered_from'],
    '["hive-b2","hive-a1"]',
  )
  assert.equal(parsed.kept_as_metadata['dependencies.parent-child'], 1)
  assert.equal(parsed.kept_as_metadata['dependencies.discovered-from'], 2)
  assert.deepEqual(parsed.lost_fields, { 'dependencies.created_at': 2, 'dependencies.created_by': 2 })
})

test('a tombstone is skipped, and neither its fields nor its edges count', () => {
  assert.deepEqual(parsed.skipped, [{ line: 4, source_ref: 'beads:hive-gone', reason: 'tombstone' }])
  assert.ok(!('notes' in parsed.kept_as_metadata))
  assert.ok(!parsed.edges.some(({ from }) => from === 'beads:hive-gone'))
})

test('a closed issue is completed at its time, and every other one is ready and keeps its state', () => {
  const closed = itemOf(parsed.items, 'beads:hive-b2')
  assert.equal(closed.state, 'completed')
  assert.equal(closed.completed_at, '2025-10-02T08:00:00.5Z')
  const states = ['open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned']
  const { items } = beads(lines(...states.map((status) => ({ id: status, title: 'a', status }))))
  assert.ok(items.every(({ state, completed_at }) => state === 'ready' && completed_at === null))
  assert.deepEqual(
    items.map(({ metadata }) => metadata['beads_status']),
    [undefined, ...states.slice(1)],
  )
})

test('every field without a place is kept as metadata and counted, empty ones are not', () => {
  const { items, kept_as_metadata } = beads(
    lines({
      id: 'a',
      title: 'a',
      notes: 'n',
      timeout: 5,
      wild: { b: [1] },
      design: '',
      owner: null,
      tags: [],
    }),
  )
  assert.deepEqual(items[0]?.metadata, { beads_notes: 'n', beads_timeout: '5', beads_wild: '{"b":[1]}' })
  assert.deepEqual(kept_as_metadata, { notes: 1, timeout: 1, wild: 1 })
})

test('two things of one key are both kept', () => {
  const related = { depends_on_id: 'b', type: 'relates-to' }
  const { items } = beads(lines({ id: 'a', title: 'a', relates_to: 'words', dependencies: [related] }))
  assert.deepEqual(items[0]?.metadata, { beads_relates_to: 'words', beads_relates_to_2: '["b"]' })
})

test('a broken line is reported by its number, and the rest goes in', () => {
  assert.deepEqual(damaged.errors, [
    { line: 2, message: 'not JSON: it is cut short' },
    { line: 4, message: 'beads:hive-b2 has no title' },
    { line: 5, message: 'has no id' },
    { line: 6, message: 'is no JSON object' },
    { line: 8, message: 'beads:hive-c3 has a dependency without ids or without a type' },
    { line: 9, message: 'not JSON: "," cannot stand in column 17' },
  ])
  assert.deepEqual(
    damaged.items.map(({ line, source_ref }) => [line, source_ref]),
    [
      [1, 'beads:hive-a1'],
      [8, 'beads:hive-c3'],
    ],
  )
  assert.deepEqual(damaged.edges, [{ line: 8, from: 'beads:hive-c3', to: 'beads:hive-a1', type: 'hard' }])
})

test('of two issues of one id the first one counts', () => {
  assert.deepEqual(damaged.skipped, [{ line: 7, source_ref: 'beads:hive-a1', reason: 'duplicate_ref' }])
  assert.equal(itemOf(damaged.items, 'beads:hive-a1').title, 'The first one is fine')
})

test('what cannot be stored or read is replaced or kept as it is, and counted', () => {
  const item = itemOf(damaged.items, 'beads:hive-c3')
  assert.equal(item.title, 'A NUL \ufffd and half a pair \ufffd')
  assert.deepEqual(damaged.truncated, { replaced_characters: 2 })
  assert.equal(item.metadata['beads_created_at'], 'yesterday')
  assert.equal(item.created_at, null)
  assert.equal(item.metadata['beads_labels'], 'wax')
})

test('a key named __proto__ is a key like any other', () => {
  const item = itemOf(damaged.items, 'beads:hive-c3')
  assert.equal(item.metadata['beads___proto__'], '{"polluted":true}')
  assert.deepEqual(Object.entries(damaged.kept_as_metadata).at(-1), ['__proto__', 1])
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

test('an empty file holds no issue and no error', () => {
  for (const text of ['', '\ufeff', '\n \r\n'])
    assert.deepEqual([beads(text).items, beads(text).errors], [[], []])
})

const REAL = join(import.meta.dirname, '../../../..', '../shared/data/beads.jsonl')
test(
  "a real swarm's tracker comes in whole",
  { skip: !existsSync(REAL) && 'needs ../shared/data/beads.jsonl' },
  () => {
    const { items, edges, skipped, errors, truncated } = beads(readFileSync(REAL, 'utf8'))
    assert.equal(items.length, 2403)
    assert.equal(items.filter(({ state }) => state === 'ready').length, 144)
    assert.ok(items.every(({ state, completed_at }) => (state === 'completed') === (completed_at !== null)))
    assert.equal(edges.length, 324)
    assert.equal(skipped.filter(({ reason }) => reason === 'tombstone').length, 3319)
    assert.equal(skipped.length, 3319)
    assert.deepEqual([errors, truncated], [[], {}])
  },
)
