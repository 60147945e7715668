import pg from 'pg'
import { PgBoss } from 'pg-boss'
import type { Installation } from './installation.ts'
import { countHandled, drainBy, type Contender, type Shape } from './contender.ts'

const QUEUE = 'nothing'

/**
 * pg-boss 12 in this process, by fetch and complete, or by its own workers (a batch each, the next one at once while
 * batches come full). Its statements are prepared, by the adapter that it takes: it sends them unnamed by itself.
 */
export async function openPgBoss(installation: Installation): Promise<[fetch: Contender, work: Contender]> {
  const connectionString = await installation.database('boss')
  const migrator = new PgBoss({ connectionString, schedule: false, supervise: false })
  await migrator.start()
  await migrator.createQueue(QUEUE)
  await migrator.stop({ graceful: false })

  const pool = new pg.Pool({ connectionString, max: 10, idleTimeoutMillis: 0 })
  pool.on('error', () => undefined)
  const names = new Map<string, string>()
  const boss = new PgBoss({
    db: {
      executeSql(text: string, values?: unknown[]) {
        if (!values?.length) return pool.query({ text, values })
        const name = names.get(text) ?? `boss.${names.size}`
        names.set(text, name)
        return pool.query({ name, text, values })
      },
    },
    schedule: false,
    supervise: false,
    migrate: false,
    registerInstance: false,
  })
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`))
  await boss.start()

  const waitingNow = async (): Promise<number> => {
    const { rows } = await pool.query<{ count: string }>(
      `SELECT count(*) FROM pgboss.job WHERE name = $1 AND state = 'created'`,
      [QUEUE],
    )
    return Number(rows[0]!.count)
  }
  const stock = async (waiting: number): Promise<void> => {
    const missing = waiting - (await waitingNow())
    for (let done = 0; done < missing; done += 5_000)
      await boss.insert(
        QUEUE,
        Array.from({ length: Math.min(5_000, missing - done) }, () => ({ data: {} })),
      )
    await pool.query('VACUUM (ANALYZE) pgboss.job')
  }
  const fetch: Contender = {
    name: 'pg-boss fetch',
    stock,
    drain: (shape: Shape) =>
      drainBy(shape, () => async () => {
        const jobs = await boss.fetch(QUEUE, { batchSize: shape.batch })
        if (jobs.length > 0)
          await boss.complete(
            QUEUE,
            jobs.map(({ id }) => id),
          )
        return jobs.length
      }),
    async close() {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
  const work: Contender = {
    name: 'pg-boss work',
    // One at a time its workers wait at least half a second between two fetches.
    suits: ({ batch }) => batch > 1,
    stock,
    async drain({ claimers, batch, seconds }) {
      const counter = countHandled(seconds, await waitingNow())
      await boss.work(
        QUEUE,
        {
          batchSize: batch,
          localConcurrency: claimers,
          pollingIntervalSeconds: 0.5,
          burstWhenBatchFull: true,
        },
        (jobs) => {
          counter.handled(jobs.length)
          return Promise.resolve()
        },
      )
      const drained = await counter.drained
      await boss.offWork(QUEUE, { wait: true })
      return drained
    },
    close: () => Promise.resolve(),
  }
  return [fetch, work]
}
