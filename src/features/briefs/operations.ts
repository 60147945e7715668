import { operation } from '../../kernel/operation.ts'
import { notFound } from '../../kernel/problem.ts'
import { bytesOf } from '../../kernel/tokens.ts'
import { taskId } from '../tasks/index.ts'
import { briefExamples } from './example.ts'
import { composeBrief } from './rules.ts'
import { AskBrief, Brief } from './schema.ts'
import { readBrief } from './sql.ts'
import { showTool, taskResource } from './tools.ts'

/** What an agent that is new to a task must know, within a budget of tokens. */
export const taskBrief = operation({
  name: 'tasks.brief',
  summary: 'Brief an agent on a task, within a budget of tokens',
  description:
    'The task, how its last attempts ended and what they noted, and what its prerequisites left as result and note: the most useful first, never more than max_tokens by the estimate of 4 bytes of JSON a token. left_out says what had no room, and how to get it.',
  http: { method: 'GET', path: '/tasks/:task_id/brief', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: AskBrief,
  output: Brief,
  problems: { task_not_found: 404 },
  examples: briefExamples,
  tool: showTool,
  resource: taskResource,
  async run(ctx, { task_id, ...wish }) {
    // One character more than has room: what was cut here is then cut there as well.
    const [row] = await readBrief(ctx, await taskId(ctx, task_id), bytesOf(wish.max_tokens) + 1)
    if (!row) throw notFound('task', task_id)
    return composeBrief(row, wish)
  },
})
