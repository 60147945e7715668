import { z } from 'zod'
import { byKey, relation, type GraphPart } from '../../kernel/relation.ts'
import { Task, tasksOfIds } from '../tasks/index.ts'
import { BlockingImpact, Dependency, DependencyType, FollowedTypes } from './schema.ts'
import * as sql from './sql.ts'

const Edges = z.strictObject({
  dependency_type: DependencyType.optional(),
  limit: z.int().min(1).max(100).default(10).meta({ description: 'Of each task, at most so many' }),
})

const dependenciesOfTask = relation({
  of: 'Task',
  name: 'dependencies',
  summary: 'What it waits for, the oldest edge first',
  permission: 'read_tasks',
  input: Edges,
  output: z.array(Dependency),
  key: ({ id }) => id as string,
  load: async (scope, ids, { dependency_type, limit }) =>
    byKey(await sql.edgesUp(scope, ids, dependency_type ?? null, limit), (row) => row.dependency),
})

const dependentsOfTask = relation({
  of: 'Task',
  name: 'dependents',
  summary: 'What waits for it, the oldest edge first',
  permission: 'read_tasks',
  input: Edges,
  output: z.array(Dependency),
  key: ({ id }) => id as string,
  load: async (scope, ids, { dependency_type, limit }) =>
    byKey(await sql.edgesDown(scope, ids, dependency_type ?? null, limit), (row) => row.dependency),
})

const impactOfTask = relation({
  of: 'Task',
  name: 'blocking_impact',
  summary: 'All that waits for it, directly or through others',
  permission: 'read_tasks',
  input: z.strictObject({ type: FollowedTypes }),
  output: BlockingImpact,
  // A walk through the graph for each task.
  weight: 20,
  key: ({ id }) => id as string,
  load: async (scope, ids, { type }) =>
    new Map(
      (await sql.reachOfEach(scope, ids, type === 'all' ? ['hard', 'soft'] : ['hard'])).map((row) => [
        row.key,
        { blocking_count: row.ids.length, blocked_task_ids: row.ids },
      ]),
    ),
})

const end = (name: string, summary: string, field: keyof Dependency) =>
  relation({
    of: 'Dependency',
    name,
    summary,
    permission: 'read_tasks',
    input: z.strictObject({}),
    output: Task,
    key: (edge) => edge[field] as string,
    load: tasksOfIds,
  })

export const graph: GraphPart = {
  names: { 'dependencies.graph': 'dependency_graph', 'dependencies.ready': 'readiness' },
  relations: [
    dependenciesOfTask,
    dependentsOfTask,
    impactOfTask,
    end('prerequisite', 'The task that is waited for', 'depends_on_task_id'),
    end('dependent', 'The task that waits', 'task_id'),
  ],
}
