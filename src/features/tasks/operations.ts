import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { operation } from '../../kernel/operation.ts'
import { Page } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { taskExample } from './example.ts'
import { ListTasks, SearchText, Tag, Task, TaskRef, TaskWithMetadata } from './schema.ts'
import { requireTask, taskId } from './reading.ts'
import { searchTasks as search } from './search.ts'
import * as sql from './sql.ts'
import { findTool } from './tools.ts'

/** Reads one task. Throws `task_not_found` (404). */
export const getTask = operation({
  name: 'tasks.get',
  summary: 'Get a task',
  http: { method: 'GET', path: '/tasks/:task_id', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  versioned: true,
  input: z.strictObject({
    task_id: TaskRef,
    include: z.literal('metadata').optional().meta({ description: 'Adds the metadata' }),
  }),
  output: TaskWithMetadata,
  problems: { task_not_found: 404 },
  examples: [{ summary: 'By its number', input: { task_id: 17 }, output: taskExample }],
  async run(ctx, { task_id, include }) {
    if (!include) return requireTask(ctx, task_id)
    const [row] = await sql.findTaskWithMetadata(ctx, await taskId(ctx, task_id))
    if (!row) throw notFound('task', task_id)
    return { ...row.task, metadata: row.metadata }
  },
})

const ListKeys = z.array(z.union([z.number(), z.string()]))

/** One page of tasks in the order of lists; `list` names it and its filters, for its cursors. */
async function pageOfTasks(
  ctx: Ctx,
  list: string,
  filter: Omit<sql.ListFilter, 'after' | 'limit' | 'offset'>,
  { limit, offset, cursor }: { limit: number; offset: number; cursor?: string | undefined },
) {
  const after = cursor === undefined ? undefined : openCursor(ctx, list, cursor, ListKeys)
  const rows = await sql.listTasks(ctx, { ...filter, after, limit: limit + 1, offset })
  return cutPage(ctx, list, rows, limit, ({ task }) => sql.ORDERS[filter.sort].keys(task))
}

/** `%`, `_` and `\` are plain characters in a search. */
const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Lists tasks, the most urgent first. */
export const listTasks = operation({
  name: 'tasks.list',
  summary: 'List tasks, the most urgent first',
  description:
    'Ordered by priority descending, then created_at, then id, unless sort says otherwise. The next page is in the Link header (rel="next").',
  http: { method: 'GET', path: '/tasks', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: ListTasks,
  output: z.array(TaskWithMetadata),
  tool: findTool,
  examples: [{ summary: 'What can start now', input: { startable: true, limit: 10 }, output: [taskExample] }],
  async run(ctx, { limit, offset, cursor, include, ...filter }) {
    const list = `tasks ${JSON.stringify(filter)}`
    const page = await pageOfTasks(
      ctx,
      list,
      { ...filter, q: filter.q && likePattern(filter.q), withMetadata: include === 'metadata' },
      { limit, offset, cursor },
    )
    return page.map(({ task, metadata }) => (include ? { ...task, metadata } : task))
  },
})

/** Searches titles and descriptions, case-insensitively. */
export const searchTasks = operation({
  name: 'tasks.search',
  summary: 'Search titles and descriptions',
  description:
    'At most 50: titles equal to q, then titles containing it, then descriptions containing it; within each by priority.',
  http: { method: 'GET', path: '/tasks/search', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ q: SearchText }),
  output: z.array(Task),
  examples: [{ summary: 'A word', input: { q: 'retry' }, output: [taskExample] }],
  async run(ctx, { q }) {
    const rows = await search(ctx, likePattern(q), q)
    return rows.map(({ task }) => task)
  },
})

/** Lists the tasks that carry a tag. */
export const tasksByTag = operation({
  name: 'tasks.by_tag',
  summary: 'List the tasks with a tag',
  http: { method: 'GET', path: '/tasks/by-tag/:tag', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ tag: Tag, ...Page }),
  output: z.array(Task),
  examples: [{ summary: 'All of a tag', input: { tag: 'api' }, output: [taskExample] }],
  async run(ctx, { tag, ...page }) {
    const rows = await pageOfTasks(
      ctx,
      `by-tag ${tag}`,
      { tag: [tag], sort: 'priority', withMetadata: false },
      page,
    )
    return rows.map(({ task }) => task)
  },
})
