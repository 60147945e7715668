import { setTimeout as sleep } from 'node:timers/promises'
import { Alarm } from '../../kernel/alarm.ts'
import { transact } from '../../kernel/database.ts'
import type { Services } from '../../kernel/services.ts'
import { attempts, newJobs } from './attempt-jobs.ts'
import { fanOut, tenantsBehind } from './queue-sql.ts'

/** How often it looks for tenants whose news did not reach it. */
const POLL_MILLISECONDS = 1_000
const PAUSE_AFTER_FAILURE_MILLISECONDS = 500
/** How often it asks, at most, whether a tenant that had no active webhook has one now. */
const ASK_AGAIN_MILLISECONDS = 50

/**
 * Moves events from the record into the queues of the webhooks that want them, and makes the jobs of those that can be
 * sent. Every server does it, whichever hears of news first; the others skip the cursors that it holds.
 */
export class FanOut {
  readonly #app: Services
  readonly #onTurns: () => void
  readonly #alarm = new Alarm()
  /** Tenants with news. */
  readonly #news = new Set<string>()
  /** Tenants that had no active webhook when last asked, and when that was (milliseconds). */
  readonly #without = new Map<string, number>()
  /** Tenants with a webhook whose window is full: when something of it is done, there is room. */
  readonly #full = new Set<string>()
  #later: NodeJS.Timeout | undefined
  #polledAt = -Infinity

  /** `onTurns` is called when there is something to send. */
  constructor(app: Services, onTurns: () => void) {
    this.#app = app
    this.#onTurns = onTurns
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const stopListening = this.#app.wake.onSequenced((tenant) => this.#hear(tenant))
    const stop = (): void => this.#alarm.ring()
    signal.addEventListener('abort', stop, { once: true })
    while (!signal.aborted) {
      this.#alarm.clear()
      try {
        await this.#turn()
      } catch (error) {
        if (signal.aborted) break
        this.#app.log.error({ err: error }, 'the fan-out to webhooks failed and will be tried again')
        await sleep(PAUSE_AFTER_FAILURE_MILLISECONDS)
      }
      await this.#alarm.wait(POLL_MILLISECONDS)
    }
    stopListening()
  }

  /** Something of a tenant's queues is done. */
  settled(tenant: string): void {
    if (this.#full.has(tenant)) this.#hear(tenant)
  }

  #hear(tenant: string): void {
    this.#news.add(tenant)
    if (!this.#isToWait(tenant)) this.#alarm.ring()
    else if (!this.#later) {
      this.#later = setTimeout(() => this.#ringLater(), ASK_AGAIN_MILLISECONDS).unref()
    }
  }

  #ringLater(): void {
    this.#later = undefined
    this.#alarm.ring()
  }

  #isToWait(tenant: string): boolean {
    const asked = this.#without.get(tenant)
    return asked !== undefined && performance.now() - asked < ASK_AGAIN_MILLISECONDS
  }

  async #turn(): Promise<void> {
    if (performance.now() - this.#polledAt >= POLL_MILLISECONDS) {
      this.#polledAt = performance.now()
      for (const { tenant_id } of await tenantsBehind({ db: this.#app.pool })) this.#news.add(tenant_id)
    }
    for (const tenant of [...this.#news]) {
      if (this.#isToWait(tenant)) continue
      this.#news.delete(tenant)
      try {
        await this.#tenant(tenant)
      } catch (error) {
        this.#news.add(tenant)
        throw error
      }
    }
  }

  async #tenant(tenant: string): Promise<void> {
    const found = await transact(
      this.#app.pool,
      async (db) => {
        const [row] = await fanOut({ db, tenant })
        await this.#app.jobs.add(db, attempts, newJobs(tenant, row!.turns))
        return row!
      },
      // What is lost with the database's last moments is read from the record once more.
      { repeatable: true },
    )
    if (found.cursors === 0) this.#without.set(tenant, performance.now())
    else this.#without.delete(tenant)
    if (found.crowded) this.#full.add(tenant)
    else this.#full.delete(tenant)
    if (found.more) this.#hear(tenant)
    if (found.turns.length > 0) this.#onTurns()
  }
}
