/**
 * A task's life as the contract tells it, in memory: what model-based tests hold the server to. It knows nothing of how
 * the server does it.
 */

export type Status = 'ready' | 'assigned' | 'in_progress' | 'completed' | 'failed'

export interface ModelTask {
  readonly id: string
  readonly number: number
  readonly priority: number
  status: Status
  worker: string | null
  retries: number
}

export interface ModelEdge {
  readonly id: string
  readonly task: ModelTask
  readonly prerequisite: ModelTask
}

export interface ModelExecution {
  readonly id: string
  readonly task: ModelTask
  readonly worker: string
  /** The token that its claim gave; null without a lease. */
  readonly token: number | null
  expired: boolean
  outcome: 'succeeded' | 'failed' | 'lost' | 'released' | null
  /** Somebody else ended it: its holder's token is worth nothing any more. */
  fencedOut: boolean
}

/** How a call is refused: its status and code. */
export type Refusal = readonly [status: number, code: string]

const MOVES: Readonly<Record<Status, readonly Status[]>> = {
  ready: ['assigned'],
  assigned: ['in_progress'],
  in_progress: ['completed', 'failed'],
  completed: [],
  failed: ['ready'],
}

/** All there is. Tasks are in the order of their creation. */
export class LifeModel {
  readonly tasks: ModelTask[] = []
  edges: ModelEdge[] = []
  readonly executions: ModelExecution[] = []

  /** The hard prerequisites of a task that are not completed. */
  unmet(task: ModelTask): ModelTask[] {
    return this.edges
      .filter((edge) => edge.task === task && edge.prerequisite.status !== 'completed')
      .map((edge) => edge.prerequisite)
  }

  /** Whether a task waits for another, directly or through others; for itself, too. */
  waitsFor(task: ModelTask, other: ModelTask): boolean {
    return (
      task === other ||
      this.edges.some((edge) => edge.task === task && this.waitsFor(edge.prerequisite, other))
    )
  }

  openExecution(task: ModelTask): ModelExecution | undefined {
    return this.executions.find((each) => each.task === task && each.outcome === null)
  }

  /** What a claim hands out, in its order. */
  claimable(worker: string): ModelTask[] {
    const mine = (task: ModelTask): boolean => task.status === 'assigned' && task.worker === worker
    return this.tasks
      .filter((task) => (mine(task) || task.status === 'ready') && this.unmet(task).length === 0)
      .map((task, age) => ({ task, age }))
      .sort(
        (a, b) =>
          Number(mine(b.task)) - Number(mine(a.task)) || b.task.priority - a.task.priority || a.age - b.age,
      )
      .map(({ task }) => task)
  }

  refuseEdge(task: ModelTask, prerequisite: ModelTask): Refusal | undefined {
    if (task === prerequisite) return [400, 'dependency_on_itself']
    if (this.edges.some((edge) => edge.task === task && edge.prerequisite === prerequisite))
      return [409, 'dependency_exists']
    if (this.waitsFor(prerequisite, task)) return [409, 'dependency_cycle']
    const started = task.status === 'in_progress' || task.status === 'completed'
    return started && prerequisite.status !== 'completed' ? [409, 'task_already_started'] : undefined
  }

  /** Why an execution can't be ended or extended with a token. */
  refuseToken(execution: ModelExecution, token: number | undefined): Refusal | undefined {
    const { outcome, fencedOut, expired } = execution
    if (!this.tasks.includes(execution.task)) return [404, 'execution_not_found']
    const right = token === execution.token
    if (outcome === 'lost' || (outcome !== null && token !== undefined && (!right || fencedOut)))
      return [409, 'lease_lost']
    if (outcome !== null) return [409, 'execution_completed']
    if (execution.token === null) return undefined
    if (token === undefined) return [409, 'lease_held']
    return right && !expired ? undefined : [409, 'lease_lost']
  }

  refuseMove(
    task: ModelTask,
    to: Status,
    right: { token?: number; override?: boolean },
  ): Refusal | undefined {
    if (to === task.status) return undefined
    if (!MOVES[task.status].includes(to)) return [400, 'invalid_status_transition']
    if ((to === 'assigned' || to === 'in_progress') && this.unmet(task).length > 0)
      return [409, 'dependencies_unmet']
    return to === 'completed' || to === 'failed' ? this.refuseEnding(task, right) : undefined
  }

  /** Why a running task can't be ended by somebody who is not its worker. */
  refuseEnding(task: ModelTask, right: { token?: number; override?: boolean }): Refusal | undefined {
    const open = this.openExecution(task)
    const live = open !== undefined && open.token !== null && !open.expired
    return live && right.token !== open.token && !right.override ? [409, 'lease_held'] : undefined
  }

  start(task: ModelTask, worker: string, id: string, token: number | null): void {
    task.status = 'in_progress'
    task.worker = worker
    const execution = { id, task, worker, token, expired: false, outcome: null, fencedOut: false }
    this.executions.push(execution)
  }

  /** Ends the open execution of a task, by its own worker or by somebody else. */
  end(task: ModelTask, outcome: 'succeeded' | 'failed' | 'released', token: number | undefined): void {
    const open = this.openExecution(task)!
    open.outcome = outcome
    open.fencedOut = token !== open.token
    if (outcome === 'released') this.free(task)
    else task.status = outcome === 'succeeded' ? 'completed' : 'failed'
  }

  free(task: ModelTask): void {
    task.status = 'ready'
    task.worker = null
  }

  retry(task: ModelTask): void {
    this.free(task)
    task.retries++
  }

  loseExpired(): void {
    for (const execution of this.executions)
      if (execution.outcome === null && execution.expired) {
        execution.outcome = 'lost'
        this.free(execution.task)
      }
  }

  remove(task: ModelTask): void {
    this.tasks.splice(this.tasks.indexOf(task), 1)
    this.edges = this.edges.filter((edge) => edge.task !== task && edge.prerequisite !== task)
    const open = this.openExecution(task)
    if (open) open.outcome = 'released'
  }
}
