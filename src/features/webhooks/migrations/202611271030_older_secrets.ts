import type { Migration } from '../../../kernel/migrate.ts'

/** Secrets before the one before, whose overlap has not ended: an array of `{secret, expires_at}`, the oldest last. */
export const olderSecrets: Migration = {
  name: '202611271030_older_secrets',
  sql: `ALTER TABLE webhooks ADD COLUMN older_secrets jsonb NOT NULL DEFAULT '[]'`,
}
