import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import type { Installation } from './installation.ts'
import { countHandled, type Contender, type Shape } from './contender.ts'

type WorkerOptions = NonNullable<GraphileConfig.Preset['worker']>

const TASK = 'nothing'
const quiet = new Logger(() => () => undefined)

/**
 * graphile-worker 0.17 in this process. One at a time it works by itself; for a batch it has its local queue and batched
 * completion, which its documentation on performance recommends, as many jobs at once as a batch has.
 *
 * With `asDocumented` it runs the very settings of that page (24 jobs at once, a local queue of 500) whatever the shape.
 * Its time begins with its first job, on connections that are there already, so that its start is not held against it, and
 * ends when its completions are in the table: batched ones come after the handler, which by itself would say how fast jobs
 * are handed out.
 */
export async function openGraphileWorker(
  installation: Installation,
  { asDocumented }: { asDocumented: boolean },
): Promise<Contender> {
  const connectionString = await installation.database(asDocumented ? 'graphile_documented' : 'graphile')
  const utils = await makeWorkerUtils({ connectionString, logger: quiet })
  await utils.migrate()
  const client = await installation.connect(connectionString)
  const waitingNow = async (): Promise<number> => {
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_at IS NULL',
    )
    return Number(rows[0]!.count)
  }
  let pool: pg.Pool | undefined
  /** A pool of this size, kept from round to round: the one that warms up opens what the others use. */
  const poolOf = async (size: number): Promise<pg.Pool> => {
    if (pool?.options.max === size) return pool
    await pool?.end()
    pool = new pg.Pool({ connectionString, max: size, idleTimeoutMillis: 0 })
    pool.on('error', () => undefined)
    pool.on('connect', (connecting) => connecting.on('error', () => undefined))
    return pool
  }
  const optionsFor = ({ claimers, batch }: Shape): WorkerOptions & { maxPoolSize: number } => {
    if (asDocumented)
      return { concurrentJobs: 24, maxPoolSize: 25, localQueue: { size: 500 }, completeJobBatchDelay: 0 }
    if (batch === 1) return { concurrentJobs: claimers, maxPoolSize: Math.max(10, claimers + 2) }
    return {
      concurrentJobs: claimers * Math.min(batch, 24),
      maxPoolSize: claimers * Math.min(batch, 24) + 2,
      localQueue: { size: claimers * batch },
      completeJobBatchDelay: 0,
    }
  }
  return {
    name: asDocumented ? 'graphile-worker, 24 x 500' : 'graphile-worker',
    suits: ({ claimers, batch }) => !asDocumented || (claimers === 4 && batch === 100),
    async stock(waiting) {
      // Jobs that a stopped worker still held would stay locked for hours.
      await client.query('DELETE FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL')
      const missing = waiting - (await waitingNow())
      for (let done = 0; done < missing; done += 10_000)
        await utils.addJobs(
          Array.from({ length: Math.min(10_000, missing - done) }, () => ({ identifier: TASK, payload: {} })),
        )
      await client.query('VACUUM (ANALYZE) graphile_worker._private_jobs')
    },
    async drain(shape) {
      const before = await waitingNow()
      const { maxPoolSize, ...worker } = optionsFor(shape)
      const pgPool = await poolOf(maxPoolSize)
      const counter = countHandled(shape.seconds, before)
      const runner = await run({
        pgPool,
        preset: { worker: { logger: quiet, ...worker } },
        taskList: { [TASK]: () => counter.handled(1) },
        noHandleSignals: true,
      })
      const { begin } = await counter.drained
      await runner.stop()
      const seconds = (performance.now() - begin) / 1000
      return { completed: before - (await waitingNow()), seconds }
    },
    async close() {
      await pool?.end()
      await utils.release()
    },
  }
}
