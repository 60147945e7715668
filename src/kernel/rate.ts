/** What a rate says of one call. */
export interface Taken {
  readonly allowed: boolean
  /** Calls that are left at this moment. */
  readonly remaining: number
  /** Whole seconds until all are there again. */
  readonly resetSeconds: number
  /** Whole seconds after which the next call is allowed; 0 where it is now. */
  readonly retrySeconds: number
}

/** How many callers are kept apart; the one that was silent longest is forgotten. */
const MOST = 10_000

/**
 * Calls a second, for each caller by itself, in this process: `perSecond` on the average, and up to `burst` at once after
 * a pause. One number a caller, the moment at which its calls are paid off (the generic cell rate algorithm); so there is
 * no window at whose edge twice as many would pass, and no timer.
 */
export class Rate {
  readonly burst: number
  readonly #interval: number
  readonly #paidOff = new Map<string, number>()

  constructor(perSecond: number, burst: number) {
    this.#interval = 1000 / perSecond
    this.burst = burst
  }

  /** How many callers it knows. */
  get size(): number {
    return this.#paidOff.size
  }

  /** Looks whether a caller may call, and counts nothing. */
  look(who: string, now = performance.now()): Taken {
    return this.#state(Math.max(this.#paidOff.get(who) ?? 0, now) - now)
  }

  /** Counts a call where it is allowed; one that is refused costs the caller nothing. */
  take(who: string, now = performance.now()): Taken {
    const debt = Math.max(this.#paidOff.get(who) ?? 0, now) - now
    const before = this.#state(debt)
    if (!before.allowed) return before
    // Deleted first: a Map keeps the place of what is set again, and who was silent longest has to stand first.
    this.#paidOff.delete(who)
    const oldest = this.#paidOff.keys().next()
    if (this.#paidOff.size >= MOST && !oldest.done) this.#paidOff.delete(oldest.value)
    this.#paidOff.set(who, now + debt + this.#interval)
    return { ...this.#state(debt + this.#interval), allowed: true, retrySeconds: 0 }
  }

  /** `debt`: milliseconds until all that was taken is paid off. */
  #state(debt: number): Taken {
    // What is left of a division must not cost a call.
    const remaining = Math.max(0, Math.floor(this.burst - debt / this.#interval + 1e-6))
    const wait = debt - (this.burst - 1) * this.#interval
    return {
      allowed: remaining > 0,
      remaining,
      resetSeconds: Math.ceil(debt / 1000),
      retrySeconds: remaining > 0 ? 0 : Math.max(1, Math.ceil(wait / 1000)),
    }
  }
}
