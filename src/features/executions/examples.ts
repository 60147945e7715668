import type { Example } from '../../kernel/operation.ts'

const TASK_ID = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'
const EXECUTION_ID = '019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22'

const task = {
  id: TASK_ID,
  number: 17,
  title: 'Add the retry endpoint',
  description: '',
  status: 'in_progress',
  priority: 4,
  effort_estimate: 30,
  tags: ['api'],
  assigned_worker: 'bifrost-7',
  unmet_dependencies: 0,
  priority_score: null,
  version: 2,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:32:00.000000Z',
}

const open = {
  id: EXECUTION_ID,
  task_id: TASK_ID,
  agent_type: 'coder',
  worker_id: 'bifrost-7',
  parent_execution_id: null,
  started_at: '2026-11-22T09:32:00.000000Z',
  completed_at: null,
  duration_seconds: null,
  cost_dollars: 0,
  success: null,
  outcome: null,
  error_message: null,
  result: null,
  progress: null,
  note: null,
  lease_expires_at: '2026-11-22T09:37:00.000000Z',
}

const closed = {
  ...open,
  completed_at: '2026-11-22T09:36:10.000000Z',
  duration_seconds: 250,
  lease_expires_at: null,
}

export const claimExamples: readonly Example[] = [
  {
    summary: 'One task, waiting up to half a minute for it',
    input: { worker_id: 'bifrost-7', agent_type: 'coder', wait_seconds: 30 },
    output: [{ task, execution: open, lease: { token: 1, expires_at: '2026-11-22T09:37:00.000000Z' } }],
  },
]

export const heartbeatExamples: readonly Example[] = [
  {
    summary: 'With progress',
    input: { execution_id: EXECUTION_ID, lease_token: 1, progress: { step: 'tests' } },
    output: { expires_at: '2026-11-22T09:39:00.000000Z', stop: null },
  },
]

export const completeExamples: readonly Example[] = [
  {
    summary: 'Done, and what is next',
    input: {
      execution_id: EXECUTION_ID,
      success: true,
      cost_dollars: 0.042,
      lease_token: 1,
      claim_next: { worker_id: 'bifrost-7', agent_type: 'coder' },
    },
    output: { ...closed, success: true, outcome: 'succeeded', cost_dollars: 0.042, next: [] },
  },
]

export const releaseExamples: readonly Example[] = [
  {
    summary: 'With a note for whoever takes it next',
    input: { execution_id: EXECUTION_ID, lease_token: 1, note: 'The fixtures are missing' },
    output: { ...closed, outcome: 'released', note: 'The fixtures are missing' },
  },
]
