import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/index.ts'
import { Workplace, type Running } from '../../src/surfaces/cli/testing.ts'
import { FaultProxy, targetOf } from './fault-proxy.ts'

const LOOPBACK = '127.0.0.1'

/** What makes PostgreSQL forget: the control. */
export const FORGETFUL = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK)
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** All processes by their parents. */
async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!)
}

const end = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/**
 * A durable PostgreSQL and a server on it, each a process of its own that may be killed, with a fault proxy before each of
 * them. What was killed is started again.
 */
export class Ground {
  readonly key = randomBytes(32).toString('base64url')
  /** Kills so far, by what was killed. */
  readonly kills = { server: 0, postgres: 0 }
  readonly database: FaultProxy
  readonly front: FaultProxy
  /** The server through the proxy. */
  readonly url: string
  readonly #dataDir: string
  readonly #settings: Readonly<Record<string, string>>
  readonly #place = new Workplace()
  readonly #environment: Record<string, string>
  #postgres: EmbeddedPostgres
  #server: Running | undefined
  /** Servers that ended without being killed: each is a fault. */
  readonly #died: string[] = []

  private constructor(
    dataDir: string,
    settings: Readonly<Record<string, string>>,
    postgres: EmbeddedPostgres,
    proxies: { database: FaultProxy; databasePort: number; front: FaultProxy; frontPort: number },
    port: number,
  ) {
    this.#dataDir = dataDir
    this.#settings = settings
    this.#postgres = postgres
    this.database = proxies.database
    this.front = proxies.front
    this.url = `http://${LOOPBACK}:${proxies.frontPort}`
    const database = new URL(postgres.url.replace(/@[^/]+\//, `@${LOOPBACK}:${proxies.databasePort}/`))
    this.#environment = {
      PORT: String(port),
      DATABASE_URL: database.href,
      CAIRN_API_KEY: this.key,
      CAIRN_LOG_LEVEL: process.env['CAIRN_TEST_LOG'] === '1' ? 'warn' : 'silent',
    }
  }

  static async prepare(settings: Readonly<Record<string, string>> = {}): Promise<Ground> {
    const dataDir = await mkdtemp(join(tmpdir(), 'cairn-torture-'))
    await chmod(dataDir, 0o755)
    const postgres = await startEmbeddedPostgres({ dataDir, settings })
    const port = await freePort()
    const database = new FaultProxy(targetOf(postgres.url))
    const front = new FaultProxy({ host: LOOPBACK, port })
    const proxies = {
      database,
      databasePort: await database.listen(),
      front,
      frontPort: await front.listen(),
    }
    const ground = new Ground(dataDir, settings, postgres, proxies, port)
    await ground.#serve()
    return ground
  }

  async #serve(): Promise<void> {
    for (;;) {
      const running = this.#place.start(['serve', '--json'], this.#environment)
      this.#server = running
      const serves = await running.said(/^\{.*\}$/m).then(
        () => true,
        () => false,
      )
      // The database may be away just now, or the port not yet free.
      if (serves) return this.#watch(running)
      await sleep(100)
    }
  }

  #watch(running: Running): void {
    void running.ended().then(({ code, stdout, stderr }) => {
      if (!running.child.killed)
        this.#died.push(`the server ended by itself with ${code}: ${(stderr + stdout).slice(-2_000)}`)
    })
  }

  /** Servers that have ended by themselves since this was asked last. */
  takeDeaths(): string[] {
    return this.#died.splice(0)
  }

  /** `kill -9` of the server, and a new one; resolves when that serves. */
  async killServer(): Promise<void> {
    this.kills.server += 1
    this.#server?.child.kill('SIGKILL')
    await this.#server?.ended()
    await this.#serve()
  }

  /** `kill -9` of all processes of PostgreSQL at once, and a new start, which recovers. */
  async killPostgres(): Promise<void> {
    this.kills.postgres += 1
    const postmaster = await this.#postmaster()
    // Stopped first, so that it neither notices nor starts anything.
    end(postmaster, 'SIGSTOP')
    for (const child of await childrenOf(postmaster)) end(child, 'SIGKILL')
    end(postmaster, 'SIGKILL')
    await this.#postgres.died
    await this.#postgres.stop()
    this.#postgres = await startEmbeddedPostgres({ dataDir: this.#dataDir, settings: this.#settings })
    this.database.target = targetOf(this.#postgres.url)
  }

  async #postmaster(): Promise<number> {
    const [row] = await this.sql<{ pid: string }>(
      `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
    )
    return Number(row!.pid)
  }

  /** Ends a dead leader's hold on the duties now: a round need not wait 8 s for what the clock does anyway. */
  async expireLeadership(): Promise<void> {
    await this.sql('UPDATE leadership SET held_until = now()')
  }

  /**
   * Ends the hold of calls that were cut short on their Idempotency-Keys, which their clock would end after 12 s: whoever
   * sends them again is answered now. A call that still runs finds its hold gone, and must do nothing.
   */
  async expireReservations(): Promise<void> {
    await this.sql('UPDATE idempotency_keys SET leased_until = now() WHERE status IS NULL')
  }

  /** One statement past all proxies. */
  async sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#postgres.url })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text, [...values])).rows as Row[]
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  /** Back to normal: no fault on either proxy, and no connection that has had one. */
  heal(): void {
    for (const proxy of [this.front, this.database]) {
      proxy.heal()
      proxy.cut()
    }
  }

  async close(): Promise<void> {
    this.heal()
    await this.#place.close()
    await Promise.all([this.front.close(), this.database.close()])
    await this.#postgres.stop()
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}
