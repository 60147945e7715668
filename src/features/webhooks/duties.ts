import { z } from 'zod'
import { queryAcrossTenants } from '../../kernel/database.ts'
import type { Duty } from '../../kernel/duty.ts'
import { retentionDays } from './settings.ts'

/** Rows a turn, of all tenants together: none of them takes long, and the next follows at once while there are more. */
const BATCH = 5_000

/**
 * The oldest of what is older than so many days (`$1`), by the database's clock: a server whose own is a month ahead would forget
 * everything. Ids are sorted by time, so that they are found through the primary key; from tenant to tenant through it, too, as
 * DISTINCT would read the whole log.
 */
const forget = queryAcrossTenants(
  'webhooks.forget_deliveries',
  z.object({ forgotten: z.number() }),
  `WITH RECURSIVE tenants AS (
     (SELECT tenant_id FROM webhook_deliveries ORDER BY tenant_id LIMIT 1)
     UNION ALL
     SELECT (SELECT d.tenant_id FROM webhook_deliveries d WHERE d.tenant_id > t.tenant_id ORDER BY d.tenant_id LIMIT 1)
     FROM tenants t WHERE t.tenant_id IS NOT NULL
   ), since AS MATERIALIZED (
     SELECT (encode(int8send((extract(epoch FROM now() - make_interval(days => $1)) * 1000)::bigint << 16), 'hex')
       || repeat('0', 16))::uuid AS id
   ), old AS MATERIALIZED (
     SELECT t.tenant_id, o.id FROM since CROSS JOIN tenants t CROSS JOIN LATERAL (
       SELECT d.id FROM webhook_deliveries d
       WHERE d.tenant_id = t.tenant_id AND d.id < since.id ORDER BY d.id LIMIT ${BATCH}
     ) AS o LIMIT ${BATCH}
   ), gone AS (
     DELETE FROM webhook_deliveries d USING old WHERE d.tenant_id = old.tenant_id AND d.id = old.id RETURNING 1
   )
   SELECT count(*) AS forgotten FROM gone`,
)

export const forgetDeliveries: Duty = {
  name: 'forget-webhook-deliveries',
  summary: 'Deletes webhook deliveries that are older than CAIRN_WEBHOOK_RETENTION_DAYS.',
  everyMilliseconds: 60_000,
  run: async ({ db, app }) => (await forget({ db }, app.settings.get(retentionDays)))[0]?.forgotten ?? 0,
}
