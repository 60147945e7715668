import { z } from 'zod'
import { queryAcrossTenants } from './database.ts'
import type { Duty } from './duty.ts'
import { CHANNEL_SEQUENCED } from './wake.ts'

/**
 * Numbers the committed rows of the record, per tenant and without gaps. What one run sees is committed; what commits
 * later is numbered by a later run, and so comes after. Rows of one entity are written under its lock, so their
 * positions are in the order of their commits. The duty's transaction holds the leadership, so that two runs never
 * overlap, and this statement's snapshot is taken after that lock.
 */
const numberPending = queryAcrossTenants(
  'record.number',
  z.object({ tenant_id: z.string(), numbered: z.number() }),
  `WITH taken AS (
     DELETE FROM record_pending p
     USING (SELECT tenant_id, id FROM record_pending ORDER BY id LIMIT 2000) q
     WHERE p.tenant_id = q.tenant_id AND p.id = q.id
     RETURNING p.tenant_id, p.positions
   ), rows AS (
     SELECT t.tenant_id, position, row_number() OVER (PARTITION BY t.tenant_id ORDER BY position) AS nth
     FROM taken t, unnest(t.positions) AS position
   ), heads AS (
     INSERT INTO record_heads AS h (tenant_id, last_sequence)
     SELECT tenant_id, count(*) FROM rows GROUP BY tenant_id
     ON CONFLICT (tenant_id) DO UPDATE SET last_sequence = h.last_sequence + excluded.last_sequence
     RETURNING tenant_id, last_sequence
   ), numbered AS (
     INSERT INTO record_feed (tenant_id, sequence, position)
     SELECT r.tenant_id, h.last_sequence - c.n + r.nth, r.position
     FROM rows r
     JOIN heads h USING (tenant_id)
     JOIN (SELECT tenant_id, count(*) AS n FROM rows GROUP BY tenant_id) c USING (tenant_id)
     ORDER BY 1, 2
     RETURNING tenant_id
   )
   SELECT tenant_id, count(*) AS numbered FROM numbered GROUP BY tenant_id`,
)

export const sequencer: Duty = {
  name: 'sequencer',
  summary: "Gives the record's committed rows their sequence and wakes the readers, once a batch.",
  everyMilliseconds: 250,
  onCommit: true,
  async run({ db, afterCommit, app }) {
    const tenants = await numberPending({ db })
    if (tenants.length === 0) return 0
    // PostgreSQL limits a payload to 8,000 bytes: 200 ids of 37.
    for (let i = 0; i < tenants.length; i += 200)
      await db.query({
        name: 'record.notify',
        text: `SELECT pg_notify('${CHANNEL_SEQUENCED}', $1)`,
        values: [
          tenants
            .slice(i, i + 200)
            .map((each) => each.tenant_id)
            .join(','),
        ],
      })
    const rows = tenants.reduce((sum, each) => sum + each.numbered, 0)
    afterCommit(() => app.metrics.sequenced.inc(rows))
    return rows
  },
}
