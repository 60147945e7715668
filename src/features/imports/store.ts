import type { Ctx } from '../../kernel/context.ts'
import { recordChange } from '../../kernel/record.ts'
import { insertTasks, type NewTask } from '../lifecycle/index.ts'
import { readTasks, recordTask, type Task } from '../tasks/index.ts'
import type { FormatName } from './schema.ts'
import { sourceHash, type SourcedTask } from './plan.ts'
import * as sql from './sql.ts'

/** Tasks a statement: a round trip is then nothing beside its work, and no statement is long. */
const BATCH = 500

/** Enough rows for the planner to learn from, and few enough to go in without its knowing. */
const FIRST_BATCH = 50

/** Called with how much was done since the last call. */
export type Advance = (steps: number) => void

function* batchesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH)
}

const metadataOf = ({ item, hash }: SourcedTask): Record<string, string> => ({
  ...item.metadata,
  source_ref: item.source_ref,
  source_hash: hash,
})

/** A completed item keeps its times, and was last changed when it was closed. It never ran here: it has no execution. */
function newTask(task: SourcedTask, reopen: boolean): NewTask {
  const { title, description, priority, effort_estimate, tags, state, created_at, updated_at, completed_at } =
    task.item
  const completed = state === 'completed' && !reopen
  return {
    id: task.id,
    title,
    description,
    priority,
    effort_estimate,
    tags,
    metadata: metadataOf(task),
    status: completed ? 'completed' : 'ready',
    created_at: created_at ?? (completed ? completed_at : null),
    updated_at: completed ? (completed_at ?? updated_at) : updated_at,
  }
}

/** Inserts what is new in the source; it is recorded later, when its edges are in place. */
export async function insertNew(
  ctx: Ctx,
  created: readonly SourcedTask[],
  reopen: boolean,
  advance: Advance,
): Promise<void> {
  const insert = async (batch: readonly SourcedTask[]): Promise<void> => {
    await insertTasks(
      ctx,
      batch.map((task) => newTask(task, reopen)),
    )
    advance(batch.length)
  }
  if (created.length === 0) return
  await insert(created.slice(0, FIRST_BATCH))
  await sql.tellPlanner(ctx, created.length)
  for (const batch of batchesOf(created.slice(FIRST_BATCH))) await insert(batch)
}

/** Records what was inserted as it stands now, with the counts that its edges brought. */
export async function recordNew(ctx: Ctx, created: readonly SourcedTask[], advance: Advance): Promise<void> {
  for (const batch of batchesOf(created)) {
    const rows = await readTasks(
      ctx,
      batch.map(({ id }) => id),
    )
    const stored = new Map(rows.map(({ task }) => [task.id, task]))
    for (const task of batch)
      recordChange(ctx, 'task.created', null, { ...stored.get(task.id)!, metadata: metadataOf(task) })
    advance(batch.length)
  }
}

const sorted = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * What a changed item makes of its task: all that the source says, and nothing that others put there; of the metadata,
 * the keys of this format that the source does not have any more go.
 */
function updateOf(
  task: SourcedTask,
  format: FormatName,
  before: Readonly<Record<string, string>>,
): sql.TaskUpdate & { after: Record<string, string> } {
  const { title, description, priority, effort_estimate, tags } = task.item
  const metadata = metadataOf(task)
  const gone = Object.keys(before).filter(
    (key) => key.startsWith(`${format}_`) && !Object.hasOwn(metadata, key),
  )
  const after = { ...before, ...metadata }
  for (const key of gone) delete after[key]
  return {
    id: task.id,
    title,
    description,
    priority,
    effort_estimate,
    tags,
    metadata,
    gone,
    after: sorted(after),
  }
}

/** Whether a task is not as the last import left it, in what an import writes. */
function wasChangedHere(task: Task, format: FormatName, metadata: Readonly<Record<string, string>>): boolean {
  const imported = metadata['source_hash']
  const own = Object.entries(metadata).filter(([key]) => key.startsWith(`${format}_`))
  return imported !== undefined && imported !== sourceHash({ ...task, metadata: Object.fromEntries(own) })
}

/**
 * Brings tasks up to what their source now says, all but their status, and records each that is still there. Returns those
 * that had been changed here.
 */
export async function updateChanged(
  ctx: Ctx,
  changed: readonly SourcedTask[],
  format: FormatName,
  advance: Advance,
): Promise<SourcedTask[]> {
  const overwritten: SourcedTask[] = []
  for (const batch of batchesOf(changed)) {
    const ids = batch.map(({ id }) => id)
    const before = new Map<string, Task>((await sql.lockTasks(ctx, ids)).map(({ task }) => [task.id, task]))
    const metadata = new Map((await sql.storedMetadata(ctx, ids)).map((row) => [row.id, row.metadata]))
    for (const task of batch) {
      const there = before.get(task.id)
      if (there && wasChangedHere(there, format, metadata.get(task.id) ?? {})) overwritten.push(task)
    }
    const updates = batch
      .filter(({ id }) => before.has(id))
      .map((task) => updateOf(task, format, metadata.get(task.id) ?? {}))
    const after = new Map(
      (
        await sql.updateTasks(
          ctx,
          updates.map(({ after: _, ...update }) => update),
        )
      ).map((task) => [task.id, task]),
    )
    for (const update of updates)
      recordTask(ctx, 'task.updated', before.get(update.id)!, after.get(update.id)!, {
        before: metadata.get(update.id) ?? {},
        after: update.after,
      })
    advance(batch.length)
  }
  return overwritten
}
