import type pg from 'pg'
import { PgBoss } from 'pg-boss'
import { transact, type Queryable } from './database.ts'
import type { Logger } from './log.ts'

/** A queue of jobs on the same database; a feature declares its own. */
export interface JobQueue {
  readonly name: string
  /** What a job of it does, one sentence. */
  readonly summary: string
  /** Whole seconds after which a job that was taken and not removed may be taken again: its server is gone. */
  readonly expireSeconds: number
}

export interface NewJob {
  readonly data: object
  /** Jobs of one group share its limit of jobs at once. */
  readonly group: string
  /** Higher ones are taken first; 0 unless said. */
  readonly priority?: number
  /** Not taken before; now, unless said. */
  readonly startAfter?: Date
}

/** A job that was taken: this attempt of it, no other. */
export interface TakenJob<Data> {
  readonly id: string
  readonly retryCount: number
  readonly data: Data
}

/** How often pg-boss looks for jobs whose server is gone. */
const MONITOR_SECONDS = 5

/** Above what servers that come and go can use up; pg-boss would give a job up for good after it. */
const RETRIES = 10_000

const silent = { schedule: false, registerInstance: false, monitorVacuum: false, reindex: false } as const

/** pg-boss's statements by text: named, they are planned once a connection. Above what it has for our few queues. */
const names = new Map<string, string>()
const MOST_NAMES = 200

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known || names.size >= MOST_NAMES) return known
  const name = `jobs.${names.size}`
  names.set(text, name)
  return name
}

/** Runs pg-boss's statements on a connection of ours: inside our transaction, or on our pool. */
const on = (db: Queryable) => ({
  executeSql: (text: string, values?: unknown[]): Promise<{ rows: unknown[] }> => {
    // A text without parameters may hold several statements, and those cannot be prepared.
    const name = values?.length ? nameOf(text) : undefined
    return db.query(name === undefined ? { text, values } : { name, text, values })
  },
})

/** Brings pg-boss's own schema (`pgboss`) to its newest version. Many processes may call this at once. */
export async function migrateJobs(url: string): Promise<void> {
  const boss = new PgBoss({ connectionString: url, max: 1, supervise: false, ...silent })
  // Whatever fails here rejects; an event without a listener would end the process.
  boss.on('error', () => undefined)
  await boss.start()
  await boss.stop({ graceful: false })
}

/**
 * Jobs by pg-boss: added in the transaction of what they follow from, taken by whichever server is free, removed in the
 * transaction that writes their result. A job whose server died is taken again.
 */
export class Jobs {
  readonly #boss: PgBoss
  readonly #pool: pg.Pool
  readonly #queues: readonly JobQueue[]

  constructor(pool: pg.Pool, log: Logger, queues: readonly JobQueue[]) {
    this.#queues = queues
    this.#pool = pool
    this.#boss = new PgBoss({
      db: on(pool),
      migrate: false,
      supervise: true,
      superviseIntervalSeconds: MONITOR_SECONDS,
      monitorIntervalSeconds: MONITOR_SECONDS,
      ...silent,
    })
    this.#boss.on('error', (error) => log.error({ err: error }, 'the job queue reported an error'))
    this.#boss.on('warning', (warning) => log.warn({ warning }, 'the job queue reported a warning'))
  }

  /** The schema must be there already: `migrateJobs`. */
  async start(): Promise<void> {
    await this.#boss.start()
    for (const { name, expireSeconds } of this.#queues)
      if (!(await this.#boss.getQueue(name)))
        await this.#boss.createQueue(name, { expireInSeconds: expireSeconds, retryLimit: RETRIES })
  }

  stop(): Promise<void> {
    return this.#boss.stop({ graceful: false })
  }

  /** Adds jobs in the transaction of `db`. */
  async add(db: Queryable, queue: JobQueue, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return
    const inserts = jobs.map(({ data, group, priority = 0, startAfter }) => ({
      data,
      group: { id: group },
      priority,
      ...(startAfter ? { startAfter } : {}),
    }))
    await this.#boss.insert(queue.name, inserts, { db: on(db) })
  }

  /**
   * Takes up to `limit` jobs that are due, no more than `perGroup` of one group being in hand on all servers, and none of the groups
   * in `except`.
   */
  take<Data>(
    queue: JobQueue,
    limit: number,
    perGroup: number,
    except: readonly string[] = [],
  ): Promise<TakenJob<Data>[]> {
    return transact(
      this.#pool,
      (db) =>
        this.#boss.fetch<Data>(queue.name, {
          batchSize: limit,
          groupConcurrency: perGroup,
          ...(except.length > 0 ? { ignoreGroups: [...except] } : {}),
          db: on(db),
        }),
      { repeatable: true },
    )
  }

  /** Removes jobs that are done, in the transaction of `db`; one that somebody else has taken meanwhile stays. */
  async remove(db: Queryable, queue: JobQueue, jobs: readonly TakenJob<unknown>[]): Promise<void> {
    if (jobs.length === 0) return
    const attempts = jobs.map(({ id, retryCount }) => ({ id, retryCount }))
    await this.#boss.deleteJob(queue.name, attempts, { db: on(db) })
  }
}
