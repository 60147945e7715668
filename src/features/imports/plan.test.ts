import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParsedItem } from './formats/index.ts'
import { makePlan, sourceHash } from './plan.ts'

const item = (source_ref: string, more: Partial<ParsedItem> = {}): ParsedItem => ({
  line: 1,
  source_ref,
  title: 'Lay the first comb',
  description: '',
  priority: 3,
  effort_estimate: null,
  tags: [],
  metadata: { beads_a: '1', beads_b: '2' },
  state: 'ready',
  created_at: null,
  updated_at: null,
  completed_at: null,
  assigned_worker: null,
  ...more,
})

test('the hash of an item is that of what an update would write, and of nothing else', () => {
  const hash = sourceHash(item('beads:a'))
  const same: Partial<ParsedItem>[] = [
    { line: 7 },
    { metadata: { beads_b: '2', beads_a: '1' } },
    { state: 'completed', completed_at: '2026-01-01T00:00:00Z' },
    { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-02T00:00:00Z' },
  ]
  for (const more of same) assert.equal(sourceHash(item('beads:a', more)), hash, JSON.stringify(more))
  const other: Partial<ParsedItem>[] = [
    { title: 'Lay the second comb' },
    { description: 'x' },
    { priority: 4 },
    { effort_estimate: 0 },
    { tags: ['x'] },
    { metadata: { beads_a: '1' } },
    { metadata: { beads_a: '1', beads_b: '3' } },
  ]
  for (const more of other) assert.notEqual(sourceHash(item('beads:a', more)), hash, JSON.stringify(more))
})

test('an item is new, changed or unchanged by its source_ref and its hash', () => {
  const known = new Map([
    ['beads:same', { id: '1', status: 'failed' as const, source_hash: sourceHash(item('beads:same')) }],
    ['beads:other', { id: '2', status: 'in_progress' as const, source_hash: 'another' }],
    ['beads:far', { id: '3', status: 'ready' as const, source_hash: null }],
  ])
  const plan = makePlan([item('beads:same'), item('beads:other'), item('beads:new')], known, false)
  assert.equal(plan.unchanged, 1)
  assert.deepEqual(
    plan.changed.map(({ id }) => id),
    ['2'],
  )
  assert.deepEqual(
    plan.created.map(({ item }) => item.source_ref),
    ['beads:new'],
  )
  assert.deepEqual(
    [...plan.taskOf.keys()],
    ['beads:same', 'beads:other', 'beads:far', 'beads:new'],
    'an edge may lead to a task of an earlier source',
  )
})
