import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Alarm } from './alarm.ts'
import { queryAcrossTenants, transact, type Queryable } from './database.ts'
import type { Services } from './services.ts'
import type { Setting } from './settings.ts'

/**
 * Periodic work that one server does for all. A leader that was overtaken (a long pause, a lost network) finds its epoch
 * gone and changes nothing; `holds` says where that is seen to.
 */
export interface Duty {
  readonly name: string
  /** What it does and why, one or two sentences. */
  readonly summary: string
  /** Milliseconds between two runs. */
  readonly everyMilliseconds: number | Setting<number>
  /** Runs at once, too, when this server commits to the record, or when new rows of the record have their sequence. */
  readonly onNews?: 'committed' | 'sequenced'
  /** Milliseconds from the end of a run, which took so many, to the next, however many news there are; 0 unless said. */
  rest?(app: Services, tookMilliseconds: number): number
  /**
   * What keeps an overtaken leader from changing anything:
   * - `transaction` (unless said): each run is one transaction that holds the leadership of its epoch;
   * - `statement`: the run is one statement, which holds it by `heldFragment`;
   * - `nothing`: the run speaks to the world outside, for as long as that takes, and guards what it writes by itself.
   */
  readonly holds?: 'transaction' | 'statement' | 'nothing'
  /** One run. Returns how much it did; more than 0 makes the next run follow at once. */
  run(call: DutyCall): Promise<number>
}

export interface DutyCall {
  /** The run's transaction where it holds one, else the pool. */
  readonly db: Queryable
  readonly app: Services
  /** Whom `heldFragment` asks about. */
  readonly leadership: Leadership
  /** Aborts when the server stops: a run that waits for the world outside must end then. */
  readonly signal: AbortSignal
  /** Called after the commit, for instance to wake readers. */
  afterCommit(effect: () => void): void
}

export interface Leadership {
  readonly holder: string
  readonly epoch: number
}

/** How long a leader that says nothing keeps its place, and how often it says something. Failover takes their sum at most. */
const HELD_SECONDS = 8
const RENEW_MILLISECONDS = 2_500

const Epoch = z.object({ epoch: z.number() })

/**
 * A leader says that it is there. This changes nothing of the row's key (name, holder, epoch), and so passes by the runs that hold
 * it: one that takes long must not cost its leader the place, and with that all other duties.
 */
const renew = queryAcrossTenants(
  'leadership.renew',
  Epoch,
  `UPDATE leadership SET held_until = clock_timestamp() + make_interval(secs => $2)
   WHERE name = 'duties' AND holder = $1 RETURNING epoch`,
)

/**
 * Takes the place of a leader whose time is over, or of any where `$3`; waits for the runs that hold the row. Its own time begins when it has
 * waited, and not with its statement: it would be over at once.
 */
const take = queryAcrossTenants(
  'leadership.take',
  Epoch,
  `UPDATE leadership SET holder = $1, epoch = epoch + 1, held_until = clock_timestamp() + make_interval(secs => $2)
   WHERE name = 'duties' AND (held_until < now() OR $3) RETURNING epoch`,
)

const found = queryAcrossTenants(
  'leadership.found',
  Epoch,
  `INSERT INTO leadership (name, holder, epoch, held_until)
   VALUES ('duties', $1, 1, now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING RETURNING epoch`,
)

const resign = queryAcrossTenants(
  'leadership.resign',
  z.object({}),
  `UPDATE leadership SET held_until = now() WHERE name = 'duties' AND holder = $1`,
)

/**
 * A row when the leadership of `$1` (holder) and `$2` (epoch) stands, locked until the transaction ends. Shared by the
 * runs of one leader, and by its renewals; a rival's takeover waits for them, and they find nothing after it: a row that
 * changed since the statement's snapshot is read anew before it is locked.
 */
export const heldFragment = `SELECT epoch FROM leadership WHERE name = 'duties' AND holder = $1 AND epoch = $2 FOR KEY SHARE`

const holdEpoch = queryAcrossTenants('leadership.hold', Epoch, heldFragment)

/**
 * How long a run's transaction may be silent: a leader that is paused in the midst of one, or whose network is gone, would keep
 * its rivals waiting.
 */
const endSilent = queryAcrossTenants(
  'leadership.end_silent',
  z.object({ set_config: z.string() }),
  `SELECT set_config('idle_in_transaction_session_timeout', '${HELD_SECONDS}s', true)`,
)

/** Runs the duties of all features on whichever server leads. */
export class Duties {
  readonly #app: Services
  readonly #duties: readonly Duty[]
  readonly #me = randomUUID()
  #epoch: number | undefined
  /** Whether the next attempt takes the leadership from whoever has it. */
  #usurps: boolean
  readonly #stopping = new AbortController()
  readonly #loops: Promise<void>[] = []
  readonly #renewal = new Alarm()
  readonly #alarms = new Set<Alarm>()

  /** `alone`: no other server can be on this database, so that whoever has the leadership is dead. */
  constructor(app: Services, duties: readonly Duty[], alone = false) {
    this.#app = app
    this.#duties = duties
    this.#usurps = alone
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
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
    this.#stopping.abort()
    for (const alarm of [this.#renewal, ...this.#alarms]) alarm.ring()
    await Promise.all(this.#loops)
    if (this.#epoch !== undefined) await resign({ db: this.#app.pool }, this.#me).catch(() => undefined)
    this.#epoch = undefined
  }

  async #keepLeading(): Promise<void> {
    while (!this.#stopped) {
      try {
        const row = await this.#lead()
        this.#usurps = false
        if (row && this.#epoch === undefined)
          this.#app.log.info({ epoch: row.epoch }, 'this server leads the duties')
        const began = row && this.#epoch === undefined
        this.#epoch = row?.epoch
        if (began) this.#alarms.forEach((each) => each.ring())
      } catch (error) {
        this.#epoch = undefined
        if (!this.#stopped) this.#app.log.warn({ err: error }, 'could not reach the leadership')
      }
      await this.#renewal.wait(RENEW_MILLISECONDS)
    }
  }

  /** The epoch of its leadership; undefined where another server leads. */
  async #lead(): Promise<z.output<typeof Epoch> | undefined> {
    const scope = { db: this.#app.pool }
    const [row] = await renew(scope, this.#me, HELD_SECONDS)
    if (row) return row
    const [taken] = await take(scope, this.#me, HELD_SECONDS, this.#usurps)
    return taken ?? (await found(scope, this.#me, HELD_SECONDS))[0]
  }

  async #repeat(duty: Duty): Promise<void> {
    const every = duty.everyMilliseconds
    const pause = typeof every === 'number' ? every : this.#app.settings.get(every)
    const alarm = new Alarm()
    const stopListening = this.#listen(duty, () => alarm.ring())
    this.#alarms.add(alarm)
    const failures = { count: 0 }
    while (!this.#stopped) {
      alarm.clear()
      const began = performance.now()
      const done = this.#epoch === undefined ? 0 : await this.#runOnce(duty, this.#epoch, failures)
      const ended = performance.now()
      if (this.#stopped || done > 0) continue
      // News may come many times a second, and would turn a duty that fails into a storm.
      if (failures.count > 0) alarm.clear()
      await alarm.wait(failures.count > 0 ? Math.max(pause, 1_000) : pause)
      const left = ended + (duty.rest?.(this.#app, ended - began) ?? 0) - performance.now()
      if (left > 0 && !this.#stopped) await sleep(left)
    }
    stopListening()
  }

  #listen(duty: Duty, heard: () => void): () => void {
    if (duty.onNews === 'committed') return this.#app.wake.onCommitted(heard)
    if (duty.onNews === 'sequenced') return this.#app.wake.onSequenced(heard)
    return () => undefined
  }

  /** One run of a duty; a failure is logged and tried again at the next turn. */
  async #runOnce(duty: Duty, epoch: number, failures: { count: number }): Promise<number> {
    try {
      const effects: (() => void)[] = []
      const run = (db: Queryable): Promise<number> =>
        duty.run({
          db,
          app: this.#app,
          leadership: { holder: this.#me, epoch },
          signal: this.#stopping.signal,
          afterCommit: (effect) => effects.push(effect),
        })
      const done =
        duty.holds === 'statement' || duty.holds === 'nothing'
          ? await run(this.#app.pool)
          : await transact(this.#app.pool, async (db) => {
              effects.length = 0
              const held = await holdEpoch({ db }, this.#me, epoch)
              if (held.length === 0) return 0
              await endSilent({ db })
              return run(db)
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
}
