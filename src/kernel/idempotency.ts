import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Ctx } from './context.ts'
import { columnsOf, query, queryAcrossTenants, retryDeadlocks, type Scope } from './database.ts'
import type { Duty } from './duty.ts'
import { gather } from './gather.ts'
import { keyLock } from './keyed.ts'
import { CHANGES } from './lane.ts'
import { Problem } from './problem.ts'
import {
  inFlight,
  KeyHold,
  nameOfKey,
  Reservation,
  RESERVATION_SECONDS,
  type KeptAnswer,
  type Keys,
  type KeyUse,
} from './reservation.ts'

/** When a key that could not be given back is given back again; its lease ends soon after. */
const FREE_AGAIN_MILLISECONDS = [20, 100, 500, 2_000]

/**
 * Its commit waits for no disk: nobody is told of a reservation, and the effect that follows it commits after it, in the
 * same log. A crash that forgets the one has forgotten the other.
 *
 * What another statement takes just now (`keyedFragment`) is not reserved: that one may not have written the key's row yet.
 */
const reserve = query(
  'idempotency.reserve',
  z.object({ reservation: z.string(), forgettable: z.string() }),
  `INSERT INTO idempotency_keys AS k (tenant_id, actor, operation, key, fingerprint, reservation, leased_until)
   SELECT $1, g.*, now() + make_interval(secs => ${RESERVATION_SECONDS})
   FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[]) AS g (actor, operation, key, fingerprint, id)
   WHERE ${keyLock}
   ON CONFLICT (tenant_id, actor, operation, key) DO UPDATE
     SET fingerprint = excluded.fingerprint, reservation = excluded.reservation, leased_until = excluded.leased_until,
         status = NULL, answer = NULL, headers = NULL, created_at = now()
     WHERE (k.status IS NULL AND k.leased_until < now() AND k.fingerprint = excluded.fingerprint)
        OR k.created_at < now() - interval '24 hours'
   RETURNING reservation, set_config('synchronous_commit', 'off', true) AS forgettable`,
)

const read = query(
  'idempotency.read',
  z.object({ fingerprint: z.string(), status: z.number().nullable(), answer: z.string().nullable() }),
  `SELECT fingerprint, status, answer FROM idempotency_keys
   WHERE tenant_id = $1 AND actor = $2 AND operation = $3 AND key = $4`,
)

interface Wish extends KeyUse {
  readonly id: string
}

/** Reserves keys; calls that arrive at the same moment share a statement. Whether the key is the call's. */
const reserveTogether = gather<Wish, boolean>({
  async run(scope, wishes) {
    // Of two calls under one key the first gets it.
    const firsts = new Map(wishes.toReversed().map((wish) => [nameOfKey(wish), wish]))
    const rows = [...firsts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { actor, operation, key, fingerprint, id }]) => [actor, operation, key, fingerprint, id])
    const reserved = await retryDeadlocks(() => reserve(scope, ...columnsOf(rows)))
    const ids = new Set(reserved.map(({ reservation }) => reservation))
    return wishes.map(({ id }) => ids.has(id))
  },
  kind: () => '',
  most: 100,
  lane: CHANGES,
})

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  )
}

/** What the same request must match: its input, whatever the order of its keys. */
const fingerprintOf = (input: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(input)))
    .digest('base64url')

/** The answer kept under a key, if that is used. Throws as `holdKey` says. */
async function findAnswer(scope: Scope, use: KeyUse): Promise<KeptAnswer | undefined> {
  const [kept] = await read(scope, use.actor, use.operation, use.key)
  if (!kept) return undefined
  if (kept.fingerprint !== use.fingerprint)
    throw new Problem(
      'idempotency_key_reused',
      422,
      'This Idempotency-Key was used for another request in the last 24 hours; make a new key for a new request.',
    )
  if (kept.status === null) throw inFlight()
  return { status: kept.status, answer: kept.answer ?? 'null' }
}

const keysOf = (app: Ctx['app'], tenant: string): Keys => {
  const scope = { db: app.pool, tenant }
  return {
    async reserve(use) {
      const id = randomUUID()
      if (await reserveTogether({ ...scope, app }, { ...use, id })) return new Reservation(scope, use, id)
      const kept = await findAnswer(scope, use)
      if (!kept) throw inFlight()
      return kept
    },
    find: (use) => findAnswer(scope, use),
  }
}

/**
 * A caller's key for a request, which is not taken yet. Reserving it throws `idempotency_key_reused` (422) for another input, and
 * `idempotency_in_flight` (409) while the first request runs.
 */
export function holdKey(
  { app, caller: { tenant, actor } }: Pick<Ctx, 'app' | 'caller'>,
  operation: string,
  key: string,
  input: unknown,
): KeyHold {
  const use = { actor: `${actor.kind}:${actor.id ?? ''}`, operation, key, fingerprint: fingerprintOf(input) }
  return new KeyHold(use, keysOf(app, tenant))
}

/** Gives a key back as soon as the database answers: the connections that just failed may not be the last. */
export async function freeSoon(reservation: Reservation): Promise<void> {
  for (const milliseconds of FREE_AGAIN_MILLISECONDS) {
    const freed = await reservation.free().then(
      () => true,
      () => false,
    )
    if (freed) return
    await sleep(milliseconds)
  }
}

const forget = queryAcrossTenants(
  'idempotency.forget',
  z.object({ forgotten: z.number() }),
  `WITH gone AS (
     DELETE FROM idempotency_keys k
     USING (SELECT tenant_id, actor, operation, key FROM idempotency_keys
            WHERE created_at < now() - interval '24 hours' LIMIT 5000) old
     WHERE k.tenant_id = old.tenant_id AND k.actor = old.actor AND k.operation = old.operation AND k.key = old.key
       -- Once more, of the row as it is now: it may have been taken again since the sub-select saw it.
       AND k.created_at < now() - interval '24 hours'
     RETURNING 1
   ) SELECT count(*) AS forgotten FROM gone`,
)

export const forgetOldAnswers: Duty = {
  name: 'forget-old-answers',
  summary: 'Deletes the answers kept for Idempotency-Keys after 24 hours.',
  everyMilliseconds: 10 * 60_000,
  run: async ({ db }) => (await forget({ db }))[0]?.forgotten ?? 0,
}
