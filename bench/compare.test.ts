import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slowerThan, type Run } from './compare.ts'
import { Figures } from './figure.ts'
import { median, percentile, spread } from './statistics.ts'

type StoredFigure = Run['parts'][string][number]
const figure = (rounds: number[], better: 'more' | 'less' = 'more', name = 'get'): StoredFigure => ({
  name,
  unit: better === 'more' ? '/s' : 'ms',
  better,
  rounds,
})
const namesOf = (stored: StoredFigure, now: StoredFigure): string[] =>
  slowerThan({ reads: [stored] }, { reads: [now] }).map(({ name }) => name)

void test('a rate that fell by more than the stored rounds lie apart is slower', () => {
  assert.deepEqual(namesOf(figure([100, 110, 105]), figure([80, 81, 79])), ['get'])
})

void test('a rate that fell within the stored spread is not slower', () => {
  assert.deepEqual(namesOf(figure([80, 120, 100]), figure([70, 71, 72])), [])
})

void test('a rate that fell by less than a tenth is not slower, however steady it was', () => {
  assert.deepEqual(namesOf(figure([100, 100, 100]), figure([91, 91, 91])), [])
  assert.deepEqual(namesOf(figure([100, 100, 100]), figure([89, 89, 89])), ['get'])
})

void test('a time that grew is slower, one that shrank is not', () => {
  assert.deepEqual(namesOf(figure([10, 11], 'less'), figure([20, 21], 'less')), ['get'])
  assert.deepEqual(namesOf(figure([20, 21], 'less'), figure([10, 11], 'less')), [])
})

void test('a rate that grew is not slower', () => {
  assert.deepEqual(namesOf(figure([100, 101]), figure([200, 201])), [])
})

void test('a figure that only one of the runs has is passed over', () => {
  assert.deepEqual(namesOf(figure([100], 'more', 'list'), figure([1], 'more', 'get')), [])
})

void test('what is slower is told with both medians', () => {
  const [slower] = slowerThan({ reads: [figure([100, 101, 102])] }, { reads: [figure([50, 60, 40])] })
  assert.deepEqual(slower, { part: 'reads', name: 'get', unit: '/s', before: 101, now: 50 })
})

void test('a percentile is a value that was measured, by the nearest rank', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 3, 2]), 2)
  assert.equal(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99), 10)
  assert.equal(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1), 1)
  assert.throws(() => median([]), /nothing to measure/)
})

void test('the spread is in percent of the median', () => {
  assert.equal(spread([90, 100, 110]), 20)
})

void test('a ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
  const figures = new Figures()
  for (const [ours, theirs] of [
    [10, 10],
    [40, 20],
    [30, 30],
  ] as const) {
    figures.add('ours', '/s', ours)
    figures.add('theirs', '/s', theirs)
  }
  assert.equal(figures.ratio('ours', 'theirs'), 1)
})
