import { z } from 'zod'
import { Id } from '../../kernel/ids.ts'
import { LeaseToken } from '../executions/schema.ts'
import {
  AgentType,
  Description,
  EffortMinutes,
  MetadataMap,
  Priority,
  Tags,
  TaskRef,
  TaskStatus,
  Title,
  WorkerId,
  type Status,
} from '../tasks/schema.ts'

/** The moves a person or an agent may ask for by PATCH. Source: backlog B14, contract section 2. */
export const MOVES = {
  ready: ['assigned'],
  assigned: ['in_progress'],
  in_progress: ['completed', 'failed'],
  completed: [],
  failed: ['ready'],
  split: [],
} as const satisfies Record<Status, readonly Status[]>

/** What both ways of creating take. */
const fields = {
  title: Title,
  description: Description.default(''),
  priority: Priority.default(3),
  effort_estimate: EffortMinutes.nullable().default(null),
  tags: Tags.default([]),
  metadata: MetadataMap.default({}).meta({ description: 'Keys of 1 to 128 characters, values up to 64 KiB' }),
}

/** What a new task is made from. */
export const CreateTask = z.strictObject({
  ...fields,
  depends_on: z
    .array(TaskRef)
    .max(1000)
    .default([])
    .meta({ description: 'Hard prerequisites, by id or number' }),
})

/** A name that the caller gives an item of a batch, to be used by other items. */
const Ref = z
  .string()
  .min(1)
  .max(128)
  .refine((ref) => /\p{L}/u.test(ref) && !Id.safeParse(ref).success, 'must hold a letter and be no UUID')
  .meta({ description: "The caller's own name for this item", examples: ['design'] })

/** A task of a batch. */
export const BatchItem = z
  .strictObject({
    ref: Ref.optional(),
    ...fields,
    depends_on: z
      .array(z.union([TaskRef, Ref], 'must be a ref of this batch, a UUID or a task number'))
      .max(1000)
      .default([])
      .meta({ description: 'Hard prerequisites: refs of this batch, ids or numbers' }),
  })
  .meta({ id: 'BatchItem' })
export type BatchItem = z.output<typeof BatchItem>

/** Tasks that a batch may hold. */
export const MAX_BATCH = 100

/** What a task may be changed by, and where it may be moved. */
export const ChangeTask = z.strictObject({
  task_id: TaskRef,
  title: Title.optional(),
  description: Description.optional(),
  priority: Priority.optional(),
  effort_estimate: EffortMinutes.nullable().optional(),
  status: TaskStatus.optional(),
  assigned_worker: WorkerId.optional().meta({ description: 'With status assigned' }),
  agent_type: AgentType.optional().meta({
    description: 'Of the execution that a move to in_progress opens; "manual" unless given',
  }),
  lease_token: LeaseToken.optional().meta({ description: 'Of the live lease, for a final move' }),
  override: z
    .boolean()
    .default(false)
    .meta({ description: 'End a leased execution without its token; needs assign_tasks' }),
})
export type ChangeTask = z.output<typeof ChangeTask>
