import type { Application } from '../kernel/application.ts'
import { mountApp } from './app/mount.ts'
import { graphSurface } from './graphql/mount.ts'
import { makeHttpServer, type HttpServer } from './http/server.ts'
import { mountMcp } from './mcp/http.ts'
import { mountDocumentation } from './openapi/documentation.ts'

/** A server with all of its doors, listening nowhere yet: the routes, GraphQL, MCP, the documentation and the web app. */
export function makeServer(app: Application): Promise<HttpServer> {
  const graph = graphSurface(app)
  return makeHttpServer(
    app,
    [
      (server) => mountDocumentation(server, app),
      (server) => mountApp(server),
      (server, host) => mountMcp(server, app, host),
      graph.mount,
    ],
    [graph.channel],
  )
}
