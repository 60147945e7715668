import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Problem } from '../../kernel/problem.ts'
import { Rate } from '../../kernel/rate.ts'
import type { Services } from '../../kernel/services.ts'
import { optionalSetting, wholeNumber } from '../../kernel/settings.ts'

/** Where nothing is set and the database is not embedded. */
const DEFAULT_PER_MINUTE = 600

export const wrongKeysPerMinute = optionalSetting({
  name: 'CAIRN_RATE_LIMIT_WRONG_KEYS',
  description: `Wrong keys a minute from one address before it must wait; 0 for no limit; ${DEFAULT_PER_MINUTE} unless the database is embedded`,
  parse: wholeNumber(0, 1_000_000),
})

const rates = new WeakMap<Services, Rate | null>()

/** Null where there is no limit. */
function rateOf(app: Services): Rate | null {
  const known = rates.get(app)
  if (known !== undefined) return known
  const perMinute = app.settings.get(wrongKeysPerMinute) ?? (app.alone ? 0 : DEFAULT_PER_MINUTE)
  const rate = perMinute === 0 ? null : new Rate(perMinute / 60, perMinute)
  rates.set(app, rate)
  return rate
}

/** Some proxies write the port behind an address: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d+)?$/i

/**
 * Whom an address stands for: of IPv6 one has a whole /64. What is no address, as a client may write before a proxy that only
 * adds to X-Forwarded-For, is one for all: else it were a new one for each guess.
 */
export function neighbourhood(address: string): string {
  const [, v6, v4] = WITH_PORT.exec(address) ?? []
  const bare = v6 ?? v4 ?? address
  if (isIP(bare) === 0) return 'unknown'
  const parsed = ipaddr.process(bare)
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':') : parsed.toString()
}

export const countWrongKey = (app: Services, address: string): void =>
  void rateOf(app)?.take(neighbourhood(address))

/** Throws 429 `rate_limited` where too many wrong keys came from there lately: the next is not even looked up. */
export function requireFewWrongKeys(app: Services, address: string): void {
  const state = rateOf(app)?.look(neighbourhood(address))
  if (state && !state.allowed)
    throw new Problem(
      'rate_limited',
      429,
      'Too many wrong keys came from your address; correct the key, and wait before you try again.',
      { retry_after: state.retrySeconds },
    )
}
