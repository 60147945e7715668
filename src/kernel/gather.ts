import type { Ctx, RequestFacts } from './context.ts'
import { blamesValues, type Scope } from './database.ts'
import type { Lane, Sendable } from './lane.ts'
import { KEY_USED } from './keyed.ts'
import type { Pool } from './pool.ts'
import { Problem } from './problem.ts'
import { nameOfKey, transactKeeping, type Keeping, type KeptOutput, type KeyUse } from './reservation.ts'

/**
 * Calls that arrive at one server at the same moment share one statement, and with it a round trip, a plan's start and a
 * flush. No call waits for a timer unless what is in flight waits for a lock: a lone call is sent as soon as the calls that
 * came with it are known (the end of this turn of the event loop), and whatever comes while its lane is busy gathers for the
 * next statement. Starting a statement costs more than one more call in it: with two small ones in flight, ten clients over
 * HTTP got 0.6 of what one at a time gives. What is ample for two goes in two.
 */
export interface Gathering<Call, Answer> {
  /**
   * Runs calls of one kind in one statement; answers them in their order. Where one of `keys` is there, the statement takes
   * them, keeps the answers of their calls, and answers KEY_USED for one that was taken.
   */
  run(
    scope: Scope,
    calls: readonly Call[],
    keys: readonly (KeyUse | undefined)[],
  ): Promise<readonly (Answer | typeof KEY_USED)[]>
  /** Calls of one kind may share a statement. */
  kind(call: Call): string
  /** What a call adds to its statement; 1 unless said. */
  weight?(call: Call): number
  /** The weight of a statement, at most; a heavier call goes alone. */
  readonly most: number
  /** The weight that is worth a statement beside another one in flight; `most` unless said. */
  readonly ample?: number
  /** Whose other statements its own are not sent beside. */
  readonly lane: Lane
  /** A call is not sent any more when its client has hung up: what it gets, nobody would have. */
  readonly onlyAwaited?: boolean
}

/** An operation's output by the answer that its gathered call got; undefined where nothing was done for it. */
type OutputOf<Answer> = (answer: Answer) => unknown

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly since: number
  readonly gone: (() => boolean) | undefined
  /** Where the call has an Idempotency-Key: how its answer is kept. */
  readonly keep: { readonly keeping: Keeping; readonly outputOf: OutputOf<Answer> } | undefined
  resolve(answer: Answer | typeof KEY_USED): void
  reject(error: unknown): void
}

/** A call as it comes. */
type Asked<Call, Answer> = Pick<Waiting<Call, Answer>, 'call' | 'keep' | 'gone'>

const abandoned = (): Problem =>
  new Problem('unavailable', 503, 'Nobody waits for this answer any more; nothing was done.', {
    retry_after: 1,
  })

/** The calls of one kind that wait for a statement. */
class Queue<Call, Answer> implements Sendable {
  readonly name: string
  readonly #gathering: Gathering<Call, Answer>
  readonly #pool: Pool
  readonly #tenant: string
  #waiting: Waiting<Call, Answer>[] = []
  /** What all that wait weigh. */
  #weight = 0

  constructor(name: string, gathering: Gathering<Call, Answer>, pool: Pool, tenant: string) {
    this.name = name
    this.#gathering = gathering
    this.#pool = pool
    this.#tenant = tenant
  }

  add({ call, keep, gone }: Asked<Call, Answer>): Promise<Answer | typeof KEY_USED> {
    return new Promise((resolve, reject) => {
      const waiting = { call, since: performance.now(), gone, keep, resolve, reject }
      this.#waiting.push(waiting)
      this.#weight += this.#weigh(waiting)
    })
  }

  get waitsSince(): number | undefined {
    return this.#waiting[0]?.since
  }

  get #enough(): number {
    return this.#gathering.ample ?? this.#gathering.most
  }

  get ample(): boolean {
    return this.#weight >= this.#enough
  }

  async send(room: number): Promise<() => void> {
    this.#dropGone()
    if (this.#waiting.length === 0) return () => undefined
    const parts = Math.max(1, Math.min(room, Math.floor(this.#weight / this.#enough)))
    const batch = this.#take(Math.min(this.#gathering.most, Math.ceil(this.#weight / parts)))
    try {
      const answers = await this.#run(batch)
      return () => batch.forEach(({ resolve }, nth) => resolve(answers[nth]!))
    } catch (error) {
      if (batch.length === 1 || !blamesOne(error))
        return () => batch.forEach((each) => this.#fail(each, error))
      // One call's value, its lost key, or its own needs undid them all: each is tried by itself.
      await Promise.all(batch.map((each) => this.#alone(each)))
      return () => undefined
    }
  }

  /** Sorts out the calls whose clients have hung up, where it matters. */
  #dropGone(): void {
    if (!this.#gathering.onlyAwaited) return
    const { awaited = [], gone = [] } = Object.groupBy(this.#waiting, (each) =>
      each.gone?.() ? 'gone' : 'awaited',
    )
    this.#waiting = awaited
    for (const each of gone) {
      this.#weight -= this.#weigh(each)
      each.reject(abandoned())
    }
  }

  #weigh({ call }: Waiting<Call, Answer>): number {
    return this.#gathering.weight?.(call) ?? 1
  }

  /** The calls that came first, up to a weight unless the first alone has more; no two under one key. */
  #take(most: number): Waiting<Call, Answer>[] {
    const keys = new Set<string>()
    let [taken, sum] = [0, 0]
    for (const each of this.#waiting) {
      const weight = this.#weigh(each)
      if (taken > 0 && sum + weight > most) break
      if (each.keep) {
        const key = nameOfKey(each.keep.keeping.hold.use)
        if (keys.has(key)) break
        keys.add(key)
      }
      taken++
      sum += weight
    }
    this.#weight -= sum
    return this.#waiting.splice(0, taken)
  }

  async #alone(each: Waiting<Call, Answer>): Promise<void> {
    try {
      const [answer] = await this.#run([each])
      each.resolve(answer!)
    } catch (error) {
      this.#fail(each, error)
    }
  }

  #fail({ keep, resolve, reject }: Waiting<Call, Answer>, error: unknown): void {
    // Another request took the key between the statement's beginning and its end.
    if (keep && blamesKey(error)) resolve(KEY_USED)
    else reject(error)
  }

  async #run(batch: readonly Waiting<Call, Answer>[]): Promise<readonly (Answer | typeof KEY_USED)[]> {
    const keys = batch.map(({ keep }) =>
      keep?.keeping.hold.reservation ? undefined : keep?.keeping.hold.use,
    )
    const run = (scope: Scope) =>
      this.#gathering.run(
        scope,
        batch.map(({ call }) => call),
        keys,
      )
    const outputsOf = (answers: readonly (Answer | typeof KEY_USED)[]): KeptOutput[] =>
      batch.flatMap(({ keep }, nth) => {
        const answer = answers[nth]!
        return keep && answer !== KEY_USED ? [{ keeping: keep.keeping, output: keep.outputOf(answer) }] : []
      })
    if (batch.some(({ keep }) => keep?.keeping.hold.reservation))
      return transactKeeping(this.#pool, this.#tenant, run, outputsOf)
    const answers = await run({ db: this.#pool, tenant: this.#tenant })
    for (const { keeping, output } of outputsOf(answers)) if (output !== undefined) keeping.done = true
    return answers
  }
}

/** What `run` throws in a transaction that must be taken back since one of its calls needs more than it may do beside others. */
export class NeedsToBeAlone extends Error {}

/** Whether an error is that of one of the calls in a statement, which did nothing for the others either. */
const blamesOne = (error: unknown): boolean =>
  blamesValues(error) ||
  error instanceof NeedsToBeAlone ||
  (error instanceof Problem && error.code === 'idempotency_in_flight')

const blamesKey = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'idempotency_keys_pkey'

/** Who calls, of what a context knows. */
type GatherCtx = Pick<Ctx, 'db' | 'tenant' | 'app'> & {
  readonly keeping?: Keeping | undefined
  readonly request?: Pick<RequestFacts, 'gone'>
}

let gatherings = 0

/**
 * Makes calls share statements. Each server and tenant gathers by itself; a call that is in a transaction shares nothing.
 *
 * `outputOf` says what the operation answers where this call is its whole effect: where the operation was called with an
 * Idempotency-Key, that answer is kept by the statement, or in its transaction.
 */
export function gather<Call, Answer>(
  gathering: Gathering<Call, Answer>,
): (ctx: GatherCtx, call: Call, outputOf?: OutputOf<Answer>) => Promise<Answer> {
  const own = ++gatherings
  return async ({ db, tenant, app: { pool }, keeping, request }, call, outputOf) => {
    if (db !== pool) return (await gathering.run({ db, tenant }, [call], [undefined]))[0] as Answer
    const traffic = gathering.lane.trafficOf({ db, tenant })
    const name = `${own} ${gathering.kind(call)}`
    const keep = keeping && outputOf && { keeping, outputOf }
    const ask = (): Promise<Answer | typeof KEY_USED> => {
      const queue = traffic.kind(name, () => new Queue<Call, Answer>(name, gathering, pool, tenant))
      const answer = queue.add({ call, keep, gone: request?.gone })
      traffic.sendSoon()
      return answer
    }
    const answer = await ask()
    if (answer !== KEY_USED) return answer
    await keep?.keeping.hold.reserve()
    // It was free after all: by now, or for its age.
    return (await ask()) as Answer
  }
}

/**
 * What `gather` does for a call that must not share its statement, and may wait; where its answer is to be kept, under a key that
 * is reserved for it.
 */
export async function alone<Answer>(
  { db, tenant, app: { pool }, keeping }: GatherCtx,
  run: (scope: Scope) => Promise<Answer>,
  outputOf: OutputOf<Answer>,
): Promise<Answer> {
  if (db !== pool || !keeping) return run({ db, tenant })
  await keeping.hold.reserve()
  return transactKeeping(pool, tenant, run, (answer) => [{ keeping, output: outputOf(answer) }])
}
