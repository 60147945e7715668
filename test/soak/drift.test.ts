import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftBetween, thirds, type Tolerance } from './drift.ts'
import { TOLERANCES } from './vital-signs.ts'

const SAMPLES = 60

const flat = (value: (n: number) => number, tolerance: Tolerance, slower = 1): boolean =>
  driftBetween('made up', '', thirds(Array.from({ length: SAMPLES }, (_, n) => value(n))), tolerance, slower)
    .flat

/** A value between 0 and 1 that looks like chance and is the same in every run. */
const noise = (n: number): number => (Math.abs(Math.sin(n * 12.9898)) * 43758.5453) % 1

test('what warms up and then stays is flat, however much it trembles', () => {
  for (const [name, tolerance] of Object.entries(TOLERANCES))
    for (const level of [20, 300, 5_000])
      assert.ok(
        flat((n) => level * Math.min(1, 0.5 + n / 20) + 0.02 * level * noise(n), tolerance),
        `${name} at ${level}`,
      )
})

test('a saw-tooth with an even floor is flat; one whose floor rises is not', () => {
  const tooth = (n: number): number => (n % 7) * 20
  assert.ok(flat((n) => 100 + tooth(n), TOLERANCES.heap))
  assert.ok(!flat((n) => 100 + 3 * n + tooth(n), TOLERANCES.heap))
})

test('a leak is not flat, of any sign: memory, connections, statements, files, dead rows', () => {
  for (const [name, tolerance] of Object.entries(TOLERANCES)) {
    assert.ok(!flat((n) => 4_000 * n, tolerance), `${name} from nothing`)
    assert.ok(!flat((n) => 250 + 8 * n + 600 * Math.max(0, n - 40), tolerance), `${name} at the end`)
  }
  assert.ok(!flat((n) => 180 + 3 * n, TOLERANCES.rss), '3 MiB in every 15 seconds')
  assert.ok(
    !flat((n) => 10 + Math.floor(n / 10), TOLERANCES.connections),
    'a connection in every 150 seconds',
  )
})

test('what grows late counts as latency, unless the machine itself became as slow', () => {
  const growing = (n: number): number => (n < 40 ? 10 : 80)
  const tolerance = { share: 0.5, room: 5 }
  assert.ok(!flat(growing, tolerance))
  assert.ok(!flat(growing, tolerance, 2))
  assert.ok(flat(growing, tolerance, 5))
})

test('too few samples are no verdict', () => {
  assert.throws(() => thirds([1, 2]), /2 samples/)
})
