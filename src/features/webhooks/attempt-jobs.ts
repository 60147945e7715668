import type { JobQueue, NewJob } from '../../kernel/jobs.ts'
import type { Turn } from './queue-sql.ts'

/** Longer than an attempt may take, and short enough that one whose server died is made again within 20 seconds. */
const EXPIRE_SECONDS = 13

/** One job an attempt to deliver an event to a webhook. */
export const attempts: JobQueue = {
  name: 'webhook-attempts',
  summary: 'One attempt to deliver an event to a webhook.',
  expireSeconds: EXPIRE_SECONDS,
}

/** What a job of `attempts` carries. */
export interface AttemptJob extends Turn {
  tenant_id: string
}

/**
 * The jobs of a tenant's turns. Later attempts go first: a dead receiver is to be noticed, however many events wait for
 * their first.
 */
export const newJobs = (
  tenant: string,
  turns: readonly (Turn & { attempts?: number; next_attempt_at?: string })[],
): NewJob[] =>
  turns.map(({ webhook_id, sequence, turn, attempts: made = 0, next_attempt_at }) => ({
    data: { tenant_id: tenant, webhook_id, sequence, turn } satisfies AttemptJob,
    group: webhook_id,
    priority: made,
    ...(next_attempt_at === undefined ? {} : { startAfter: new Date(next_attempt_at) }),
  }))
