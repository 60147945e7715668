import type { Example } from '../../kernel/operation.ts'
import { taskExample, type Task } from '../tasks/index.ts'

const TASK_ID = taskExample.id
const EXECUTION_ID = '019aaf40-1f6b-7a31-8a7e-5d0c6b1f4e22'

const task: Task = {
  ...taskExample,
  status: 'in_progress',
  assigned_worker: 'bifrost-7',
  version: 2,
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

export const completeBatchExamples: readonly Example[] = [
  {
    summary: 'One done, one whose lease another has',
    input: {
      completions: [
        { execution_id: EXECUTION_ID, success: true, cost_dollars: 0.042, lease_token: 1 },
        { execution_id: '17-1', success: true, lease_token: 1 },
      ],
    },
    output: [
      {
        execution_id: EXECUTION_ID,
        execution: { ...closed, success: true, outcome: 'succeeded', cost_dollars: 0.042 },
        refusal: null,
      },
      {
        execution_id: '17-1',
        execution: null,
        refusal: {
          status: 409,
          code: 'lease_lost',
          detail:
            'This execution ended as lost and its work does not count any more; drop it and claim again.',
        },
      },
    ],
  },
]

export const releaseExamples: readonly Example[] = [
  {
    summary: 'With a note for whoever takes it next',
    input: { execution_id: EXECUTION_ID, lease_token: 1, note: 'The fixtures are missing' },
    output: { ...closed, outcome: 'released', note: 'The fixtures are missing' },
  },
]

export const startExamples: readonly Example[] = [
  {
    summary: 'Without a lease',
    input: { task_id: 17, agent_type: 'coder', worker_id: 'bifrost-7' },
    output: { ...open, lease_expires_at: null },
  },
]

const succeeded = { ...closed, success: true, outcome: 'succeeded', cost_dollars: 0.042 }

export const getExamples: readonly Example[] = [
  { summary: 'One that ended', input: { execution_id: EXECUTION_ID }, output: succeeded },
]

export const historyExamples: readonly Example[] = [
  {
    summary: 'One attempt',
    input: { task_id: 17 },
    output: {
      executions: [succeeded],
      summary: {
        total_attempts: 1,
        success_count: 1,
        failure_count: 0,
        total_cost: 0.042,
        average_duration: 250,
      },
    },
  },
]

const counts = {
  total_executions: 1,
  success_rate: 100,
  average_duration: 250,
  average_cost: 0.042,
  total_cost: 0.042,
  lost: 0,
  released: 0,
  preempted: 0,
}

export const metricsExamples: readonly Example[] = [
  {
    summary: 'One success within the hour',
    input: { agent_type: 'coder' },
    output: { agent_type: 'coder', metrics: { last_hour: counts, last_day: counts, all_time: counts } },
  },
]

export const staleExamples: readonly Example[] = [
  {
    summary: 'One that runs longer than twice its estimate',
    input: { older_than_minutes: 120 },
    output: [{ ...open, task, reasons: ['over_estimate'] }],
  },
]

export const listExamples: readonly Example[] = [
  {
    summary: "A worker's attempts that failed",
    input: { worker_id: 'bifrost-7', outcome: ['failed'], limit: 1 },
    output: [
      {
        ...closed,
        success: false,
        outcome: 'failed',
        error_message: 'The fixtures are missing',
        task: { id: TASK_ID, number: 17, title: taskExample.title, status: 'failed' },
        attempt: 1,
        startable_since: '2026-11-22T09:30:00.000000Z',
      },
    ],
  },
]
