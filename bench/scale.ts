import { dispatch } from '../src/kernel/dispatch.ts'
import { startEngine, type Engine } from './engine.ts'
import type { Figures } from './figure.ts'
import { type Effort, type Measured } from './figure.ts'
import { install } from './installation.ts'
import { reportTimes, timeInTurn, type Timed } from './latency.ts'
import { addTasks, settle } from './stock.ts'

/** Claims one task of a tenant through the operation. */
async function claim({ app, caller }: Engine, tenant: string, count = 1): Promise<void> {
  await dispatch(
    app,
    app.operations.get('executions.claim')!,
    { ...caller, tenant },
    { worker_id: 'bench', agent_type: 'bench', count, lease_seconds: 3_600 },
    {
      requestId: 'bench',
      ifMatch: undefined,
      idempotencyKey: undefined,
      signal: undefined,
      authenticateAgain: undefined,
      progress: undefined,
    },
  )
}

/**
 * A claim's time by what waits: tenants of one database, each with its number of ready tasks, in turn. Then again right
 * after many claims in a short time; and after as many more under a snapshot that stays open, so that no vacuum can help.
 */
export async function measureScale({ rounds, quick }: Effort): Promise<Measured> {
  const sizes = quick ? [1_000, 5_000, 20_000] : [10_000, 100_000, 1_000_000]
  const [turns, churn] = quick ? [20, 500] : [100, 30_000]
  const installation = await install()
  const url = await installation.database('scale')
  const engine = await startEngine(url)
  try {
    const client = await installation.connect(url)
    const tenants = new Map<number, string>()
    for (const size of sizes) {
      const { id } = await engine.call<{ id: string }>('access.create_tenant', { name: `of ${size}` })
      await addTasks(client, id, size + (rounds + 1) * turns)
      tenants.set(size, id)
    }
    await client.query('VACUUM (ANALYZE)')
    await client.query('CHECKPOINT')
    const claims = sizes.map((size): Timed => ({
      name: `a claim of ${size} waiting`,
      run: () => claim(engine, tenants.get(size)!),
    }))
    const figures = await timeInTurn(claims, { rounds, turns })

    const largest = sizes.at(-1)!
    const tenant = tenants.get(largest)!
    const churnNow = async (): Promise<void> => {
      for (let done = 0; done < churn; done += 100) await claim(engine, tenant, 100)
      await settle(client)
    }
    const again = (name: string): Promise<Figures> =>
      timeInTurn([{ name, run: () => claim(engine, tenant) }], { rounds: 1, turns, figures })
    await churnNow()
    await again(`after ${churn} claims`)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM record_heads')
    const holder = client
    const other = await installation.connect(url)
    for (let done = 0; done < churn; done += 100) await claim(engine, tenant, 100)
    await settle(other)
    await again(`after ${churn} more, a snapshot open`)
    await holder.query('COMMIT')
    await other.query('VACUUM tasks')
    await again('after the snapshot and a vacuum')
    return { text: reportTimes(figures, () => `a claim of ${sizes[0]} waiting`), figures: figures.all() }
  } finally {
    await engine.close()
    await installation.close()
  }
}
