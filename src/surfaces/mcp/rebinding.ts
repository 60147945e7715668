import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import { isLoopback } from '../http/loopback.ts'
import { corsOrigins, host } from '../http/settings.ts'
import { mcpHosts } from './settings.ts'

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname.toLowerCase() : undefined

/** A host name for a sentence: a caller's own, so not all of it. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, 80))

/**
 * Refuses what a page in a browser could send here, as the protocol's specification demands ("Security Warning" of its
 * Streamable HTTP transport): a page of another site, by its Origin; and a page whose own name was pointed at this machine
 * (DNS rebinding), by the name in Host, wherever it is known by which names we are called: on loopback, or where
 * CAIRN_MCP_HOSTS says so. Throws `origin_refused` and `host_refused` (403).
 */
export function refuseForeignPages(
  settings: Settings,
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
): void {
  const own = settings.get(host)
  const listed = settings.get(mcpHosts)
  const called = hostnameOf(`http://${headers.host ?? ''}`)
  const known =
    called !== undefined &&
    (listed.includes(called) || called === own.toLowerCase() || (isLoopback(own) && isLoopback(called)))
  if (!known && (isLoopback(own) || listed.length > 0))
    throw new Problem(
      'host_refused',
      403,
      `${quoted(headers.host ?? '')} is no name of this server; call it by its own, or list that name in CAIRN_MCP_HOSTS.`,
    )
  const { origin } = headers
  if (origin === undefined) return
  const local = isLoopback(own) && isLoopback(hostnameOf(origin) ?? '')
  if (!local && !settings.get(corsOrigins).includes(origin))
    throw new Problem(
      'origin_refused',
      403,
      `Pages of ${quoted(origin)} may not call this; list that origin in CAIRN_CORS_ORIGINS if they should.`,
    )
}
