import type { BodyOf, Cairn, Claim, Execution } from './cairn.ts'
import { Draining } from './draining.ts'
import { Lease, WorkAborted, type Handed } from './lease.ts'
import { backoff, pause } from './pause.ts'
import { CairnProblem } from './problem.ts'
import type { CallLimits } from './transport.ts'

/** How the work ended: what completing takes. `success` is true unless said otherwise. */
export type Outcome = Partial<
  Omit<BodyOf<'post', '/executions/{execution_id}/complete'>, 'lease_token' | 'claim_next'>
>

/** What the work is given beside its claim. */
export interface Turn {
  /** Aborted with a WorkAborted: the work no longer counts, and should end soon. */
  readonly signal: AbortSignal
  /** Tells how far the work is; it goes with the next heartbeat. Any JSON of 16 KiB at most. */
  readonly progress: (value: unknown) => void
}

/**
 * Does one task. What it returns completes the task; when it throws, or was aborted, the task is given back with a note for
 * the next worker. A task that is done for, and shall not be tried again at once, returns `{ success: false, error_message }`.
 */
export type Work = (claim: Claim, turn: Turn) => Promise<Outcome | void> | Outcome | void

/** How a claim ended. */
export type Settled =
  | { kind: 'completed' | 'failed'; claim: Claim; execution: Execution }
  | { kind: 'released'; claim: Claim; note: string; error: unknown }
  | { kind: 'lost'; claim: Claim; error: unknown }

/** How many claims ended how. */
export type Tally = Record<Settled['kind'], number>

/** What is claimed, by the names of the route itself, and how. */
export interface ClaimLoopOptions extends Omit<BodyOf<'post', '/tasks/claim'>, 'count'> {
  /** How many tasks are worked on at once; 1 unless given. */
  concurrency?: number
  /** Begins to drain the loop; where none is given, SIGTERM and SIGINT do. */
  signal?: AbortSignal
  /** For how many seconds what runs may go on while the loop drains, before it is aborted; 20 unless given. */
  drain_seconds?: number
  onSettled?: (settled: Settled) => void
  /** Hears of a server that does not answer, or fails; the loop goes on by itself. */
  onTrouble?: (problem: CairnProblem) => void
}

/** Short enough for a stop that waits for it, long enough to be rare. */
const WAIT_SECONDS = 5
const LEASE_SECONDS = 300
/** How long an aborted work may take to end while the loop is in a hurry, and each of its last calls. */
const LAST_SECONDS = 5
const LONGEST_PAUSE_MILLISECONDS = 30_000
const NOTE_CHARACTERS = 2_000

const AFTER_LOSS = [404, 409]

const noteOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, NOTE_CHARACTERS) ||
  'The work threw an error.'

class Loop {
  readonly tally: Tally = { completed: 0, failed: 0, released: 0, lost: 0 }
  readonly #cairn: Cairn
  readonly #options: ClaimLoopOptions
  readonly #work: Work
  readonly #draining: Draining
  readonly #wish: Omit<BodyOf<'post', '/tasks/claim'>, 'wait_seconds'> & { lease_seconds: number }

  constructor(cairn: Cairn, options: ClaimLoopOptions, work: Work, draining: Draining) {
    this.#cairn = cairn
    this.#options = options
    this.#work = work
    this.#draining = draining
    const { worker_id, agent_type, lease_seconds = LEASE_SECONDS, tags, min_priority } = options
    this.#wish = {
      worker_id,
      agent_type,
      lease_seconds,
      ...(tags === undefined ? {} : { tags }),
      ...(min_priority === undefined ? {} : { min_priority }),
    }
  }

  /** One after the other. Ends when the loop drains. Throws what makes going on senseless: a key that is refused, say. */
  async lane(): Promise<void> {
    let next: Handed | undefined
    for (let fruitless = 0; ;) {
      const handed = next ?? (await this.#claim())
      next = undefined
      if (handed && this.#stopping) await this.#release(handed.claim, 'The worker stops.', undefined)
      else if (handed) {
        const settled = await this.#turn(handed)
        next = settled.next
        // A task that cannot be worked on comes back at once; it must not go round in circles.
        fruitless = settled.kind === 'released' ? fruitless + 1 : 0
        if (fruitless > 0)
          await pause(backoff(fruitless + 2, LONGEST_PAUSE_MILLISECONDS), this.#draining.stop)
      }
      if (this.#stopping && !next) return
    }
  }

  get #stopping(): boolean {
    return this.#draining.stop.aborted
  }

  /**
   * What there is to do, or undefined: nothing for now. A claim that is under way is not broken off when the loop drains,
   * since its answer may hold a task that nobody else would be given before its lease ends.
   */
  async #claim(): Promise<Handed | undefined> {
    if (this.#stopping) return undefined
    const { wait_seconds = WAIT_SECONDS } = this.#options
    const asked = performance.now()
    try {
      const [claim] = await this.#cairn.post('/tasks/claim', {
        body: { ...this.#wish, count: 1, wait_seconds },
        attempt_seconds: wait_seconds + 15,
        signal: this.#draining.hurry,
      })
      return claim && { claim, asked }
    } catch (error) {
      if (this.#draining.hurry.aborted) return undefined
      if (!(error instanceof CairnProblem) || !error.temporary) throw error
      this.#options.onTrouble?.(error)
      await pause(backoff(4), this.#draining.stop)
      return undefined
    }
  }

  /** Works on one task under its lease, and settles it. */
  async #turn(handed: Handed): Promise<{ kind: Settled['kind']; next?: Handed }> {
    const { claim } = handed
    const lease = new Lease(this.#cairn, handed, this.#wish.lease_seconds)
    const hurry = (): void =>
      lease.abort(new WorkAborted('draining', 'The worker stops before the work is done.'))
    this.#draining.hurry.addEventListener('abort', hurry)
    if (this.#draining.hurry.aborted) hurry()
    try {
      const ended = await this.#ending(claim, lease)
      const { aborted, reason } = lease.signal as { aborted: boolean; reason: unknown }
      if (aborted && reason instanceof WorkAborted) {
        if (reason.why === 'lost') return this.#settle({ kind: 'lost', claim, error: reason.cause ?? reason })
        return { kind: await this.#release(claim, reason.message, reason) }
      }
      if ('error' in ended) return { kind: await this.#release(claim, noteOf(ended.error), ended.error) }
      return await this.#complete(claim, ended.outcome)
    } finally {
      lease.end()
      this.#draining.hurry.removeEventListener('abort', hurry)
    }
  }

  /** How the work ended; one that hears nothing of its signal is left behind when the loop must end. */
  async #ending(claim: Claim, lease: Lease): Promise<{ outcome: Outcome } | { error: unknown }> {
    const turn: Turn = { signal: lease.signal, progress: (value) => lease.progress(value) }
    const working = (async () => (await this.#work(claim, turn)) ?? {})().then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ error }),
    )
    let leave: (() => void) | undefined
    const left = new Promise<{ error: unknown }>((resolve) => {
      leave = () =>
        void pause(LAST_SECONDS * 1000).then(() =>
          resolve({ error: new Error('The work did not end in time.') }),
        )
    })
    this.#draining.hurry.addEventListener('abort', leave!)
    if (this.#draining.hurry.aborted) leave!()
    try {
      return await Promise.race([working, left])
    } finally {
      this.#draining.hurry.removeEventListener('abort', leave!)
    }
  }

  /** Completes, and claims what is next in the same round trip. */
  async #complete(claim: Claim, outcome: Outcome): Promise<{ kind: Settled['kind']; next?: Handed }> {
    const asked = performance.now()
    try {
      const { next, ...execution } = await this.#cairn.post('/executions/{execution_id}/complete', {
        params: { path: { execution_id: claim.execution.id } },
        body: {
          success: true,
          ...outcome,
          lease_token: claim.lease.token,
          ...(this.#stopping ? {} : { claim_next: this.#wish }),
        },
        ...this.#last(),
      })
      const [first] = next ?? []
      return {
        ...this.#settle({ kind: execution.success ? 'completed' : 'failed', claim, execution }),
        ...(first ? { next: { claim: first, asked } } : {}),
      }
    } catch (error) {
      if (!(error instanceof CairnProblem)) throw error
      // The outcome does not fit: a result of more than 64 KiB, say.
      if (error.status === 400 || error.status === 413 || error.status === 422)
        return { kind: await this.#release(claim, `The outcome was refused: ${error.detail}`, error) }
      return { kind: this.#unfinished(claim, error) }
    }
  }

  async #release(claim: Claim, note: string, error: unknown): Promise<Settled['kind']> {
    try {
      await this.#cairn.post('/executions/{execution_id}/release', {
        params: { path: { execution_id: claim.execution.id } },
        body: { lease_token: claim.lease.token, note: note.slice(0, NOTE_CHARACTERS) },
        ...this.#last(),
      })
    } catch (refusal) {
      if (!(refusal instanceof CairnProblem)) throw refusal
      return this.#unfinished(claim, refusal)
    }
    return this.#settle({ kind: 'released', claim, note, error }).kind
  }

  /** In a hurry there is little time left for each call. */
  #last(): CallLimits {
    return this.#draining.hurry.aborted
      ? { patience_seconds: LAST_SECONDS, attempt_seconds: LAST_SECONDS }
      : {}
  }

  /** A claim that could not be settled is somebody else's, or will be when its lease ends. Throws for a refused key. */
  #unfinished(claim: Claim, problem: CairnProblem): Settled['kind'] {
    if (problem.temporary) this.#options.onTrouble?.(problem)
    const { kind } = this.#settle({ kind: 'lost', claim, error: problem })
    if (!problem.temporary && !AFTER_LOSS.includes(problem.status)) throw problem
    return kind
  }

  #settle(settled: Settled): { kind: Settled['kind'] } {
    this.tally[settled.kind]++
    this.#options.onSettled?.(settled)
    return { kind: settled.kind }
  }
}

/**
 * The loop of an agent: claims, works, heart-beats meanwhile, completes and claims the next in the same round trip, until it
 * drains. It outlives a server that restarts. Throws CairnProblem for what no trying again would mend, a refused key for
 * instance, when all that runs has ended.
 */
export async function claimLoop(cairn: Cairn, options: ClaimLoopOptions, work: Work): Promise<Tally> {
  const draining = new Draining(options.signal, options.drain_seconds ?? 20)
  const loop = new Loop(cairn, options, work, draining)
  try {
    const lanes = Array.from({ length: options.concurrency ?? 1 }, () =>
      loop.lane().catch((error: unknown) => {
        draining.begin()
        throw error
      }),
    )
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected')
    if (failed) throw (failed as PromiseRejectedResult).reason
    return loop.tally
  } finally {
    draining.close()
  }
}
