import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../kernel/problem.ts'
import { requireAddress, type Resolve } from './resolution.ts'

const STRICT = { allowLoopback: false, allowedNetworks: [] }

const to =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

const failing: Resolve = () => Promise.reject(new Error('getaddrinfo ENOTFOUND'))
const asked = (): never => assert.fail('nothing is to be resolved')

test('a name is refused when any of its addresses is, and the sentence names both', async () => {
  for (const [addresses, reason] of [
    [['127.0.0.1'], 'loopback'],
    [['8.8.8.8', '10.0.0.1'], 'private'],
    [['2606:4700:4700::1111', 'fe80::1'], 'link_local'],
    [['::ffff:169.254.169.254'], 'link_local'],
  ] as const)
    await assert.rejects(
      requireAddress('https://inside.example/', STRICT, to(...addresses)),
      (error) =>
        error instanceof Problem &&
        error.code === 'address_refused' &&
        error.extra['reason'] === reason &&
        error.detail.includes(`inside.example resolves to ${addresses.at(-1)!}`),
    )
  await requireAddress('https://outside.example/', STRICT, to('8.8.8.8', '2606:4700:4700::1111'))
  await requireAddress('https://own.example/', { ...STRICT, allowLoopback: true }, to('127.0.0.1'))
})

test('a name that does not resolve yet is accepted, and so is one whose resolver is slow', async () => {
  await requireAddress('https://not-yet.example/', STRICT, failing)
  await requireAddress('https://slow.example/', STRICT, () => new Promise(() => undefined))
})

test('what its text refuses is not resolved, nor is a literal address', async () => {
  for (const url of ['http://localhost/', 'http://a.localhost./', 'ftp://example.com/', 'http://0x7f.1/'])
    await assert.rejects(requireAddress(url, STRICT, asked), Problem, url)
  await requireAddress('http://8.8.8.8/', STRICT, asked)
})
