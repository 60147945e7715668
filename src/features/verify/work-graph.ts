import type { Findings } from './findings.ts'
import { IdTable, withRoom } from './id-table.ts'
import type { Entity } from './kinds.ts'
import type { ExecutionPage, TaskPage } from './sql.ts'

const STATUSES = ['ready', 'assigned', 'in_progress', 'completed', 'failed', 'split']
const COMPLETED = STATUSES.indexOf('completed')
const IN_PROGRESS = STATUSES.indexOf('in_progress')

/**
 * The tasks as they stand with their edges and open executions, on typed arrays: counts every task's unmet
 * prerequisites again, looks for loops, and holds tasks, executions and leases against each other.
 */
export class WorkGraph {
  readonly #findings: Findings
  readonly #tasks = new IdTable()
  #status = new Uint8Array(512)
  #unmet = new Int32Array(512)
  #fence = new Int32Array(512)
  /** Open executions of a task's own. */
  #open = new Int32Array(512)
  /** The ends of the edges: the task that waits, and its prerequisite. */
  #waiting = new Int32Array(512)
  #prerequisite = new Int32Array(512)
  #hard = new Uint8Array(512)
  #edges = 0

  constructor(findings: Findings) {
    this.#findings = findings
  }

  async addTask({ entity, fence, mirrored, assigned_then }: TaskPage): Promise<void> {
    const task = this.#tasks.add(String(entity['id']))
    this.#status = withRoom(this.#status, task + 1)
    this.#unmet = withRoom(this.#unmet, task + 1)
    this.#fence = withRoom(this.#fence, task + 1)
    this.#open = withRoom(this.#open, task + 1)
    this.#status[task] = STATUSES.indexOf(String(entity['status']))
    this.#unmet[task] = Number(entity['unmet_dependencies'])
    this.#fence[task] = fence
    if (!mirrored)
      await this.#findings.add(
        `task ${this.#tasks.idOf(task)} is handed out by another agent_type than its metadata says.`,
      )
    if (!assigned_then)
      await this.#findings.add(
        `task ${this.#tasks.idOf(task)} is assigned since another time than the record says.`,
      )
  }

  addEdge(edge: Entity): void {
    const nth = this.#edges++
    this.#waiting = withRoom(this.#waiting, nth + 1)
    this.#prerequisite = withRoom(this.#prerequisite, nth + 1)
    this.#hard = withRoom(this.#hard, nth + 1)
    this.#waiting[nth] = this.#tasks.add(String(edge['task_id']))
    this.#prerequisite[nth] = this.#tasks.add(String(edge['depends_on_task_id']))
    this.#hard[nth] = edge['dependency_type'] === 'hard' ? 1 : 0
  }

  async addExecution({ entity, beside, lease_token }: ExecutionPage): Promise<void> {
    const id = String(entity['task_id'])
    const task = this.#tasks.find(id)
    const open = (entity['outcome'] ?? null) === null
    if (open && !beside) this.#open[task]! += 1
    // Negated where the lease was overridden. One beyond the fence would be given out a second time.
    const token = Math.abs(lease_token ?? 0)
    if (task >= 0 && token > this.#fence[task]!)
      await this.#findings.add(
        `execution ${String(entity['id'])} ${open ? 'holds' : 'had'} the fencing token ${token}, and task ${id} has given out ${this.#fence[task]} at most.`,
      )
  }

  /** Tells what does not agree; to be called when everything was added. */
  async tell(): Promise<void> {
    await this.#tellExecutions()
    await this.#tellCounts()
    const loop = this.#findLoop()
    if (loop)
      await this.#findings.add(
        `the tasks ${loop.map((task) => this.#tasks.idOf(task)).join(' -> ')} wait for each other in a loop.`,
      )
  }

  async #tellExecutions(): Promise<void> {
    for (let task = 0; task < this.#tasks.size; task++) {
      const expected = this.#status[task] === IN_PROGRESS ? 1 : 0
      if (this.#open[task] !== expected)
        await this.#findings.add(
          `task ${this.#tasks.idOf(task)} is ${STATUSES[this.#status[task]!]} and has ${this.#open[task]} open executions of its own, not ${expected}.`,
        )
    }
  }

  async #tellCounts(): Promise<void> {
    const counted = new Int32Array(this.#tasks.size)
    for (let edge = 0; edge < this.#edges; edge++)
      if (this.#hard[edge] === 1 && this.#status[this.#prerequisite[edge]!] !== COMPLETED)
        counted[this.#waiting[edge]!]! += 1
    for (let task = 0; task < this.#tasks.size; task++)
      if (counted[task] !== this.#unmet[task])
        await this.#findings.add(
          `task ${this.#tasks.idOf(task)} counts ${this.#unmet[task]} unmet prerequisites, and has ${counted[task]}.`,
        )
  }

  /** One loop of edges of either type: what is left when tasks that wait for nothing are taken away one after another. */
  #findLoop(): number[] | undefined {
    const size = this.#tasks.size
    const waits = new Int32Array(size)
    const start = new Int32Array(size + 1)
    for (let edge = 0; edge < this.#edges; edge++) {
      waits[this.#waiting[edge]!]! += 1
      start[this.#prerequisite[edge]! + 1]! += 1
    }
    for (let task = 0; task < size; task++) start[task + 1]! += start[task]!
    const place = start.slice(0, size)
    const dependents = new Int32Array(this.#edges)
    for (let edge = 0; edge < this.#edges; edge++)
      dependents[place[this.#prerequisite[edge]!]!++] = this.#waiting[edge]!
    const free: number[] = []
    for (let task = 0; task < size; task++) if (waits[task] === 0) free.push(task)
    for (let task = free.pop(); task !== undefined; task = free.pop())
      for (const dependent of dependents.subarray(start[task], start[task + 1]))
        if (--waits[dependent]! === 0) free.push(dependent)
    const entangled = waits.findIndex((count) => count > 0)
    return entangled < 0 ? undefined : this.#walkBack(entangled, waits)
  }

  /** From a task that is left, prerequisite by prerequisite that is left, until one comes again. */
  #walkBack(from: number, waits: Int32Array): number[] {
    const previous = new Map<number, number>()
    for (let edge = 0; edge < this.#edges; edge++)
      if (waits[this.#waiting[edge]!]! > 0 && waits[this.#prerequisite[edge]!]! > 0)
        previous.set(this.#waiting[edge]!, this.#prerequisite[edge]!)
    const way: number[] = []
    for (let task = from; !way.includes(task); task = previous.get(task)!) way.push(task)
    const again = previous.get(way.at(-1)!)!
    return [...way.slice(way.indexOf(again)), again]
  }
}
