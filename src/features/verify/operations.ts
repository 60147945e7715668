import type pg from 'pg'
import { z } from 'zod'
import { transact } from '../../kernel/database.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { VerifyReport } from './schema.ts'
import { verify } from './verification.ts'

/** One at a time a server: each holds a connection, and an old snapshot, for as long as it takes. */
const busy = new WeakSet<pg.Pool>()

/** Replays the tenant's record and compares it with its tables. */
export const runVerify = operation({
  name: 'verify.run',
  summary: 'Replay the record from its start and compare it with the tables',
  description:
    'In one snapshot, changing nothing: tasks, dependencies, executions, users, roles, keys and webhooks, each against what the record tells of it; the sequence without gaps; unmet prerequisites counted again; tasks in progress against open executions; no loops. What is not recorded (heartbeats, recounts, scores, the last use of a key) is left out. It reads everything: seconds for a hundred thousand rows.',
  http: { method: 'GET', path: '/verify', status: 200 },
  permission: 'read_audit',
  runs: 'read',
  reportsProgress: true,
  input: z.strictObject({}),
  output: VerifyReport,
  problems: { verification_running: 409 },
  examples: [
    {
      summary: 'Everything agrees',
      input: {},
      output: {
        consistent: true,
        record: { rows: 42, last_sequence: 42, not_numbered_yet: 0 },
        tables: {
          task: 7,
          dependency: 5,
          execution: 9,
          role: 4,
          user: 2,
          key: 2,
          tenant: 1,
          webhook: 1,
        },
        mismatch_count: 0,
        mismatches: [],
      },
    },
  ],
  async run(ctx) {
    const { pool } = ctx.app
    if (busy.has(pool))
      throw new Problem(
        'verification_running',
        409,
        'This server is verifying already, and one at a time is enough for it; try again in a while.',
        { retry_after: 10 },
      )
    busy.add(pool)
    try {
      return await transact(pool, async (db) => {
        await db.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
        return verify({ db, tenant: ctx.tenant }, ctx.request.progress)
      })
    } finally {
      busy.delete(pool)
    }
  },
})
