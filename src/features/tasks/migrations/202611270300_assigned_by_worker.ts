import type { Migration } from '../../../kernel/migrate.ts'

/**
 * What is assigned, by its worker: a claim asks for its own. It was by time alone, and the planner takes this index for empty whenever
 * nothing is assigned, so that a claim then read all that was assigned since.
 */
export const assignedByWorker: Migration = {
  name: '202611270300_assigned_by_worker',
  sql: `DROP INDEX tasks_assigned;
CREATE INDEX tasks_assigned ON tasks (tenant_id, assigned_worker, assigned_at) WHERE status = 'assigned';`,
}
