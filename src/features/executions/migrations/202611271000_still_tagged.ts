import type { Migration } from '../../../kernel/migrate.ts'

/**
 * Whether a task carries all of these tags as of now, and not as of the calling statement's snapshot: a statement that waited for
 * a task's lock reads its row anew, and would read its tags, which stand in another table, as they were before.
 */
export const stillTagged: Migration = {
  name: '202611271000_still_tagged',
  sql: `
CREATE FUNCTION still_tagged(tenant uuid, task uuid, wanted text[]) RETURNS boolean LANGUAGE plpgsql VOLATILE COST 10000 AS $$
BEGIN
  RETURN EXISTS (SELECT FROM task_texts x WHERE x.tenant_id = tenant AND x.task_id = task AND x.tags @> wanted);
END $$;
`,
}
