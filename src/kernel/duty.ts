import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { z } from 'zod'
import { queryAcrossTenants, transact } from './database.ts'
import type { Services } from './services.ts'
import type { Setting } from './settings.ts'

/**
 * Periodic work that one server does for all. Each run is one transaction that holds the leadership row of its own
 * epoch: a leader that was overtaken (a long pause, a lost network) finds its epoch gone and changes nothing.
 */
export interface Duty {
  readonly name: string
  /** What it does and why, one or two sentences. */
  readonly summary: string
  /** Milliseconds between two runs. */
  readonly everyMilliseconds: number | Setting<number>
  /** Runs at once when this server commits to the record, too. */
  readonly onCommit?: boolean
  /** One run. Returns how much it did; more than 0 makes the next run follow at once. */
  run(call: DutyCall): Promise<number>
}

export interface DutyCall {
  /** The run's transaction, in which the leadership is held. */
  readonly db: pg.PoolClient
  readonly app: Services
  /** Called after the commit, for instance to wake readers. */
  afterCommit(effect: () => void): void
}

/** How long a leader that says nothing keeps its place, and how often it says something. Failover takes their sum at most. */
const HELD_SECONDS = 8
const RENEW_MILLISECONDS = 2_500

const Epoch = z.object({ epoch: z.number() })

const lead = queryAcrossTenants(
  'leadership.take',
  Epoch,
  `INSERT INTO leadership AS l (name, holder, epoch, held_until)
   VALUES ('duties', $1, 1, now() + make_interval(secs => $2))
   ON CONFLICT (name) DO UPDATE
     SET holder = $1, held_until = now() + make_interval(secs => $2),
         epoch = CASE WHEN l.holder = $1 THEN l.epoch ELSE l.epoch + 1 END
     WHERE l.holder = $1 OR l.held_until < now()
   RETURNING epoch`,
)

const resign = queryAcrossTenants(
  'leadership.resign',
  z.object({}),
  `UPDATE leadership SET held_until = now() WHERE name = 'duties' AND holder = $1`,
)

/** Shared by the runs of one leader; a rival's takeover waits for them, and they fail after it. */
const holdEpoch = queryAcrossTenants(
  'leadership.hold',
  Epoch,
  `SELECT epoch FROM leadership WHERE name = 'duties' AND holder = $1 AND epoch = $2 FOR SHARE`,
)

/** Runs the duties of all features on whichever server leads. */
export class Duties {
  readonly #app: Services
  readonly #duties: readonly Duty[]
  readonly #me = randomUUID()
  #epoch: number | undefined
  #stopped = false
  readonly #loops: Promise<void>[] = []
  readonly #sleepers = new Set<() => void>()

  constructor(app: Services, duties: readonly Duty[]) {
    this.#app = app
    this.#duties = duties
  }

  get leads(): boolean {
    return this.#epoch !== undefined
  }

  start(): void {
    this.#loops.push(this.#keepLeading())
    for (const duty of this.#duties) this.#loops.push(this.#repeat(duty))
  }

  /** Stops after the runs under way, and hands over at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const wake of this.#sleepers) wake()
    await Promise.all(this.#loops)
    if (this.#epoch !== undefined) await resign({ db: this.#app.pool }, this.#me).catch(() => undefined)
    this.#epoch = undefined
  }

  async #keepLeading(): Promise<void> {
    while (!this.#stopped) {
      try {
        const [row] = await lead({ db: this.#app.pool }, this.#me, HELD_SECONDS)
        if (row && this.#epoch === undefined)
          this.#app.log.info({ epoch: row.epoch }, 'this server leads the duties')
        const began = row && this.#epoch === undefined
        this.#epoch = row?.epoch
        if (began) for (const wake of this.#sleepers) wake()
      } catch (error) {
        this.#epoch = undefined
        if (!this.#stopped) this.#app.log.warn({ err: error }, 'could not reach the leadership')
      }
      await this.#sleep(RENEW_MILLISECONDS, false)
    }
  }

  async #repeat(duty: Duty): Promise<void> {
    const every = duty.everyMilliseconds
    const pause = typeof every === 'number' ? every : this.#app.settings.get(every)
    const failures = { count: 0 }
    while (!this.#stopped) {
      const done = this.#epoch === undefined ? 0 : await this.#runOnce(duty, this.#epoch, failures)
      if (done === 0)
        await this.#sleep(failures.count > 0 ? Math.max(pause, 1_000) : pause, duty.onCommit ?? false)
    }
  }

  /** One run of a duty; a failure is logged and tried again at the next turn. */
  async #runOnce(duty: Duty, epoch: number, failures: { count: number }): Promise<number> {
    try {
      const effects: (() => void)[] = []
      const done = await transact(this.#app.pool, async (db) => {
        effects.length = 0
        const held = await holdEpoch({ db }, this.#me, epoch)
        if (held.length === 0) return 0
        return duty.run({ db, app: this.#app, afterCommit: (effect) => effects.push(effect) })
      })
      for (const effect of effects) effect()
      failures.count = 0
      return done
    } catch (error) {
      failures.count++
      if (!this.#stopped)
        this.#app.log.error({ err: error, duty: duty.name }, 'a duty failed and will be tried again')
      return 0
    }
  }

  #sleep(milliseconds: number, untilCommit: boolean): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) return resolve()
      const stopListening = untilCommit ? this.#app.wake.onCommitted(() => wake()) : undefined
      const wake = (): void => {
        clearTimeout(timer)
        stopListening?.()
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      this.#sleepers.add(wake)
    })
  }
}
