/** A row of the feed, as far as the proof reads it. */
export interface SwarmEvent {
  sequence: number
  type: string
  data: Record<string, unknown>
}

/** The graph as it stood before the swarm began. */
export interface GraphBefore {
  nodes: readonly { id: string; status: string }[]
  edges: readonly { source: string; target: string; type: string }[]
}

/** What the workers were told that the record must hold: execution id to its verdict. */
export type Acknowledged = ReadonlyMap<string, boolean>

export interface Proof {
  tasks: number
  completed: number
  executions: number
  failed_attempts: number
  lost_attempts: number
  released_attempts: number
  /** Each is one sentence naming the task; none means that the properties held. */
  double_runs: string[]
  overtaken_prerequisites: string[]
  lost_work: string[]
}

type Fields = Record<string, unknown>

const entity = (event: SwarmEvent, name: string): Fields => (event.data[name] ?? {}) as Fields

/** What is known of one task while the feed is read. */
interface TaskState {
  status: string
  /** The execution that runs, if any. */
  running: string | undefined
}

/**
 * Reads the feed from the swarm's start to its end and finds each breach of its three promises: no task runs twice at
 * once, no task starts before its hard prerequisites are completed, nothing is lost. Pure: the same feed gives the same
 * proof, whoever wrote it.
 */
export class Prover {
  readonly #tasks = new Map<string, TaskState>()
  /** Task id to the ids of its hard prerequisites. */
  readonly #prerequisites = new Map<string, Set<string>>()
  readonly #verdicts = new Map<string, boolean>()
  readonly #counts = { executions: 0, failed: 0, lost: 0, released: 0 }
  readonly #doubles: string[] = []
  readonly #overtaken: string[] = []
  readonly #lost: string[] = []
  #last: number

  constructor(before: GraphBefore, after: number) {
    this.#last = after
    for (const { id, status } of before.nodes) this.#tasks.set(id, { status, running: undefined })
    for (const { source, target, type } of before.edges)
      if (type === 'hard') this.#prerequisitesOf(target).add(source)
  }

  #prerequisitesOf(id: string): Set<string> {
    const found = this.#prerequisites.get(id) ?? new Set<string>()
    this.#prerequisites.set(id, found)
    return found
  }

  #task(id: string): TaskState {
    const found = this.#tasks.get(id) ?? { status: 'ready', running: undefined }
    this.#tasks.set(id, found)
    return found
  }

  /** Takes in the next event; they must come in the order of their sequence. */
  read(event: SwarmEvent): void {
    if (event.sequence !== this.#last + 1)
      this.#lost.push(`the record jumps from ${this.#last} to ${event.sequence}`)
    this.#last = event.sequence
    const [kind, verb] = event.type.split('.') as [string, string]
    if (kind === 'execution') this.#readExecution(verb, entity(event, 'execution'), event.sequence)
    else if (kind === 'task') this.#readTask(verb, entity(event, 'task'), event.sequence)
    else if (kind === 'dependency') this.#readDependency(verb, entity(event, 'dependency'))
  }

  #readDependency(verb: string, edge: Fields): void {
    if (edge['dependency_type'] !== 'hard') return
    const prerequisites = this.#prerequisitesOf(String(edge['task_id']))
    if (verb === 'added') prerequisites.add(String(edge['depends_on_task_id']))
    else if (verb === 'removed') prerequisites.delete(String(edge['depends_on_task_id']))
  }

  #readTask(verb: string, task: Fields, sequence: number): void {
    const id = String(task['id'])
    if (verb === 'deleted') {
      this.#tasks.delete(id)
      return
    }
    const state = this.#task(id)
    if (verb === 'started')
      for (const prerequisite of this.#prerequisitesOf(id)) {
        const status = this.#tasks.get(prerequisite)?.status
        if (status !== undefined && status !== 'completed')
          this.#overtaken.push(
            `task ${id} started at ${sequence} while its prerequisite ${prerequisite} was ${status}`,
          )
      }
    state.status = String(task['status'])
  }

  #readExecution(verb: string, execution: Fields, sequence: number): void {
    const id = String(execution['id'])
    const task = String(execution['task_id'])
    const state = this.#task(task)
    if (verb === 'started') {
      this.#counts.executions++
      // An execution with a parent works beside the task's own, which is allowed.
      if (execution['parent_execution_id'] !== null) return
      if (state.running !== undefined)
        this.#doubles.push(
          `task ${task} was started at ${sequence} by ${id} while ${state.running} was running it`,
        )
      state.running = id
      return
    }
    if (verb === 'completed') this.#verdicts.set(id, execution['success'] === true)
    if (execution['outcome'] === 'failed') this.#counts.failed++
    if (verb === 'lost') this.#counts.lost++
    if (verb === 'released') this.#counts.released++
    if (state.running === id) state.running = undefined
  }

  /** The proof, when the last event was read. `acknowledged` is what the workers' completions were answered. */
  finish(acknowledged: Acknowledged): Proof {
    for (const [id, success] of acknowledged) {
      const recorded = this.#verdicts.get(id)
      if (recorded === undefined)
        this.#lost.push(`the completion of execution ${id} was acknowledged and is not in the record`)
      else if (recorded !== success)
        this.#lost.push(
          `execution ${id} was acknowledged as ${success ? 'a success' : 'a failure'} and recorded as the opposite`,
        )
    }
    let completed = 0
    for (const [id, { status, running }] of this.#tasks) {
      if (status === 'completed') completed++
      else if (status !== 'split') this.#lost.push(`task ${id} ended as ${status}, not completed`)
      if (running !== undefined) this.#lost.push(`execution ${running} of task ${id} never ended`)
    }
    return {
      tasks: this.#tasks.size,
      completed,
      executions: this.#counts.executions,
      failed_attempts: this.#counts.failed,
      lost_attempts: this.#counts.lost,
      released_attempts: this.#counts.released,
      double_runs: this.#doubles,
      overtaken_prerequisites: this.#overtaken,
      lost_work: this.#lost,
    }
  }
}

/** Whether all three promises held. */
export const holdsTrue = (proof: Proof): boolean =>
  proof.double_runs.length + proof.overtaken_prerequisites.length + proof.lost_work.length === 0
