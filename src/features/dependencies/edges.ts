import type { Ctx } from '../../kernel/context.ts'
import { notFound } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { lockTasks, type Task } from '../tasks/index.ts'
import * as rules from './rules.ts'
import type { Dependency, Edge } from './schema.ts'
import * as sql from './sql.ts'

/** `met`: how many prerequisites the task had left, which fell away at once. */
const recordUnblocked = (ctx: Ctx, task: Task, met: number): void =>
  recordChange(ctx, 'task.unblocked', { ...task, unmet_dependencies: met }, task)

/** Inserts edges between locked tasks and records them, and changes counts: all those that the edges bring, or a part. */
export async function insertEdges(
  ctx: Ctx,
  edges: readonly Edge[],
  shifts: readonly rules.CountShift[],
): Promise<Dependency[]> {
  const rows = await sql.writeEdges(
    ctx,
    edges.map((edge) => edge.task_id),
    edges.map((edge) => edge.depends_on_task_id),
    edges.map((edge) => edge.dependency_type),
    shifts.map((shift) => shift.id),
    shifts.map((shift) => shift.unmet),
    shifts.map((shift) => shift.dependents),
  )
  return rows.map(({ dependency }) => {
    recordChange(ctx, 'dependency.added', null, dependency)
    return dependency
  })
}

/** How many tasks are searched for a loop's way: it is short as a rule, and the graph may be large. */
const SEARCHES = [1_000, 30_000, null]

/** The shortest loop that an edge would close; undefined where none is left, an edge of it having just been removed. */
async function findLoop(ctx: Ctx, { task_id, depends_on_task_id }: Edge): Promise<string[] | undefined> {
  for (const tasks of SEARCHES) {
    const edges = await sql.edgesAbove(ctx, depends_on_task_id, tasks)
    const way = rules.findPath(edges, depends_on_task_id, task_id)
    if (way) return [task_id, ...way.slice(0, -1)]
  }
  return undefined
}

/**
 * Adds one edge between two existing tasks, named by their ids, inside a transaction.
 *
 * Whoever adds an edge between tasks that others can see holds the tenant's graph row from before it looks until it
 * commits: two edges that close a loop together come one after the other, and the second sees the first. The look is
 * a statement of its own, after the lock, since a statement sees what was committed when it began.
 *
 * Throws `dependency_on_itself` (400), `task_not_found` (404), `dependency_exists`, `dependency_cycle` with the loop,
 * and `task_already_started` (409).
 */
export async function addEdge(ctx: Ctx, edge: Edge): Promise<Dependency> {
  const { task_id, depends_on_task_id } = edge
  if (task_id === depends_on_task_id) throw rules.dependencyOnItself()
  await sql.lockGraph(ctx)
  const tasks = await lockTasks(ctx, [task_id, depends_on_task_id])
  const task = tasks.get(task_id)!
  const prerequisite = tasks.get(depends_on_task_id)!
  const [found] = await sql.lookBeforeEdge(ctx, task_id, depends_on_task_id)
  if (found?.there) throw rules.dependencyExists()
  const loop = found?.loop ? await findLoop(ctx, edge) : undefined
  if (loop) throw rules.dependencyCycle(loop)
  if (rules.comesTooLate(edge, task.status, prerequisite.status)) throw rules.taskAlreadyStarted(task.status)
  const shifts = rules.countShifts([edge], () => prerequisite.status)
  const [dependency] = await insertEdges(ctx, [edge], shifts)
  return dependency!
}

/**
 * Adds the edges of tasks that were inserted in this very transaction, `known.newTasks`: every edge's `task_id` is one of
 * them. Nobody else can see these tasks, so that a loop is possible among them alone, and the caller excludes that by
 * `findCycle`; the graph row is not needed. Repeated pairs fall together, hard before soft.
 *
 * Locks the existing prerequisites, counts, records, and returns the edges in the order given.
 * Throws `task_not_found` (404) for a prerequisite that is not there.
 */
export async function addEdges(
  ctx: Ctx,
  edges: readonly Edge[],
  known: { newTasks: ReadonlySet<string> },
): Promise<Dependency[]> {
  if (edges.length === 0) return []
  const wanted = rules.withoutRepeats(edges)
  const existing = new Set(
    wanted.map((edge) => edge.depends_on_task_id).filter((id) => !known.newTasks.has(id)),
  )
  const rows = existing.size > 0 ? await sql.lockStatuses(ctx, [...existing]) : []
  const statuses = new Map(rows.map((row) => [row.id, row.status]))
  for (const id of existing) if (!statuses.has(id)) throw notFound('task', id)
  const shifts = rules.countShifts(wanted, (id) => statuses.get(id))
  const added = await insertEdges(ctx, wanted, shifts)
  const byPair = new Map(added.map((edge) => [rules.pairOf(edge), edge]))
  return wanted.map((edge) => byPair.get(rules.pairOf(edge))!)
}

/** Removes edges by their ids, recounts and records; `leaving` is a task about to be deleted, whose counts need no care. */
async function removeEdges(
  ctx: Ctx,
  ids: readonly string[],
  leaving: string | null = null,
): Promise<Dependency[]> {
  const [row] = await sql.removeEdges(ctx, ids, leaving)
  const { dependencies, unblocked } = row!
  for (const dependency of dependencies) recordChange(ctx, 'dependency.removed', dependency, null)
  for (const { task, met } of unblocked) recordUnblocked(ctx, task, met)
  return dependencies
}

/**
 * Removes one edge of a task, inside a transaction. Throws `dependency_not_found` (404) when there is none of this id,
 * or when it is another task's.
 */
export async function removeEdge(ctx: Ctx, taskId: string, id: string): Promise<void> {
  const [found] = await sql.findEdge(ctx, taskId, id)
  // The prerequisite comes before the task that waits, as in a completion.
  if (found?.dependency.dependency_type === 'hard')
    await sql.lockStatuses(ctx, [found.dependency.depends_on_task_id])
  const removed = found ? await removeEdges(ctx, [id]) : []
  if (removed.length === 0) throw notFound('dependency', id)
}

/**
 * Locks a task with all that it waits for and all that waits for it, in the order in which completions lock. Call it
 * before `lockTask` where the task will be deleted: a completion of a prerequisite at the same moment then waits its
 * turn, where it would otherwise end in a deadlock, and in another attempt.
 */
export async function lockNeighbourhood(ctx: Ctx, taskId: string): Promise<void> {
  await sql.lockNeighbourhood(ctx, taskId)
}

/**
 * Removes all edges of a task that is about to be deleted and that the caller has locked; recounts what waited for it,
 * and records the removals and what they set free.
 */
export async function detachTask(ctx: Ctx, taskId: string): Promise<void> {
  // In a fixed order, so that two deletions with neighbours in common do not wait for each other.
  await sql.lockNeighbourhood(ctx, taskId)
  const edges = await sql.edgesOfTask(ctx, taskId)
  if (edges.length > 0)
    await removeEdges(
      ctx,
      edges.map((edge) => edge.id),
      taskId,
    )
}

/**
 * Recounts what waits for a task that this transaction has locked and completed, and records what that sets free.
 * Returns the freed tasks as they now stand: ready, assigned or failed, with nothing unmet.
 */
export async function releaseDependents(ctx: Ctx, taskId: string): Promise<Task[]> {
  const rows = await sql.releaseDependents(ctx, taskId)
  return rows.map(({ task }) => {
    recordUnblocked(ctx, task, 1)
    return task
  })
}

/** The ids of a task's hard prerequisites that are not completed, the oldest edge first. */
export async function unmetPrerequisites(ctx: Ctx, taskId: string): Promise<string[]> {
  const rows = await sql.unmetPrerequisites(ctx, taskId)
  return rows.map((row) => row.id)
}
