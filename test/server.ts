import { createHash, randomBytes } from 'node:crypto'
import { apiKey, authenticate, features } from '../src/features/index.ts'
import { assemble, startApplication, type Application } from '../src/kernel/application.ts'
import { checkRowsAgainstSchemas } from '../src/kernel/database.ts'
import { makeLog } from '../src/kernel/log.ts'
import { loadSettings } from '../src/kernel/settings.ts'
import { makeServer } from '../src/surfaces/doors.ts'
import { allSettings } from '../src/surfaces/cli/settings.ts'
import { testDatabase } from './postgres.ts'

/** An answer as a test sees it; `body` is parsed JSON, or null. */
export interface TestAnswer {
  status: number
  // A test reads what it expects to be there, and fails where it is not.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
  headers: Headers
}

export interface CallOptions {
  /** null: no Authorization header. */
  key?: string | null
  headers?: Record<string, string>
}

/** A real server with a database of its own. */
export interface TestServer {
  url: string
  databaseUrl: string
  /** The operator's key. */
  key: string
  app: Application
  http(method: string, path: string, body?: unknown, options?: CallOptions): Promise<TestAnswer>
  get(path: string, options?: CallOptions): Promise<TestAnswer>
  post(path: string, body?: unknown, options?: CallOptions): Promise<TestAnswer>
  patch(path: string, body?: unknown, options?: CallOptions): Promise<TestAnswer>
  del(path: string, options?: CallOptions): Promise<TestAnswer>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  sql(text: string, values?: unknown[]): Promise<any[]>
  close(): Promise<void>
}

export interface TestServerOptions {
  environment?: Record<string, string>
  /** Another server on the database of one that runs. */
  databaseUrl?: string
  key?: string
  /** As a server is whose database is embedded. */
  alone?: boolean
  poolMax?: number
}

/** A test asks as fast as it can, and does not stand for many clients. */
const UNLIMITED = {
  CAIRN_RATE_LIMIT_PER_KEY: '0',
  CAIRN_RATE_LIMIT_PER_TENANT: '0',
  CAIRN_RATE_LIMIT_WRONG_KEYS: '0',
  // That a machine is slow is no overload.
  CAIRN_OVERLOAD_MILLISECONDS: '0',
}

/** Starts a server: real HTTP on a free port of loopback, real Postgres, outputs and rows held to their schemas. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  checkRowsAgainstSchemas(true)
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: () => Promise.resolve() }
    : await testDatabase()
  const key = options.key ?? `test_${randomBytes(32).toString('base64url')}`
  const environment = { PORT: '0', ...UNLIMITED, ...options.environment, [apiKey.name]: key }
  const settings = loadSettings(allSettings, environment)
  const assembly = assemble(features)
  const app = await startApplication({
    assembly,
    settings,
    log: makeLog(process.env['CAIRN_TEST_LOG'] === '1' ? 'debug' : 'silent'),
    databaseUrl: database.url,
    poolMax: options.poolMax ?? 10,
    local: true,
    alone: options.alone ?? false,
    cursorKey: createHash('sha256').update(key).digest(),
    authenticate,
    checkOutputs: true,
  })
  const http = await makeServer(app)
  const url = await http.fastify.listen({ port: 0, host: '127.0.0.1' })

  async function call(
    method: string,
    path: string,
    body?: unknown,
    { key: other, headers }: CallOptions = {},
  ): Promise<TestAnswer> {
    const auth = other === null ? {} : { authorization: `Bearer ${other ?? key}` }
    const raw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(url + path, {
      method,
      headers: { ...auth, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      body: isJson && text ? JSON.parse(text) : text || null,
      headers: response.headers,
    }
  }

  return {
    url,
    databaseUrl: database.url,
    key,
    app,
    http: call,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body, options) => call('POST', path, body, options),
    patch: (path, body, options) => call('PATCH', path, body, options),
    del: (path, options) => call('DELETE', path, undefined, options),
    sql: async (text, values) => (await app.pool.query(text, values)).rows,
    async close() {
      await http.drain()
      await app.close()
      await database.drop()
    },
  }
}
