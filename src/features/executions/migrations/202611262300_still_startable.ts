import type { Migration } from '../../../kernel/migrate.ts'

/**
 * Whether a task can be started as of now, and not as of the calling statement's snapshot: each statement of a volatile function
 * has a snapshot of its own. In PL/pgSQL, which keeps the plan from statement to statement before PostgreSQL 18, too. Its
 * cost has it asked last, after what else a claim wants of a task.
 */
export const stillStartable: Migration = {
  name: '202611262300_still_startable',
  sql: `
CREATE FUNCTION still_startable(tenant uuid, task uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE COST 10000 AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM tasks t WHERE t.tenant_id = tenant AND t.id = task AND t.status = 'ready' AND t.unmet_dependencies = 0);
END $$;
`,
}
