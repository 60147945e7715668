import type { Migration } from '../../../kernel/migrate.ts'

export const auditIndex: Migration = {
  name: '202611220600_audit',
  sql: `
-- Beside audit_log_actor, which holds the rows of users: with the two, each row stands under whoever did it.
CREATE INDEX audit_log_actor_kind ON audit_log (tenant_id, actor_kind, position) WHERE actor_id IS NULL;
`,
}
