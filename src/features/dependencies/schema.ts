import { z } from 'zod'
import { Id } from '../../kernel/ids.ts'
import { Page } from '../../kernel/page.ts'
import { Time } from '../../kernel/time.ts'
import { EffortMinutes, Priority, Task, TaskRef, TaskStatus } from '../tasks/schema.ts'

/** `hard` edges block; `soft` edges order work where there is a choice, and never block. */
export const DependencyType = z.enum(['hard', 'soft']).meta({
  description: 'hard: the task cannot start before the prerequisite is completed; soft: advice only',
})
export type DependencyType = z.output<typeof DependencyType>

/** An edge as other features name it: `task_id` waits for `depends_on_task_id`. Both are ids. */
export interface Edge {
  task_id: string
  depends_on_task_id: string
  dependency_type: DependencyType
}

const edgeFields = {
  id: z.uuid(),
  task_id: z.uuid().meta({ description: 'The task that waits' }),
  depends_on_task_id: z.uuid().meta({ description: 'Its prerequisite' }),
  dependency_type: DependencyType,
  created_at: Time,
}

/** An edge as it is answered, and as the record keeps it. */
export const Dependency = z.strictObject(edgeFields).meta({ id: 'Dependency' })
export type Dependency = z.output<typeof Dependency>

/** An edge with its prerequisite. */
export const DependencyWithTask = z
  .strictObject({ ...edgeFields, task: Task.meta({ description: 'The prerequisite' }) })
  .meta({ id: 'DependencyWithTask' })

export const AddDependency = z.strictObject({
  task_id: TaskRef,
  depends_on_task_id: TaskRef,
  dependency_type: DependencyType.default('hard'),
})

export const ListDependencies = z.strictObject({ task_id: TaskRef, ...Page })

export const RemoveDependency = z.strictObject({ task_id: TaskRef, dependency_id: Id })

export const Readiness = z
  .strictObject({
    ready: z.boolean().meta({ description: 'Whether every hard prerequisite is completed' }),
    status: TaskStatus,
    unsatisfied_dependencies: z
      .array(z.uuid())
      .meta({ description: 'Hard prerequisites that are not completed' }),
    unsatisfied_soft_dependencies: z
      .array(z.uuid())
      .meta({ description: 'Soft prerequisites that are not completed: no obstacle' }),
  })
  .meta({ id: 'Readiness' })

/** Which edges a question about dependents follows. */
export const FollowedTypes = z
  .enum(['hard', 'all'])
  .default('hard')
  .meta({ description: 'Follow hard edges only, or all' })

/** A task that waits, and by which kind of edge. */
export const BlockedTask = z
  .strictObject({ ...Task.shape, dependency_type: DependencyType })
  .meta({ id: 'BlockedTask' })

export const Blocks = z.strictObject({ count: z.int(), tasks: z.array(BlockedTask) }).meta({ id: 'Blocks' })

export const BlockingImpact = z
  .strictObject({ blocking_count: z.int(), blocked_task_ids: z.array(z.uuid()) })
  .meta({ id: 'BlockingImpact' })

/** The most steps that a graph around a root may be asked for; each is a round trip to the database. */
export const MAX_DEPTH = 100

export const GraphQuestion = z
  .strictObject({
    root: TaskRef.optional().meta({ description: 'Only what is connected to this task (id or number)' }),
    direction: z.enum(['up', 'down', 'both']).optional().meta({
      description: 'From the root: up to what it waits for, down to what waits for it, or both (the default)',
    }),
    depth: z
      .int()
      .min(0)
      .max(MAX_DEPTH)
      .optional()
      .meta({ description: 'Steps from the root at most; without it, all' }),
    status: z.array(TaskStatus).min(1).max(50).optional().meta({ description: 'May repeat' }),
  })
  .refine(
    ({ root, direction, depth }) => root !== undefined || (direction === undefined && depth === undefined),
    {
      path: ['root'],
      message: 'direction and depth need a root',
    },
  )
export type GraphQuestion = z.output<typeof GraphQuestion>

/** A task in a graph: what a drawing needs. */
export const GraphNode = z
  .strictObject({
    id: z.uuid(),
    number: z.int(),
    title: z.string(),
    status: TaskStatus,
    priority: Priority,
    unmet_dependencies: z.int(),
    assigned_worker: z.string().nullable(),
    effort_estimate: EffortMinutes.nullable(),
    tags: z.array(z.string()),
  })
  .meta({ id: 'GraphNode' })
export type GraphNode = z.output<typeof GraphNode>

/** An arrow in a graph: from the prerequisite to the task that waits for it. */
export const GraphEdge = z
  .strictObject({
    id: z.uuid(),
    source: z.uuid().meta({ description: 'The prerequisite' }),
    target: z.uuid().meta({ description: 'The task that waits' }),
    type: DependencyType,
  })
  .meta({ id: 'GraphEdge' })
export type GraphEdge = z.output<typeof GraphEdge>

export const Graph = z
  .strictObject({ nodes: z.array(GraphNode), edges: z.array(GraphEdge) })
  .meta({ id: 'DependencyGraph' })
