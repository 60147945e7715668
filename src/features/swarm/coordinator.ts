import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cairn } from '@cairn-codex/client'
import { Prover, type GraphBefore, type Proof } from './proof.ts'
import { PATIENCE_SECONDS, type WorkerOrders, type WorkerReport } from './worker.ts'

export interface SwarmOptions extends Omit<WorkerOrders, 'worker_id'> {
  workers: number
  /** Seconds between two `kill -9` of a worker; 0 for never. */
  kill_every_seconds: number
  /** Called about five times a second. */
  onProgress?: (progress: SwarmProgress) => void
}

export interface SwarmProgress {
  tasks: number
  completed: number
  failed: number
  lost: number
  killed: number
  per_second: number
}

export interface SwarmReport extends Proof {
  seconds: number
  completions_per_second: number
  workers: number
  workers_killed: number
  calls_sent_again: number
}

/** The swarm can't go on; the message says why. */
export class SwarmStuck extends Error {}

/** For how long nothing may move before the swarm gives up; longer than any lease that a killed worker leaves. */
const STUCK_MILLISECONDS = 120_000

const LIVE = ['ready', 'assigned', 'in_progress', 'failed'] as const

/** Runs simulated workers as processes of their own until the graph is drained, then proves from the record how it went. */
export class Coordinator {
  readonly #options: SwarmOptions
  readonly #cairn: Cairn
  readonly #children = new Set<ChildProcess>()
  readonly #acknowledged = new Map<string, boolean>()
  #spawned = 0
  #killed = 0
  #retries = 0
  #lost = 0
  #stopping = false
  #aborted = false

  constructor(options: SwarmOptions) {
    this.#options = options
    this.#cairn = new Cairn(options, {
      patience_seconds: PATIENCE_SECONDS,
      onRetry: () => void this.#retries++,
    })
  }

  /** Drains the graph. Throws SwarmStuck when nothing moves any more although tasks are left. */
  async run(): Promise<SwarmReport> {
    const after = await this.#lastSequence()
    const before = await this.#cairn.get('/tasks/dependency-graph')
    const started = Date.now()
    for (let n = 0; n < this.#options.workers; n++) this.#spawn()
    try {
      await this.#drain(before, started)
    } finally {
      await this.#stop()
    }
    const seconds = (Date.now() - started) / 1000
    const proof = await this.#prove(before, after)
    return {
      ...proof,
      seconds,
      completions_per_second: this.#acknowledged.size / seconds,
      workers: this.#options.workers,
      workers_killed: this.#killed,
      calls_sent_again: this.#retries,
    }
  }

  /** Kills the workers at once, and makes `run` throw: for an interrupted run. */
  abort(): void {
    this.#stopping = true
    this.#aborted = true
    for (const child of this.#children) child.kill('SIGKILL')
  }

  #spawn(): void {
    const { workers: _, kill_every_seconds: __, onProgress: ___, ...rest } = this.#options
    const orders: WorkerOrders = { ...rest, worker_id: `swarm-${process.pid}-${++this.#spawned}` }
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const child = fork(new URL(`./worker-process.${extension}`, import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.send(orders)
    this.#children.add(child)
    child.on('message', (report: WorkerReport) => this.#hear(report))
    child.on('error', () => undefined)
    child.on('exit', () => {
      this.#children.delete(child)
      // A worker that died is replaced, whatever ended it; the swarm's size stays.
      if (!this.#stopping) setTimeout(() => this.#stopping || this.#spawn(), 100)
    })
  }

  #hear(report: WorkerReport): void {
    if (report.kind === 'completed') this.#acknowledged.set(report.execution_id, report.success)
    else if (report.kind === 'lost') this.#lost++
    else this.#retries += report.count
  }

  /** Retries failures, kills now and then, and returns when no task is left to do. */
  async #drain(before: GraphBefore, started: number): Promise<void> {
    const tasks = before.nodes.filter((node) => LIVE.some((status) => status === node.status)).length
    let nextKill = Date.now() + this.#options.kill_every_seconds * 1000
    let lastMove = { at: Date.now(), completions: 0 }
    while (await this.#tasksAreLeft()) {
      if (this.#aborted) throw new Error('The swarm was interrupted.')
      for (let turn = 0; turn < 5; turn++) {
        this.#tell(tasks, started)
        await sleep(200)
      }
      if (this.#options.kill_every_seconds > 0 && Date.now() >= nextKill) {
        this.#killOne()
        nextKill = Date.now() + this.#options.kill_every_seconds * 1000
      }
      if (this.#acknowledged.size > lastMove.completions)
        lastMove = { at: Date.now(), completions: this.#acknowledged.size }
      if (Date.now() - lastMove.at > STUCK_MILLISECONDS)
        throw new SwarmStuck(
          `Nothing was completed for ${STUCK_MILLISECONDS / 1000} s although tasks are left; GET /tasks?status=ready and /tasks/:id/ready say what they wait for (an agent_type other than ${this.#options.agent_type}, perhaps).`,
        )
    }
    this.#tell(tasks, started)
  }

  #tell(tasks: number, started: number): void {
    const completed = [...this.#acknowledged.values()].filter(Boolean).length
    this.#options.onProgress?.({
      tasks,
      completed,
      failed: this.#acknowledged.size - completed,
      lost: this.#lost,
      killed: this.#killed,
      per_second: this.#acknowledged.size / ((Date.now() - started) / 1000),
    })
  }

  #killOne(): void {
    const children = [...this.#children]
    const victim = children[Math.floor(Math.random() * children.length)]
    if (victim?.kill('SIGKILL')) this.#killed++
  }

  /** Whether a task is not completed; makes failed ones ready again on the way. */
  async #tasksAreLeft(): Promise<boolean> {
    const failed = await this.#cairn.get('/tasks', { params: { query: { status: ['failed'], limit: 1000 } } })
    await Promise.all(
      failed.map(({ id }) =>
        this.#cairn.post('/tasks/{task_id}/retry', { params: { path: { task_id: id } } }),
      ),
    )
    if (failed.length > 0) return true
    const left = await this.#cairn.get('/tasks', { params: { query: { status: [...LIVE], limit: 1 } } })
    return left.length > 0
  }

  async #stop(): Promise<void> {
    this.#stopping = true
    for (const child of this.#children) if (child.connected) child.send('stop')
    const deadline = Date.now() + 30_000
    while (this.#children.size > 0 && Date.now() < deadline) await sleep(50)
    for (const child of this.#children) child.kill('SIGKILL')
  }

  /** The newest position of the record; waits until its newest row has one. */
  async #lastSequence(): Promise<number> {
    for (;;) {
      const [newest] = await this.#cairn.get('/audit', { params: { query: { limit: 1 } } })
      if (!newest) return 0
      if (newest.sequence !== null) return newest.sequence
      await sleep(100)
    }
  }

  async #prove(before: GraphBefore, after: number): Promise<Proof> {
    const prover = new Prover(before, after)
    const end = await this.#lastSequence()
    for (let position = after; position < end;) {
      const events = await this.#cairn.get('/events', { params: { query: { after: position, limit: 1000 } } })
      for (const event of events) prover.read(event)
      position = events.at(-1)?.sequence ?? end
    }
    return prover.finish(this.#acknowledged)
  }
}
