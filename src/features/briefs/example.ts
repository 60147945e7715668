import type { Example } from '../../kernel/operation.ts'
import { taskExample as task } from '../tasks/index.ts'

export const briefExamples: readonly Example[] = [
  {
    summary: 'A second attempt, with what the first one and the prerequisite left',
    input: { task_id: 17 },
    output: {
      task: {
        number: task.number,
        title: task.title,
        status: 'in_progress',
        priority: task.priority,
        effort_estimate: task.effort_estimate,
        tags: task.tags,
        assigned_worker: 'bifrost-7',
        unmet_dependencies: 0,
        description: 'POST /retry, idempotent.',
      },
      attempts: [
        {
          outcome: 'released',
          worker_id: 'bifrost-3',
          completed_at: '2026-11-22T09:31:00.000000Z',
          note: 'The fixtures are missing',
        },
      ],
      prerequisites: [
        {
          number: 16,
          title: 'Design the retry endpoint',
          status: 'completed',
          dependency_type: 'hard',
          result: { document: 'docs/retry.md' },
        },
      ],
      tokens: 130,
    },
  },
]
