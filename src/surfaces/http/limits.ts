import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import { listOf, optionalSetting, setting, wholeNumber } from '../../kernel/settings.ts'

/** Calls a second of one key, and of all keys of a tenant, where nothing is set and the database is not embedded. */
export const DEFAULT_PER_KEY = 200
export const DEFAULT_PER_TENANT = 1_000

/** Seconds' worth of calls that may come at once after a pause. */
export const BURST_SECONDS = 10

/** Bytes of a path with its query. */
export const LONGEST_URL = 8 * 1024

export const perKey = optionalSetting({
  name: 'CAIRN_RATE_LIMIT_PER_KEY',
  description: `Calls a second of one key, ten seconds' worth at once; 0 for no limit; ${DEFAULT_PER_KEY} unless the database is embedded`,
  parse: wholeNumber(0, 1_000_000),
})

export const perTenant = optionalSetting({
  name: 'CAIRN_RATE_LIMIT_PER_TENANT',
  description: `Calls a second of all keys of a tenant, ten seconds' worth at once; 0 for no limit; ${DEFAULT_PER_TENANT} unless the database is embedded`,
  parse: wholeNumber(0, 1_000_000),
})

/** An address, or a network that is not everything: by what will read it, and not written short, as `10` for 0.0.0.10. */
function isNetwork(text: string): boolean {
  try {
    proxyAddr.compile(text)
    return isIP(text.split('/')[0] ?? '') !== 0
  } catch {
    return false
  }
}

export const trustedProxies = setting({
  name: 'CAIRN_TRUSTED_PROXIES',
  description: 'Addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed, comma-separated',
  fallback: '',
  parse: listOf((text) => {
    if (!isNetwork(text)) throw new Error(`must list addresses or networks such as 10.0.0.0/8, not ${text}`)
    return text
  }),
})

export const maxConnections = setting({
  name: 'CAIRN_MAX_CONNECTIONS',
  description: 'Connections of clients at most; idle ones make room for new ones',
  fallback: '10000',
  parse: wholeNumber(1, 1_000_000),
})

export const headersSeconds = setting({
  name: 'CAIRN_HEADERS_TIMEOUT_SECONDS',
  description: "How long a request's headers may take to arrive, seconds",
  fallback: '10',
  parse: wholeNumber(1, 300),
})

export const requestSeconds = setting({
  name: 'CAIRN_REQUEST_TIMEOUT_SECONDS',
  description: 'How long a whole request may take to arrive, seconds',
  fallback: '120',
  parse: wholeNumber(1, 3_600),
})

export const limitSettings = [
  perKey,
  perTenant,
  trustedProxies,
  maxConnections,
  headersSeconds,
  requestSeconds,
]
