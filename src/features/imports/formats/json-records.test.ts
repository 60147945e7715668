import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { faultOffset } from './json-fault.ts'
import { jsonItems, jsonLines } from './json-records.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts of JSON's own characters, and JSON with a piece cut out or put in. */
const almostJson = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'{}[],:"\\/ \n\t0123456789.eE+-truefalsn\u00e9\u0001') }),
  fc.json(),
  fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.nat(5),
      fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '1', 'x', '\n', '\u0000'),
    )
    .map(([json, at, length, piece]) => {
      const start = at % (json.length + 1)
      return json.slice(0, start) + piece + json.slice(start + length)
    }),
)

describe('where a text stops being JSON', () => {
  test('is nowhere exactly when JSON.parse takes it', () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        assert.equal(faultOffset(text) === -1, isJson(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('is the first character that makes it unfit, whatever may follow', () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        const at = faultOffset(text)
        fc.pre(at >= 0)
        // Up to the fault it could go on: the same fault is not there any earlier. With it, it could not.
        assert.ok([-1, at].includes(faultOffset(text.slice(0, at))))
        if (at < text.length) assert.equal(faultOffset(text.slice(0, at + 1)), at)
      }),
      { numRuns: 3000 },
    )
  })

  test('is found at known places', () => {
    const places: [string, number][] = [
      ['', 0],
      ['{"a":x}', 5],
      ['{"a":1,}', 7],
      ['[1 2]', 3],
      ['"a\nb"', 2],
      ['"\\x"', 2],
      ['"\\u12g4"', 5],
      ['tru', 3],
      ['trie', 2],
      ['01', 1],
      ['1.', 2],
      ['-', 1],
      ['{"a"}', 4],
      ['[}', 1],
      ['{} {}', 3],
      ['[[[', 3],
    ]
    for (const [text, at] of places) assert.equal(faultOffset(text), at, text)
  })

  test('is found below a million brackets', () => {
    assert.equal(faultOffset('['.repeat(1e6) + 'x'), 1e6)
  })
})

describe('the values of a text', () => {
  const found = (text: string) =>
    [...jsonItems(text)].map((read) => ('value' in read ? [read.line, read.value] : read))

  test('are those of an array, each with the line where it begins', () => {
    assert.deepEqual(found('\n[ 1,\n{"a":\n2},"]\\"," ,\n\n[3]\n]\n'), [
      [2, 1],
      [3, { a: 2 }],
      [4, ']",'],
      [6, [3]],
    ])
  })

  test('are those of any array that JSON can write, in lines or not', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(3), (values, indent) => {
        const text = JSON.stringify(values, null, indent)
        const expected = JSON.parse(text) as unknown[]
        assert.deepEqual(
          [...jsonItems(text)].map((read) => ('value' in read ? read.value : read)),
          expected,
        )
        assert.deepEqual(
          [...jsonItems(JSON.stringify({ total: 1, x: [{ items: [1] }], items: values }, null, indent))].map(
            (read) => ('value' in read ? read.value : read),
          ),
          expected,
        )
      }),
    )
  })

  test('are read around a broken one', () => {
    assert.deepEqual(found('[1,\n{"a":},\n}, 2 3\nx]'), [
      [1, 1],
      { line: 2, message: 'not JSON: "}" cannot stand in column 6' },
      { line: 3, message: 'not JSON: "}" cannot stand in column 1' },
      [3, 2],
      [3, 3],
      { line: 4, message: 'not JSON: "x" cannot stand in column 1' },
    ])
  })

  test('are read up to where the text is cut short', () => {
    assert.deepEqual(found('[1,\n{"a":[\n'), [[1, 1], { line: 2, message: 'not JSON: it is cut short' }])
    assert.deepEqual(found('[1\n,\n\n'), [[1, 1], { line: 2, message: 'not JSON: the array is cut short' }])
    assert.deepEqual(found('{"items":[1,{"a'), [[1, 1], { line: 1, message: 'not JSON: it is cut short' }])
  })

  test('end with the array, but for another array', () => {
    assert.deepEqual(found('[1]\n[2]\nx'), [
      [1, 1],
      [2, 2],
      { line: 3, message: 'not JSON: something follows after the end of the array' },
    ])
  })

  test('are the lines of a text of lines, where one may be broken', () => {
    assert.deepEqual(found('{"a":1}\r\n\r\n{"b":\r\n{"c":3}'), [
      [1, { a: 1 }],
      { line: 3, message: 'not JSON: it is cut short' },
      [4, { c: 3 }],
    ])
    assert.deepEqual(found('{"a":\n{"b":2}'), [
      { line: 1, message: 'not JSON: it is cut short' },
      [2, { b: 2 }],
    ])
  })

  test('are one object that spans lines, and its fault is one fault', () => {
    assert.deepEqual(found('{\n"a": 1\n}'), [[1, { a: 1 }]])
    assert.deepEqual(found('{\n"a": 1\n"b": 2\n}'), [
      { line: 3, message: 'not JSON: "\\"" cannot stand in column 1' },
    ])
  })
})

test('lines are numbered, and empty ones are no values', () => {
  assert.deepEqual(
    [...jsonLines('\n1\n \n"a\u2028b"\nx')],
    [
      { line: 2, value: 1 },
      { line: 4, value: 'a\u2028b' },
      { line: 5, message: 'not JSON: "x" cannot stand in column 1' },
    ],
  )
})
