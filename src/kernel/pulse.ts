import pg from 'pg'
import type { Pool } from './pool.ts'

/** The pool was answered no longer ago: the database is there. */
const LATELY_MILLISECONDS = 2_000
/** How long a connection of the pool that has nothing to do may take to answer, before another way is tried. */
const POOL_MILLISECONDS = 500
/** How long a connection may take to be made, and to answer. */
const ANSWER_MILLISECONDS = 2_000

/** PostgreSQL's class of errors for too little of something: of connections (53300), memory, disk. What is short of them is alive. */
const isShortage = (error: unknown): boolean => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^53\w{3}$/.test(code)
}

const within = <T>(milliseconds: number, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/**
 * Whether the database answers anybody. When all connections of the pool wait, for a lock perhaps, it is asked past them: a server
 * that has to wait is not to be restarted, and all servers wait at once.
 */
export class Pulse {
  readonly #pool: Pool
  readonly #url: string
  /** The one question past the pool: whoever asks meanwhile shares its answer. */
  #asking: Promise<void> | undefined
  #client: pg.Client | undefined

  /** `url`: the database itself where it is known; a pooler that stands before it may have nothing free either. */
  constructor(pool: Pool, url: string) {
    this.#pool = pool
    this.#url = url
  }

  /** Throws what is wrong where it does not answer. */
  async require(): Promise<void> {
    const { waitingCount, idleCount, sinceAnswer } = this.#pool
    if (waitingCount > 0 && sinceAnswer < LATELY_MILLISECONDS) return
    if (waitingCount === 0 && idleCount > 0 && (await this.#poolAnswers())) return
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    await within(ANSWER_MILLISECONDS, this.#asking)
  }

  #poolAnswers(): Promise<boolean> {
    return within(POOL_MILLISECONDS, this.#pool.query('SELECT 1')).then(
      () => true,
      // Its connection may be a dead one, or another call was faster and has it.
      () => false,
    )
  }

  /** Asks over a connection of its own, which is kept no longer. */
  async #ask(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: ANSWER_MILLISECONDS,
      query_timeout: ANSWER_MILLISECONDS,
      application_name: 'cairn-codex health',
    })
    // What is lost when nothing is asked is of no interest.
    client.on('error', () => undefined)
    this.#client = client
    try {
      await client.connect()
      await client.query('SELECT 1')
    } catch (error) {
      if (!isShortage(error)) throw error
    } finally {
      this.close()
    }
  }

  close(): void {
    void this.#client?.end().catch(() => undefined)
    this.#client = undefined
  }
}
