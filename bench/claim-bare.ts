import type { Installation } from './installation.ts'
import { drainBy, type Contender } from './contender.ts'

const CLAIM = `
  UPDATE floor SET status = 'in_progress', worker = $1, version = version + 1, updated_at = now()
  WHERE id = ANY (ARRAY(SELECT id FROM floor WHERE status = 'ready' ORDER BY id LIMIT COUNT FOR UPDATE SKIP LOCKED))
  RETURNING id`

const COMPLETE = `
  UPDATE floor SET status = 'completed', version = version + 1, updated_at = now()
  WHERE id = ANY ($1::bigint[]) AND status = 'in_progress'`

/**
 * The server's own ceiling: the two statements without which there is no queue, each its own commit, prepared, on a narrow
 * table with one partial index, by a connection a claimer. No execution, no lease, no record, no dependents.
 */
export async function openBare(installation: Installation, mostClaimers: number): Promise<Contender> {
  const url = await installation.database('bare')
  const clients = await Promise.all(Array.from({ length: mostClaimers }, () => installation.connect(url)))
  const [first] = clients
  await first!.query(`
    CREATE TABLE floor (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL DEFAULT 'ready', worker text,
      version integer NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 70);
    CREATE INDEX floor_ready ON floor (id) WHERE status = 'ready'`)
  return {
    name: 'bare statements',
    async stock(waiting) {
      await first!.query(
        `INSERT INTO floor (status) SELECT 'ready' FROM generate_series(
           1, $1 - (SELECT count(*) FROM floor WHERE status = 'ready'))`,
        [waiting],
      )
      await first!.query('VACUUM (ANALYZE) floor')
    },
    drain: (shape) =>
      drainBy(shape, (claimer) => {
        const client = clients[claimer]!
        const text = CLAIM.replace('COUNT', String(shape.batch))
        return async () => {
          const { rows } = await client.query<{ id: string }>({
            name: `claim ${shape.batch}`,
            text,
            values: [`worker-${claimer}`],
          })
          if (rows.length === 0) return 0
          await client.query({ name: 'complete', text: COMPLETE, values: [rows.map(({ id }) => id)] })
          return rows.length
        }
      }),
    close: () => Promise.resolve(),
  }
}
