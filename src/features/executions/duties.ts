import { z } from 'zod'
import { queryAcrossTenants } from '../../kernel/database.ts'
import type { Duty } from '../../kernel/duty.ts'
import { loseExecutions } from './give-back.ts'

const expired = queryAcrossTenants(
  'executions.expired',
  z.object({ tenant_id: z.string(), ids: z.array(z.string()) }),
  `SELECT tenant_id, array_agg(id) AS ids FROM (
     SELECT tenant_id, id FROM executions
     WHERE completed_at IS NULL AND lease_expires_at <= now() ORDER BY lease_expires_at LIMIT 500
   ) AS due GROUP BY tenant_id`,
)

const REAPER = JSON.stringify({ kind: 'system', id: null, name: 'lease-reaper', request_id: null })

/**
 * Ends executions whose lease ran out as lost and makes their tasks startable again. A contract of 15 seconds stands
 * behind the interval: a failover of the leader takes up to 11 of them.
 */
export const reapLeases: Duty = {
  name: 'reap-leases',
  summary: 'Ends executions whose lease ran out as lost; their tasks are startable again.',
  everyMilliseconds: 1_000,
  async run({ db, app, afterCommit }) {
    let lost = 0
    for (const { tenant_id, ids } of await expired({ db }))
      lost += await loseExecutions({ db, tenant: tenant_id }, REAPER, ids)
    if (lost > 0) afterCommit(() => app.wake.committed())
    return lost
  },
}
