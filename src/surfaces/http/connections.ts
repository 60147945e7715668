import type { IncomingMessage, Server } from 'node:http'
import { Counter } from 'prom-client'
import type { Application } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import { LONGEST_URL, maxConnections } from './limits.ts'

/**
 * Refuses connections beyond the most there may be, by closing them: there is nothing to say to whom one has no room to
 * listen. Idle ones are closed then, so that who only keeps a connection does not keep others out.
 */
export function limitConnections(server: Server, app: Application): void {
  server.maxConnections = app.settings.get(maxConnections)
  const refused = new Counter({
    name: 'cairn_connections_refused_total',
    help: 'Connections that were closed since there were too many',
    registers: [app.metrics.registry],
  })
  let told = -Infinity
  server.on('drop', () => {
    refused.inc()
    server.closeIdleConnections()
    if (performance.now() - told < 60_000) return
    told = performance.now()
    app.log.warn(
      { connections: server.maxConnections },
      'there are too many connections; new ones are refused',
    )
  })
}

/** Throws 414 for an address that no request of ours has need of. */
export function refuseLongUrl({ url = '' }: IncomingMessage): void {
  if (url.length > LONGEST_URL)
    throw new Problem(
      'url_too_long',
      414,
      'The address is longer than 8 KiB; ask for less at a time, or say it in a body.',
    )
}
