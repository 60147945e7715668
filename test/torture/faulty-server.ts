import { testServer, type TestServer } from '../server.ts'
import { proxyBefore, type FaultProxy } from './fault-proxy.ts'

/** Two servers on one database: one that is sound, and one whose connections to it may be made to fail. */
export interface FaultyServer {
  readonly direct: TestServer
  readonly server: TestServer
  readonly proxy: FaultProxy
  close(): Promise<void>
}

/** Starts both; no duties of the faulty one run, which would go over the same connections. */
export async function faultyServer(): Promise<FaultyServer> {
  const direct = await testServer()
  const { proxy, url } = await proxyBefore(direct.databaseUrl)
  const server = await testServer({ databaseUrl: url, key: direct.key })
  await server.app.duties.stop()
  return {
    direct,
    server,
    proxy,
    async close() {
      await server.close()
      await proxy.close()
      await direct.close()
    },
  }
}
