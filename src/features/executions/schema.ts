import { z } from 'zod'
import { byteLength } from '../../kernel/characters.ts'
import { Id } from '../../kernel/ids.ts'
import { Page } from '../../kernel/page.ts'
import { Time } from '../../kernel/time.ts'
import { AgentType, Tag, Task, TaskRef, TaskStatus, WorkerId } from '../tasks/schema.ts'

/** How an execution ended. Lost, released and preempted ones are no failures. */
export const OUTCOMES = ['succeeded', 'failed', 'lost', 'released', 'preempted'] as const
export const Outcome = z.enum(OUTCOMES)
export type Outcome = z.output<typeof Outcome>

const jsonOf = (limit: number, what: string) =>
  z
    .json()
    .refine((value) => byteLength(JSON.stringify(value)) <= limit, `must be at most ${what} of JSON`)
    .meta({ description: `Any JSON, at most ${what}` })

export const ExecutionResult = jsonOf(65_536, '64 KiB')
export const Progress = jsonOf(16_384, '16 KiB')
export const CostDollars = z
  .number()
  .min(0)
  .max(99_999_999)
  .meta({ description: 'Dollars, kept to a millionth', examples: [0.042] })
export const LeaseSeconds = z
  .int()
  .min(1)
  .max(86_400)
  .meta({ description: 'Seconds until the lease ends unless extended' })
export const LeaseToken = z
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ description: 'The fencing token that the claim gave; grows with every claim of the task' })
/** How an execution is named in any input: its id, or its task's number and its fencing token, which is short. */
export const ExecutionRef = z
  .union(
    [Id, z.string().regex(/^[1-9]\d{0,15}-[1-9]\d{0,15}$/)],
    'must be a UUID, or a task number and a token such as 17-3',
  )
  .meta({
    description: "An execution's id (UUID), or its task's number and its lease's token: 17-3",
    examples: ['019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22', '17-3'],
  })
export type ExecutionRef = z.output<typeof ExecutionRef>
export const Note = z.string().max(65_536).meta({ description: 'A note for whoever takes the task next' })

/** One attempt at a task. */
export const Execution = z
  .strictObject({
    id: z.uuid(),
    task_id: z.uuid(),
    agent_type: z.string(),
    worker_id: z.string(),
    parent_execution_id: z.uuid().nullable(),
    started_at: Time,
    completed_at: Time.nullable(),
    duration_seconds: z.int().nullable(),
    cost_dollars: z.number(),
    success: z.boolean().nullable(),
    outcome: Outcome.nullable().meta({ description: 'null while it is open' }),
    error_message: z.string().nullable(),
    result: z.json().nullable(),
    progress: z.json().nullable(),
    note: z.string().nullable(),
    lease_expires_at: Time.nullable(),
  })
  .meta({ id: 'Execution' })
export type Execution = z.output<typeof Execution>

/** What a list or a chart says of a task. */
export const NamedTask = z
  .strictObject({ id: z.uuid(), number: z.int(), title: z.string(), status: TaskStatus })
  .meta({ id: 'NamedTask' })
export type NamedTask = z.output<typeof NamedTask>

/** An execution in a list of those of many tasks. */
export const ListedExecution = Execution.extend({
  task: NamedTask,
  attempt: z.int().meta({ description: 'The how manieth execution of its task: 1 for the first' }),
  startable_since: Time.meta({
    description:
      'Since when it could have begun: when the task was created, the attempt before ended, or the last hard prerequisite was completed, whatever came last',
  }),
}).meta({ id: 'ListedExecution' })
export type ListedExecution = z.output<typeof ListedExecution>

export const Lease = z
  .strictObject({ token: LeaseToken, expires_at: Time })
  .meta({ id: 'Lease', description: 'The right to finish an execution, while it lasts' })

/** A task handed out: it is in progress, with an execution and its lease. */
export const Claim = z.strictObject({ task: Task, execution: Execution, lease: Lease }).meta({ id: 'Claim' })
export type Claim = z.output<typeof Claim>

/** What a claim may be narrowed by. */
const ClaimFilter = {
  tags: z
    .array(Tag)
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'Only tasks that carry all of these tags' }),
  min_priority: z.int().min(1).max(5).optional().meta({ description: 'Only tasks of this priority or more' }),
}

const count = z.int().min(1).max(100).default(1).meta({ description: 'At most so many tasks' })

export const ClaimTasks = z.strictObject({
  worker_id: WorkerId,
  agent_type: AgentType,
  count,
  lease_seconds: LeaseSeconds.default(300),
  wait_seconds: z
    .int()
    .min(0)
    .max(30)
    .default(0)
    .meta({ description: 'How long to wait for something to do' }),
  ...ClaimFilter,
})

/** The claim that a completion may carry; worker and agent type are those of the completed execution unless given. */
export const ClaimNext = z
  .strictObject({
    worker_id: WorkerId.optional(),
    agent_type: AgentType.optional(),
    count,
    lease_seconds: LeaseSeconds.default(300),
    ...ClaimFilter,
  })
  .meta({ description: 'Claim what is next in the same round trip' })
export type ClaimNext = z.output<typeof ClaimNext>

export const StartExecution = z.strictObject({
  task_id: TaskRef,
  agent_type: AgentType,
  worker_id: WorkerId,
  parent_execution_id: Id.optional().meta({ description: 'The open execution beside which this one works' }),
  lease_seconds: LeaseSeconds.optional().meta({ description: 'Without it the execution has no lease' }),
})

/** How an execution ended. */
export const CompletionOfBatch = z.strictObject({
  execution_id: ExecutionRef,
  success: z.boolean(),
  cost_dollars: CostDollars.default(0),
  error_message: z.string().max(65_536).optional(),
  result: ExecutionResult.optional().meta({ description: 'JSON for later tasks to read, at most 64 KiB' }),
  lease_token: LeaseToken.optional(),
})
export type CompletionOfBatch = z.output<typeof CompletionOfBatch>

export const CompleteExecution = CompletionOfBatch.extend({ claim_next: ClaimNext.optional() })

/** Executions that one call may complete. */
export const MOST_COMPLETIONS = 100

/** What became of one of them. */
export const CompletedOfBatch = z
  .strictObject({
    execution_id: ExecutionRef.meta({ description: 'As it was asked' }),
    execution: Execution.nullable().meta({ description: 'null where it was refused' }),
    refusal: z
      .strictObject({ status: z.int(), code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'The problem that a call of its own would have met; null where it was done' }),
  })
  .meta({ id: 'CompletedOfBatch' })

const Summary = z.strictObject({
  total_attempts: z.int(),
  success_count: z.int(),
  failure_count: z.int(),
  total_cost: z.number(),
  average_duration: z.number().nullable().meta({ description: 'Seconds; null with no finished attempt' }),
})

/** All attempts at a task, the newest first. */
export const History = z.strictObject({ executions: z.array(Execution), summary: Summary })
export type History = z.output<typeof History>

const Moment = z.iso.datetime({ offset: true })

export const ListExecutions = z.strictObject({
  agent_type: AgentType.optional(),
  worker_id: WorkerId.optional(),
  outcome: z.array(Outcome).min(1).max(5).optional().meta({ description: 'May repeat' }),
  task_id: TaskRef.optional(),
  open: z.boolean().optional().meta({ description: 'true: those that run; false: those that have ended' }),
  since: Moment.optional().meta({ description: 'Begun then or later; RFC 3339' }),
  until: Moment.optional().meta({ description: 'Begun then or earlier; RFC 3339' }),
  ...Page,
})
