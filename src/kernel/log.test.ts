import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeError } from './log.ts'

test('of an error its message, code and stack are logged, and not the parameters that the driver adds', () => {
  const error = Object.assign(new TypeError('broke', { cause: new Error('why') }), {
    code: 'X1',
    parameters: ['secret'],
  })
  const { stack, ...rest } = serializeError(error) as Record<string, unknown>
  assert.deepEqual(rest, { type: 'TypeError', message: 'broke', code: 'X1', cause: 'why' })
  assert.equal(stack, error.stack)
})

test('a copy of an error, as the job queue reports it, is logged as what it copies', () => {
  const copy = { ...Object.assign(new Error(), { code: '57P01' }), message: 'ended', stack: 'at', queue: 'q' }
  assert.deepEqual(serializeError(copy), { message: 'ended', code: '57P01', stack: 'at' })
  assert.deepEqual(serializeError('a word'), { message: 'a word' })
  assert.deepEqual(serializeError(undefined), { message: 'undefined' })
})
