import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/** Whether a host is this machine's own loopback. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))

/**
 * The addresses to listen on for a host: `localhost` is all that it resolves to. Left to itself Fastify makes a server of its own
 * for each further one, which has none of our limits.
 */
export async function addressesOf(name: string): Promise<string[]> {
  if (name.toLowerCase() !== 'localhost') return [name]
  return [...new Set((await lookup(name, { all: true })).map(({ address }) => address))]
}
