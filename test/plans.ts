import assert from 'node:assert/strict'
import pg from 'pg'
import { DEFAULT_TENANT } from '../src/features/access/index.ts'
import type { Scope } from '../src/kernel/database.ts'
import type { TestServer } from './server.ts'

/**
 * How many calls of one statement, on a connection of its own, ran by a plan that was kept. PostgreSQL plans the first five for
 * their values, and all others too while such plans look cheaper than one that could be kept.
 */
export async function keptPlans(
  server: TestServer,
  calls: readonly ((scope: Scope) => Promise<unknown>)[],
): Promise<number> {
  const client = new pg.Client(server.databaseUrl)
  await client.connect()
  try {
    for (const call of calls) await call({ db: client, tenant: DEFAULT_TENANT })
    const { rows } = await client.query<{ kept: number; all: number }>(
      `SELECT generic_plans::integer AS kept, (generic_plans + custom_plans)::integer AS all FROM pg_prepared_statements`,
    )
    assert.equal(rows.length, 1, 'one statement')
    assert.equal(rows[0]!.all, calls.length)
    return rows[0]!.kept
  } finally {
    await client.end()
  }
}
