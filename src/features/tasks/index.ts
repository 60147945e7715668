import type { Feature } from '../../kernel/operation.ts'
import { graph } from './relations.ts'
import { batchMetadata, customFields, deleteMetadata, getMetadata, setMetadata, setTags } from './metadata.ts'
import { tasksTables } from './migrations/202611220100_tasks.ts'
import { equalTitles } from './migrations/202611252100_equal_titles.ts'
import { assignedByWorker } from './migrations/202611270300_assigned_by_worker.ts'
import { getTask, listTasks, searchTasks, tasksByTag } from './operations.ts'

export { taskExample } from './example.ts'
export * from './schema.ts'
export { tasksOfIds } from './relations.ts'
export { TaskNumber, taskUri } from './tools.ts'
export { refuseReserved } from './metadata.ts'
export {
  lockTask,
  lockTasks,
  metadataOf,
  recordTask,
  requireTask,
  storedMetadata,
  taskId,
  taskIds,
  writeMetadata,
} from './reading.ts'
export {
  changedTextsFragment,
  metadataJson,
  readTasks,
  save as saveTask,
  saveTexts,
  taskJson,
  TaskRow,
  TASKS,
  withTexts,
} from './sql.ts'

/** The task's row and its reading: get, list, search, metadata, tags. */
export const tasks: Feature = {
  name: 'tasks',
  migrations: [tasksTables, equalTitles, assignedByWorker],
  tables: ['task_metadata', 'task_texts', 'tasks'],
  operations: [
    listTasks,
    searchTasks,
    tasksByTag,
    getTask,
    setMetadata,
    getMetadata,
    deleteMetadata,
    batchMetadata,
    setTags,
    customFields,
  ],
  graph,
  events: { 'task.updated': 'Fields, tags or metadata of a task changed' },
}
