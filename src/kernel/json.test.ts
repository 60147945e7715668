import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseJson } from './json.ts'

/** The keys of an object of the text, one after the other. */
const keysOf = (text: string): string[] => Object.keys(parseJson(text) as object)

const KEYS = ['"', '\\', '\n', '\t', '\u0001', '/', 'é', '\\n', '\na', '\\u', 'ёж', '{}', '1', 'a']

describe('the keys of JSON', () => {
  test('are those of the text, whatever keys were met before', () => {
    // With JSON.parse of Node 24 each of the second lines has the key of the first.
    keysOf('{"b":1,"\\\\":1}')
    assert.deepEqual(keysOf('{"b":1,"\\"":1}'), ['b', '"'])
    assert.deepEqual(keysOf('{"b":1,"\\n":1}'), ['b', '\n'])
    assert.deepEqual(keysOf('{"b":1,"\\u00e9" :1}'), ['b', 'é'])
    keysOf('{"b":1,"\\\\n":1}')
    assert.deepEqual(keysOf('{"b":1,"\\na":1}'), ['b', '\na'])
    keysOf('{"b":1,"\\\\u":1}')
    assert.deepEqual(keysOf('{"b":1,"\\u0451\\u0436":1}'), ['b', 'ёж'])
  })

  test('come back in every mixture, nested and in lists', () => {
    const random = (below: number): number => Math.floor(Math.random() * below)
    const object = (depth: number): object =>
      Object.fromEntries(
        Array.from({ length: 1 + random(4) }, () => [
          KEYS[random(KEYS.length)]!,
          depth > 0 && random(2) ? [object(depth - 1), '"\\":'] : '\\": "\n',
        ]),
      )
    for (let turn = 0; turn < 20_000; turn++) {
      const value = object(2)
      assert.deepEqual(parseJson(JSON.stringify(value)), value)
      assert.deepEqual(parseJson(JSON.stringify(value, null, 2)), value)
    }
  })

  test('of one name: the last one counts, however it is spelt', () => {
    assert.deepEqual(parseJson('{"a":1,"\\u0061":2}'), { a: 2 })
    assert.deepEqual(parseJson('{"\\u0061":1,"a":2}'), { a: 2 })
    assert.deepEqual(parseJson('{"\\u0061":1,"\\u0061":2}'), { a: 2 })
  })

  test('may be __proto__, which is a key as any other', () => {
    const value = parseJson('{"\\u005f_proto__":{"a":1}}') as object
    assert.deepEqual(Object.keys(value), ['__proto__'])
    assert.equal(Object.getPrototypeOf(value), Object.prototype)
  })
})

test('keys are restored however deep a text nests', () => {
  const depth = 200_000
  let value = parseJson('['.repeat(depth) + '{"b":1,"\\n":2}' + ']'.repeat(depth))
  while (Array.isArray(value)) value = value[0] as unknown
  assert.deepEqual(value, { b: 1, '\n': 2 })
})

test('what is no JSON is refused as JSON.parse refuses it', () => {
  for (const text of ['{"\\n":1', '{"\\x":1}', '\\', '"\\', '{"a\\":1}', ''])
    assert.throws(() => parseJson(text), SyntaxError)
})

test('what is no object is the same as ever', () => {
  for (const value of ['\\":', null, 1.5, ['\\', '"'], '', { 'a b': 'c\n' }])
    assert.deepEqual(parseJson(JSON.stringify(value)), value)
})
