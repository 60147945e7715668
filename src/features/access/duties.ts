import { transact } from '../../kernel/database.ts'
import type { Duty } from '../../kernel/duty.ts'
import { emptyTenant, strayTenants } from './tenant-sql.ts'

/**
 * Removes what requests that were under way wrote for a tenant while it was being deleted. That may take minutes, for which it must
 * not hold the leadership, or no duty would run anywhere; to delete twice does no harm.
 */
export const sweepStrays: Duty = {
  name: 'sweep-strays',
  summary: 'Removes rows that were committed for a tenant just after it was deleted.',
  everyMilliseconds: 30_000,
  holds: 'nothing',
  async run({ app: { pool, tables } }) {
    let swept = 0
    for (const { tenant_id } of await strayTenants({ db: pool }))
      if (await transact(pool, (db) => emptyTenant({ db, tenant: tenant_id }, tables))) swept += 1
    return swept
  },
}
