import { z } from 'zod'
import { Time } from '../../kernel/time.ts'
import { NamedTask, Outcome } from '../executions/schema.ts'

/** How many rows the lists of a dashboard have at most. */
export const TOP = 10
/** The most agent types that a dashboard tells of. */
export const MOST_AGENTS = 50
/** The most points that a series has. */
export const MOST_POINTS = 120

export const AskDashboard = z.strictObject({
  hours: z.int().min(1).max(8_760).default(24).meta({
    description: 'How far back throughput, agents and recent completions go; a year at most',
  }),
})

const count = z.int().min(0)
const Seconds = z.number().nullable()
const Percent = z.number().nullable().meta({ description: 'Percent of those with a verdict; null with none' })

const Queue = z.strictObject({
  startable: count.meta({ description: 'Tasks that a claim could hand out now' }),
  oldest_seconds: Seconds.meta({ description: 'Age of the oldest of them; null with none' }),
  median_seconds: Seconds.meta({
    description: 'The age that half of them exceed, to a percent; null with none',
  }),
  oldest: NamedTask.nullable(),
})

const Tasks = z.strictObject({
  total: count,
  ready: count,
  assigned: count,
  in_progress: count,
  completed: count,
  failed: count,
  split: count,
  blocked: count.meta({ description: 'Those of the ready ones that wait for a hard prerequisite' }),
})

export const Point = z.strictObject({
  start: Time,
  completed: count.meta({ description: 'Executions that succeeded' }),
  failed: count,
  given_up: count.meta({ description: 'Lost, released and preempted ones: no failures' }),
  cost_dollars: z.number(),
})
export type Point = z.output<typeof Point>

export const AgentFigures = z.strictObject({
  agent_type: z.string(),
  completed: count,
  failed: count,
  lost: count,
  released: count,
  preempted: count,
  success_rate: Percent,
  average_duration: Seconds.meta({ description: 'Seconds, of those with a verdict' }),
  average_cost: z.number().nullable().meta({ description: 'Dollars, of those with a verdict' }),
  total_cost: z.number().meta({ description: 'Dollars' }),
})

export const RecentCompletion = z.strictObject({
  execution_id: z.uuid(),
  task: NamedTask,
  agent_type: z.string(),
  worker_id: z.string(),
  outcome: Outcome,
  completed_at: Time,
  duration_seconds: z.int(),
  cost_dollars: z.number(),
})

export const StaleExecution = z.strictObject({
  execution_id: z.uuid(),
  task: NamedTask,
  agent_type: z.string(),
  worker_id: z.string(),
  started_at: Time,
  running_seconds: z.int(),
  reasons: z.array(z.enum(['over_age', 'over_estimate'])),
})

export const Blocker = z.strictObject({
  task: NamedTask,
  direct: count.meta({ description: 'Tasks that wait for it by a hard edge of their own' }),
  total: count.meta({ description: 'Tasks that wait for it, directly or through others' }),
})

export const Dashboard = z
  .strictObject({
    at: Time.meta({ description: 'When this was so' }),
    hours: z.int(),
    bucket_seconds: z.int().meta({ description: 'How much time a point of the series stands for' }),
    tasks: Tasks,
    queue: Queue,
    throughput: z
      .array(Point)
      .max(MOST_POINTS + 1)
      .meta({ description: 'Oldest first, without gaps; the last one is still under way' }),
    agents: z.array(AgentFigures).meta({ description: `The busiest first, at most ${MOST_AGENTS}` }),
    agent_types: count.meta({ description: 'How many agent types ended an execution in this time' }),
    recent: z.array(RecentCompletion).meta({ description: `Newest first, at most ${TOP}` }),
    working: z.strictObject({
      open: count.meta({ description: 'Executions that run now' }),
      stale: count.meta({ description: 'Those of them that run longer than expected' }),
    }),
    stale: z.array(StaleExecution).meta({ description: `The longest running first, at most ${TOP}` }),
    blocking: z.strictObject({
      blockers: z.array(Blocker).meta({
        description: `Tasks that nothing keeps from being done, and that most others wait for; at most ${TOP}`,
      }),
      exact: z.boolean().meta({
        description:
          'false: the graph is so large that only a part was looked at; totals are then at least these',
      }),
    }),
  })
  .meta({ id: 'Dashboard' })
export type Dashboard = z.output<typeof Dashboard>
