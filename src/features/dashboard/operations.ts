import type { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { STATUSES, type Status } from '../tasks/index.ts'
import { dashboardExample } from './example.ts'
import { findBlockers } from './graph.ts'
import { bucketsOf, pointsOf } from './rules.ts'
import { AskDashboard, Dashboard } from './schema.ts'
import { shared } from './sharing.ts'
import * as sql from './sql.ts'

const read = shared(
  async (ctx: Ctx, { hours }: z.output<typeof AskDashboard>): Promise<Dashboard> => {
    const now = Date.now()
    const buckets = bucketsOf(hours, now)
    // One after the other: a dashboard is to take one of the pool's connections, and leave the others to claims.
    const counts = await sql.countByStatus(ctx)
    const [queue] = await sql.queueAges(ctx)
    const [verdicts] = await sql.endedSince(ctx, buckets.first, buckets.seconds, buckets.count - 1)
    const recent = await sql.recentCompletions(ctx, buckets.first)
    const [{ open, stale, longest }] = (await sql.unfinished(ctx)) as [
      Awaited<ReturnType<typeof sql.unfinished>>[0],
    ]
    const of = (status: Status): number => counts.find((each) => each.status === status)?.count ?? 0
    const byStatus = Object.fromEntries(STATUSES.map((status) => [status, of(status)])) as Record<
      Status,
      number
    >
    return {
      at: new Date(now).toISOString(),
      hours,
      bucket_seconds: buckets.seconds,
      tasks: {
        total: counts.reduce((sum, { count }) => sum + count, 0),
        ...byStatus,
        blocked: Math.max(0, byStatus.ready - queue!.startable),
      },
      queue: queue!,
      throughput: pointsOf(buckets, verdicts!.ended),
      agents: verdicts!.agents,
      agent_types: verdicts!.agent_types,
      recent: recent.map(({ completion }) => completion),
      working: { open, stale },
      stale: longest,
      blocking: await findBlockers(ctx),
    }
  },
  ({ hours }) => String(hours),
)

/** How the swarm is doing, in one answer. */
export const getDashboard = operation({
  name: 'dashboard.get',
  summary: 'Get figures of how the work goes',
  description:
    'Counts by status, what waits and for how long, throughput over time, success and cost by agent type, what ended last, what runs too long, and what most others wait for. A few statements, one after the other: not of one instant. Of a large installation the answer may be up to a minute old; `at` says of when it is.',
  http: { method: 'GET', path: '/dashboard', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: AskDashboard,
  output: Dashboard,
  examples: [{ summary: 'The last hour', input: { hours: 1 }, output: dashboardExample }],
  run: (ctx, input) => read(ctx, input),
})
