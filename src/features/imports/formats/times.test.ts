import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utcTime } from './times.ts'

const DAYS = {
  min: new Date('1900-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
}

test('every form that the sources write comes to RFC 3339 in UTC', () => {
  const forms: [string, string][] = [
    ['2025-11-02T21:58:07.295058-08:00', '2025-11-03T05:58:07.295058Z'],
    ['2024-05-14T08:53:33.000Z', '2024-05-14T08:53:33Z'],
    ['2024-05-14t08:53:33.123456789z', '2024-05-14T08:53:33.123456Z'],
    ['2024-05-14 08:53:33+02', '2024-05-14T06:53:33Z'],
    ['2024-05-14T08:53:33 +0530', '2024-05-14T03:23:33Z'],
    ['2024-05-14T08:53', '2024-05-14T08:53:00Z'],
    [' 2024-05-14 ', '2024-05-14T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['Mon Jan 01 2024 10:00:00 GMT+0000 (GMT)', '2024-01-01T10:00:00Z'],
    ['Wed May 13 2026 11:21:41 GMT+0000 (GMT+00:00)', '2026-05-13T11:21:41Z'],
    ['Thu May 23 2024 16:06:19 GMT+0200 (Central European Summer Time)', '2024-05-23T14:06:19Z'],
    ['Mon Jan 1 2024 00:30:00 GMT+0100', '2023-12-31T23:30:00Z'],
  ]
  for (const [text, utc] of forms) assert.equal(utcTime(text), utc, text)
})

test('what is no time, or none that anybody meant, is none', () => {
  const others = [
    '',
    'yesterday',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-05-14T24:00:00Z',
    '2024-05-14T08:60:00Z',
    '2024-05-14T08:53:33+19:00',
    '0001-01-01T00:00:00Z',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    'Mon Foo 01 2024 10:00:00 GMT+0000 (GMT)',
    '05/14/2024',
    '1715676813',
    `2024-05-14${' '.repeat(1e6)}x`,
  ]
  for (const text of others) assert.equal(utcTime(text), null, text.slice(0, 40))
})

test("whatever JavaScript writes is read as the time that it is, to the writer's precision", () => {
  fc.assert(
    fc.property(fc.date(DAYS), (date) => {
      assert.equal(Date.parse(utcTime(date.toISOString()) ?? ''), date.getTime())
      assert.equal(Date.parse(utcTime(date.toString()) ?? ''), Math.floor(date.getTime() / 1000) * 1000)
    }),
  )
})
