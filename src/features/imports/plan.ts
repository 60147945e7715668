import { createHash } from 'node:crypto'
import { newId } from '../../kernel/ids.ts'
import type { Status } from '../tasks/index.ts'
import type { ParsedItem } from './formats/index.ts'
import type { ImportReport } from './schema.ts'

/** A task that came from the source before. */
export interface Known {
  id: string
  status: Status
  source_hash: string | null
}

/** An item of the source and the task that it becomes or is. */
export interface SourcedTask {
  id: string
  item: ParsedItem
  hash: string
}

/** What an import will do with each item. */
export interface Plan {
  created: SourcedTask[]
  changed: SourcedTask[]
  unchanged: number
  statusKept: ImportReport['status_kept']['first']
  /** The ids of tasks by their source_ref: those of the source, and those that its edges name. */
  taskOf: ReadonlyMap<string, string>
}

/** What an import writes about an existing task. */
export type Sourced = Readonly<
  Pick<ParsedItem, 'title' | 'description' | 'effort_estimate' | 'tags' | 'metadata'> & { priority: number }
>

/**
 * The fingerprint of what an import writes about an existing task, as metadata `source_hash`. State and times are no part
 * of it: an import never moves a status, so a source in which only these differ has nothing to say.
 */
export function sourceHash(item: Sourced): string {
  const { title, description, priority, effort_estimate, tags } = item
  const metadata = Object.entries(item.metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([title, description, priority, effort_estimate, tags, metadata]))
    .digest('hex')
}

/** Decides what becomes of each item; `known` holds the tasks that are there already by their source_ref. */
export function makePlan(
  items: readonly ParsedItem[],
  known: ReadonlyMap<string, Known>,
  reopen: boolean,
): Plan {
  const taskOf = new Map([...known].map(([ref, { id }]) => [ref, id]))
  const plan: Plan = { created: [], changed: [], unchanged: 0, statusKept: [], taskOf }
  for (const item of items) {
    const { line, source_ref } = item
    const there = known.get(source_ref)
    const task = { id: there?.id ?? newId(), item, hash: sourceHash(item) }
    if (!there) {
      taskOf.set(source_ref, task.id)
      plan.created.push(task)
      continue
    }
    if (there.source_hash === task.hash) plan.unchanged++
    else plan.changed.push(task)
    if (item.state === 'completed' && there.status !== 'completed' && !reopen)
      plan.statusKept.push({ line, source_ref, status: there.status })
  }
  return plan
}
