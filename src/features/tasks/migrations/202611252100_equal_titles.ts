import type { Migration } from '../../../kernel/migrate.ts'

/** A search puts equal titles first, however many tasks come before them in urgency. */
export const equalTitles: Migration = {
  name: '202611252100_equal_titles',
  sql: `CREATE INDEX task_texts_title ON task_texts (tenant_id, hashtextextended(lower(title), 0));`,
}
