import { setTimeout as sleep } from 'node:timers/promises'
import { Alarm } from '../../kernel/alarm.ts'
import { newId } from '../../kernel/ids.ts'
import type { TakenJob } from '../../kernel/jobs.ts'
import type { Services } from '../../kernel/services.ts'
import { toEvent } from '../audit/index.ts'
import { attempts, type AttemptJob } from './attempt-jobs.ts'
import { webhookClient } from './call.ts'
import { loadTurns } from './queue-sql.ts'
import { settle, type Outcome } from './settle.ts'
import { retrySeconds } from './settings.ts'
import { signedRequest } from './signature.ts'
import { webhookIds } from './sql.ts'

/** Attempts that one server has under way, at most. */
const AT_ONCE = 128
/** Attempts that one webhook has under way on all servers, at most: a slow receiver takes no more than its share. */
const AT_ONCE_A_WEBHOOK = 8
/**
 * Attempts that one tenant has under way on this server, at most, however many slow receivers it has: the others' have the rest. A
 * tenant with its share gets no new ones until some are done.
 */
const AT_ONCE_A_TENANT = 96
const SHARE_OF_A_TENANT = 64
/** Attempts that are taken, and outcomes that are written, by one statement. */
const BATCH = 64
/** How often it looks for attempts whose time has come. */
const POLL_MILLISECONDS = 500
/** How long attempts that are under way may take when the server stops. */
const GRACE_MILLISECONDS = 2_000
/** When it asks again for a webhook that somebody else was changing or deleting. */
const HELD_MILLISECONDS = 200
const PAUSE_AFTER_FAILURE_MILLISECONDS = 1_000

type Loaded = Awaited<ReturnType<typeof loadTurns>>[number]

/** Takes attempts that are due, makes them, and writes down what came of them: by the batch, whatever is there. */
export class Delivery {
  readonly #app: Services
  readonly #onSettled: (tenant: string) => void
  readonly #toTake = new Alarm()
  readonly #toSettle = new Alarm()
  readonly #outcomes: Outcome[] = []
  /** Attempts that were taken and not settled yet: of all, and of each tenant that has any. */
  #underWay = 0
  readonly #ofTenant = new Map<string, number>()
  readonly #end = new AbortController()

  constructor(app: Services, onSettled: (tenant: string) => void) {
    this.#app = app
    this.#onSettled = onSettled
  }

  /** There may be something to send. */
  nudge(): void {
    this.#toTake.ring()
  }

  /** Runs until the signal, and then for a moment, so that what is under way may end. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#toTake.ring(), { once: true })
    const settling = this.#settleAll()
    await this.#takeAll(signal)
    const deadline = performance.now() + GRACE_MILLISECONDS
    while (this.#underWay > 0 && performance.now() < deadline) await sleep(20)
    this.#end.abort()
    this.#toSettle.ring()
    await settling
  }

  async #takeAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#toTake.clear()
      try {
        if ((await this.#take()) > 0) continue
      } catch (error) {
        if (signal.aborted) return
        this.#app.log.error({ err: error }, 'taking webhook attempts failed and will be tried again')
        this.#toTake.clear()
      }
      await this.#toTake.wait(POLL_MILLISECONDS)
    }
  }

  #count(tenant: string, change: number): void {
    this.#underWay += change
    const left = (this.#ofTenant.get(tenant) ?? 0) + change
    if (left > 0) this.#ofTenant.set(tenant, left)
    else this.#ofTenant.delete(tenant)
  }

  /** The webhooks of tenants that have their share under way. */
  async #toPassOver(): Promise<string[]> {
    const ids: string[] = []
    for (const [tenant, count] of this.#ofTenant)
      if (count >= SHARE_OF_A_TENANT)
        for (const { id } of await webhookIds({ db: this.#app.pool, tenant })) ids.push(id)
    return ids
  }

  async #take(): Promise<number> {
    const below = [...this.#ofTenant.values()].filter((count) => count < SHARE_OF_A_TENANT)
    const room = Math.min(AT_ONCE - this.#underWay, AT_ONCE_A_TENANT - Math.max(0, ...below), BATCH)
    if (room <= 0) return 0
    // The number stands in pg-boss's statement: few different ones, so that they are planned once.
    const limit = 2 ** Math.floor(Math.log2(room))
    const except = await this.#toPassOver()
    const jobs = await this.#app.jobs.take<AttemptJob>(attempts, limit, AT_ONCE_A_WEBHOOK, except)
    const stale: TakenJob<AttemptJob>[] = []
    for (const [tenant, own] of Map.groupBy(jobs, ({ data }) => data.tenant_id)) {
      const scope = { db: this.#app.pool, tenant }
      const rows = await loadTurns(scope, JSON.stringify(own.map(({ data }) => data)))
      const byTurn = new Map(rows.map((row) => [row.turn, row]))
      for (const job of own) {
        const loaded = byTurn.get(job.data.turn)
        if (loaded) void this.#attempt(job, loaded)
        else stale.push(job)
      }
    }
    await this.#app.jobs.remove(this.#app.pool, attempts, stale)
    return jobs.length
  }

  async #attempt(job: TakenJob<AttemptJob>, loaded: Loaded): Promise<void> {
    this.#count(job.data.tenant_id, 1)
    const { sequence: _, ...event } = toEvent(loaded.row)
    // By the database's clock: receivers refuse what a server whose own is off would sign.
    const began = new Date(loaded.taken_at)
    const result = await webhookClient(this.#app).post({
      url: loaded.url,
      ...signedRequest(event, loaded.secrets, began),
      signal: this.#end.signal,
    })
    // Whether it arrived is not known then; its job expires, and another attempt is made under the same event id.
    if (this.#end.signal.aborted) return
    this.#outcomes.push({
      id: newId(),
      job,
      event_id: event.id,
      event_type: event.type,
      attempt: loaded.attempts + 1,
      delivered_at: began.toISOString(),
      result,
    })
    this.#toSettle.ring()
  }

  #settleLater(outcomes: readonly Outcome[]): void {
    setTimeout(() => {
      this.#outcomes.push(...outcomes)
      this.#toSettle.ring()
    }, HELD_MILLISECONDS).unref()
  }

  async #settleAll(): Promise<void> {
    const waits = this.#app.settings.get(retrySeconds)
    for (;;) {
      this.#toSettle.clear()
      const batch = this.#outcomes.splice(0, BATCH)
      if (batch.length === 0) {
        if (this.#end.signal.aborted) return
        await this.#toSettle.wait(POLL_MILLISECONDS)
        continue
      }
      for (const [tenant, own] of Map.groupBy(batch, ({ job }) => job.data.tenant_id)) {
        try {
          const left = await settle(this.#app, tenant, own, waits)
          this.#count(tenant, left.length - own.length)
          if (left.length > 0) this.#settleLater(left)
          if (left.length < own.length) this.#onSettled(tenant)
        } catch (error) {
          this.#outcomes.push(...own)
          if (this.#end.signal.aborted) return
          this.#app.log.error({ err: error }, 'writing down webhook attempts failed and will be tried again')
          this.#toSettle.clear()
          await this.#toSettle.wait(PAUSE_AFTER_FAILURE_MILLISECONDS)
        }
      }
      this.nudge()
    }
  }
}
