import { z } from 'zod'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { operation } from '../../kernel/operation.ts'
import { taskId } from '../tasks/index.ts'
import { listExamples } from './examples.ts'
import { listExecutions } from './listing-sql.ts'
import { ListedExecution, ListExecutions } from './schema.ts'

const LastId = z.tuple([z.guid()])

/** Lists executions of all tasks, newest first. */
export const listAllExecutions = operation({
  name: 'executions.list',
  summary: 'List executions, newest first',
  description:
    'Of all tasks; each with the task that it is of, which attempt at it it is, and since when that attempt could have begun: what lies between is waiting, not working. The next page is in the Link header (rel="next"); executions that begin meanwhile do not move it.',
  http: { method: 'GET', path: '/executions', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: ListExecutions,
  output: z.array(ListedExecution),
  problems: { task_not_found: 404 },
  examples: listExamples,
  async run(ctx, { limit, offset, cursor, task_id, ...filter }) {
    const task = task_id === undefined ? undefined : await taskId(ctx, task_id)
    const list = `executions ${JSON.stringify({ ...filter, task })}`
    const before = cursor === undefined ? undefined : openCursor(ctx, list, cursor, LastId)[0]
    const rows = await listExecutions(ctx, { ...filter, task, before, limit: limit + 1, offset })
    const page = cutPage(ctx, list, rows, limit, ({ execution }) => [execution.id])
    return page.map(({ execution, more }) => ({ ...execution, ...more }))
  },
})
