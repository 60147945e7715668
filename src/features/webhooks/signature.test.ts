import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { isSecret } from './schema.ts'
import { newSecret } from './secret.ts'
import { isSha256Signature, isStandardSignature, signedRequest } from './signature.ts'

const MESSAGE = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00',
  type: 'task.updated',
  timestamp: '2026-11-22T09:30:00.000000Z',
  data: { task: { title: 'größer — 👍' }, old_values: { title: 'big' } },
}

test('the published verifier accepts a request by each of its secrets, and by no other', () => {
  const [newer, older, other] = [newSecret(), newSecret(), newSecret()]
  const { headers, body } = signedRequest(MESSAGE, [newer, older], new Date())
  for (const secret of [newer, older]) assert.deepEqual(new Webhook(secret).verify(body, headers), MESSAGE)
  assert.throws(() => new Webhook(other).verify(body, headers), /No matching signature/)
  const alone = signedRequest(MESSAGE, [newer], new Date())
  assert.throws(() => new Webhook(older).verify(alone.body, alone.headers), /No matching signature/)
})

test('the published verifier notices a changed body, another id and an old request', () => {
  const secret = newSecret()
  const { headers, body } = signedRequest(MESSAGE, [secret], new Date())
  const verifier = new Webhook(secret)
  assert.throws(() => verifier.verify(body.replace('big', 'bag'), headers), /No matching signature/)
  assert.throws(() => verifier.verify(body, { ...headers, 'webhook-id': 'x' }), /No matching signature/)
  const old = signedRequest(MESSAGE, [secret], new Date(Date.now() - 600_000))
  assert.throws(() => verifier.verify(old.body, old.headers), /too old/)
})

test('X-Webhook-Signature is the HMAC of the raw body, keyed by the text of the secret, newest first', () => {
  const [newer, older] = [newSecret(), newSecret()]
  const { headers, body } = signedRequest(MESSAGE, [newer, older], new Date())
  const expected = [newer, older].map(
    (secret) => `sha256=${createHmac('sha256', secret).update(Buffer.from(body)).digest('hex')}`,
  )
  assert.equal(headers['x-webhook-signature'], expected.join(','))
})

test('a request carries its id, its time in seconds, and who sends it', () => {
  const { headers, body } = signedRequest(MESSAGE, [newSecret()], new Date(1_800_000_000_999))
  assert.equal(headers['webhook-id'], MESSAGE.id)
  assert.equal(headers['webhook-timestamp'], '1800000000')
  assert.equal(headers['content-type'], 'application/json')
  assert.match(headers['user-agent']!, /^Cairn-Codex-Webhooks\/\d+\.\d+\.\d+/)
  assert.deepEqual(JSON.parse(body), MESSAGE)
})

test('what goes beside an event is not sent', () => {
  const { body } = signedRequest({ ...MESSAGE, sequence: 7 } as typeof MESSAGE, [newSecret()], new Date())
  assert.deepEqual(Object.keys(JSON.parse(body) as object), ['id', 'type', 'timestamp', 'data'])
})

test('both kinds of signature are told from forged ones', () => {
  const [secret, older] = [newSecret(), newSecret()]
  const { headers, body } = signedRequest(MESSAGE, [secret, older], new Date(1_800_000_000_000))
  const plain = headers['x-webhook-signature']!
  const standard = headers['webhook-signature']!
  const place = { id: MESSAGE.id, timestamp: 1_800_000_000 }
  for (const each of [secret, older]) {
    assert.ok(isSha256Signature(plain, body, each))
    assert.ok(isStandardSignature(standard, body, each, place))
  }
  const another = signedRequest({ ...MESSAGE, id: 'another' }, [secret, older], new Date(1_800_000_000_000))
  for (const forged of [
    '',
    'sha256=',
    'x',
    plain.slice(7, 71),
    plain.slice(0, 70),
    another.headers['x-webhook-signature']!,
    standard,
  ])
    assert.ok(!isSha256Signature(forged, body, secret), forged)
  for (const forged of [
    '',
    'v1,',
    plain,
    standard.replaceAll('v1,', 'v2,'),
    standard.replaceAll('v1,', ''),
    another.headers['webhook-signature']!,
  ])
    assert.ok(!isStandardSignature(forged, body, older, place), forged)
  assert.ok(!isSha256Signature(plain, `${body} `, secret))
  assert.ok(!isStandardSignature(standard, body, secret, { ...place, timestamp: 1_800_000_001 }))
  assert.ok(!isStandardSignature(standard, body, secret, { ...place, id: 'other' }))
  assert.ok(!isStandardSignature(standard, body, 'no secret', place))
})

test('a secret is whsec_ and the base64 of 24 to 64 bytes, and new ones differ', () => {
  const of = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 0xfb).toString('base64')}`
  for (const bytes of [24, 25, 26, 32, 64]) assert.ok(isSecret(of(bytes)), String(bytes))
  for (const bytes of [0, 23, 65]) assert.ok(!isSecret(of(bytes)), String(bytes))
  const good = of(25)
  for (const bad of [
    good.slice('whsec_'.length),
    good.replace('whsec_', 'WHSEC_'),
    good.replaceAll('+', '-'),
    good.replaceAll('=', ''),
    `${good}\n`,
    `whsec_ ${good.slice(6)}`,
    `whsec_${'='.repeat(32)}`,
  ])
    assert.ok(!isSecret(bad), bad)
  assert.ok(isSecret(newSecret()))
  assert.equal(Buffer.from(newSecret().slice(6), 'base64').length, 32)
  assert.notEqual(newSecret(), newSecret())
})
