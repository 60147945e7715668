import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableInReadme, tokensOfGuide, tokensOfToolList } from '../bench/tokens.ts'

/** The numbers of a row of the README's table. */
const row = (name: string): number[] => {
  const line = tableInReadme()
    .split('\n')
    .find((each) => each.includes(name))
  assert.ok(line, `the README's table of tokens has no row "${name}"`)
  return line.split('|').slice(2).map(Number).filter(Boolean)
}

test('the list of tools costs less than 2000 tokens, and the guide less than 400', () => {
  assert.ok(tokensOfToolList() < 2_000, `${tokensOfToolList()} tokens`)
  assert.ok(tokensOfGuide() < 400, `${tokensOfGuide()} tokens`)
})

test("the README's figures are those of this program; `npm run bench -- tokens --write` makes them anew", () => {
  assert.deepEqual([...new Set(row('the list of tools'))], [tokensOfToolList()])
  assert.deepEqual(row('orient: cairn://guide').slice(0, 1), [tokensOfGuide()])
})

test('a whole loop costs less than 1500 tokens, also where a model is handed text and data', () => {
  const [asked, text, data, both] = row('the whole loop')
  assert.ok(asked! + both! < 1_500, `${asked! + both!} tokens`)
  assert.ok(both! >= Math.max(text!, data!))
})
