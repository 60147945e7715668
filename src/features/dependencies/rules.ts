import { Problem } from '../../kernel/problem.ts'
import type { Status } from '../tasks/index.ts'
import type { Edge } from './schema.ts'

/** Two ends of an edge, by whatever names its caller uses: ids, or the refs of a batch. */
export type Ends = Pick<Edge, 'task_id' | 'depends_on_task_id'>

/** What each task waits for. */
function prerequisitesByTask(edges: readonly Ends[]): Map<string, string[]> {
  const prerequisites = new Map<string, string[]>()
  for (const { task_id, depends_on_task_id } of edges) {
    const known = prerequisites.get(task_id)
    if (known) known.push(depends_on_task_id)
    else prerequisites.set(task_id, [depends_on_task_id])
  }
  return prerequisites
}

/**
 * A loop among the edges, or undefined where there is none. In the loop each task waits for the next, and the last for
 * the first. Linear in the edges, and safe for chains of any length.
 */
export function findCycle(edges: readonly Ends[]): string[] | undefined {
  const prerequisites = prerequisitesByTask(edges)
  const finished = new Set<string>()
  for (const start of prerequisites.keys()) {
    if (finished.has(start)) continue
    const path = [start]
    const placeInPath = new Map([[start, 0]])
    const pending = [prerequisites.get(start)!.values()]
    while (path.length > 0) {
      const { value: next, done } = pending.at(-1)!.next()
      if (done) {
        const last = path.pop()!
        placeInPath.delete(last)
        finished.add(last)
        pending.pop()
        continue
      }
      const place = placeInPath.get(next)
      if (place !== undefined) return path.slice(place)
      if (finished.has(next)) continue
      placeInPath.set(next, path.length)
      path.push(next)
      pending.push((prerequisites.get(next) ?? []).values())
    }
  }
  return undefined
}

/**
 * The shortest way from one task to another along what each waits for, both ends included; undefined where there is
 * none.
 */
export function findPath(edges: readonly Ends[], from: string, to: string): string[] | undefined {
  const prerequisites = prerequisitesByTask(edges)
  const cameFrom = new Map<string, string | undefined>([[from, undefined]])
  // A Map's iterator also gives what is added while it runs, so that it is the queue of a breadth-first search.
  for (const task of cameFrom.keys()) {
    if (task === to) {
      const path: string[] = []
      for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) path.push(at)
      return path.reverse()
    }
    for (const next of prerequisites.get(task) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, task)
  }
  return undefined
}

/** Statuses in which a task has started, so that nothing unfinished may be put before it. */
const STARTED: readonly Status[] = ['in_progress', 'completed', 'split']

/** Whether this edge would put unfinished work before work that has started. */
export const comesTooLate = (edge: Edge, task: Status, prerequisite: Status): boolean =>
  edge.dependency_type === 'hard' && prerequisite !== 'completed' && STARTED.includes(task)

/** Whether a task of this status is set free, rather than merely recounted, when its last prerequisite falls away. */
export const FREED_STATUSES: readonly Status[] = ['ready', 'assigned', 'failed']

/** How new edges change the counts that tasks carry. */
export interface CountShift {
  id: string
  /** Added to `unmet_dependencies`: its new hard prerequisites that are not completed. */
  unmet: number
  /** Added to `dependents_version`: the new hard edges to it. */
  dependents: number
}

/** The changes of counts that new edges bring, a task once. `statusOf` tells a prerequisite's status. */
export function countShifts(
  edges: readonly Edge[],
  statusOf: (id: string) => Status | undefined,
): CountShift[] {
  const shifts = new Map<string, CountShift>()
  const shiftOf = (id: string): CountShift => {
    const known = shifts.get(id)
    if (known) return known
    const shift = { id, unmet: 0, dependents: 0 }
    shifts.set(id, shift)
    return shift
  }
  for (const { task_id, depends_on_task_id, dependency_type } of edges) {
    if (dependency_type !== 'hard') continue
    shiftOf(depends_on_task_id).dependents++
    if (statusOf(depends_on_task_id) !== 'completed') shiftOf(task_id).unmet++
  }
  return [...shifts.values()]
}

/** Names the two ends of an edge: there is at most one edge between them. */
export const pairOf = ({ task_id, depends_on_task_id }: Ends): string => `${task_id} ${depends_on_task_id}`

/** Each pair of tasks once, in the order of their first mention; where one pair is named as hard and soft, it is hard. */
export function withoutRepeats(edges: readonly Edge[]): Edge[] {
  const unique = new Map<string, Edge>()
  for (const edge of edges) {
    const known = unique.get(pairOf(edge))
    if (!known) unique.set(pairOf(edge), { ...edge })
    else if (edge.dependency_type === 'hard') known.dependency_type = 'hard'
  }
  return [...unique.values()]
}

/** 400: a task cannot wait for itself. */
export const dependencyOnItself = (): Problem =>
  new Problem(
    'dependency_on_itself',
    400,
    'A task cannot depend on itself; name another task in depends_on_task_id.',
  )

/** 409: there is an edge between the two already, hard or soft. */
export const dependencyExists = (): Problem =>
  new Problem(
    'dependency_exists',
    409,
    'The task depends on that one already; to change the type, remove the dependency and add it anew.',
  )

/** 409: the edges would close a loop. In `cycle` each waits for the next, and the last for the first. */
export const dependencyCycle = (cycle: readonly string[]): Problem =>
  new Problem(
    'dependency_cycle',
    409,
    'This would close a loop, in which no task could ever start; leave out one of the edges of `cycle`, in which each waits for the next and the last for the first.',
    { cycle },
  )

/** 409: unfinished work cannot be put before what has started. */
export const taskAlreadyStarted = (status: Status): Problem =>
  new Problem(
    'task_already_started',
    409,
    `The task is ${status} and cannot wait for work that is not completed; add a soft dependency, or complete the prerequisite first.`,
    { task_status: status },
  )
