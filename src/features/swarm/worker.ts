import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../kernel/problem.ts'
import { Connection } from './connection.ts'

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
  | { kind: 'lost'; execution_id: string; code: string }
  | { kind: 'retries'; count: number }

interface ClaimedTask {
  execution: { id: string }
  lease: { token: number }
}

/** One simulated agent: claims, works, heart-beats, completes and claims the next in the same call, until told to stop. */
export class SwarmWorker {
  readonly #orders: WorkerOrders
  readonly #connection: Connection
  readonly #report: (report: WorkerReport) => void
  #stopping = false

  constructor(orders: WorkerOrders, report: (report: WorkerReport) => void) {
    this.#orders = orders
    this.#connection = new Connection(orders.url, orders.key)
    this.#report = report
  }

  stop(): void {
    this.#stopping = true
  }

  async run(): Promise<void> {
    let next: ClaimedTask[] = []
    while (!this.#stopping) {
      if (next.length === 0) next = await this.#claim()
      const claimed = next.shift()
      if (claimed) next.push(...(await this.#work(claimed)))
    }
    for (const { execution, lease } of next)
      await this.#connection.post(`/executions/${execution.id}/release`, {
        lease_token: lease.token,
        note: 'the swarm stops',
      })
    this.#report({ kind: 'retries', count: this.#connection.retries })
  }

  #claim(): Promise<ClaimedTask[]> {
    const { worker_id, agent_type, lease_seconds } = this.#orders
    return this.#connection.post('/tasks/claim', { worker_id, agent_type, lease_seconds, wait_seconds: 2 })
  }

  /** Does one task and returns what was claimed with its completion. A lost lease is no fault of the run: it is told, and dropped. */
  async #work({ execution, lease }: ClaimedTask): Promise<ClaimedTask[]> {
    const { work_milliseconds, fail_rate, worker_id, agent_type, lease_seconds } = this.#orders
    try {
      await this.#simulate(execution.id, lease.token, work_milliseconds * (0.5 + Math.random()))
      const success = Math.random() >= fail_rate
      const done = await this.#connection.post<{ next?: ClaimedTask[] }>(
        `/executions/${execution.id}/complete`,
        {
          success,
          cost_dollars: Math.round(Math.random() * 1e4) / 1e6,
          lease_token: lease.token,
          ...(success ? { result: { by: worker_id } } : { error_message: 'a simulated failure' }),
          ...(this.#stopping ? {} : { claim_next: { worker_id, agent_type, lease_seconds } }),
        },
      )
      this.#report({ kind: 'completed', execution_id: execution.id, success })
      return done.next ?? []
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) throw error
      this.#report({ kind: 'lost', execution_id: execution.id, code: error.code })
      return []
    }
  }

  /** Sleeps for the task's work, with a heartbeat at every third of the lease. */
  async #simulate(execution: string, token: number, milliseconds: number): Promise<void> {
    const beat = (this.#orders.lease_seconds * 1000) / 3
    let left = milliseconds
    while (left > beat) {
      await sleep(beat)
      left -= beat
      await this.#connection.post(`/executions/${execution}/heartbeat`, {
        lease_token: token,
        progress: { left_milliseconds: Math.round(left) },
      })
    }
    await sleep(left)
  }
}
