import { z } from 'zod'
import { columnsOf, query, transact, type Scope } from './database.ts'
import type { Pool } from './pool.ts'
import { Problem } from './problem.ts'

/**
 * How long a reservation holds without a word of its request, and how often a request that runs renews it: a call that
 * is sent again after a crash waits for no more than that.
 */
export const RESERVATION_SECONDS = 12
const RENEW_MILLISECONDS = 4_000

const keepAll = query(
  'idempotency.keep',
  z.object({ reservation: z.string() }),
  `UPDATE idempotency_keys k SET status = g.status, answer = g.answer
   FROM unnest($2::text[], $3::text[], $4::text[], $5::uuid[], $6::smallint[], $7::text[])
     AS g(actor, operation, key, reservation, status, answer)
   WHERE k.tenant_id = $1 AND k.actor = g.actor AND k.operation = g.operation AND k.key = g.key
     AND k.reservation = g.reservation AND k.status IS NULL
   RETURNING k.reservation`,
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

/** The same request runs already, or another one took its key over meanwhile. */
export const inFlight = (): Problem =>
  new Problem(
    'idempotency_in_flight',
    409,
    'A request with this Idempotency-Key is still running; send the same request again in a moment for its answer.',
    { retry_after: 1 },
  )

/** Whose key it is: an actor's, for one operation. */
export interface KeyName {
  readonly actor: string
  readonly operation: string
  readonly key: string
}

/** A key's name as text, and the order in which keys are locked. */
export const nameOfKey = ({ actor, operation, key }: KeyName): string =>
  JSON.stringify([actor, operation, key])

/** A key, and what it was first sent with. */
export interface KeyUse extends KeyName {
  readonly fingerprint: string
}

/** An answer kept for a key: its status and its JSON text. */
export interface KeptAnswer {
  readonly status: number
  readonly answer: string
}

/** One request's hold on its Idempotency-Key. */
export class Reservation {
  readonly #scope: Scope
  readonly #name: KeyName
  readonly #id: string
  readonly #renewal: NodeJS.Timeout

  /** Renews on the pool what was just reserved under this id. */
  constructor(scope: Scope, name: KeyName, id: string) {
    this.#scope = scope
    this.#name = name
    this.#id = id
    // One that fails is made up for by the next; where the hold is lost all the same, the answer is not kept.
    this.#renewal = setInterval(
      () => void renew(scope, ...this.#where).catch(() => undefined),
      RENEW_MILLISECONDS,
    ).unref()
  }

  get #where(): [actor: string, operation: string, key: string, id: string] {
    const { actor, operation, key } = this.#name
    return [actor, operation, key, this.#id]
  }

  /**
   * Keeps answers, all or none; in the transaction of their effects, both stand or fall together. Throws
   * `idempotency_in_flight` (409) when a hold was lost.
   */
  static async keepAll(scope: Scope, kept: readonly Kept[]): Promise<void> {
    if (kept.length === 0) return
    for (const { reservation } of kept) clearInterval(reservation.#renewal)
    const rows = kept.map(({ reservation, answer: { status, answer } }) => [
      ...reservation.#where,
      status,
      answer,
    ])
    if ((await keepAll(scope, ...columnsOf(rows))).length < kept.length) throw inFlight()
  }

  /** Keeps an answer by itself: of a refusal, or of a read. */
  keep(answer: KeptAnswer): Promise<void> {
    return Reservation.keepAll(this.#scope, [{ reservation: this, answer }])
  }

  /** Gives the key back: nothing was done under it. */
  async free(): Promise<void> {
    clearInterval(this.#renewal)
    await free(this.#scope, ...this.#where)
  }
}

/** What is to be kept for whom. */
export interface Kept {
  readonly reservation: Reservation
  readonly answer: KeptAnswer
}

/** Nothing is to be done: the key has an answer. */
export class AnswerKept extends Error {
  readonly kept: KeptAnswer
  constructor(kept: KeptAnswer) {
    super('the key has an answer')
    this.kept = kept
  }
}

/** The keys that there are: both throw for one that is in flight, or was used for something else. */
export interface Keys {
  /** Reserves a key, or finds its answer. */
  reserve(use: KeyUse): Promise<Reservation | KeptAnswer>
  /** The answer of a key that is used. */
  find(use: KeyUse): Promise<KeptAnswer | undefined>
}

/**
 * A request's Idempotency-Key, which is taken in one of two ways: reserved beforehand, where the work needs a transaction or may
 * wait, so that whoever sends it again meanwhile is told; or by the very statement that does the work (`keyed.ts`).
 */
export class KeyHold {
  readonly use: KeyUse
  readonly #keys: Keys
  #reservation: Reservation | undefined

  constructor(use: KeyUse, keys: Keys) {
    this.use = use
    this.#keys = keys
  }

  /** Undefined where the key is left to the statement that does the work. */
  get reservation(): Reservation | undefined {
    return this.#reservation
  }

  /** Reserves the key, once. Throws AnswerKept, and whatever `Keys` throws. */
  async reserve(): Promise<Reservation> {
    if (this.#reservation) return this.#reservation
    const found = await this.#keys.reserve(this.use)
    if (!(found instanceof Reservation)) throw new AnswerKept(found)
    this.#reservation = found
    return found
  }

  /**
   * Nothing was done under the key, and nothing is kept. Where it was left to a statement, that one may have found nothing since
   * an earlier attempt took it and committed just after the statement had looked for the key; so it is looked for once more.
   * Throws as `reserve` does.
   */
  async giveBack(): Promise<void> {
    if (this.#reservation) return this.#reservation.free()
    const kept = await this.#keys.find(this.use)
    if (kept) throw new AnswerKept(kept)
  }
}

/**
 * What a call with an Idempotency-Key that needs no transaction of its own hands on to whoever does its work, together with
 * others': its key, and how its answer is kept.
 */
export class Keeping {
  readonly hold: KeyHold
  readonly #answerOf: (output: unknown) => KeptAnswer | undefined
  /** What there was to keep of the answer is kept, and has committed. */
  done = false

  /** `answerOf` an operation's output; undefined for one that is not kept. */
  constructor(hold: KeyHold, answerOf: (output: unknown) => KeptAnswer | undefined) {
    this.hold = hold
    this.#answerOf = answerOf
  }

  /** What is to be kept of an output for a key that was reserved. */
  of(output: unknown): Kept | undefined {
    const { reservation } = this.hold
    const answer = this.#answerOf(output)
    return reservation && answer && { reservation, answer }
  }
}

/** Whose answer is kept, and what the operation will answer; undefined where nothing was done for it. */
export interface KeptOutput {
  readonly keeping: Keeping
  readonly output: unknown
}

/**
 * Runs `work` in a transaction in which the answers that it leads to are kept for the keys that were reserved. Throws
 * `idempotency_in_flight` (409) when one of them has lost its hold: nothing was then done for any of them.
 */
export async function transactKeeping<T>(
  pool: Pool,
  tenant: string,
  work: (scope: Scope) => Promise<T>,
  outputsOf: (result: T) => readonly KeptOutput[],
): Promise<T> {
  const { result, outputs } = await transact(pool, async (db) => {
    const scope = { db, tenant }
    const result = await work(scope)
    const outputs = outputsOf(result).filter(({ output }) => output !== undefined)
    await Reservation.keepAll(
      scope,
      outputs.flatMap(({ keeping, output }) => keeping.of(output) ?? []),
    )
    return { result, outputs }
  })
  for (const { keeping } of outputs) keeping.done = true
  return result
}
