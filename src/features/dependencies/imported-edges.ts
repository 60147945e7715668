import type { Ctx } from '../../kernel/context.ts'
import type { Status } from '../tasks/index.ts'
import { admitEdges } from './acyclic.ts'
import { insertEdges } from './edges.ts'
import { comesTooLate, countShifts, pairOf } from './rules.ts'
import type { Edge } from './schema.ts'
import * as sql from './sql.ts'

/**
 * What became of an edge of an import: added; there already (also when it repeats another of this import); left out
 * since it closes a loop, since a task would wait for itself, since the task has started and its prerequisite is
 * not completed, or since an end of it was deleted meanwhile.
 */
export type EdgeOutcome = 'added' | 'exists' | 'loop' | 'self' | 'already_started' | 'dangling'

/** Edges a statement, and tasks that it counts anew. */
const BATCH = 5_000

/** So few edges that any plan will do. */
const FEW = 100

/** Pairs of this import that are edges already. */
async function existingPairs(ctx: Ctx, edges: readonly Edge[]): Promise<Set<string>> {
  const rows = await sql.existingEdges(
    ctx,
    edges.map((edge) => edge.task_id),
    edges.map((edge) => edge.depends_on_task_id),
  )
  return new Set(rows.map(pairOf))
}

/**
 * Adds the edges of an import, inside its transaction, in their order: each only if it closes no loop with what is there
 * and with the edges taken before it. Says of each, at its place, what became of it. Holds the tenant's graph row, locks the
 * tasks that get edges, counts and records; a hundred thousand edges are a few dozen statements.
 */
export async function addImportedEdges(ctx: Ctx, edges: readonly Edge[]): Promise<EdgeOutcome[]> {
  if (edges.length === 0) return []
  if (edges.length > FEW) await sql.forgetPlans(ctx)
  await sql.lockGraph(ctx)
  const existing = await existingPairs(ctx, edges)
  const outcomes = edges.map((edge): EdgeOutcome | undefined => {
    if (edge.task_id === edge.depends_on_task_id) return 'self'
    return existing.has(pairOf(edge)) ? 'exists' : undefined
  })
  const ends = new Set(
    edges.flatMap((edge, nth) => (outcomes[nth] ? [] : [edge.task_id, edge.depends_on_task_id])),
  )
  if (ends.size === 0) return outcomes as EdgeOutcome[]

  const locked = await sql.lockStatuses(ctx, [...ends])
  const statuses = new Map(locked.map((task) => [task.id, task.status]))
  const statusOf = (id: string): Status => statuses.get(id)!

  const firstOfPair = new Map<string, number>()
  edges.forEach((edge, nth) => {
    if (outcomes[nth]) return
    if (!statuses.has(edge.task_id) || !statuses.has(edge.depends_on_task_id)) outcomes[nth] = 'dangling'
    else if (comesTooLate(edge, statusOf(edge.task_id), statusOf(edge.depends_on_task_id)))
      outcomes[nth] = 'already_started'
    else if (!firstOfPair.has(pairOf(edge))) firstOfPair.set(pairOf(edge), nth)
  })
  const candidates = [...firstOfPair.values()]
  const admitted = await admitEdges(
    await sql.allEnds(ctx),
    candidates.map((nth) => edges[nth]!),
  )
  candidates.forEach((nth, place) => (outcomes[nth] = admitted[place] ? 'added' : 'loop'))

  const added = candidates.filter((nth) => outcomes[nth] === 'added').map((nth) => edges[nth]!)
  // A task is written once, however many of its edges there are: each time, all its index entries are written anew.
  const shifts = countShifts(added, statusOf)
  for (let from = 0; from < Math.max(added.length, shifts.length); from += BATCH)
    await insertEdges(ctx, added.slice(from, from + BATCH), shifts.slice(from, from + BATCH))

  return outcomes.map((outcome, nth) => {
    if (outcome) return outcome
    return outcomes[firstOfPair.get(pairOf(edges[nth]!))!] === 'added' ? 'exists' : 'loop'
  })
}
