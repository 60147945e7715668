import { z } from 'zod'
import { queryAcrossTenants } from './database.ts'
import { heldFragment, type Duty } from './duty.ts'
import { CHANNEL_SEQUENCED } from './wake.ts'

/**
 * Numbers the committed rows of the record, per tenant and without gaps, and says so. What one run sees is committed;
 * what commits later is numbered by a later run, and so comes after. Rows of one entity are written under its lock, so
 * their positions are in the order of their commits.
 *
 * One statement, since its time is most of what lies between a commit and its readers. It holds the leadership (`$1`,
 * `$2`), so that two runs never overlap: one whose snapshot is older than another leader's run finds its epoch gone. The
 * leadership is locked only where rows wait, so that a run for nothing writes nothing.
 *
 * PostgreSQL limits a notification to 8,000 bytes: 140 tenants' ids and sequences.
 */
const numberPending = queryAcrossTenants(
  'record.number',
  z.object({ tenant_id: z.string(), last_sequence: z.number(), numbered: z.number() }),
  `WITH held AS MATERIALIZED (
     SELECT epoch FROM (${heldFragment}) AS h WHERE EXISTS (SELECT FROM record_pending)
   ), taken AS (
     DELETE FROM record_pending p
     USING (SELECT tenant_id, id FROM record_pending ORDER BY id LIMIT 2000) q
     WHERE p.tenant_id = q.tenant_id AND p.id = q.id AND EXISTS (SELECT FROM held)
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
   ), told AS MATERIALIZED (
     SELECT pg_notify('${CHANNEL_SEQUENCED}', string_agg(tenant_id || ' ' || last_sequence, ','))
     FROM (SELECT tenant_id, last_sequence, (row_number() OVER () - 1) / 140 AS message FROM heads) AS h
     GROUP BY message
   )
   SELECT h.tenant_id, h.last_sequence, n.numbered
   FROM heads h JOIN (SELECT tenant_id, count(*) AS numbered FROM numbered GROUP BY tenant_id) n USING (tenant_id)
   WHERE (SELECT count(*) FROM told) > 0`,
)

export const sequencer: Duty = {
  name: 'sequencer',
  summary: "Gives the record's committed rows their sequence and wakes the readers, once a batch.",
  everyMilliseconds: 250,
  onNews: 'committed',
  holds: 'statement',
  async run({ db, leadership, afterCommit, app }) {
    const tenants = await numberPending({ db }, leadership.holder, leadership.epoch)
    const rows = tenants.reduce((sum, each) => sum + each.numbered, 0)
    afterCommit(() => {
      // The readers of this server need not wait until the notification has come round.
      for (const each of tenants) app.wake.sequenced(each.tenant_id, each.last_sequence)
      app.metrics.sequenced.inc(rows)
    })
    return rows
  },
}
