import type { Migration } from '../../../kernel/migrate.ts'

/**
 * An override raised its execution's token, at times beyond what its task had given out, and the next claim was given that again.
 * Fences only grow: those tasks go on after it.
 */
export const fences: Migration = {
  name: '202611271100_fences',
  sql: `
UPDATE tasks t SET fence = e.token
FROM (SELECT tenant_id, task_id, max(abs(lease_token)) AS token FROM executions
      WHERE lease_token IS NOT NULL GROUP BY tenant_id, task_id) AS e
WHERE t.tenant_id = e.tenant_id AND t.id = e.task_id AND t.fence < e.token`,
}
