import type { Duty } from '../../kernel/duty.ts'
import { emptyTenant, strayTenants } from './tenant-sql.ts'

/** Removes what requests that were under way wrote for a tenant while it was being deleted. */
export const sweepStrays: Duty = {
  name: 'sweep-strays',
  summary: 'Removes rows that were committed for a tenant just after it was deleted.',
  everyMilliseconds: 30_000,
  async run({ db, app }) {
    let swept = 0
    for (const { tenant_id } of await strayTenants({ db }))
      if (await emptyTenant({ db, tenant: tenant_id }, app.tables)) swept += 1
    return swept
  },
}
