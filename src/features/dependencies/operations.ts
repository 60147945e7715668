import { z } from 'zod'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound } from '../../kernel/problem.ts'
import { requireTask, taskId, taskIds, TaskRef, taskExample as task } from '../tasks/index.ts'
import { addEdge, removeEdge } from './edges.ts'
import {
  AddDependency,
  BlockingImpact,
  Blocks,
  Dependency,
  DependencyWithTask,
  FollowedTypes,
  ListDependencies,
  Readiness,
  RemoveDependency,
} from './schema.ts'
import * as sql from './sql.ts'

const waiting = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'
const prerequisite = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f'

const dependencyExample = {
  id: '019aaf3e-5c00-7b11-8d2e-6f1a2b3c4d5e',
  task_id: waiting,
  depends_on_task_id: prerequisite,
  dependency_type: 'hard',
  created_at: '2026-11-22T09:31:00.000000Z',
}

const taskExample = { ...task, unmet_dependencies: 1 }

/** Makes a task wait for another. */
export const addDependency = operation({
  name: 'dependencies.add',
  summary: 'Make a task wait for another',
  description:
    'An edge that closes a loop, over edges of either type, is refused; `cycle` then names the loop, in which each task waits for the next. A task that has started takes no hard prerequisite that is not completed.',
  http: { method: 'POST', path: '/tasks/:task_id/dependencies', status: 201 },
  permission: 'update_tasks',
  runs: 'transaction',
  input: AddDependency,
  output: Dependency,
  problems: {
    dependency_on_itself: 400,
    task_not_found: 404,
    dependency_exists: 409,
    dependency_cycle: 409,
    task_already_started: 409,
  },
  examples: [
    {
      summary: 'Task 17 waits for task 16',
      input: { task_id: 17, depends_on_task_id: 16 },
      output: dependencyExample,
    },
  ],
  async run(ctx, { task_id, depends_on_task_id, dependency_type }) {
    const [task, needed] = await taskIds(ctx, [task_id, depends_on_task_id])
    return addEdge(ctx, { task_id: task!, depends_on_task_id: needed!, dependency_type })
  },
})

const ListKeys = z.tuple([z.string(), z.string()])

/** Lists what a task waits for. */
export const listDependencies = operation({
  name: 'dependencies.list',
  summary: 'List what a task waits for',
  description:
    'Each dependency with its prerequisite as `task`, the oldest first. The next page is in the Link header (rel="next").',
  http: { method: 'GET', path: '/tasks/:task_id/dependencies', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: ListDependencies,
  output: z.array(DependencyWithTask),
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'One prerequisite',
      input: { task_id: 17 },
      output: [
        {
          ...dependencyExample,
          task: {
            ...taskExample,
            id: prerequisite,
            number: 16,
            title: 'Write the retry rules',
            unmet_dependencies: 0,
          },
        },
      ],
    },
  ],
  async run(ctx, { task_id, limit, offset, cursor }) {
    const id = await taskId(ctx, task_id)
    const list = `dependencies ${id}`
    const after = cursor === undefined ? [null, null] : openCursor(ctx, list, cursor, ListKeys)
    const rows = await sql.listDependencies(ctx, id, ...after, limit + 1, offset)
    if (rows.length === 0) await requireTask(ctx, id)
    const page = cutPage(ctx, list, rows, limit, ({ dependency }) => [dependency.created_at, dependency.id])
    return page.map(({ dependency, task }) => ({ ...dependency, task }))
  },
})

/** Removes a dependency. */
export const removeDependency = operation({
  name: 'dependencies.remove',
  summary: 'Remove a dependency of a task',
  http: { method: 'DELETE', path: '/tasks/:task_id/dependencies/:dependency_id', status: 204 },
  permission: 'update_tasks',
  runs: 'transaction',
  input: RemoveDependency,
  output: z.void(),
  problems: { task_not_found: 404, dependency_not_found: 404 },
  async run(ctx, { task_id, dependency_id }) {
    const { id } = await requireTask(ctx, task_id)
    await removeEdge(ctx, id, dependency_id)
  },
})

/** Says whether a task may start, and what it waits for if not. */
export const readiness = operation({
  name: 'dependencies.ready',
  summary: 'Why can a task not start?',
  description:
    '`ready` says that no hard prerequisite is left; whether somebody has it already, `status` says. Soft ones never block.',
  http: { method: 'GET', path: '/tasks/:task_id/ready', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_id: TaskRef }),
  output: Readiness,
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'It waits for one task',
      input: { task_id: 17 },
      output: {
        ready: false,
        status: 'ready',
        unsatisfied_dependencies: [prerequisite],
        unsatisfied_soft_dependencies: [],
      },
    },
  ],
  async run(ctx, { task_id }) {
    const [row] = await sql.readiness(ctx, await taskId(ctx, task_id))
    if (!row) throw notFound('task', task_id)
    return {
      ready: row.hard.length === 0,
      status: row.status,
      unsatisfied_dependencies: row.hard,
      unsatisfied_soft_dependencies: row.soft,
    }
  },
})

/** Lists what waits for a task directly. */
export const blocks = operation({
  name: 'dependencies.blocks',
  summary: 'List what waits for a task',
  description: 'Direct dependents, the most urgent first.',
  http: { method: 'GET', path: '/tasks/:task_id/blocks', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_id: TaskRef, type: FollowedTypes }),
  output: Blocks,
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'One task waits',
      input: { task_id: 16 },
      output: { count: 1, tasks: [{ ...taskExample, dependency_type: 'hard' }] },
    },
  ],
  async run(ctx, { task_id, type }) {
    const id = await taskId(ctx, task_id)
    const rows = await sql.listDependents(ctx, id, type === 'all' ? ['hard', 'soft'] : ['hard'])
    if (rows.length === 0) await requireTask(ctx, id)
    return { count: rows.length, tasks: rows.map(({ task }) => task) }
  },
})

/** Counts what waits for a task, directly and through others. */
export const blockingImpact = operation({
  name: 'dependencies.blocking_impact',
  summary: 'Count all that waits for a task, directly or through others',
  http: { method: 'GET', path: '/tasks/:task_id/blocking-impact', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: z.strictObject({ task_id: TaskRef, type: FollowedTypes }),
  output: BlockingImpact,
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'One task waits',
      input: { task_id: 16 },
      output: { blocking_count: 1, blocked_task_ids: [waiting] },
    },
  ],
  async run(ctx, { task_id, type }) {
    const id = await taskId(ctx, task_id)
    const [row] = type === 'all' ? await sql.reachOf.down(ctx, id) : await sql.reachDownHard(ctx, id)
    const blocked = row!.ids.filter((each) => each !== id)
    if (blocked.length === 0) await requireTask(ctx, id)
    return { blocking_count: blocked.length, blocked_task_ids: blocked }
  },
})
