import type { Migration } from '../migrate.ts'

/**
 * Who leads is the key of its row: a takeover changes it and so waits for whoever holds the row by FOR KEY SHARE, a renewal does
 * not. It holds for takeovers by servers of the version before, too.
 */
export const leadershipKey: Migration = {
  name: '202611271200_leadership_key',
  sql: `CREATE UNIQUE INDEX leadership_epoch ON leadership (name, holder, epoch);`,
}
