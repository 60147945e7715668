import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from './log.ts'

export interface PoolOptions {
  url: string
  max: number
  /** A pooler of transactions stands between: each transaction may be on another connection of the database. */
  pooled: boolean
  onError(error: Error): void
  /** Told when the database grants no more connections than the pool has now: at most once a minute. */
  onCrowded?(granted: number): void
  /** Milliseconds after which a statement that got no answer is given up, with its connection; ANSWER_MILLISECONDS unless said. */
  answersWithin?: number
}

/** Milliseconds that a statement, the wait for a lock and a silent transaction may take. */
export const TIME_LIMITS = {
  statement_timeout: 30_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
} as const

/** How long a connection to the database may take to be made. */
export const CONNECT_MILLISECONDS = 10_000

/** How much longer an answer may take than the database lets its statement run. */
export const ANSWER_MARGIN = 5_000

/**
 * How long the database may be silent: longer than it lets a statement run. A host that vanished, or a network that lost its way,
 * says nothing, and the kernel would wait for a quarter of an hour.
 */
export const ANSWER_MILLISECONDS = TIME_LIMITS.statement_timeout + ANSWER_MARGIN

/** PostgreSQL's code for no more connections: of the server, of the database, or of the role. */
export const TOO_MANY_CONNECTIONS = '53300'

/** How long the pool makes do with the connections it was granted before it asks for more once again. */
const CROWDED_MILLISECONDS = 60_000

/** Between two attempts of a pool that has no connection at all. */
const CROWDED_RETRY_MILLISECONDS = 200

/** What may only be said at the start of a session that is one's own. */
const SESSION = { ...TIME_LIMITS, options: '-c timezone=UTC -c jit=off' }

/** What the driver knows of each connection: the statements that it has prepared there, by their names. */
type Preparing = pg.PoolClient & { readonly connection: { readonly parsedStatements: object } }

/** Sends named statements without their names: a prepared statement stays with a connection of the database. */
class UnnamedClient extends pg.Client {
  // The driver's many signatures come to this: a query, its values, a callback.
  override query(config: unknown, ...rest: unknown[]): never {
    const unnamed =
      typeof config === 'object' && config !== null && 'name' in config
        ? { ...config, name: undefined }
        : config
    return (super.query as (...all: unknown[]) => unknown).call(this, unnamed, ...rest) as never
  }
}

/** The one thing of a session that a pooler keeps for its client, whichever connection that gets. The driver waits for it. */
const speakUtc = (client: pg.ClientBase) => client.query(`SET TIME ZONE 'UTC'`)

const unsent = new WeakSet<Error>()

/** Whether what failed is a connection that was never made: nothing was sent by it. */
export const neverSent = (error: unknown): boolean => error instanceof Error && unsent.has(error)

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, done: () => void) => void

/**
 * The connection pool. Every connection speaks UTC and carries time limits, so that neither a slow statement nor a
 * forgotten transaction can hold a connection for ever. It knows how long whoever waits for a connection has waited.
 * Where the database grants fewer connections than it may open, it makes do with those: whoever wants one waits for its turn.
 */
export class Pool extends pg.Pool {
  /** When each one that waits began to, the oldest first. */
  readonly #waiting = new Set<{ since: number }>()
  readonly #clients = new Set<pg.PoolClient>()
  readonly #wanted: number
  readonly #onCrowded: PoolOptions['onCrowded']
  /** It was refused a connection lately. */
  #crowded = false
  #answered = -Infinity

  constructor({ url, max, pooled, onError, onCrowded, answersWithin = ANSWER_MILLISECONDS }: PoolOptions) {
    super({
      connectionString: url,
      max,
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      query_timeout: answersWithin,
      idleTimeoutMillis: 60_000,
      application_name: 'cairn-codex',
      ...(pooled
        ? { Client: UnnamedClient, onConnect: speakUtc as (client: pg.ClientBase) => void }
        : SESSION),
    })
    this.#wanted = max
    this.#onCrowded = onCrowded
    this.on('error', onError)
    this.on('connect', (client) => {
      // A client that is checked out when the server dies emits 'error' on itself; without a listener that ends the process.
      client.on('error', onError)
      this.#clients.add(client)
    })
    this.on('remove', (client) => this.#clients.delete(client))
    this.on('release', (error: unknown) => {
      if (!error) this.#answered = performance.now()
    })
  }

  /** Milliseconds for which the oldest call has waited for a connection; 0 where none waits. */
  get oldestWait(): number {
    const [oldest] = this.#waiting
    return oldest ? performance.now() - oldest.since : 0
  }

  /** Milliseconds since a connection came back whole. */
  get sinceAnswer(): number {
    return performance.now() - this.#answered
  }

  /** Named statements that the connections hold prepared, all together. */
  get preparedStatements(): number {
    let held = 0
    for (const client of this.#clients)
      held += Object.keys((client as Preparing).connection.parsedStatements).length
    return held
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    const entry = { since: performance.now() }
    this.#waiting.add(entry)
    const connected = this.#granted(entry.since + CONNECT_MILLISECONDS).finally(() =>
      this.#waiting.delete(entry),
    )
    if (!callback) return connected
    connected.then(
      (client) => callback(undefined, client, (error?: Error) => client.release(error)),
      (error: Error) => callback(error, undefined, () => undefined),
    )
    return undefined
  }

  /** A connection, for which it waits until then where the database grants no more than there are. */
  async #granted(until: number): Promise<pg.PoolClient> {
    for (;;) {
      try {
        return await super.connect()
      } catch (error) {
        if ((error as { code?: unknown }).code !== TOO_MANY_CONNECTIONS || performance.now() >= until) {
          unsent.add(error as Error)
          throw error
        }
        if (this.#clients.size > 0) this.#makeDo()
        else await sleep(CROWDED_RETRY_MILLISECONDS)
      }
    }
  }

  /** Opens no more connections than stand, for a while; whoever wants one waits until another gives it back. */
  #makeDo(): void {
    const granted = this.#clients.size
    this.options.max = Math.min(this.options.max, granted)
    if (this.#crowded) return
    this.#crowded = true
    this.#onCrowded?.(granted)
    setTimeout(() => {
      this.#crowded = false
      this.options.max = this.#wanted
    }, CROWDED_MILLISECONDS).unref()
  }
}

/** Says which time limits a database has not been given where a pooler keeps sessions from setting them. */
export async function warnOfMissingLimits(pool: Pool, log: Logger): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM pg_settings WHERE name = ANY($1) AND setting = '0'`,
    [Object.keys(TIME_LIMITS)],
  )
  const missing = rows.map(({ name }) => `SET ${name} = ${TIME_LIMITS[name as keyof typeof TIME_LIMITS]}`)
  if (missing.length > 0)
    log.warn(
      { missing },
      'no time limits through the pooler: give them to its role, by ALTER ROLE … SET, and connect it anew',
    )
}
