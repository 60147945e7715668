import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketsOf, pointsOf } from './rules.ts'
import { MOST_POINTS } from './schema.ts'

test('a window of any length has few buckets, begins where it should, and its last one holds now', () => {
  const hours = fc.integer({ min: 1, max: 8_760 })
  const now = fc.integer({ min: 1e12, max: 4e12 })
  fc.assert(
    fc.property(hours, now, (asked, moment) => {
      const { seconds, first, count } = bucketsOf(asked, moment)
      const at = moment / 1_000
      assert.ok(count <= MOST_POINTS + 1, `${count} points`)
      assert.ok(first <= at - asked * 3_600 + seconds && first + count * seconds > at)
      assert.ok(first + (count - 1) * seconds <= at)
      assert.equal(first % seconds, 0)
    }),
  )
})

test('every bucket has its point, with zeros where nothing ended', () => {
  const points = pointsOf({ seconds: 60, first: 1_795_340_160, count: 3 }, [
    { nth: 1, completed: 2, failed: 1, given_up: 0, cost_dollars: 0.5 },
  ])
  assert.deepEqual(
    points.map(({ start, completed }) => [start, completed]),
    [
      ['2026-11-22T09:36:00.000Z', 0],
      ['2026-11-22T09:37:00.000Z', 2],
      ['2026-11-22T09:38:00.000Z', 0],
    ],
  )
})
