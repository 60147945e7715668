import { z } from 'zod'
import { queryAcrossTenants } from './database.ts'
import { heldFragment, type Duty } from './duty.ts'
import { recordJson, type NumberedRow } from './record.ts'
import { CHANNEL_SEQUENCED } from './wake.ts'

/** Transactions that one run numbers, at most. */
const MOST = 2_000
/**
 * While nobody follows closely, it rests so many times as long as its last run took: however busy the database, numbering
 * takes a tenth of one core's time. The first commit after a pause is numbered at once.
 */
const REST_FACTOR = 9
/** However long a run took, readers wait no longer for the next. */
const REST_MILLISECONDS = 100
/** Rows of a tenant that are handed to its readers with the news: more are read by them, in pages. */
const FEW = 8

/**
 * Numbers the committed rows of the record, per tenant and without gaps, and says so. What one run sees is committed;
 * what commits later is numbered by a later run, and so comes after. Rows of one entity are written under its lock, so
 * their positions are in the order of their commits.
 *
 * One statement, since its time is most of what lies between a commit and its readers. It holds the leadership (`$1`,
 * `$2`), so that two runs never overlap: one whose snapshot is older than another leader's run finds its epoch gone. The
 * leadership is locked only where rows wait, so that a run for nothing writes nothing. A few rows of tenants that are
 * followed closely (`$3`) come along.
 */
const numberPending = queryAcrossTenants(
  'record.number',
  z.object({
    tenant_id: z.string(),
    last_sequence: z.number(),
    numbered: z.number(),
    rows: z.array(z.custom<NumberedRow>()).nullable(),
    pg_notify: z.string(),
  }),
  `WITH held AS MATERIALIZED (
     SELECT epoch FROM (${heldFragment}) AS h WHERE EXISTS (SELECT FROM record_pending)
   ), taken AS (
     DELETE FROM record_pending p
     USING (SELECT tenant_id, id FROM record_pending ORDER BY id LIMIT ${MOST}) q
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
     CASE WHEN h.tenant_id = ANY($3::uuid[]) AND cardinality(g.positions) <= ${FEW} THEN (
       SELECT json_agg(${recordJson('a')} ORDER BY a.sequence)
       FROM unnest(g.positions) WITH ORDINALITY AS p(position, nth)
       CROSS JOIN LATERAL (
         SELECT a.*, h.last_sequence - cardinality(g.positions) + p.nth AS sequence
         FROM audit_log a WHERE a.tenant_id = h.tenant_id AND a.position = p.position OFFSET 0
       ) AS a
     ) END AS rows,
     pg_notify('${CHANNEL_SEQUENCED}', h.tenant_id || ' ' || h.last_sequence)::text
   FROM heads h JOIN gathered g USING (tenant_id)`,
)

export const sequencer: Duty = {
  name: 'sequencer',
  summary: "Gives the record's committed rows their sequence and wakes the readers, once a batch.",
  everyMilliseconds: 250,
  onNews: 'committed',
  // A run for each commit costs a lone claimer half its rate; only those who follow closely are in such a hurry.
  rest: ({ wake }, took) =>
    wake.followedClosely.length > 0 ? 0 : Math.min(took * REST_FACTOR, REST_MILLISECONDS),
  holds: 'statement',
  async run({ db, leadership, afterCommit, app }) {
    const { holder, epoch } = leadership
    const tenants = await numberPending({ db }, holder, epoch, app.wake.followedClosely)
    const rows = tenants.reduce((sum, each) => sum + each.numbered, 0)
    afterCommit(() => {
      // The readers of this server need not wait until the notification has come round.
      for (const each of tenants)
        app.wake.sequenced(each.tenant_id, each.last_sequence, each.rows ?? undefined)
      app.metrics.sequenced.inc(rows)
    })
    // Whatever committed meanwhile rang; a run only to see that nothing is left would double the runs.
    return rows >= MOST ? rows : 0
  },
}
