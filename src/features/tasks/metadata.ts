import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import {
  MetadataKey,
  MetadataMap,
  MetadataValue,
  RESERVED_KEYS,
  Tag,
  Tags,
  TaskRef,
  type Task,
} from './schema.ts'
import { lockTask, metadataOf, recordTask, storedMetadata, taskId, writeMetadata } from './reading.ts'
import * as sql from './sql.ts'

/** Throws `reserved_key` (409) for a key that another operation writes. */
export function refuseReserved(key: string): void {
  if (RESERVED_KEYS.some((each) => each === key))
    throw new Problem(
      'reserved_key',
      409,
      `The key ${key} reads as metadata but is written by its own operation alone; use another key.`,
      { key },
    )
}

/** Runs a change of a task's metadata under its lock, makes the next version and records it. */
async function changeMetadata<T>(ctx: Ctx, ref: TaskRef, change: (task: Task) => Promise<T>): Promise<T> {
  const before = await lockTask(ctx, ref)
  const metadataBefore = await storedMetadata(ctx, before.id)
  const result = await change(before)
  const after = await sql.save(ctx, before)
  recordTask(ctx, 'task.updated', before, after, {
    before: metadataBefore,
    after: await storedMetadata(ctx, before.id),
  })
  return result
}

const KeyAndValue = z.strictObject({ key: z.string(), value: z.string() }).meta({ id: 'MetadataEntry' })

/** Sets one metadata value: 201 for a new key, 200 for a changed one. */
export const setMetadata = operation({
  name: 'tasks.set_metadata',
  summary: "Set a task's metadata value",
  http: { method: 'POST', path: '/tasks/:task_id/metadata', status: 201 },
  permission: 'update_tasks',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ task_id: TaskRef, key: MetadataKey, value: MetadataValue }),
  output: KeyAndValue,
  problems: { task_not_found: 404, reserved_key: 409 },
  examples: [
    {
      summary: 'Any text',
      input: { task_id: 17, key: 'branch', value: 'retry-endpoint' },
      output: { key: 'branch', value: 'retry-endpoint' },
    },
  ],
  async run(ctx, { task_id, key, value }) {
    refuseReserved(key)
    const created = await changeMetadata(ctx, task_id, (task) =>
      writeMetadata(ctx, task.id, { [key]: value }),
    )
    ctx.answer.status = created ? 201 : 200
    return { key, value }
  },
})

/** Reads all metadata of a task, or one value by `?key=`. */
export const getMetadata = operation({
  name: 'tasks.get_metadata',
  summary: "Get a task's metadata, all or one key",
  http: { method: 'GET', path: '/tasks/:task_id/metadata', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_id: TaskRef, key: MetadataKey.optional() }),
  output: z.union([KeyAndValue, MetadataMap]),
  problems: { task_not_found: 404, metadata_key_not_found: 404 },
  examples: [
    { summary: 'All', input: { task_id: 17 }, output: { branch: 'retry-endpoint', tags: '["api"]' } },
  ],
  async run(ctx, { task_id, key }) {
    const metadata = await metadataOf(ctx, await taskId(ctx, task_id))
    if (key === undefined) return metadata
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    if (value === undefined) throw notFound('metadata_key', key)
    return { key, value }
  },
})

/** Removes one metadata value. Throws `metadata_key_not_found` (404). */
export const deleteMetadata = operation({
  name: 'tasks.delete_metadata',
  summary: "Remove a task's metadata value",
  http: { method: 'DELETE', path: '/tasks/:task_id/metadata/:key', status: 204 },
  permission: 'update_tasks',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ task_id: TaskRef, key: MetadataKey }),
  output: z.void(),
  problems: { task_not_found: 404, metadata_key_not_found: 404, reserved_key: 409 },
  async run(ctx, { task_id, key }) {
    refuseReserved(key)
    await changeMetadata(ctx, task_id, async (task) => {
      const gone = await sql.deleteMetadata(ctx, task.id, key)
      if (gone.length === 0) throw notFound('metadata_key', key)
      if (key === 'agent_type') await sql.mirrorAgentType(ctx, task.id, null)
    })
  },
})

/** Reads the metadata of many tasks in one query. */
export const batchMetadata = operation({
  name: 'tasks.batch_metadata',
  summary: 'Get the metadata of up to 1000 tasks',
  description:
    'The answer is keyed as asked: by id or by number. A task that does not exist has no key in it.',
  http: { method: 'POST', path: '/tasks/metadata/batch', status: 200, body: 'task_ids' },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_ids: z.array(TaskRef).min(1).max(1000) }),
  output: z.record(z.string(), MetadataMap),
  examples: [{ summary: 'Two', input: { task_ids: [17, 18] }, output: { '17': { branch: 'x' }, '18': {} } }],
  async run(ctx, { task_ids }) {
    const ids = task_ids.filter((ref) => typeof ref === 'string')
    const numbers = task_ids.filter((ref) => typeof ref === 'number')
    const rows = await sql.metadataOf(ctx, ids, numbers)
    const found = new Map(
      rows.flatMap(({ id, number, metadata }) =>
        [id, String(number)].map((name) => [name, metadata] as const),
      ),
    )
    return Object.fromEntries(
      task_ids.flatMap((ref) => {
        const metadata = found.get(String(ref))
        return metadata ? [[String(ref), metadata]] : []
      }),
    )
  },
})

/** Replaces a task's tags. */
export const setTags = operation({
  name: 'tasks.set_tags',
  summary: "Replace a task's tags",
  http: { method: 'POST', path: '/tasks/:task_id/tags', status: 200, body: 'tags' },
  permission: 'update_tasks',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ task_id: TaskRef, tags: Tags }),
  output: z.strictObject({ tags: z.array(Tag) }),
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'Two tags',
      input: { task_id: 17, tags: ['api', 'urgent'] },
      output: { tags: ['api', 'urgent'] },
    },
  ],
  async run(ctx, { task_id, tags }) {
    const before = await lockTask(ctx, task_id)
    await sql.saveTexts(ctx, before.id, before.title, before.description, tags)
    recordTask(ctx, 'task.updated', before, await sql.save(ctx, before))
    return { tags }
  },
})

/** Lists the metadata keys in use. */
export const customFields = operation({
  name: 'tasks.custom_fields',
  summary: 'List the metadata keys in use, most used first',
  http: { method: 'GET', path: '/schema/custom-fields', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({}),
  output: z.array(
    z.strictObject({
      key: z.string(),
      usage_count: z.int(),
      reserved: z.boolean().meta({ description: 'Written by its own operation alone' }),
    }),
  ),
  examples: [
    { summary: 'Two keys', input: {}, output: [{ key: 'branch', usage_count: 12, reserved: false }] },
  ],
  async run(ctx) {
    const rows = await sql.usedKeys(ctx)
    return rows.map((row) => ({ ...row, reserved: RESERVED_KEYS.some((key) => key === row.key) }))
  },
})
