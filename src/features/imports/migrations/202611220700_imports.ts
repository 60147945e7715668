import type { Migration } from '../../../kernel/migrate.ts'

export const importsTables: Migration = {
  name: '202611220700_imports',
  sql: `
-- One row a tenant: whoever imports holds it, so that the next import finds what this one made.
CREATE TABLE import_turns (
  tenant_id uuid PRIMARY KEY,
  taken     bigint NOT NULL
) WITH (fillfactor = 50);
`,
}
