import type pg from 'pg'
import type { Queryable } from '../src/kernel/database.ts'
import { eventually } from './eventually.ts'

/** How many statements of this connection's database wait for a lock. */
export async function waitingForLocks(db: Queryable): Promise<number> {
  // In a transaction the first look would be shown again and again.
  await db.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await db.query(
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  )
  return rows.length
}

/** Returns when so many statements wait for a lock; throws when they still do not after 20 seconds. */
export const untilWaiting = (db: Queryable, count = 1): Promise<void> =>
  eventually(`${count} statements wait for a lock`, async () => (await waitingForLocks(db)) >= count)

/** Ends the connections whose statements wait for a lock: as a restart of the database, for those alone. */
export async function endWaiting(db: Queryable): Promise<void> {
  await db.query('SELECT pg_stat_clear_snapshot()')
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  )
}

/**
 * Runs `work` while a transaction of its own holds what the statement `lock` locks; it ends it by COMMIT when the others shall go on,
 * else it is rolled back.
 */
export async function whileHeld<T>(
  pool: pg.Pool,
  lock: string,
  values: unknown[],
  work: (holder: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const holder = await pool.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(lock, values)
    return await work(holder)
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
}
