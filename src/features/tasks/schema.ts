import { z } from 'zod'
import { byteLength, characters } from '../../kernel/characters.ts'
import { Page } from '../../kernel/page.ts'
import { Id } from '../../kernel/ids.ts'
import { Time } from '../../kernel/time.ts'

/** The states of a task; docs/state-machine.md draws them. */
export const STATUSES = ['ready', 'assigned', 'in_progress', 'completed', 'failed', 'split'] as const
export type Status = (typeof STATUSES)[number]
export const TaskStatus = z.enum(STATUSES)

/** How a task is named in any input: its id, or its number. */
export const TaskRef = z
  .union([Id, z.int().min(1).max(Number.MAX_SAFE_INTEGER)], 'must be a UUID or a task number')
  .meta({ description: "A task's id (UUID) or its number", examples: [1234] })
export type TaskRef = z.output<typeof TaskRef>

const utf8 = (limit: number) => (text: string) => byteLength(text) <= limit

export const Title = characters(1, 500).meta({ description: '1 to 500 characters' })
export const Description = z
  .string()
  .refine(utf8(65_536), 'must be at most 64 KiB')
  .meta({ description: 'Up to 64 KiB of text' })
export const Priority = z.int().min(1).max(5).meta({ description: '1 to 5, 5 the most urgent' })
export const EffortMinutes = z.int().min(0).max(2_147_483_647).meta({ description: 'Minutes' })
export const WorkerId = characters(1, 200).meta({
  description: 'The worker, in its own words',
  examples: ['bifrost-7'],
})
export const AgentType = characters(1, 128).meta({ description: 'The kind of agent', examples: ['coder'] })

export const Tag = characters(1, 64)
/** A set of tags: duplicates fall together, the order of the first mention stays. */
export const Tags = z
  .array(Tag)
  .max(50)
  .transform((tags) => [...new Set(tags)])
  .meta({ description: 'At most 50 tags of 1 to 64 characters' })

export const MetadataKey = characters(1, 128)
export const MetadataValue = z.string().refine(utf8(65_536), 'must be at most 64 KiB')
export const MetadataMap = z.record(MetadataKey, MetadataValue)

/** Metadata that other operations write; it reads like any other. */
export const RESERVED_KEYS = [
  'assigned_worker',
  'retry_count',
  'tags',
  'parent_task_id',
  'priority_score',
  'priority_algorithm',
  'priority_scored_at',
  'source_ref',
  'source_hash',
] as const

/** A task as it is answered, and as the record keeps it. */
export const Task = z
  .strictObject({
    id: z.uuid(),
    number: z.int().meta({ description: 'Short name, unique in its tenant' }),
    title: z.string(),
    description: z.string(),
    status: TaskStatus,
    priority: Priority,
    effort_estimate: EffortMinutes.nullable(),
    tags: z.array(z.string()),
    assigned_worker: z.string().nullable(),
    unmet_dependencies: z.int().meta({ description: 'Hard prerequisites that are not completed' }),
    priority_score: z.number().nullable().meta({ description: 'null until prioritised' }),
    version: z.int().meta({ description: 'Changes with what a caller did to the task; the ETag' }),
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Task' })
export type Task = z.output<typeof Task>

/** A task with the metadata that `include=metadata` asks for. */
export const TaskWithMetadata = Task.extend({ metadata: z.record(z.string(), z.string()).optional() }).meta({
  id: 'TaskWithMetadata',
})

const several = <T extends z.ZodType>(each: T) => z.array(each).min(1).max(50)

/** The orders of a list: the most urgent first; by number, which is by age; or by the latest change. */
export const TASK_ORDERS = ['priority', 'newest', 'oldest', 'updated'] as const
export type TaskOrder = (typeof TASK_ORDERS)[number]

/** What a title or a description is searched for. */
export const SearchText = characters(1, 200)
  .refine((text) => text === '' || text.trim() !== '', 'must not be blank')
  .meta({ description: '1 to 200 characters' })

export const ListTasks = z.strictObject({
  q: SearchText.optional().meta({ description: 'Only where the title or the description contains it' }),
  status: several(TaskStatus).optional().meta({ description: 'May repeat' }),
  priority: several(Priority).optional().meta({ description: 'May repeat' }),
  tag: several(Tag).optional().meta({ description: 'May repeat; a task must have all of them' }),
  assigned_worker: WorkerId.optional(),
  startable: z
    .boolean()
    .optional()
    .meta({ description: 'true: ready, and nothing unmet; false: all others' }),
  updated_since: z.iso.datetime({ offset: true }).optional().meta({ description: 'RFC 3339' }),
  include: z.literal('metadata').optional(),
  sort: z.enum(TASK_ORDERS).default('priority').meta({
    description:
      'priority: the most urgent first, then the oldest; newest and oldest; updated: the latest change first',
  }),
  ...Page,
})
