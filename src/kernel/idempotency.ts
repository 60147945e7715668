import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Caller } from './context.ts'
import { query, queryAcrossTenants, type Scope } from './database.ts'
import type { Duty } from './duty.ts'
import { Problem } from './problem.ts'

/**
 * How long a reservation holds without a word of its request, and how often a request that runs renews it: a call that
 * is sent again after a crash waits for no more than that.
 */
const RESERVATION_SECONDS = 12
const RENEW_MILLISECONDS = 4_000
/** When a key that could not be given back is given back again; its lease ends soon after. */
const FREE_AGAIN_MILLISECONDS = [20, 100, 500, 2_000]

const reserve = query(
  'idempotency.reserve',
  z.object({ reservation: z.string() }),
  `INSERT INTO idempotency_keys AS k (tenant_id, actor, operation, key, fingerprint, reservation, leased_until)
   VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => ${RESERVATION_SECONDS}))
   ON CONFLICT (tenant_id, actor, operation, key) DO UPDATE
     SET fingerprint = excluded.fingerprint, reservation = excluded.reservation, leased_until = excluded.leased_until,
         status = NULL, answer = NULL, headers = NULL, created_at = now()
     WHERE (k.status IS NULL AND k.leased_until < now() AND k.fingerprint = excluded.fingerprint)
        OR k.created_at < now() - interval '24 hours'
   RETURNING reservation`,
)

const Kept = z.object({
  fingerprint: z.string(),
  status: z.number().nullable(),
  answer: z.string().nullable(),
})

const read = query(
  'idempotency.read',
  Kept,
  `SELECT fingerprint, status, answer FROM idempotency_keys
   WHERE tenant_id = $1 AND actor = $2 AND operation = $3 AND key = $4`,
)

const keep = query(
  'idempotency.keep',
  z.object({}),
  `UPDATE idempotency_keys SET status = $6, answer = $7
   WHERE tenant_id = $1 AND actor = $2 AND operation = $3 AND key = $4 AND reservation = $5 AND status IS NULL
   RETURNING 1 AS kept`,
)

const renew = query(
  'idempotency.renew',
  z.object({}),
  `UPDATE idempotency_keys SET leased_until = now() + make_interval(secs => ${RESERVATION_SECONDS})
   WHERE tenant_id = $1 AND actor = $2 AND operation = $3 AND key = $4 AND reservation = $5 AND status IS NULL`,
)

const free = query(
  'idempotency.free',
  z.object({}),
  `DELETE FROM idempotency_keys
   WHERE tenant_id = $1 AND actor = $2 AND operation = $3 AND key = $4 AND reservation = $5 AND status IS NULL`,
)

const inFlight = (): Problem =>
  new Problem(
    'idempotency_in_flight',
    409,
    'A request with this Idempotency-Key is still running; send the same request again in a moment for its answer.',
    { retry_after: 1 },
  )

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

/** An answer kept for a key: its status and its JSON text. */
export interface KeptAnswer {
  status: number
  answer: string
}

/** One request's hold on its Idempotency-Key. */
export class Reservation {
  readonly #where: unknown[]
  readonly #renewal: NodeJS.Timeout

  private constructor(scope: Scope, where: unknown[]) {
    this.#where = where
    // One that fails is made up for by the next; where the hold is lost all the same, the answer is not kept.
    this.#renewal = setInterval(
      () => void renew(scope, ...where).catch(() => undefined),
      RENEW_MILLISECONDS,
    ).unref()
  }

  /**
   * Reserves a key on the pool, or returns the answer kept under it. Throws `idempotency_key_reused` (422) for another input, and
   * `idempotency_in_flight` (409) while the first request runs.
   */
  static async make(
    scope: Scope,
    caller: Caller,
    operation: string,
    key: string,
    input: unknown,
  ): Promise<Reservation | KeptAnswer> {
    const actor = `${caller.actor.kind}:${caller.actor.id ?? ''}`
    const fingerprint = fingerprintOf(input)
    const where = [actor, operation, key]
    const id = randomUUID()
    const [mine] = await reserve(scope, ...where, fingerprint, id)
    if (mine) return new Reservation(scope, [...where, id])
    const [kept] = await read(scope, ...where)
    if (kept && kept.fingerprint !== fingerprint)
      throw new Problem(
        'idempotency_key_reused',
        422,
        'This Idempotency-Key was used for another request in the last 24 hours; make a new key for a new request.',
      )
    if (!kept || kept.status === null) throw inFlight()
    return { status: kept.status, answer: kept.answer ?? 'null' }
  }

  /** Keeps the answer; in the transaction of the effect, both stand or fall together. Throws when the hold was lost. */
  async keep(scope: Scope, { status, answer }: KeptAnswer): Promise<void> {
    clearInterval(this.#renewal)
    const kept = await keep(scope, ...this.#where, status, answer)
    if (kept.length === 0) throw inFlight()
  }

  /** Gives the key back: nothing was done under it. */
  async free(scope: Scope): Promise<void> {
    clearInterval(this.#renewal)
    await free(scope, ...this.#where)
  }

  /** Gives the key back as soon as the database answers: the connections that just failed may not be the last. */
  async freeSoon(scope: Scope): Promise<void> {
    for (const milliseconds of FREE_AGAIN_MILLISECONDS) {
      const freed = await this.free(scope).then(
        () => true,
        () => false,
      )
      if (freed) return
      await sleep(milliseconds)
    }
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
     RETURNING 1
   ) SELECT count(*) AS forgotten FROM gone`,
)

export const forgetOldAnswers: Duty = {
  name: 'forget-old-answers',
  summary: 'Deletes the answers kept for Idempotency-Keys after 24 hours.',
  everyMilliseconds: 10 * 60_000,
  run: async ({ db }) => (await forget({ db }))[0]?.forgotten ?? 0,
}
