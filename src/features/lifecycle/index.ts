import type { Feature } from '../../kernel/operation.ts'
import { assignTask, changeTask, estimateTask, retryTask } from './change.ts'
import { createBatch, createTask } from './create.ts'
import { assignmentMinutes, releaseForgottenAssignments } from './duties.ts'
import { deleteTask, releaseTask } from './leave.ts'

export { insertTasks, type NewTask } from './sql.ts'

/** What one may do to a task: create, change, move, assign, release, retry, delete. */
export const lifecycle: Feature = {
  name: 'lifecycle',
  operations: [
    createTask,
    createBatch,
    changeTask,
    assignTask,
    estimateTask,
    releaseTask,
    retryTask,
    deleteTask,
  ],
  graph: { names: { 'tasks.create_batch': 'create_tasks' } },
  settings: [assignmentMinutes],
  duties: [releaseForgottenAssignments],
  events: {
    'task.created': 'A task was created',
    'task.assigned': 'A task was assigned to a worker',
    'task.retried': 'A failed task was made ready again',
    'task.deleted': 'A task was deleted, with its edges and executions',
  },
}
