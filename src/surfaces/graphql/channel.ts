import type { Channel } from '../../kernel/socket.ts'
import type { Graph } from './execution.ts'
import { CLOSE, PROTOCOL, RECEIVES, SENDS } from './messages.ts'
import { PATH } from './route.ts'
import { GraphSession, SESSION_LIMITS, type SessionLimits } from './session.ts'

/** The WebSocket at /graphql; only tests give it other limits. */
export function graphChannel(graph: Graph, limits: Partial<SessionLimits> = {}): Channel {
  return {
    name: 'graphql.subscribe',
    path: PATH,
    summary: 'GraphQL subscriptions',
    description:
      'The subprotocol graphql-transport-ws. The key is in the payload of the first message and never in the URL.',
    receives: RECEIVES,
    sends: SENDS,
    closes: {
      [CLOSE.badMessage]: 'A message does not fit; the reason says how.',
      [CLOSE.unauthorized]: 'The key is missing or wrong, or was revoked or expired meanwhile.',
      [CLOSE.protocol]: 'The client does not speak graphql-transport-ws.',
      [CLOSE.silent]: 'No connection_init came within 10 seconds.',
      [CLOSE.taken]: 'The id is that of a query that has not ended.',
      [CLOSE.tooSlow]: 'The client reads too slowly.',
      [CLOSE.tooMany]:
        'connection_init came twice, the key has made too many calls, or too many wrong keys came from this address.',
      [CLOSE.tryAgainLater]: 'The server has more to do than it can, or its database does not answer.',
    },
    messageLimit: 256 * 1024,
    protocols: [PROTOCOL],
    besideRoute: true,
    connect: (socket, call) => void new GraphSession(socket, call, graph, { ...SESSION_LIMITS, ...limits }),
  }
}
