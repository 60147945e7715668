import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Problem } from '../../kernel/problem.ts'

/** A range of addresses: the first of them, and how many of its bits all share. */
export type Network = readonly [first: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

/** Which addresses may be called beside those of the public internet. */
export interface AddressRules {
  readonly allowLoopback: boolean
  readonly allowedNetworks: readonly Network[]
}

/** Why an address may not be called. */
export interface Refusal {
  /** A stable word: `loopback`, `private`, `link_local`, … */
  readonly reason: string
  /** Completes a sentence: "127.0.0.1 is this machine itself (loopback)". */
  readonly because: string
}

/** What each range is called, by the names of ipaddr.js; what it does not tell apart is reserved. */
const RANGES: Readonly<Record<string, readonly [reason: string, words: string]>> = {
  unspecified: ['unspecified', 'is no address of a machine'],
  loopback: ['loopback', 'is this machine itself (loopback)'],
  private: ['private', 'is in a private network'],
  uniqueLocal: ['private', 'is in a private network (unique local)'],
  deprecatedSiteLocal: ['private', 'is in a private network (site-local)'],
  linkLocal: ['link_local', 'is link-local'],
  carrierGradeNat: ['shared', 'is in the shared range of carriers (100.64.0.0/10)'],
  multicast: ['multicast', 'is multicast'],
  broadcast: ['broadcast', 'is the broadcast address'],
  ipv4Mapped: ['embedded_ipv4', 'is an IPv4 address in IPv6 clothes; write the IPv4 address'],
  rfc6145: ['embedded_ipv4', 'is a translated IPv4 address'],
  rfc6052: ['embedded_ipv4', 'is a translated IPv4 address (NAT64)'],
  '6to4': ['embedded_ipv4', 'leads through a 6to4 tunnel'],
  teredo: ['embedded_ipv4', 'leads through a Teredo tunnel'],
}
const RESERVED = ['reserved', 'is in a reserved range'] as const

/** Addresses that are given out to machines of the internet (RFC 4291, section 2.4, and IANA's registry). */
const GLOBAL_IPV6: Network = [ipaddr.IPv6.parse('2000::'), 3]

const inside = (address: ipaddr.IPv4 | ipaddr.IPv6, [first, bits]: Network): boolean =>
  address.kind() === first.kind() && address.match(first, bits)

/** An IPv6 address that only carries an IPv4 one is that one, to the operating system as well. */
function unmapped(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/**
 * Parses a network in CIDR notation, such as `10.20.0.0/16`. Throws an Error whose message completes "NAME …": what has
 * bits beyond its length is refused, as it may well be meant otherwise.
 */
export function parseNetwork(text: string): Network {
  const [, address, length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const family = isIP(address ?? '')
  const bits = Number(length)
  if (address === undefined || family === 0 || address.includes('%') || bits > (family === 4 ? 32 : 128))
    throw new Error(
      `must be networks such as 10.20.0.0/16 or fd00:1::/32, which ${JSON.stringify(text)} is not`,
    )
  const first = family === 4 ? ipaddr.IPv4.parse(address) : ipaddr.IPv6.parse(address)
  const network = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
  const begin = network.networkAddressFromCIDR(text)
  if (begin.toString() !== first.toString())
    throw new Error(`must be networks, and ${text} begins in the middle of one; ${begin.toString()}/${bits}?`)
  const plain = unmapped(first)
  return plain === first ? [first, bits] : [plain, bits - 96]
}

/** Why an IP address may not be called; undefined where it may. */
export function refusalOfIp(text: string, rules: AddressRules): Refusal | undefined {
  if (isIP(text) === 0 || text.includes('%'))
    return { reason: 'invalid_url', because: `${text} is no IP address` }
  const address = ipaddr.parse(text)
  const plain = unmapped(address)
  if (rules.allowedNetworks.some((network) => inside(plain, network))) return undefined
  const range = plain.range()
  if (range === 'loopback' && rules.allowLoopback) return undefined
  const global = plain.kind() === 'ipv4' || inside(plain, GLOBAL_IPV6)
  if (range === 'unicast' && global && plain === address) return undefined
  const [reason, words] = RANGES[range === 'unicast' && global ? address.range() : range] ?? RESERVED
  return { reason, because: `${text} ${words}` }
}

const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')

/** A host as a URL spells it, without brackets and the dots at its end. */
const plainHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '')

/** The host of a URL that `refusalOfUrl` let pass: an IP address, or a name that is to be resolved. */
export function hostOf(url: string): { ip: string } | { name: string } {
  const host = plainHost(new URL(url).hostname)
  return isIP(host) === 0 ? { name: host } : { ip: host }
}

/**
 * Why a URL may not be called, as far as its text tells: a name but localhost has to be resolved, too. It is judged as it
 * is parsed (WHATWG), so that 0x7f.1, 2130706433 and 127.0.0.1 are one address.
 */
export function refusalOfUrl(text: string, rules: AddressRules): Refusal | undefined {
  // A parser drops these in silence, and another might not.
  if (/[\s\p{Cc}]/u.test(text)) return { reason: 'invalid_url', because: 'a URL holds no spaces' }
  const url = URL.parse(text)
  if (!url) return { reason: 'invalid_url', because: `${text} is no URL such as https://example.com/hook` }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { reason: 'scheme', because: `${url.protocol} is neither https: nor http:` }
  if (url.username !== '' || url.password !== '')
    return { reason: 'user_information', because: 'it has a user name or a password' }
  const host = plainHost(url.hostname)
  if (isIP(host) !== 0) return refusalOfIp(host, rules)
  if (host.split('.').includes('') || host.length > 253)
    return { reason: 'invalid_url', because: `${url.hostname} is no name of a host` }
  if (isLocalhost(host) && !rules.allowLoopback)
    return { reason: 'loopback', because: `${host} is this machine itself (loopback)` }
  return undefined
}

const REMEDIES: Readonly<Record<string, string>> = {
  invalid_url: 'give an http or https URL.',
  scheme: 'give an http or https URL.',
  user_information: 'put credentials elsewhere: each delivery is signed.',
  loopback: 'give a public address, or let the operator set CAIRN_WEBHOOK_ALLOW_LOOPBACK=true.',
}

/** The sentence about a refusal that says what could allow it. */
export const explainRefusal = ({ reason, because }: Refusal): string =>
  `A webhook must not call this address: ${because}; ${
    REMEDIES[reason] ??
    'give a public address, or let the operator add its network to CAIRN_WEBHOOK_ALLOWED_NETWORKS.'
  }`

/** 400 `address_refused`, with the rule's word as `reason`. */
export const addressRefused = (refusal: Refusal): Problem =>
  new Problem('address_refused', 400, explainRefusal(refusal), { reason: refusal.reason })
