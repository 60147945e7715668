import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '../../src/features/executions/index.ts'
import type { Acknowledgement, Handed } from './acknowledgements.ts'
import type { Client } from './client.ts'
import type { Random } from './random.ts'

/** Seconds: short, so that leases run out within a round. */
const LEASE = 2

/** How long it looks at one piece of work before it begins another beside it, and how many it has at once. */
const PATIENCE_MILLISECONDS = 300
const MOST_AT_ONCE = 12

export interface AgentOptions {
  name: string
  client: Client
  random: Random
  /** Ids of tasks that the agents of a crew have heard of. */
  tasks: string[]
  /** Aborts when nothing new shall be begun. */
  resting: AbortSignal
  tell(acknowledged: Acknowledgement): void
}

const handed = (claims: readonly Claim[]): Handed[] =>
  claims.map(({ task, execution, lease }) => ({
    task: task.id,
    execution: execution.id,
    token: lease.token,
  }))

/** One agent: creates, claims, works, and sometimes fails, gives up, dies on its work, or is late. */
export class Agent {
  readonly #options: AgentOptions
  readonly #held: Handed[] = []
  /** What it completed last. */
  #done: Handed | undefined
  #calls = 0

  constructor(options: AgentOptions) {
    this.#options = options
  }

  /**
   * Works until it is to rest, and then until every call that it has begun is answered. A call that takes long goes on by
   * itself meanwhile: one that a crash left in flight is answered after some seconds only.
   */
  async work(): Promise<void> {
    const { resting } = this.#options
    const begun = new Set<Promise<void>>()
    while (!resting.aborted) {
      const step: Promise<void> = this.#step().finally(() => begun.delete(step))
      begun.add(step)
      await Promise.race([step, sleep(PATIENCE_MILLISECONDS)])
      if (begun.size > MOST_AT_ONCE) await Promise.race(begun)
    }
    await Promise.all(begun)
  }

  #step(): Promise<void> {
    const mine = this.#held.shift()
    if (mine) return this.#workOn(mine)
    return this.#options.random.happens(0.25) ? this.#plan() : this.#claim()
  }

  /** A name for a call that no other has: its Idempotency-Key, and in what it makes. */
  #newName(): string {
    return `${this.#options.name}-${++this.#calls}`
  }

  async #plan(): Promise<void> {
    const { client, random, tasks, tell } = this.#options
    const name = this.#newName()
    if (random.happens(0.4) && tasks.length > 1) {
      const [task, prerequisite] = [random.one(tasks), random.one(tasks)]
      const answer = await client.post(
        `/tasks/${task}/dependencies`,
        { depends_on_task_id: prerequisite, dependency_type: random.happens(0.7) ? 'hard' : 'soft' },
        name,
      )
      if (answer?.status === 201)
        tell({ kind: 'edge', id: (answer.body as { id: string }).id, task, prerequisite })
      return
    }
    const depends_on = random.happens(0.6) && tasks.length > 0 ? [random.one(tasks)] : []
    const answer = await client.post('/tasks', { title: name, depends_on }, name)
    if (answer?.status !== 201) return
    const { id } = answer.body as { id: string }
    tasks.push(id)
    tell({ kind: 'created', title: name, task: id })
  }

  #take(worker: string, claims: readonly Claim[]): void {
    const { tell, tasks } = this.#options
    const mine = handed(claims)
    tell({ kind: 'claimed', worker, claims: mine })
    this.#held.push(...mine)
    for (const { task } of mine) if (!tasks.includes(task)) tasks.push(task)
  }

  async #claim(): Promise<void> {
    const { client, random, tell } = this.#options
    const name = this.#newName()
    const count = random.between(1, 3)
    const worker_id = `${name}x${count}`
    const wish = { worker_id, agent_type: 'torture', count, lease_seconds: LEASE }
    const answer = await client.post('/tasks/claim', wish, name)
    const claims = answer?.status === 200 ? (answer.body as Claim[]) : []
    if (claims.length > 0) return this.#take(worker_id, claims)
    if (answer?.status === 200)
      tell({ kind: 'found nothing', worker: worker_id, sent: answer.sent.toISOString() })
    await sleep(20)
  }

  async #workOn(mine: Handed): Promise<void> {
    const { random } = this.#options
    if (random.happens(0.2)) await this.#heartbeat(mine)
    const fate = random.next()
    if (fate < 0.06) return
    if (fate < 0.1) await sleep(LEASE * 1_000 + random.between(-200, 600))
    if (fate > 0.92) await this.#release(mine)
    else if (this.#held.length > 0 && random.happens(0.5))
      await this.#completeAll([mine, ...this.#held.splice(0)])
    else await this.#complete(mine, fate < 0.82)
  }

  async #heartbeat({ execution, token }: Handed): Promise<void> {
    const { client, tell } = this.#options
    const body = { lease_token: token, progress: { beat: this.#calls } }
    const answer = await client.post(`/executions/${execution}/heartbeat`, body, this.#newName())
    if (answer?.status === 200)
      tell({ kind: 'held', execution, until: (answer.body as { expires_at: string }).expires_at })
  }

  async #release({ execution, token }: Handed): Promise<void> {
    const { client, tell } = this.#options
    const body = { lease_token: token, note: 'not today' }
    const answer = await client.post(`/executions/${execution}/release`, body, this.#newName())
    if (answer?.status === 200) tell({ kind: 'ended', execution, outcome: 'released' })
  }

  async #complete({ execution, task, token }: Handed, success: boolean): Promise<void> {
    const { client, random, tell } = this.#options
    const name = this.#newName()
    const worker_id = `${name}x1`
    const next = { worker_id, agent_type: 'torture', count: 1, lease_seconds: LEASE }
    const claims = random.happens(0.5) && this.#held.length === 0
    const answer = await client.post(
      `/executions/${execution}/complete`,
      { success, lease_token: token, cost_dollars: 0.01, ...(claims ? { claim_next: next } : {}) },
      name,
    )
    if (answer?.status === 409 && (answer.body as { code: string }).code === 'execution_completed')
      tell({ kind: 'refused as completed', execution })
    if (answer?.status !== 200) return
    this.#done = { execution, task, token }
    tell({ kind: 'ended', execution, outcome: success ? 'succeeded' : 'failed' })
    const { next: claimed } = answer.body as { next?: Claim[] }
    if (claimed) this.#take(worker_id, claimed)
    if (random.happens(0.15)) {
      const body = { success: !success, lease_token: token }
      const second = await client.post(`/executions/${execution}/complete`, body, this.#newName())
      if (second?.status === 200) tell({ kind: 'completed twice', execution })
    }
    if (!success) await this.#retry(task)
  }

  /** Completes many by one call, now and then with one among them that was completed before. */
  async #completeAll(mine: readonly Handed[]): Promise<void> {
    const { client, random, tell } = this.#options
    const again = random.happens(0.3) ? this.#done : undefined
    const endings = [...mine, ...(again ? [again] : [])].map((each) => ({
      ...each,
      success: random.happens(0.9),
    }))
    const answer = await client.post(
      '/executions/complete',
      endings.map(({ execution, token, success }) => ({
        execution_id: execution,
        lease_token: token,
        success,
      })),
      this.#newName(),
    )
    if (answer?.status !== 200) return
    const answers = answer.body as { execution: object | null; refusal: { code: string } | null }[]
    for (const [nth, { execution, task, token, success }] of endings.entries()) {
      const { execution: ended, refusal } = answers[nth]!
      const first = nth < mine.length
      if (ended && !first) tell({ kind: 'completed twice', execution })
      if (refusal?.code === 'execution_completed' && first) tell({ kind: 'refused as completed', execution })
      if (!ended) continue
      this.#done = { execution, task, token }
      tell({ kind: 'ended', execution, outcome: success ? 'succeeded' : 'failed' })
      if (!success) await this.#retry(task)
    }
  }

  async #retry(task: string): Promise<void> {
    const { client, tell } = this.#options
    const answer = await client.post(`/tasks/${task}/retry`, {}, this.#newName())
    if (answer?.status === 200)
      tell({ kind: 'retried', task, version: (answer.body as { version: number }).version })
  }
}
