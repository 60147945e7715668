import { Counter, Gauge } from 'prom-client'
import { oldestGathered } from './lane.ts'
import { Memory } from './memory.ts'
import type { Metrics } from './metrics.ts'
import type { Pool } from './pool.ts'
import { Problem } from './problem.ts'
import { setting, wholeNumber } from './settings.ts'

export const overloadMilliseconds = setting({
  name: 'CAIRN_OVERLOAD_MILLISECONDS',
  description:
    'Once the oldest call has waited so long for a database connection, new ones are told to come back; 0 for never',
  fallback: '3000',
  parse: wholeNumber(0, 600_000),
})

/** Between two looks at the event loop and the memory. */
const LOOK_MILLISECONDS = 100
/** A call takes about so many turns of the event loop: it is let in, looked up, run, answered. */
const TURNS = 4
/** Calls that may wait for a connection, however short a time. */
const MOST_WAITING = 2_000
/** What keeps or frees work goes on for so many times as long and as many. */
const URGENT = 3

/** Milliseconds: of those that wait for a connection, and of those that wait to share a statement. */
const oldestWait = (pool: Pool): number => Math.max(pool.oldestWait, oldestGathered(pool))

/** Seconds after which to come back: not all at once. */
const comeBack = (): number => 1 + Math.floor(Math.random() * 3)

/**
 * Whether this server has more to do than it can. A queue that only grows ends in time-outs and in no memory; so what is
 * new is refused by the age of what waits, which says the same on a fast machine and on a slow one, and ends by itself.
 */
export class Load {
  readonly #pool: Pool
  readonly #after: number
  readonly #looking: NodeJS.Timeout
  readonly #shed: Counter<'why'>
  #loopDelay = 0
  readonly #memory = new Memory()

  constructor(pool: Pool, metrics: Metrics, after: number) {
    this.#pool = pool
    this.#after = after
    const registers = [metrics.registry]
    this.#shed = new Counter({
      name: 'cairn_calls_shed_total',
      help: 'Calls that were told to come back, by what there was too much of',
      labelNames: ['why'] as const,
      registers,
    })
    new Gauge({
      name: 'cairn_database_wait_seconds',
      help: 'How long the oldest call has waited for a database connection, or for a statement to share',
      registers,
      collect() {
        this.set(oldestWait(pool) / 1000)
      },
    })
    let last = performance.now()
    this.#looking = setInterval(() => {
      const now = performance.now()
      // A single long turn counts a quarter: only a loop that stays slow is overloaded.
      this.#loopDelay += (Math.max(0, now - last - LOOK_MILLISECONDS) - this.#loopDelay) / 4
      if (after > 0) this.#memory.look()
      last = now
    }, LOOK_MILLISECONDS)
    this.#looking.unref()
  }

  /** Refuses a new call where there is too much to do, by `overloaded` (503); an urgent one last. */
  require(urgent: boolean): void {
    if (this.#after === 0) return
    const why = this.#why(urgent)
    if (!why) return
    this.#shed.inc({ why })
    throw new Problem(
      'overloaded',
      503,
      'This server has more to do than it can just now; nothing was done, send the request again in a moment.',
      { retry_after: comeBack() },
    )
  }

  #why(urgent: boolean): string | undefined {
    const patience = urgent ? URGENT : 1
    if (oldestWait(this.#pool) > this.#after * patience) return 'database_wait'
    if (this.#pool.waitingCount > MOST_WAITING * patience) return 'database_queue'
    if (this.#loopDelay * TURNS > this.#after * patience) return 'event_loop'
    return this.#memory.isFull(urgent) ? 'memory' : undefined
  }

  close(): void {
    clearInterval(this.#looking)
  }
}
