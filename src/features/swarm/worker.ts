import { setTimeout as sleep } from 'node:timers/promises'
import { Cairn, claimLoop, type Outcome, type Settled, type Turn } from '@cairn-codex/client'

/** What the coordinator tells a worker, as its one argument. */
export interface WorkerOrders {
  url: string
  key: string
  worker_id: string
  agent_type: string
  /** Mean milliseconds of simulated work a task; the real ones vary from half to three halves of it. */
  work_milliseconds: number
  /** Share of attempts that fail, 0 to 1. */
  fail_rate: number
  lease_seconds: number
}

/** What a worker tells its coordinator. */
export type WorkerReport =
  | { kind: 'completed'; execution_id: string; success: boolean }
  | { kind: 'lost'; execution_id: string }
  | { kind: 'retries'; count: number }

/** How long a call goes on trying while the server does not answer: a restart takes seconds. */
export const PATIENCE_SECONDS = 120

/** Stands for the work of an agent: takes its time, tells how much is left, and fails now and then. */
async function simulate(orders: WorkerOrders, { signal, progress }: Turn): Promise<Outcome> {
  const step = (orders.lease_seconds * 1000) / 3
  let left = orders.work_milliseconds * (0.5 + Math.random())
  for (; left > step; left -= step) {
    await sleep(step, undefined, { signal })
    progress({ left_milliseconds: Math.round(left - step) })
  }
  await sleep(left, undefined, { signal })
  const success = Math.random() >= orders.fail_rate
  return {
    success,
    cost_dollars: Math.round(Math.random() * 1e4) / 1e6,
    ...(success ? { result: { by: orders.worker_id } } : { error_message: 'a simulated failure' }),
  }
}

/** One simulated agent, until the signal; what it was working on is finished first. A lost lease is no fault of the run: it is told. */
export async function runWorker(
  orders: WorkerOrders,
  signal: AbortSignal,
  report: (report: WorkerReport) => void,
): Promise<void> {
  let count = 0
  const cairn = new Cairn(orders, { patience_seconds: PATIENCE_SECONDS, onRetry: () => void count++ })
  const { worker_id, agent_type, lease_seconds } = orders
  const onSettled = ({ kind, claim }: Settled): void => {
    const execution_id = claim.execution.id
    if (kind === 'lost') report({ kind, execution_id })
    else if (kind !== 'released') report({ kind: 'completed', execution_id, success: kind === 'completed' })
  }
  const options = { worker_id, agent_type, lease_seconds, wait_seconds: 2, signal, onSettled }
  await claimLoop(cairn, options, (_, turn) => simulate(orders, turn))
  report({ kind: 'retries', count })
}
