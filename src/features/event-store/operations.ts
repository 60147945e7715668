import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import { readState } from './outage.ts'
import { EventStoreReport } from './schema.ts'
import { eventStoreUrl, storeOf } from './settings.ts'
import * as sql from './sql.ts'

/** Tells whether the event store is up, and how far it has the caller's record. Throws `event_store_not_set` (404). */
export const getEventStore = operation({
  name: 'event_stores.get',
  summary: 'See whether the event store is up, and how far it is',
  description:
    'The event store gets the whole record of every tenant, in batches; what it has not accepted waits for it, and nothing is left out.',
  http: { method: 'GET', path: '/event-store', status: 200 },
  permission: 'read_audit',
  runs: 'read',
  input: z.strictObject({}),
  output: EventStoreReport,
  problems: { event_store_not_set: 404 },
  examples: [
    {
      summary: 'Down, and three events wait',
      input: {},
      output: {
        status: 'down',
        since: '2026-11-22T09:30:00.000000Z',
        url: 'https://events.example.com/batches',
        reason: 'the event store did not answer its probe: connect ECONNREFUSED 203.0.113.7:443',
        next_attempt_at: '2026-11-22T09:30:04.000000Z',
        last_sequence: 4711,
        lag: 3,
      },
    },
  ],
  async run(ctx) {
    const store = storeOf(ctx.settings)
    if (!store)
      throw new Problem(
        'event_store_not_set',
        404,
        `This installation has no event store; its operator names one by the setting ${eventStoreUrl.name}.`,
      )
    const [[row], known] = await Promise.all([sql.progress(ctx), readState(ctx)])
    const { status = 'unknown', since = null, reason = null } = known?.state ?? {}
    // What the store said of one tenant's batch, and where it is, is no other tenant's business.
    const operators = ctx.tenant === DEFAULT_TENANT
    return {
      status,
      since,
      url: operators ? store.shown : null,
      reason: operators ? reason : null,
      next_attempt_at: known?.next_attempt_at ?? row?.retry_at ?? null,
      last_sequence: row?.sequence ?? 0,
      lag: (row?.head ?? 0) - (row?.sequence ?? 0),
    }
  },
})
