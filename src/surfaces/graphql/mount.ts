import type { Application } from '../../kernel/application.ts'
import type { Channel } from '../../kernel/socket.ts'
import type { Mount } from '../http/server.ts'
import { graphChannel } from './channel.ts'
import { Graph } from './execution.ts'
import { addGraphRoute } from './route.ts'
import { makeGraphSchema } from './schema.ts'

/** GraphQL at /graphql: over HTTP, and subscriptions over a WebSocket. */
export function graphSurface(app: Application): { mount: Mount; channel: Channel } {
  const graph = new Graph(app, makeGraphSchema(app))
  return {
    mount: (server, host) => addGraphRoute(server, app, graph, host),
    channel: graphChannel(graph),
  }
}
