import type { Dependency } from '../src/features/dependencies/index.ts'
import { bodyOf } from './answers.ts'
import type { TestServer } from './server.ts'

/** Makes a task wait for another; named by ids or numbers. */
export const addEdge = async (
  server: TestServer,
  task: string | number,
  prerequisite: string | number,
  type: 'hard' | 'soft' = 'hard',
): Promise<Dependency> =>
  bodyOf<Dependency>(
    await server.post(`/tasks/${task}/dependencies`, {
      depends_on_task_id: prerequisite,
      dependency_type: type,
    }),
    201,
  )

/** A task whose stored count of unmet prerequisites is not what its edges say. */
export interface Miscount {
  number: number
  stored: number
  counted: number
}

/** Counts every task's unmet prerequisites anew, by a query of the test's own; what is stored must be the same. */
export const miscounts = async (server: TestServer): Promise<Miscount[]> =>
  (await server.sql(
    `SELECT t.number, t.unmet_dependencies AS stored, count(p.id) AS counted
     FROM tasks t
     LEFT JOIN dependencies d ON d.tenant_id = t.tenant_id AND d.task_id = t.id AND d.dependency_type = 'hard'
     LEFT JOIN tasks p ON p.tenant_id = t.tenant_id AND p.id = d.depends_on_task_id AND p.status <> 'completed'
     GROUP BY t.tenant_id, t.id HAVING t.unmet_dependencies <> count(p.id)`,
  )) as Miscount[]
