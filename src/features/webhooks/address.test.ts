import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressRefused,
  hostOf,
  parseNetwork,
  refusalOfIp,
  refusalOfUrl,
  type AddressRules,
} from './address.ts'

const STRICT: AddressRules = { allowLoopback: false, allowedNetworks: [] }

const rules = (networks: string[], allowLoopback = false): AddressRules => ({
  allowLoopback,
  allowedNetworks: networks.map(parseNetwork),
})

const verdict = (url: string, by: AddressRules = STRICT): string => refusalOfUrl(url, by)?.reason ?? 'allowed'

/** Spellings of URLs, with the reason of their refusal by the strict rules. No address here is ever called. */
const SPELLINGS: readonly (readonly [url: string, verdict: string])[] = [
  // What may be called, on any port.
  ['https://example.com/hook', 'allowed'],
  ['HTTPS://EXAMPLE.COM/hook', 'allowed'],
  ['http://example.com:8080/hook?x=1#part', 'allowed'],
  ['https://example.com./hook', 'allowed'],
  ['https://bücher.example/hook', 'allowed'],
  ['https://xn--bcher-kva.example/hook', 'allowed'],
  ['https://8.8.8.8/', 'allowed'],
  ['http://134744072/', 'allowed'],
  ['http://172.15.255.255/', 'allowed'],
  ['http://172.32.0.0/', 'allowed'],
  ['http://100.128.0.0/', 'allowed'],
  ['http://11.0.0.0/', 'allowed'],
  ['http://223.255.255.255/', 'allowed'],
  ['http://localhost.example/', 'allowed'],
  ['http://127.0.0.1.example/', 'allowed'],
  ['http://[2606:4700:4700::1111]/', 'allowed'],
  ['http://[2A00:1450:4001:0800::200E]:8443/', 'allowed'],
  // No URL of a receiver.
  ['', 'invalid_url'],
  ['example.com', 'invalid_url'],
  ['//example.com/', 'invalid_url'],
  ['/hook', 'invalid_url'],
  ['http://', 'invalid_url'],
  ['http:// example.com/', 'invalid_url'],
  [' http://example.com/', 'invalid_url'],
  ['http://exam\tple.com/', 'invalid_url'],
  ['http://example.com/\n', 'invalid_url'],
  ['http://example.com/\u0000', 'invalid_url'],
  ['http://example..com/', 'invalid_url'],
  ['http://example.com:99999/', 'invalid_url'],
  ['http://256.1.1.1/', 'invalid_url'],
  ['http://1.2.3.4.5/', 'invalid_url'],
  ['http://[::1/', 'invalid_url'],
  ['http://[fe80::1%25eth0]/', 'invalid_url'],
  ['http://[::1%25lo]/', 'invalid_url'],
  ['http://%00/', 'invalid_url'],
  ['ftp://example.com/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['javascript:alert(1)', 'scheme'],
  ['data:text/plain,x', 'scheme'],
  ['ws://example.com/', 'scheme'],
  ['unix:///run/docker.sock', 'scheme'],
  ['http://user@example.com/', 'user_information'],
  ['http://user:password@example.com/', 'user_information'],
  ['http://:password@example.com/', 'user_information'],
  ['http://example.com@127.0.0.1/', 'user_information'],
  ['http://example.com%40127.0.0.1:80@example.com/', 'user_information'],
  ['http://user@localhost/', 'user_information'],
  // This machine.
  ['http://127.0.0.1/', 'loopback'],
  ['http://127.0.0.1:5432/', 'loopback'],
  ['http://127.1/', 'loopback'],
  ['http://127.0.1/', 'loopback'],
  ['http://127.255.255.254/', 'loopback'],
  ['http://2130706433/', 'loopback'],
  ['http://017700000001/', 'loopback'],
  ['http://0x7f000001/', 'loopback'],
  ['http://0x7f.1/', 'loopback'],
  ['http://0X7F.0x0.0x0.0x1/', 'loopback'],
  ['http://0177.0.0.1/', 'loopback'],
  ['http://127.0.0.1./', 'loopback'],
  ['http://127.0.0.1../', 'loopback'],
  ['http://%31%32%37.0.0.1/', 'loopback'],
  ['http://１２７.０.０.１/', 'loopback'],
  ['http://①②⑦.0.0.1/', 'loopback'],
  ['http://127。0。0。1/', 'loopback'],
  ['http://localhost/', 'loopback'],
  ['http://LOCALHOST:3000/', 'loopback'],
  ['http://localhost./', 'loopback'],
  ['http://a.b.localhost/', 'loopback'],
  ['http://app.localhost./', 'loopback'],
  ['http://l%6Fcalhost/', 'loopback'],
  ['http://ｌｏｃａｌｈｏｓｔ/', 'loopback'],
  ['http:\\\\localhost\\', 'loopback'],
  ['http://example.com\\@127.0.0.1/', 'allowed'],
  ['http://[::1]/', 'loopback'],
  ['http://[0:0:0:0:0:0:0:1]/', 'loopback'],
  ['http://[::0001]:8080/', 'loopback'],
  ['http://[::ffff:127.0.0.1]/', 'loopback'],
  ['http://[::FFFF:7F00:1]/', 'loopback'],
  ['http://0.0.0.0/', 'unspecified'],
  ['http://0/', 'unspecified'],
  ['http://0.1.2.3/', 'unspecified'],
  ['http://[::]/', 'unspecified'],
  ['http://[::ffff:0.0.0.0]/', 'unspecified'],
  // Networks that are nobody else's business.
  ['http://10.0.0.1/', 'private'],
  ['http://10.255.255.255/', 'private'],
  ['http://012.0.0.1/', 'private'],
  ['http://172.16.0.1/', 'private'],
  ['http://172.31.255.255/', 'private'],
  ['http://192.168.0.1/', 'private'],
  ['http://0xc0a80001/', 'private'],
  ['http://3232235521/', 'private'],
  ['http://[::ffff:10.0.0.1]/', 'private'],
  ['http://[fc00::1]/', 'private'],
  ['http://[fdff:ffff::1]/', 'private'],
  ['http://[fec0::1]/', 'private'],
  ['http://169.254.169.254/latest/meta-data/', 'link_local'],
  ['http://2852039166/', 'link_local'],
  ['http://0xa9fea9fe/', 'link_local'],
  ['http://0251.0376.0251.0376/', 'link_local'],
  ['http://[::ffff:a9fe:a9fe]/', 'link_local'],
  ['http://[fe80::1]/', 'link_local'],
  ['http://[febf::1]/', 'link_local'],
  ['http://100.64.0.1/', 'shared'],
  ['http://100.127.255.255/', 'shared'],
  // What is no single machine of the internet.
  ['http://224.0.0.1/', 'multicast'],
  ['http://239.255.255.255/', 'multicast'],
  ['http://[ff02::1]/', 'multicast'],
  ['http://255.255.255.255/', 'broadcast'],
  ['http://4294967295/', 'broadcast'],
  ['http://240.0.0.1/', 'reserved'],
  ['http://192.0.0.1/', 'reserved'],
  ['http://192.0.2.1/', 'reserved'],
  ['http://198.51.100.1/', 'reserved'],
  ['http://203.0.113.1/', 'reserved'],
  ['http://192.88.99.1/', 'reserved'],
  ['http://198.18.0.1/', 'reserved'],
  ['http://198.19.255.255/', 'reserved'],
  ['http://[100::1]/', 'reserved'],
  ['http://[2001:db8::1]/', 'reserved'],
  ['http://[3fff::1]/', 'reserved'],
  ['http://[2001:2::1]/', 'reserved'],
  ['http://[2001:10::1]/', 'reserved'],
  ['http://[2001:20::1]/', 'reserved'],
  ['http://[5f00::1]/', 'reserved'],
  ['http://[4000::1]/', 'reserved'],
  ['http://[::8.8.8.8]/', 'reserved'],
  ['http://[::127.0.0.1]/', 'reserved'],
  ['http://[::2]/', 'reserved'],
  // IPv4 addresses inside of others, whatever they are.
  ['http://[::ffff:8.8.8.8]/', 'embedded_ipv4'],
  ['http://[::ffff:0:127.0.0.1]/', 'embedded_ipv4'],
  ['http://[64:ff9b::127.0.0.1]/', 'embedded_ipv4'],
  ['http://[64:ff9b::8.8.8.8]/', 'embedded_ipv4'],
  ['http://[64:ff9b:1::10.0.0.1]/', 'embedded_ipv4'],
  ['http://[2002:7f00:1::]/', 'embedded_ipv4'],
  ['http://[2002:808:808::1]/', 'embedded_ipv4'],
  ['http://[2001::1]/', 'embedded_ipv4'],
  ['http://[2001:0:53aa:64c::1]/', 'embedded_ipv4'],
]

test('each spelling of an address is judged as the address that it is', () => {
  assert.ok(SPELLINGS.length >= 80)
  const wrong = SPELLINGS.filter(([url, expected]) => verdict(url) !== expected)
  assert.deepEqual(
    wrong.map(([url, expected]) => `${url}: ${verdict(url)}, not ${expected}`),
    [],
  )
})

test('where loopback is allowed, all of it is, and nothing else', () => {
  const allowed = rules([], true)
  for (const [url, strictly] of SPELLINGS)
    assert.equal(verdict(url, allowed), strictly === 'loopback' ? 'allowed' : strictly, url)
})

test('an allowed network opens its own addresses and no other', () => {
  const allowed = rules(['10.20.0.0/16', '192.168.1.7/32', 'fd00:1::/32'])
  for (const [url, expected] of [
    ['http://10.20.0.0/', 'allowed'],
    ['http://10.20.255.255/', 'allowed'],
    ['http://0x0a14ffff/', 'allowed'],
    ['http://[::ffff:10.20.3.4]/', 'allowed'],
    ['http://10.19.255.255/', 'private'],
    ['http://10.21.0.0/', 'private'],
    ['http://[::ffff:10.21.0.0]/', 'private'],
    ['http://[::10.20.3.4]/', 'reserved'],
    ['http://[64:ff9b::10.20.3.4]/', 'embedded_ipv4'],
    ['http://[2002:a14:304::]/', 'embedded_ipv4'],
    ['http://192.168.1.7/', 'allowed'],
    ['http://192.168.1.8/', 'private'],
    ['http://[fd00:1::1]/', 'allowed'],
    ['http://[fd00:1:ffff::1]/', 'allowed'],
    ['http://[fd00:2::1]/', 'private'],
    ['http://127.0.0.1/', 'loopback'],
    ['http://169.254.169.254/', 'link_local'],
    ['http://user@10.20.0.1/', 'user_information'],
    ['ftp://10.20.0.1/', 'scheme'],
  ] as const)
    assert.equal(verdict(url, allowed), expected, url)
})

test('a network in IPv6 spelling of IPv4 is that of IPv4', () => {
  const allowed = rules(['::ffff:10.20.0.0/112'])
  assert.equal(verdict('http://10.20.5.5/', allowed), 'allowed')
  assert.equal(verdict('http://[::ffff:10.20.5.5]/', allowed), 'allowed')
  assert.equal(verdict('http://10.21.0.0/', allowed), 'private')
})

test('what is no network is refused with what is meant', () => {
  for (const text of [
    '10.0.0.0',
    '10/8',
    '0x0a.0.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fd00::/129',
    'fe80::%eth0/10',
    'internal',
    'localhost/8',
    '010.0.0.0/8',
  ])
    assert.throws(() => parseNetwork(text), /must be networks such as 10\.20\.0\.0\/16/, text)
  assert.throws(() => parseNetwork('10.20.30.40/16'), /begins in the middle of one; 10\.20\.0\.0\/16\?/)
  assert.throws(() => parseNetwork('fd00:1:2::/32'), /begins in the middle of one; fd00:1::\/32\?/)
  assert.throws(() => parseNetwork('::ffff:0:0/90'), /begins in the middle of one/)
})

test('an address that a name resolves to is judged like a literal, and no zone gets around it', () => {
  for (const [ip, expected] of [
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['fe80::1%eth0', 'invalid_url'],
    ['0x7f.1', 'invalid_url'],
    ['', 'invalid_url'],
    ['8.8.8.8', undefined],
    ['2606:4700:4700::1111', undefined],
  ] as const)
    assert.equal(refusalOfIp(ip, STRICT)?.reason, expected, ip)
})

test('a host is told from its URL without brackets and final dots', () => {
  assert.deepEqual(hostOf('https://[2606:4700:4700:0::1111]:8443/x'), { ip: '2606:4700:4700::1111' })
  assert.deepEqual(hostOf('https://Example.COM./x'), { name: 'example.com' })
  assert.deepEqual(hostOf('http://0x08080808/'), { ip: '8.8.8.8' })
})

test('a refusal says which rule it was and which setting could allow it', () => {
  const problem = (url: string) => addressRefused(refusalOfUrl(url, STRICT)!)
  const own = problem('http://0x7f.1/')
  assert.equal(own.code, 'address_refused')
  assert.equal(own.status, 400)
  assert.equal(own.extra['reason'], 'loopback')
  assert.match(own.detail, /127\.0\.0\.1 is this machine itself.*CAIRN_WEBHOOK_ALLOW_LOOPBACK/)
  assert.match(
    problem('http://10.1.2.3/').detail,
    /10\.1\.2\.3 is in a private.*CAIRN_WEBHOOK_ALLOWED_NETWORKS/,
  )
  assert.match(problem('ftp://example.com/').detail, /ftp: is neither https: nor http:/)
  assert.doesNotMatch(problem('ftp://example.com/').detail, /CAIRN_/)
})
