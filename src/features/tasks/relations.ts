import { z } from 'zod'
import type { Scope } from '../../kernel/database.ts'
import { byId, relation, type GraphPart } from '../../kernel/relation.ts'
import type { Task } from './schema.ts'
import * as sql from './sql.ts'

/** Tasks by their ids, in one statement: for relations that lead to a task. */
export const tasksOfIds = async (scope: Scope, ids: readonly string[]): Promise<Map<string, Task>> =>
  byId((await sql.readTasks(scope, ids)).map(({ task }) => task))

const metadata = relation({
  of: 'Task',
  name: 'metadata',
  summary: 'All its metadata: texts by their keys',
  permission: 'read_tasks',
  input: z.strictObject({}),
  output: z.record(z.string(), z.string()),
  key: ({ id }) => id as string,
  load: async (scope, ids) =>
    new Map((await sql.metadataOf(scope, ids, [])).map((row) => [row.id, row.metadata])),
})

export const graph: GraphPart = {
  names: {
    'tasks.search': 'search',
    // Relations and filters do the same.
    'tasks.by_tag': null,
    'tasks.get_metadata': null,
    'tasks.batch_metadata': null,
  },
  without: { 'tasks.list': ['include'], 'tasks.get': ['include'] },
  sameKind: { TaskWithMetadata: 'Task' },
  relations: [metadata],
}
