import type { Task } from './schema.ts'

/** The task that the documentation's examples tell of. */
export const taskExample: Task = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10',
  number: 17,
  title: 'Add the retry endpoint',
  description: '',
  status: 'ready',
  priority: 4,
  effort_estimate: 30,
  tags: ['api'],
  assigned_worker: null,
  unmet_dependencies: 0,
  priority_score: null,
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
}
