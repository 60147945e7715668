import type pg from 'pg'

/** The tenant that the operator's key speaks for. */
export const TENANT = '00000000-0000-7000-8000-000000000001'

/**
 * Puts so many ready tasks into the product's own tables, straight by SQL: their making is not what is measured. The
 * longer text is that of a task as people write one.
 */
export async function addTasks(
  client: pg.ClientBase,
  tenant: string,
  count: number,
  description = '',
): Promise<void> {
  // In portions, so that no statement runs into a time limit.
  for (let done = 0; done < count; done += 50_000)
    await client.query(
      `WITH made AS (
         INSERT INTO tasks (tenant_id, id, priority)
         SELECT $1, uuid_v7(), 1 + n % 5 FROM generate_series(1, $2::integer) AS n
         RETURNING id, number
       )
       INSERT INTO task_texts (tenant_id, task_id, title, description)
       SELECT $1, id, 'Work item ' || number, $3 FROM made`,
      [tenant, Math.min(50_000, count - done), description],
    )
}

/**
 * Completes so many waiting tasks by SQL, each with its execution: a database that has been in use for a while. PostgreSQL
 * plans for what it knows of its tables, and an empty one is another thing.
 */
export async function addHistory(client: pg.ClientBase, tenant: string, count: number): Promise<void> {
  await addTasks(client, tenant, count)
  await client.query(
    `WITH done AS (
       UPDATE tasks SET status = 'completed', assigned_worker = 'earlier', fence = 1, version = 3
       WHERE tenant_id = $1 AND id IN (
         SELECT id FROM tasks WHERE tenant_id = $1 AND status = 'ready' ORDER BY created_at, id LIMIT $2)
       RETURNING id
     )
     INSERT INTO executions (tenant_id, task_id, agent_type, worker_id, completed_at, duration_seconds, success, outcome,
       lease_token, lease_expires_at, lease_seconds)
     SELECT $1, id, 'bench', 'earlier', now(), 0, true, 'succeeded', 1, now(), 300 FROM done`,
    [tenant, count],
  )
}

export async function countStartable(client: pg.ClientBase, tenant: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM tasks WHERE tenant_id = $1 AND status = 'ready' AND unmet_dependencies = 0`,
    [tenant],
  )
  return Number(rows[0]!.count)
}

/** Brings what may be claimed up to so many tasks, and vacuums, as autovacuum does within seconds. */
export async function stockUp(client: pg.ClientBase, tenant: string, waiting: number): Promise<void> {
  const missing = waiting - (await countStartable(client, tenant))
  if (missing > 0) await addTasks(client, tenant, missing)
  await client.query('VACUUM (ANALYZE) tasks, executions, record_pending')
}

/** Waits until the record's rows have their sequence, so that one turn's work is not done in another's time. */
export async function settle(client: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM record_pending')
    if (Number(rows[0]!.count) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
