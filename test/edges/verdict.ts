/** An edge by its ends: `task` waits for `prerequisite`. */
export interface Ends {
  readonly task: string
  readonly prerequisite: string
}

/** A refusal of an edge, with the loop that it was told to close: in which each task waits for the next. */
export interface Refusal extends Ends {
  readonly cycle: readonly string[]
}

/** What clients were told. */
export interface Told {
  readonly added: readonly Ends[]
  readonly existing: readonly Ends[]
  readonly refused: readonly Refusal[]
}

const pairOf = ({ task, prerequisite }: Ends): string => `${task} ${prerequisite}`

/** How many tasks are left over when those that wait for none that is left are taken away again and again: Kahn's sort. */
export function tasksInLoops(edges: readonly Ends[]): number {
  const waiting = new Map<string, number>()
  const dependents = new Map<string, string[]>()
  for (const { task, prerequisite } of edges) {
    waiting.set(task, (waiting.get(task) ?? 0) + 1)
    waiting.set(prerequisite, waiting.get(prerequisite) ?? 0)
    const known = dependents.get(prerequisite)
    if (known) known.push(task)
    else dependents.set(prerequisite, [task])
  }
  const free = [...waiting].filter(([, count]) => count === 0).map(([id]) => id)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id)
    for (const task of dependents.get(id) ?? []) {
      const left = waiting.get(task)! - 1
      waiting.set(task, left)
      if (left === 0) free.push(task)
    }
  }
  return waiting.size
}

/**
 * Holds what clients were told against the rows: no loop, exactly the edges that were acknowledged, and each refused one
 * would have closed the loop that was named, all of whose other edges are there. No edge is ever removed.
 */
export function faultsOf(rows: readonly Ends[], { added, existing, refused }: Told): string[] {
  const faults: string[] = []
  const looping = tasksInLoops(rows)
  if (looping > 0) faults.push(`${looping} tasks are in loops or wait for them`)
  const pairs = new Set(rows.map(pairOf))
  if (rows.length !== added.length || pairs.size !== rows.length)
    faults.push(
      `${added.length} edges were acknowledged; ${pairs.size} pairs in ${rows.length} rows are there`,
    )
  for (const edge of [...added, ...existing])
    if (!pairs.has(pairOf(edge))) faults.push(`the edge ${pairOf(edge)} was told to be there, and is not`)
  for (const { task, prerequisite, cycle } of refused) {
    const closes = cycle[0] === task && cycle[1] === prerequisite
    const steps = cycle.slice(1).map((each, at) => ({ task: each, prerequisite: cycle[at + 2] ?? task }))
    if (!closes || !steps.every((step) => pairs.has(pairOf(step))))
      faults.push(`${task} on ${prerequisite} was refused for a loop that is none: ${cycle.join(', ')}`)
  }
  return faults
}
