import type { Ctx } from './context.ts'
import { blamesValues, type Scope } from './database.ts'

/**
 * Calls that arrive at one server at the same moment share one statement, and with it a round trip, a plan's start and a
 * flush. No call waits for a timer unless what is in flight waits for a lock: a lone call is sent as soon as the calls that came with it are known (the end of this turn
 * of the event loop), and whatever comes while a statement is in flight gathers for the next one. Starting a statement costs
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
  /** How many statements of one kind are in flight at once, at most: beside another one only a full one is sent. */
  readonly lanes: number
}

/** A statement that takes longer waits for a lock: it no longer keeps its lane from others. */
const LONG_MILLISECONDS = 100
/** How many times its lanes a kind may have in flight when all of them take long. */
const STRETCH = 3

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly since: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** The calls of one kind that wait on one database. */
class Queue<Call, Answer> {
  readonly #gathering: Gathering<Call, Answer>
  readonly #scope: Scope
  readonly #idle: () => void
  #waiting: Waiting<Call, Answer>[] = []
  /** What all that wait weigh. */
  #weight = 0
  /** When each statement in flight was sent. */
  readonly #inFlight = new Set<{ sent: number }>()
  #scheduled = false
  #lookingAgain: NodeJS.Timeout | undefined

  constructor(gathering: Gathering<Call, Answer>, scope: Scope, idle: () => void) {
    this.#gathering = gathering
    this.#scope = scope
    this.#idle = idle
  }

  add(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { call, since: performance.now(), resolve, reject }
      this.#waiting.push(waiting)
      this.#weight += this.#weigh(waiting)
      if (this.#scheduled) return
      if (!this.#hasLane()) return this.#lookAgain()
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#send()
      })
    })
  }

  /** When the call that has waited longest for a statement came. */
  get waitsSince(): number | undefined {
    return this.#waiting[0]?.since
  }

  #hasLane(): boolean {
    const { lanes, most } = this.#gathering
    const recent = performance.now() - LONG_MILLISECONDS
    const busy = [...this.#inFlight].filter(({ sent }) => sent > recent).length
    if (this.#inFlight.size >= lanes * STRETCH) return false
    return busy === 0 || (busy < lanes && this.#weight >= most)
  }

  /** What is in flight may turn out to wait for a lock, and its lane be free before it ends. */
  #lookAgain(): void {
    this.#lookingAgain ??= setTimeout(() => {
      this.#lookingAgain = undefined
      this.#send()
    }, LONG_MILLISECONDS)
  }

  #weigh({ call }: Waiting<Call, Answer>): number {
    return this.#gathering.weight?.(call) ?? 1
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#hasLane()) void this.#run(this.#take())
    if (this.#waiting.length > 0) return this.#lookAgain()
    clearTimeout(this.#lookingAgain)
    this.#lookingAgain = undefined
    if (this.#inFlight.size === 0) this.#idle()
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

  async #run(batch: readonly Waiting<Call, Answer>[]): Promise<void> {
    const statement = { sent: performance.now() }
    this.#inFlight.add(statement)
    try {
      const answers = await this.#gathering.run(
        this.#scope,
        batch.map(({ call }) => call),
      )
      batch.forEach(({ resolve }, nth) => resolve(answers[nth]!))
    } catch (error) {
      // One call's value undid them all: each is tried by itself, and only that one is refused.
      if (batch.length > 1 && blamesValues(error)) await Promise.all(batch.map((each) => this.#alone(each)))
      else for (const { reject } of batch) reject(error)
    } finally {
      this.#inFlight.delete(statement)
      this.#send()
    }
  }

  async #alone({ call, resolve, reject }: Waiting<Call, Answer>): Promise<void> {
    try {
      const [answer] = await this.#gathering.run(this.#scope, [call])
      resolve(answer!)
    } catch (error) {
      reject(error)
    }
  }
}

/** What gathers on each database, of all kinds of calls. */
const gathered = new WeakMap<object, Set<{ readonly waitsSince: number | undefined }>>()

/** Milliseconds for which the oldest call has waited for a statement on this database to share; 0 where none waits. */
export function oldestGathered(db: object): number {
  const since = [...(gathered.get(db) ?? [])].flatMap(({ waitsSince }) => waitsSince ?? [])
  return since.length > 0 ? performance.now() - Math.min(...since) : 0
}

/**
 * Makes calls share statements. Each server and tenant gathers by itself; a call that has a transaction of its own (one with
 * an Idempotency-Key) shares nothing.
 */
export function gather<Call, Answer>(
  gathering: Gathering<Call, Answer>,
): (ctx: Pick<Ctx, 'db' | 'tenant' | 'app'>, call: Call) => Promise<Answer> {
  const databases = new WeakMap<object, Map<string, Queue<Call, Answer>>>()
  const open = (queues: Map<string, Queue<Call, Answer>>, name: string, scope: Scope) => {
    const all = gathered.get(scope.db) ?? new Set()
    gathered.set(scope.db, all)
    const queue = new Queue(gathering, scope, () => {
      queues.delete(name)
      all.delete(queue)
    })
    queues.set(name, queue)
    all.add(queue)
    return queue
  }
  return async ({ db, tenant, app }, call) => {
    if (db !== app.pool) return (await gathering.run({ db, tenant }, [call]))[0]!
    const queues = databases.get(db) ?? new Map<string, Queue<Call, Answer>>()
    databases.set(db, queues)
    const name = `${tenant} ${gathering.kind(call)}`
    const queue = queues.get(name) ?? open(queues, name, { db, tenant })
    return queue.add(call)
  }
}
