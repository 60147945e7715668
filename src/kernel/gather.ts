import { availableParallelism } from 'node:os'
import type { Ctx } from './context.ts'
import { blamesValues, type Scope } from './database.ts'
import type { Pool } from './pool.ts'
import { Problem } from './problem.ts'
import { transactKeeping, type Keeping, type KeptOutput } from './reservation.ts'

/**
 * Calls that arrive at one server at the same moment share one statement, and with it a round trip, a plan's start and a
 * flush. No call waits for a timer unless what is in flight waits for a lock: a lone call is sent as soon as the calls that came with it are known (the end of this turn
 * of the event loop), and whatever comes while its lane is busy gathers for the next statement. Starting a statement costs
 * more than one more call in it: with two small ones in flight, ten clients over HTTP got 0.6 of what one at a time gives.
 */
export interface Gathering<Call, Answer> {
  /** Runs calls of one kind in one statement; answers them in their order. Each call keeps its own answer. */
  run(scope: Scope, calls: readonly Call[]): Promise<readonly Answer[]>
  /** Calls of one kind may share a statement. */
  kind(call: Call): string
  /** What a call adds to its statement; 1 unless said. */
  weight?(call: Call): number
  /** The weight of a statement, at most; a heavier call goes alone. */
  readonly most: number
  /** Whose other statements its own are not sent beside. */
  readonly lane: Lane
}

/** A statement that takes longer waits for a lock: it no longer keeps its lane from others. */
const LONG_MILLISECONDS = 100
/** How many times its width a lane may have in flight when all of them take long. */
const STRETCH = 3

/**
 * How many statements a tenant has in flight at once, of all the gatherings that have this lane together: `width`, no two of
 * them of one kind, or half as many as kinds wait; and one more that is full. Two small statements cost the database more than
 * one that is twice as large, and only where it has processors to spare is that made up for by running both at once.
 */
export class Lane {
  readonly width: number
  readonly #traffic = new WeakMap<object, Map<string, Traffic>>()

  /** Half of the processors unless said: the other half has the calls to serve. */
  constructor(width = Math.max(1, Math.floor(availableParallelism() / 2))) {
    this.width = width
  }

  /** What a tenant has on this lane, on one database. */
  trafficOf({ db, tenant }: Scope): Traffic {
    const tenants = this.#traffic.get(db) ?? new Map<string, Traffic>()
    this.#traffic.set(db, tenants)
    const traffic = tenants.get(tenant) ?? new Traffic(db, this.width, () => tenants.delete(tenant))
    tenants.set(tenant, traffic)
    return traffic
  }
}

/**
 * What changes something: calls that were served together come back together, with a key to reserve, a claim, a completion,
 * and are best served together again.
 */
export const CHANGES = new Lane()

/** Calls of one kind that may wait to be sent. */
interface Sendable {
  /** Unique among the kinds of all gatherings. */
  readonly name: string
  /** When the call that has waited longest came; undefined where none waits. */
  readonly waitsSince: number | undefined
  /** Whether what waits fills a statement. */
  readonly full: boolean
  /** Sends a statement for what has waited longest; ends with it, and never throws. */
  send(): Promise<void>
}

/** The traffic that there is on each database, for what it says of the load. */
const trafficOn = new WeakMap<object, Set<Traffic>>()

/** One tenant's statements of a lane: those in flight, and the calls that wait for the next ones. */
class Traffic {
  readonly #width: number
  readonly #idle: () => void
  /** When each statement in flight was sent, and of which kind it is. */
  readonly #inFlight = new Set<{ readonly kind: Sendable; readonly sent: number }>()
  readonly #kinds = new Map<string, Sendable>()
  #scheduled = false
  #lookingAgain: NodeJS.Timeout | undefined

  constructor(db: object, width: number, idle: () => void) {
    this.#width = width
    const all = trafficOn.get(db) ?? new Set()
    trafficOn.set(db, all.add(this))
    this.#idle = () => {
      all.delete(this)
      idle()
    }
  }

  /** The calls of the kind of this name; what `make` makes has that name. */
  kind<T extends Sendable>(name: string, make: () => T): T {
    const kind = (this.#kinds.get(name) as T | undefined) ?? make()
    this.#kinds.set(name, kind)
    return kind
  }

  /** When the call that has waited longest for a statement came. */
  get waitsSince(): number | undefined {
    return this.#waiting()[0]?.waitsSince
  }

  /** Sends what waits at the end of this turn of the event loop, with what else came in it; or when its turn comes. */
  sendSoon(): void {
    if (this.#scheduled) return
    if (!this.#next()) return this.#lookAgain()
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  /** The kinds of which calls wait, the one with the oldest first. */
  #waiting(): Sendable[] {
    return [...this.#kinds.values()]
      .filter(({ waitsSince }) => waitsSince !== undefined)
      .sort((a, b) => a.waitsSince! - b.waitsSince!)
  }

  #next(): Sendable | undefined {
    if (this.#inFlight.size >= (this.#width + 1) * STRETCH) return undefined
    const recent = performance.now() - LONG_MILLISECONDS
    const busy = [...this.#inFlight].filter(({ sent }) => sent > recent)
    const waiting = this.#waiting()
    const width = Math.max(this.#width, Math.floor(waiting.length / 2))
    return waiting.find((kind) =>
      kind.full
        ? busy.length <= width
        : busy.length < width && busy.every((statement) => statement.kind !== kind),
    )
  }

  /** What is in flight may turn out to wait for a lock, and the lane be free before it ends. */
  #lookAgain(): void {
    this.#lookingAgain ??= setTimeout(() => {
      this.#lookingAgain = undefined
      this.#send()
    }, LONG_MILLISECONDS)
  }

  #send(): void {
    for (let next = this.#next(); next; next = this.#next()) void this.#run(next)
    if (this.waitsSince !== undefined) return this.#lookAgain()
    clearTimeout(this.#lookingAgain)
    this.#lookingAgain = undefined
    if (this.#inFlight.size === 0) this.#idle()
  }

  async #run(kind: Sendable): Promise<void> {
    const statement = { kind, sent: performance.now() }
    this.#inFlight.add(statement)
    await kind.send()
    this.#inFlight.delete(statement)
    if (kind.waitsSince === undefined && ![...this.#inFlight].some((other) => other.kind === kind))
      this.#kinds.delete(kind.name)
    this.#send()
  }
}

/** Milliseconds for which the oldest call has waited for a statement on this database to share; 0 where none waits. */
export function oldestGathered(db: object): number {
  const since = [...(trafficOn.get(db) ?? [])].flatMap(({ waitsSince }) => waitsSince ?? [])
  return since.length > 0 ? performance.now() - Math.min(...since) : 0
}

/** An operation's output by the answer that its gathered call got; undefined where nothing was done for it. */
type OutputOf<Answer> = (answer: Answer) => unknown

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly since: number
  /** Where the call has an Idempotency-Key: how its answer is kept. */
  readonly keep: { readonly keeping: Keeping; readonly outputOf: OutputOf<Answer> } | undefined
  resolve(answer: Answer): void
  reject(error: unknown): void
}

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

  add(call: Call, keep: Waiting<Call, Answer>['keep']): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { call, since: performance.now(), keep, resolve, reject }
      this.#waiting.push(waiting)
      this.#weight += this.#weigh(waiting)
    })
  }

  get waitsSince(): number | undefined {
    return this.#waiting[0]?.since
  }

  get full(): boolean {
    return this.#weight >= this.#gathering.most
  }

  async send(): Promise<void> {
    const batch = this.#take()
    try {
      const answers = await this.#run(batch)
      batch.forEach(({ resolve }, nth) => resolve(answers[nth]!))
    } catch (error) {
      // One call's value, or its lost key, undid them all: each is tried by itself, and only that one is refused.
      if (batch.length > 1 && blamesOne(error)) await Promise.all(batch.map((each) => this.#alone(each)))
      else for (const { reject } of batch) reject(error)
    }
  }

  #weigh({ call }: Waiting<Call, Answer>): number {
    return this.#gathering.weight?.(call) ?? 1
  }

  /** The calls that came first, as many as one statement takes. */
  #take(): Waiting<Call, Answer>[] {
    let [taken, sum] = [0, 0]
    for (const each of this.#waiting) {
      const weight = this.#weigh(each)
      if (taken > 0 && sum + weight > this.#gathering.most) break
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
      each.reject(error)
    }
  }

  #run(batch: readonly Waiting<Call, Answer>[]): Promise<readonly Answer[]> {
    const run = (scope: Scope) =>
      this.#gathering.run(
        scope,
        batch.map(({ call }) => call),
      )
    if (batch.every(({ keep }) => !keep)) return run({ db: this.#pool, tenant: this.#tenant })
    return transactKeeping(this.#pool, this.#tenant, run, (answers) =>
      batch.flatMap(({ keep }, nth): KeptOutput[] =>
        keep ? [{ keeping: keep.keeping, output: keep.outputOf(answers[nth]!) }] : [],
      ),
    )
  }
}

/** Whether an error is that of one of the calls in a statement, which did nothing for the others either. */
const blamesOne = (error: unknown): boolean =>
  blamesValues(error) || (error instanceof Problem && error.code === 'idempotency_in_flight')

/** Who calls, of what a context knows. */
type GatherCtx = Pick<Ctx, 'db' | 'tenant' | 'app'> & { readonly keeping?: Keeping | undefined }

let gatherings = 0

/**
 * Makes calls share statements. Each server and tenant gathers by itself; a call that is in a transaction shares nothing.
 *
 * `outputOf` says what the operation answers where this call is the operation's whole effect: where it has an Idempotency-Key, the
 * answer is then kept in the transaction of the statement, which it shares with the others.
 */
export function gather<Call, Answer>(
  gathering: Gathering<Call, Answer>,
): (ctx: GatherCtx, call: Call, outputOf?: OutputOf<Answer>) => Promise<Answer> {
  const own = ++gatherings
  return async ({ db, tenant, app: { pool }, keeping }, call, outputOf) => {
    if (db !== pool) return (await gathering.run({ db, tenant }, [call]))[0]!
    const traffic = gathering.lane.trafficOf({ db, tenant })
    const name = `${own} ${gathering.kind(call)}`
    const queue = traffic.kind(name, () => new Queue<Call, Answer>(name, gathering, pool, tenant))
    const answer = queue.add(call, keeping && outputOf && { keeping, outputOf })
    traffic.sendSoon()
    return answer
  }
}

/** What `gather` does for a call that must not share its statement; in a transaction where its answer is to be kept. */
export function alone<Answer>(
  { db, tenant, app: { pool }, keeping }: GatherCtx,
  run: (scope: Scope) => Promise<Answer>,
  outputOf: OutputOf<Answer>,
): Promise<Answer> {
  if (db !== pool || !keeping) return run({ db, tenant })
  return transactKeeping(pool, tenant, run, (answer) => [{ keeping, output: outputOf(answer) }])
}
