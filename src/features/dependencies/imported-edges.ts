import type { Ctx } from '../../kernel/context.ts'
import { notFound } from '../../kernel/problem.ts'
import { admitEdges, type EdgeList } from './acyclic.ts'
import { insertEdges } from './edges.ts'
import { comesTooLate, pairOf } from './rules.ts'
import type { Edge } from './schema.ts'
import * as sql from './sql.ts'

/**
 * What became of an edge of an import: added; there already (also when it repeats another of this import); left out
 * since it closes a loop, since a task would wait for itself, or since the task has started and its prerequisite is
 * not completed.
 */
export type EdgeOutcome = 'added' | 'exists' | 'loop' | 'self' | 'already_started'

/** Edges a statement. */
const BATCH = 5_000

/** The bytes of one end of an edge in `sql.packedEdges`. */
const NUMBER_BYTES = 6

/** The tenant's edges, by the numbers of their tasks. */
async function knownEdges(ctx: Ctx): Promise<EdgeList> {
  const [row] = await sql.packedEdges(ctx)
  const packed = row!.edges
  const length = packed.length / (2 * NUMBER_BYTES)
  const end = (offset: number) =>
    Float64Array.from({ length }, (_, nth) =>
      packed.readUIntBE(2 * NUMBER_BYTES * nth + offset, NUMBER_BYTES),
    )
  return { task: end(0), prerequisite: end(NUMBER_BYTES) }
}

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
 *
 * Throws `task_not_found` (404) for an end that is not there.
 */
export async function addImportedEdges(ctx: Ctx, edges: readonly Edge[]): Promise<EdgeOutcome[]> {
  if (edges.length === 0) return []
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
  const tasks = new Map(locked.map((task) => [task.id, task]))
  for (const id of ends) if (!tasks.has(id)) throw notFound('task', id)
  const task = (id: string) => tasks.get(id)!

  const firstOfPair = new Map<string, number>()
  edges.forEach((edge, nth) => {
    if (outcomes[nth]) return
    if (comesTooLate(edge, task(edge.task_id).status, task(edge.depends_on_task_id).status))
      outcomes[nth] = 'already_started'
    else if (!firstOfPair.has(pairOf(edge))) firstOfPair.set(pairOf(edge), nth)
  })
  const candidates = [...firstOfPair.values()]
  const admitted = await admitEdges(await knownEdges(ctx), {
    task: candidates.map((nth) => task(edges[nth]!.task_id).number),
    prerequisite: candidates.map((nth) => task(edges[nth]!.depends_on_task_id).number),
  })
  candidates.forEach((nth, place) => (outcomes[nth] = admitted[place] ? 'added' : 'loop'))

  const added = candidates.filter((nth) => outcomes[nth] === 'added').map((nth) => edges[nth]!)
  for (let from = 0; from < added.length; from += BATCH)
    await insertEdges(ctx, added.slice(from, from + BATCH), (id) => task(id).status)

  return outcomes.map((outcome, nth) => {
    if (outcome) return outcome
    return outcomes[firstOfPair.get(pairOf(edges[nth]!))!] === 'added' ? 'exists' : 'loop'
  })
}
