import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/embedded/index.ts'
import { Workplace, type Running } from '../src/surfaces/cli/testing.ts'

/** A PostgreSQL of one's own and servers on it, as they run in production: each a process, all that is durable on. */
export interface Installation {
  readonly databaseUrl: string
  /** The operator's key. */
  readonly key: string
  /** Starts a server; answers where it is, and the process. */
  serve(environment?: Readonly<Record<string, string>>): Promise<{ url: string; running: Running }>
  /** A new, empty database on the same PostgreSQL: its URL. */
  database(name: string): Promise<string>
  /** A client by itself, of the installation's own database unless another's URL is given. */
  connect(url?: string): Promise<pg.Client>
  close(): Promise<void>
}

let version = 'unknown'
/** The version of the PostgreSQL that was installed last. */
export const postgresVersion = (): string => version

/** Starts PostgreSQL with these settings in a directory that is removed at the end. */
export async function install(settings: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cairn-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, settings: { ...settings } })
  const place = new Workplace()
  const key = randomBytes(32).toString('base64url')
  const clients: pg.Client[] = []
  const asking = new pg.Client({ connectionString: postgres.url })
  await asking.connect()
  const { rows } = await asking.query<{ server_version: string }>('SHOW server_version')
  version = rows[0]?.server_version ?? version
  await asking.end()
  return {
    databaseUrl: postgres.url,
    key,
    async serve(environment = {}) {
      const running = place.start(['serve', '--json'], {
        PORT: '0',
        DATABASE_URL: postgres.url,
        CAIRN_API_KEY: key,
        CAIRN_LOG_LEVEL: 'warn',
        CAIRN_WEBHOOK_ALLOW_LOOPBACK: 'true',
        ...environment,
      })
      const [line] = await running.said(/^\{.*\}$/m)
      return { url: (JSON.parse(line) as { url: string }).url, running }
    },
    async database(name) {
      const client = new pg.Client({ connectionString: postgres.url })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return postgres.url.replace(/\/cairn(?=\?|$)/, `/${name}`)
    },
    async connect(url = postgres.url) {
      const client = new pg.Client({ connectionString: url })
      // The server is stopped at the end, with a client or two still there.
      client.on('error', () => undefined)
      await client.connect()
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()))
      await place.close()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
