import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neighbourhood } from './wrong-keys.ts'

test('an IPv4 address stands for itself, however it is written, and an IPv6 one for its /64', () => {
  assert.equal(neighbourhood('203.0.113.7'), '203.0.113.7')
  assert.equal(neighbourhood('::ffff:203.0.113.7'), '203.0.113.7')
  assert.equal(neighbourhood('2001:db8:1:2:3::4'), neighbourhood('2001:0db8:1:2::5'))
  assert.notEqual(neighbourhood('2001:db8:1:2::4'), neighbourhood('2001:db8:1:3::4'))
  assert.equal(neighbourhood('unknown'), 'unknown')
})
