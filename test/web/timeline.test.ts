import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { placeOf, stretchOf, ticksOf } from '../../src/features/executions/ui/timeline.ts'

const moment = fc.integer({ min: 1.6e12, max: 2e12 })
const runs = fc.array(
  fc.record({ start: moment, took: fc.option(fc.nat(1e9)) }).map(({ start, took }) => ({
    started_at: new Date(start).toISOString(),
    completed_at: took === null ? null : new Date(start + took).toISOString(),
  })),
)

test('every run lies within the stretch that shows them, and each is somewhere from 0 to 100', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 2e12, max: 2.1e12 }), (all, now) => {
      const stretch = stretchOf(all, now)
      assert.ok(stretch.to - stretch.from >= 10_000)
      for (const { started_at, completed_at } of all) {
        const [from, to] = [Date.parse(started_at), completed_at === null ? now : Date.parse(completed_at)]
        assert.ok(stretch.from <= from && to <= stretch.to)
        assert.ok(placeOf(from, stretch) >= 0 && placeOf(to, stretch) <= 100)
        assert.ok(placeOf(from, stretch) <= placeOf(to, stretch))
      }
    }),
  )
})

test('ticks are few, evenly apart, at round moments and within the stretch', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: 10_000, max: 3e11 }), (from, length) => {
      const { moments, step } = ticksOf({ from, to: from + length }, 8)
      assert.ok(moments.length <= 9)
      for (const [nth, each] of moments.entries()) {
        assert.ok(each >= from && each <= from + length && each % step === 0)
        if (nth > 0) assert.equal(each - moments[nth - 1]!, step)
      }
    }),
  )
})
