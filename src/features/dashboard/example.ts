import { taskExample } from '../tasks/index.ts'
import type { Dashboard } from './schema.ts'

const { id, number, title } = taskExample
const task = { id, number, title, status: 'ready' as const }

/** A dashboard of one hour in which one task was completed, shortened to two points. */
export const dashboardExample: Dashboard = {
  at: '2026-11-22T09:37:30.000Z',
  hours: 1,
  bucket_seconds: 60,
  tasks: {
    total: 4,
    ready: 2,
    assigned: 0,
    in_progress: 1,
    completed: 1,
    failed: 0,
    split: 0,
    blocked: 1,
  },
  queue: { startable: 1, oldest_seconds: 450, median_seconds: 450, oldest: task },
  throughput: [
    { start: '2026-11-22T09:36:00.000Z', completed: 1, failed: 0, given_up: 0, cost_dollars: 0.042 },
    { start: '2026-11-22T09:37:00.000Z', completed: 0, failed: 0, given_up: 0, cost_dollars: 0 },
  ],
  agents: [
    {
      agent_type: 'coder',
      completed: 1,
      failed: 0,
      lost: 0,
      released: 0,
      preempted: 0,
      success_rate: 100,
      average_duration: 250,
      average_cost: 0.042,
      total_cost: 0.042,
    },
  ],
  agent_types: 1,
  recent: [
    {
      execution_id: '019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22',
      task: {
        id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f',
        number: 16,
        title: 'Write the retry rules',
        status: 'completed',
      },
      agent_type: 'coder',
      worker_id: 'bifrost-7',
      outcome: 'succeeded',
      completed_at: '2026-11-22T09:36:10.000000Z',
      duration_seconds: 250,
      cost_dollars: 0.042,
    },
  ],
  working: { open: 1, stale: 0 },
  stale: [],
  blocking: { blockers: [{ task, direct: 1, total: 1 }], exact: true },
}
