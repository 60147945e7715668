import { z } from 'zod'
import { query, queryAcrossTenants } from '../../kernel/database.ts'
import type { Duty } from '../../kernel/duty.ts'
import { firstIdAt } from '../../kernel/ids.ts'
import { retentionDays } from './settings.ts'

const DAY_MILLISECONDS = 86_400_000
/** Rows a turn: none of them takes long, and the next follows at once while there are more. */
const BATCH = 5_000

/** From tenant to tenant through the primary key: DISTINCT would read the whole log. */
const tenants = queryAcrossTenants(
  'webhooks.tenants',
  z.object({ tenant_id: z.string() }),
  `WITH RECURSIVE found AS (
     (SELECT tenant_id FROM webhook_deliveries ORDER BY tenant_id LIMIT 1)
     UNION ALL
     SELECT (SELECT d.tenant_id FROM webhook_deliveries d WHERE d.tenant_id > f.tenant_id ORDER BY d.tenant_id LIMIT 1)
     FROM found f WHERE f.tenant_id IS NOT NULL
   )
   SELECT tenant_id FROM found WHERE tenant_id IS NOT NULL`,
)

/** Ids are sorted by time, so that the oldest are found through the primary key. */
const forget = query(
  'webhooks.forget_deliveries',
  z.object({ id: z.string() }),
  `DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id IN (
     SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND id < $2 ORDER BY id LIMIT ${BATCH})
   RETURNING id`,
)

export const forgetDeliveries: Duty = {
  name: 'forget-webhook-deliveries',
  summary: 'Deletes webhook deliveries that are older than CAIRN_WEBHOOK_RETENTION_DAYS.',
  everyMilliseconds: 60_000,
  async run({ db, app }) {
    const oldest = firstIdAt(Date.now() - app.settings.get(retentionDays) * DAY_MILLISECONDS)
    let forgotten = 0
    for (const { tenant_id } of await tenants({ db }))
      forgotten += (await forget({ db, tenant: tenant_id }, oldest)).length
    return forgotten
  },
}
