import { z } from 'zod'
import { byId, byKey, relation, type GraphPart } from '../../kernel/relation.ts'
import { Task, tasksOfIds } from '../tasks/index.ts'
import { Execution } from './schema.ts'
import * as sql from './sql.ts'

const executionsOfTask = relation({
  of: 'Task',
  name: 'executions',
  summary: 'The attempts at it, newest first',
  permission: 'read_tasks',
  input: z.strictObject({
    limit: z.int().min(1).max(100).default(10).meta({ description: 'Of each task, at most so many' }),
  }),
  output: z.array(Execution),
  key: ({ id }) => id as string,
  load: async (scope, ids, { limit }) =>
    byKey(await sql.executionsOfEach(scope, ids, limit), (row) => row.execution),
})

const taskOfExecution = relation({
  of: 'Execution',
  name: 'task',
  summary: 'The task that it is an attempt at',
  permission: 'read_tasks',
  input: z.strictObject({}),
  output: Task,
  key: ({ task_id }) => task_id as string,
  load: tasksOfIds,
})

const parentOfExecution = relation({
  of: 'Execution',
  name: 'parent_execution',
  summary: 'The execution beside which it works',
  permission: 'read_tasks',
  input: z.strictObject({}),
  output: Execution,
  key: ({ parent_execution_id }) => parent_execution_id as string | null,
  load: async (scope, ids) => byId((await sql.readExecutions(scope, ids)).map(({ execution }) => execution)),
})

export const graph: GraphPart = {
  names: {
    'executions.claim': 'claim',
    'executions.complete_batch': 'complete_executions',
    'executions.heartbeat': 'heartbeat',
    'executions.history': 'execution_history',
    'executions.stale': 'stale_executions',
    'executions.agent_metrics': 'agent_metrics',
  },
  relations: [executionsOfTask, taskOfExecution, parentOfExecution],
}
