import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { addressRefused, hostOf, refusalOfUrl, type AddressRules } from './address.ts'
import { refusalOfAddresses } from './call.ts'

const PATIENCE_MILLISECONDS = 2_000

/** All addresses of a name; rejects where it does not resolve. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

const bySystem: Resolve = (name) => lookup(name, { all: true })

/** A name's addresses; none where it does not resolve, or not in time. */
async function addressesOf(name: string, resolve: Resolve): Promise<readonly LookupAddress[]> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<[]>((done) => {
    timer = setTimeout(() => done([]), PATIENCE_MILLISECONDS)
  })
  return Promise.race([resolve(name).catch(() => []), patience]).finally(() => clearTimeout(timer))
}

/**
 * Throws `address_refused` (400) for a URL that must not be called. A name that does not resolve within two seconds is
 * accepted: it is judged again whenever it is called.
 */
export async function requireAddress(
  url: string,
  rules: AddressRules,
  resolve: Resolve = bySystem,
): Promise<void> {
  const refusal = refusalOfUrl(url, rules)
  if (refusal) throw addressRefused(refusal)
  const host = hostOf(url)
  if ('ip' in host) return
  const refused = refusalOfAddresses(host.name, await addressesOf(host.name, resolve), rules)
  if (refused) throw addressRefused(refused)
}
