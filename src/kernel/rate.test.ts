import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Rate } from './rate.ts'

test('a burst passes at once, then one call each interval', () => {
  const rate = new Rate(10, 3)
  assert.deepEqual(
    [0, 0, 0, 0].map((now) => rate.take('a', now).allowed),
    [true, true, true, false],
  )
  assert.equal(rate.take('a', 99).allowed, false)
  assert.equal(rate.take('a', 100).allowed, true)
  assert.equal(rate.take('a', 100).allowed, false)
})

test('callers do not pay for each other', () => {
  const rate = new Rate(1, 1)
  assert.equal(rate.take('a', 0).allowed, true)
  assert.equal(rate.take('b', 0).allowed, true)
  assert.equal(rate.take('a', 0).allowed, false)
})

test('it says what is left, when all is there again, and when to come back', () => {
  const rate = new Rate(1, 3)
  assert.deepEqual(rate.take('a', 0), { allowed: true, remaining: 2, resetSeconds: 1, retrySeconds: 0 })
  rate.take('a', 0)
  rate.take('a', 0)
  assert.deepEqual(rate.take('a', 0), { allowed: false, remaining: 0, resetSeconds: 3, retrySeconds: 1 })
  assert.deepEqual(rate.look('a', 2_000), { allowed: true, remaining: 2, resetSeconds: 1, retrySeconds: 0 })
  assert.equal(rate.look('a', 3_000).remaining, 3)
})

test('whoever comes back when told to is let in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 100 }),
      (perSecond, burst, pauses) => {
        const rate = new Rate(perSecond, burst)
        let now = 0
        for (const pause of [0, ...pauses]) {
          const { allowed, retrySeconds } = rate.take('a', (now += pause))
          if (!allowed) assert.ok(rate.look('a', now + retrySeconds * 1000).allowed)
        }
      },
    ),
  )
})

test('in no span of time do more pass than the burst and what that time brings', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 }),
      (perSecond, burst, pauses) => {
        const rate = new Rate(perSecond, burst)
        let now = 0
        const passed: number[] = []
        for (const pause of pauses) if (rate.take('a', (now += pause)).allowed) passed.push(now)
        for (const [first, from] of passed.entries())
          for (const [last, to] of passed.entries())
            assert.ok(last - first + 1 <= burst + ((to - from) / 1000) * perSecond + 1e-6 || last < first)
      },
    ),
  )
})

test('it keeps no more than ten thousand callers, and forgets who was silent longest', () => {
  const rate = new Rate(1, 1)
  for (let caller = 0; caller < 10_000; caller++) rate.take(`caller ${caller}`, 0)
  rate.take('caller 0', 5_000)
  for (let caller = 0; caller < 5_000; caller++) rate.take(`other ${caller}`, 5_000)
  assert.equal(rate.size, 10_000)
  assert.equal(rate.look('caller 0', 5_000).allowed, false)
})
