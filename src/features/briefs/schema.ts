import { z } from 'zod'
import { Time } from '../../kernel/time.ts'
import { DependencyType } from '../dependencies/schema.ts'
import { Outcome } from '../executions/schema.ts'
import { EffortMinutes, Priority, TaskRef, TaskStatus } from '../tasks/schema.ts'

/** The parts of a brief that may be asked for by themselves. */
export const PARTS = ['description', 'attempts', 'prerequisites', 'metadata'] as const
export type Part = (typeof PARTS)[number]

/** The largest budget that may be asked for, in tokens. */
export const MAX_TOKENS = 100_000

export const AskBrief = z.strictObject({
  task_id: TaskRef,
  max_tokens: z.int().min(200).max(MAX_TOKENS).default(2_000).meta({
    description: 'The answer is at most so long, by the estimate of 4 bytes of its JSON a token',
  }),
  fields: z
    .array(z.enum(PARTS))
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'Only these parts; may repeat. All unless given' }),
})
export type AskBrief = z.output<typeof AskBrief>

const LONG = 'ends in … where it was cut'

/** One attempt at the task that has ended. */
export const Attempt = z
  .strictObject({
    outcome: Outcome,
    worker_id: z.string(),
    completed_at: Time,
    error_message: z.string().optional().meta({ description: LONG }),
    note: z
      .string()
      .optional()
      .meta({ description: `What it left for the next one; ${LONG}` }),
    progress: z.json().optional().meta({ description: 'How far it was; a text where it was cut' }),
  })
  .meta({ id: 'BriefAttempt' })

/** What the task waits for, and what came of it. */
export const Prerequisite = z
  .strictObject({
    number: z.int(),
    title: z.string(),
    status: TaskStatus,
    dependency_type: DependencyType,
    result: z
      .json()
      .optional()
      .meta({ description: 'What its completion left for later tasks; a text where it was cut' }),
    note: z.string().optional().meta({ description: LONG }),
  })
  .meta({ id: 'BriefPrerequisite' })

export const Brief = z
  .strictObject({
    task: z.strictObject({
      number: z.int(),
      title: z.string(),
      status: TaskStatus,
      priority: Priority,
      effort_estimate: EffortMinutes.nullable(),
      tags: z.array(z.string()),
      assigned_worker: z.string().nullable(),
      unmet_dependencies: z.int(),
      description: z.string().optional().meta({ description: LONG }),
    }),
    attempts: z.array(Attempt).optional().meta({ description: 'Those that ended, the newest first' }),
    prerequisites: z
      .array(Prerequisite)
      .optional()
      .meta({ description: 'The hard ones first, and of those what has a result' }),
    metadata: z.record(z.string(), z.string()).optional(),
    tokens: z.int().meta({ description: 'How long this answer is, by the estimate' }),
    left_out: z
      .string()
      .optional()
      .meta({ description: 'What there was no room for, and how to get it; absent when this is all' }),
  })
  .meta({ id: 'Brief' })
export type Brief = z.output<typeof Brief>
