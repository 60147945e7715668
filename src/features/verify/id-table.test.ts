import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { newId } from '../../kernel/ids.ts'
import { IdTable } from './id-table.ts'

test('a hundred thousand ids keep their numbers, and come back as they were', () => {
  const ids = Array.from({ length: 100_000 }, (_, nth) => (nth % 2 === 0 ? newId() : randomUUID()))
  const table = new IdTable()
  assert.deepEqual(
    ids.map((id) => table.add(id)),
    ids.map((_, nth) => nth),
  )
  assert.ok(ids.every((id, nth) => table.find(id) === nth && table.add(id) === nth && table.idOf(nth) === id))
  assert.equal(table.size, ids.length)
  assert.equal(table.find(randomUUID()), -1)
})
