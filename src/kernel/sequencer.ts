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
 */
const numberPending = queryAcrossTenants(
  'record.number',
  z.object({
    tenant_id: z.string(),
    last_sequence: z.number(),
    numbered: z.number(),
    pg_notify: z.string(),
  }),
  `WITH held AS MATERIALIZED (
     SELECT epoch FROM (${heldFragment}) AS h WHERE EXISTS (SELECT FROM record_pending)
   ), taken AS (
     DELETE FROM record_pending p
     USING (SELECT tenant_id, id FROM record_pending ORDER BY id LIMIT 2000) q
     WHERE p.tenant_id = q.tenant_id AND p.id = q.id AND EXISTS (SELECT FROM held)
     RETURNING p.tenant_id, p.positions
   ), gathered AS MATERIALIZED (
     SELECT tenant_id, array_agg(position ORDER BY position) AS positions
     FROM taken, unnest(positions) AS position GROUP BY tenant_id
   ), heads AS (
     INSERT INTO record_heads AS h (tenant_id, last_sequence)
     SELECT tenant_id, cardinality(positions) FROM gathered
     ON CONFLICT (tenant_id) DO UPDATE SET last_sequence = h.last_sequence + excluded.last_sequence
     RETURNING tenant_id, last_sequence
   ), numbered AS (
     INSERT INTO record_feed (tenant_id, sequence, position)
     SELECT g.tenant_id, h.last_sequence - cardinality(g.positions) + p.nth, p.position
     FROM gathered g JOIN heads h USING (tenant_id), unnest(g.positions) WITH ORDINALITY AS p(position, nth)
   )
   SELECT h.tenant_id, h.last_sequence, cardinality(g.positions) AS numbered,
     pg_notify('${CHANNEL_SEQUENCED}', h.tenant_id || ' ' || h.last_sequence)::text
   FROM heads h JOIN gathered g USING (tenant_id)`,
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
