import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { gather } from '../../kernel/gather.ts'
import { Lane } from '../../kernel/lane.ts'
import { notFound } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import type { Task, TaskRef } from './schema.ts'
import * as sql from './sql.ts'

/** The ids of tasks named by id or by number, in the order given. Throws `task_not_found` (404) for an unknown number. */
export async function taskIds(ctx: Ctx, refs: readonly TaskRef[]): Promise<string[]> {
  const numbers = refs.filter((ref) => typeof ref === 'number')
  if (numbers.length === 0) return refs as string[]
  const rows = await sql.idsOfNumbers(ctx, numbers)
  const ids = new Map(rows.map((row) => [row.number, row.id]))
  return refs.map((ref) => {
    if (typeof ref === 'string') return ref
    const id = ids.get(ref)
    if (!id) throw notFound('task', ref)
    return id
  })
}

/** The id of one task named by id or by number. A UUID is taken as it is: that it exists is for the next statement to see. */
export const taskId = async (ctx: Ctx, ref: TaskRef): Promise<string> => (await taskIds(ctx, [ref]))[0]!

/** A task by its id. What is asked for at the same moment is read by one statement. */
const findTask = gather<string, Task | undefined>({
  async run(scope, ids) {
    const rows = await sql.readTasks(scope, ids)
    const tasks = new Map(rows.map(({ task }) => [task.id, task]))
    return ids.map((id) => tasks.get(id))
  },
  kind: () => '',
  most: 100,
  lane: new Lane(),
})

/** One task, by its id or its number. Throws `task_not_found` (404). */
export async function requireTask(ctx: Ctx, ref: TaskRef): Promise<Task> {
  const task =
    typeof ref === 'number' ? (await sql.findTaskByNumber(ctx, ref))[0]?.task : await findTask(ctx, ref)
  if (!task) throw notFound('task', ref)
  return task
}

/** Locks tasks (all named by id), in a fixed order, and reads them. Throws `task_not_found` (404) for the first one missing. */
export async function lockTasks(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Task>> {
  const rows = await sql.lockTasks(ctx, ids)
  const tasks = new Map(rows.map(({ task }) => [task.id, task]))
  for (const id of ids) if (!tasks.has(id)) throw notFound('task', id)
  return tasks
}

/** Locks one task and reads it; honours If-Match. Throws `task_not_found` (404) and `version_mismatch` (412). */
export async function lockTask(ctx: Ctx, ref: TaskRef): Promise<Task> {
  const id = await taskId(ctx, ref)
  const task = (await lockTasks(ctx, [id])).get(id)!
  requireVersion(ctx, 'task', task.version)
  return task
}

/**
 * Puts a change of a task into the record. `metadata`, where the change touched any: all of it before and after, so
 * that the row tells the whole.
 */
export function recordTask(
  ctx: Ctx,
  eventType: string,
  before: Task,
  after: Task,
  metadata?: { before: Readonly<Record<string, string>>; after: Readonly<Record<string, string>> },
): void {
  if (metadata)
    recordChange(
      ctx,
      eventType,
      { ...before, metadata: metadata.before },
      { ...after, metadata: metadata.after },
    )
  else recordChange(ctx, eventType, before, after)
}

/** All metadata of one task. */
export async function metadataOf(ctx: Ctx, id: string): Promise<Record<string, string>> {
  const [row] = await sql.metadataOf(ctx, [id], [])
  if (!row) throw notFound('task', id)
  return row.metadata
}

/** The metadata of one task as the record keeps it: without what its other members say already. */
export const storedMetadata = async (ctx: Ctx, id: string): Promise<Record<string, string>> =>
  (await sql.storedMetadata(ctx, id))[0]!.metadata

/** Sets metadata of a locked task without looking at reserved keys; for the operations that own those. */
export async function writeMetadata(
  ctx: Ctx,
  id: string,
  values: Readonly<Record<string, string>>,
): Promise<boolean> {
  const keys = Object.keys(values)
  if (keys.length === 0) return false
  const rows = await sql.upsertMetadata(ctx, id, keys, Object.values(values))
  if (Object.hasOwn(values, 'agent_type')) await sql.mirrorAgentType(ctx, id, values['agent_type'])
  return rows.some((row) => row.created)
}
