import type { Claim } from '../src/features/executions/index.ts'
import { startEngine, type Engine } from './engine.ts'
import type { Effort, Measured } from './figure.ts'
import { install, type Installation } from './installation.ts'
import { reportTimes, timeInTurn, type Timed } from './latency.ts'
import { addHistory, settle, stockUp, TENANT } from './stock.ts'

/**
 * What a task's way costs by the size of the project: databases of their own, in turn. Half of each project's tasks are
 * completed, and PostgreSQL knows its tables, as it does minutes after they were filled.
 */
export async function measureSize({ rounds, quick }: Effort): Promise<Measured> {
  const sizes = quick ? [200, 2_000] : [300, 1_000, 10_000, 100_000]
  const turns = quick ? 20 : 100
  const installation = await install()
  const engines: Engine[] = []
  try {
    const steps: Timed[] = []
    for (const size of sizes) {
      const { engine, things } = await openProject(installation, size)
      engines.push(engine)
      steps.push(...things)
    }
    const figures = await timeInTurn(steps, { rounds, turns })
    return {
      text: reportTimes(figures, (name) => name.replace(/\d+/, String(sizes.at(-1)))),
      figures: figures.all(),
    }
  } finally {
    for (const engine of engines) await engine.close()
    await installation.close()
  }
}

async function openProject(
  installation: Installation,
  size: number,
): Promise<{ engine: Engine; things: Timed[] }> {
  const url = await installation.database(`of_${size}`)
  const engine = await startEngine(url)
  const client = await installation.connect(url)
  await addHistory(client, TENANT, size / 2)
  const held: Claim[] = []
  const claim: Timed = {
    name: `a claim, ${size} tasks`,
    async prepare() {
      await settle(client)
      await stockUp(client, TENANT, size / 2)
      await client.query('VACUUM (ANALYZE)')
    },
    run: async () =>
      held.push(
        ...(await engine.call<Claim[]>('executions.claim', {
          worker_id: 'bench',
          agent_type: 'bench',
          lease_seconds: 3_600,
        })),
      ),
  }
  const read: Timed = {
    name: `one task, ${size} tasks`,
    run: (turn) => engine.call('tasks.get', { task_id: held[turn]!.task.id }),
  }
  const complete: Timed = {
    name: `a completion, ${size} tasks`,
    run: () => {
      const { execution, lease } = held.shift()!
      return engine.call('executions.complete', {
        execution_id: execution.id,
        lease_token: lease.token,
        success: true,
      })
    },
  }
  return { engine, things: [claim, read, complete] }
}
