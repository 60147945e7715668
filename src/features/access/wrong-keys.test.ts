import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neighbourhood } from './wrong-keys.ts'

test('an IPv4 address stands for itself, however it is written, and an IPv6 one for its /64', () => {
  assert.equal(neighbourhood('203.0.113.7'), '203.0.113.7')
  assert.equal(neighbourhood('::ffff:203.0.113.7'), '203.0.113.7')
  assert.equal(neighbourhood('2001:db8:1:2:3::4'), neighbourhood('2001:0db8:1:2::5'))
  assert.notEqual(neighbourhood('2001:db8:1:2::4'), neighbourhood('2001:db8:1:3::4'))
})

test('a port behind an address makes it no other, and all that is no address is one', () => {
  assert.equal(neighbourhood('203.0.113.7:61234'), neighbourhood('203.0.113.7'))
  assert.equal(neighbourhood('[2001:db8:1:2::4]:61234'), neighbourhood('2001:db8:1:2::5'))
  assert.equal(neighbourhood('[2001:db8:1:2::4]'), neighbourhood('2001:db8:1:2::5'))
  for (const each of ['_hidden7', '203.0.113.7:61234:1', '999.1.1.1', '1', ''])
    assert.equal(neighbourhood(each), neighbourhood('unknown'), each)
})
