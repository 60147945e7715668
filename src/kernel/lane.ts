import { availableParallelism } from 'node:os'
import type { Scope } from './database.ts'

/** A statement that takes longer waits for a lock: it no longer keeps its lane from others. */
const LONG_MILLISECONDS = 100
/** A kind that has waited so long is overtaken by no other any more, however ample that is. */
const PATIENCE_MILLISECONDS = 50
/** How many times its width a lane may have in flight when all of them take long. */
const STRETCH = 3

/** Calls of one kind that may wait to be sent. */
export interface Sendable {
  /** Unique among the kinds of all gatherings. */
  readonly name: string
  /** When the call that has waited longest came; undefined where none waits. */
  readonly waitsSince: number | undefined
  /** Whether what waits is worth a statement beside another one in flight. */
  readonly ample: boolean
  /**
   * Sends a statement for what has waited longest; ends with it, never throws, and leaves it to tell its callers. It takes
   * its part of what waits where so many statements may be sent now, as long as each of them is worth it.
   */
  send(room: number): Promise<() => void>
}

/**
 * How many statements a tenant has in flight at once, of all the gatherings that have this lane together: `width`, no two of
 * them of one kind, or half as many as kinds wait; and one more that is ample. Two small statements cost the database more than
 * one that is twice as large, and only where it has processors to spare is that made up for by running both at once.
 */
export class Lane {
  readonly #width: number
  readonly #traffic = new WeakMap<object, Map<string, Traffic>>()

  /** Half of the processors unless said: the other half has the calls to serve. */
  constructor(width = Math.max(1, Math.floor(availableParallelism() / 2))) {
    this.#width = width
  }

  /** What a tenant has on this lane, on one database. */
  trafficOf({ db, tenant }: Scope): Traffic {
    const tenants = this.#traffic.get(db) ?? new Map<string, Traffic>()
    this.#traffic.set(db, tenants)
    const forget = (idle: Traffic): void => {
      if (tenants.get(tenant) === idle) tenants.delete(tenant)
    }
    const traffic = tenants.get(tenant) ?? new Traffic(db, this.#width, forget)
    tenants.set(tenant, traffic)
    return traffic
  }
}

/**
 * What changes something: calls that were served together come back together, with a key to reserve, a claim, a completion,
 * and are best served together again.
 */
export const CHANGES = new Lane()

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

  constructor(db: object, width: number, forget: (idle: Traffic) => void) {
    this.#width = width
    const all = trafficOn.get(db) ?? new Set()
    trafficOn.set(db, all.add(this))
    this.#idle = () => {
      all.delete(this)
      forget(this)
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
    let oldest: number | undefined
    for (const { waitsSince } of this.#kinds.values())
      if (waitsSince !== undefined) oldest = Math.min(waitsSince, oldest ?? Infinity)
    return oldest
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

  /** What may be sent now, and how many of its statements. */
  #next(): { kind: Sendable; room: number } | undefined {
    if (this.#inFlight.size >= (this.#width + 1) * STRETCH) return undefined
    const now = performance.now()
    const busy = [...this.#inFlight].filter(({ sent }) => now - sent < LONG_MILLISECONDS)
    const waiting = this.#waiting()
    const width = Math.max(this.#width, Math.floor(waiting.length / 2))
    for (const kind of waiting) {
      const free = kind.ample
        ? busy.length <= width
        : busy.length < width && busy.every((statement) => statement.kind !== kind)
      const others = waiting.filter((other) => other !== kind && other.ample).length
      if (free) return { kind, room: Math.max(1, width + 1 - busy.length - others) }
      if (now - kind.waitsSince! > PATIENCE_MILLISECONDS) return undefined
    }
    return undefined
  }

  /** What is in flight may turn out to wait for a lock, and the lane be free before it ends. */
  #lookAgain(): void {
    this.#lookingAgain ??= setTimeout(() => {
      this.#lookingAgain = undefined
      this.#send()
    }, LONG_MILLISECONDS)
  }

  #send(): void {
    for (let next = this.#next(); next; next = this.#next()) void this.#run(next.kind, next.room)
    if (this.waitsSince !== undefined) return this.#lookAgain()
    clearTimeout(this.#lookingAgain)
    this.#lookingAgain = undefined
    if (this.#inFlight.size === 0) this.#idle()
  }

  async #run(kind: Sendable, room: number): Promise<void> {
    const statement = { kind, sent: performance.now() }
    this.#inFlight.add(statement)
    const tell = await kind.send(room)
    this.#inFlight.delete(statement)
    if (kind.waitsSince === undefined && ![...this.#inFlight].some((other) => other.kind === kind))
      this.#kinds.delete(kind.name)
    this.#send()
    // What waited is sent first, at the end of this turn: the database works while these are being answered.
    if (this.#inFlight.size > 0) setImmediate(tell)
    else tell()
  }
}

/** Milliseconds for which the oldest call has waited for a statement on this database to share; 0 where none waits. */
export function oldestGathered(db: object): number {
  const since = [...(trafficOn.get(db) ?? [])].flatMap(({ waitsSince }) => waitsSince ?? [])
  return since.length > 0 ? performance.now() - Math.min(...since) : 0
}
