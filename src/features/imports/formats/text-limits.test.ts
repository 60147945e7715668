import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  cutBytes,
  cutCharacters,
  fitsBytes,
  shortenName,
  slug,
  storable,
  storableJson,
} from './text-limits.ts'

const anyText = fc.string({
  unit: fc.constantFrom('a', 'é', '語', '🐝', '\0', '\ud83d', '\udc1d', ' ', '-', '\\'),
})
const wellFormed = fc.string({ unit: fc.constantFrom('a', 'é', '語', '🐝', ' ', '-') })

describe('what PostgreSQL cannot store', () => {
  test('is replaced character by character and counted', () => {
    assert.deepEqual(storable('a\0b\ud83d\udc1d\ud83d'), { text: 'a\ufffdb🐝\ufffd', replaced: 2 })
    assert.deepEqual(storable('\ufeffa\ufeff'), { text: 'a\ufeff', replaced: 0 })
    fc.assert(
      fc.property(anyText, (source) => {
        const { text, replaced } = storable(source)
        assert.ok(text.isWellFormed() && !text.includes('\0'))
        assert.equal(text.length, source.length)
        assert.equal(text.split('\ufffd').length - 1, replaced)
      }),
    )
  })

  test('is replaced in the escapes of JSON too, and nothing else changes', () => {
    assert.deepEqual(storableJson(String.raw`"\u0000 \\u0000 \uD83d\uDC1d \ud83d \udc1d \ud83dA"`), {
      text: String.raw`"\ufffd \\u0000 \uD83d\uDC1d \ufffd \ufffd \ufffdA"`,
      replaced: 4,
    })
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        const { text } = storableJson(`{${escaped(key)}:${escaped(value)}}`)
        assert.deepEqual(JSON.parse(text), { [storableUnits(key)]: storableUnits(value) })
      }),
    )
  })
})

/** `text` as a JSON string of which every UTF-16 code unit is escaped. */
const escaped = (text: string): string =>
  `"${text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

/** As `storable`, but of a text that begins with a byte order mark nothing is dropped. */
const storableUnits = (text: string): string => storable(`a${text}`).text.slice(1)

describe('cutting', () => {
  test('leaves no half of a character and takes no more than it must', () => {
    fc.assert(
      fc.property(wellFormed, fc.nat(12), (text, max) => {
        const bytes = cutBytes(text, max)
        const characters = cutCharacters(text, max)
        assert.ok(text.startsWith(bytes) && text.startsWith(characters))
        assert.ok(bytes.isWellFormed() && characters.isWellFormed())
        assert.ok(Buffer.byteLength(bytes) <= max && characters.length <= max)
        const next = String.fromCodePoint(text.codePointAt(bytes.length) ?? 0x61)
        assert.ok(bytes === text || Buffer.byteLength(bytes + next) > max)
        assert.ok(characters === text || max - characters.length < 2)
        assert.equal(fitsBytes(text, max), Buffer.byteLength(text) <= max)
      }),
    )
  })

  test('a name that is too long keeps it apart from its like', () => {
    const long = 'x'.repeat(600)
    assert.equal(shortenName('x'.repeat(500), 500), 'x'.repeat(500))
    assert.equal(Buffer.byteLength(shortenName(long, 500)), 500)
    assert.notEqual(shortenName(`${long}a`, 500), shortenName(`${long}b`, 500))
  })
})

test('a slug is letters and digits in lower case, joined by single hyphens', () => {
  assert.equal(slug('  Foundation Layer (B1-B8)! '), 'foundation-layer-b1-b8')
  assert.equal(slug('Ünïcode 語'), 'ünïcode-語')
  assert.equal(slug('--!?'), '')
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 9 }), (text, max) => {
      assert.match(slug(storable(text).text, max), /^$|^[\p{L}\p{N}]+(-[\p{L}\p{N}]+)*$/u)
      assert.ok(slug(text, max).length <= max)
    }),
  )
})
