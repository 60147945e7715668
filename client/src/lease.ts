import type { Cairn, Claim } from './cairn.ts'
import { backoff, pause } from './pause.ts'
import { CairnProblem, isProblem } from './problem.ts'

/** Why a work's signal was aborted. */
export class WorkAborted extends Error {
  override readonly name = 'WorkAborted'
  /** `lost`: the task is somebody else's now. `stopped`: the server says so. `draining`: this process ends. */
  readonly why: 'lost' | 'stopped' | 'draining'

  constructor(why: WorkAborted['why'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.why = why
  }
}

/** A claim, and when it was asked for: it is not older than that. */
export interface Handed {
  claim: Claim
  /** By `performance.now()`. */
  asked: number
}

/** Between two heartbeats that tell of progress, milliseconds at least. */
const PROGRESS_MILLISECONDS = 1_000

/**
 * Keeps a claim's lease alive by heartbeats, a third of its length apart and never two at once, until it is ended. When
 * the lease is lost, or the server says stop, its signal is aborted with a WorkAborted.
 */
export class Lease {
  readonly #cairn: Cairn
  readonly #claim: Claim
  readonly #seconds: number
  readonly #aborting = new AbortController()
  readonly #ended = new AbortController()
  /** When the lease is over by this machine's clock, and when the next heartbeat is due: by `performance.now()`. */
  #until: number
  #due: number
  #progress: { value: unknown } | undefined
  #hurry = new AbortController()
  #expiry: ReturnType<typeof setTimeout> | undefined

  constructor(cairn: Cairn, { claim, asked }: Handed, seconds: number) {
    this.#cairn = cairn
    this.#claim = claim
    this.#seconds = seconds
    this.#until = performance.now() + seconds * 1000
    // A claim that was long under way may be nearly over.
    this.#due = asked + this.#third
    this.#expireLater()
    void this.#keep()
  }

  get signal(): AbortSignal {
    return this.#aborting.signal
  }

  /** Tells how far the work is: with the next heartbeat, which comes sooner for it. */
  progress(value: unknown): void {
    this.#progress = { value }
    this.#hurry.abort()
  }

  abort(reason: WorkAborted): void {
    if (!this.signal.aborted) this.#aborting.abort(reason)
    if (reason.why === 'lost') this.end()
  }

  /** No more heartbeats. */
  end(): void {
    clearTimeout(this.#expiry)
    this.#ended.abort()
  }

  get #third(): number {
    return (this.#seconds * 1000) / 3
  }

  #expireLater(): void {
    clearTimeout(this.#expiry)
    const expire = (): void =>
      this.abort(new WorkAborted('lost', 'No heartbeat reached the server before the lease was over.'))
    const left = Math.max(0, this.#until - performance.now())
    // A longer timer would fire at once.
    this.#expiry = setTimeout(expire, Math.min(left, 2 ** 31 - 1))
  }

  async #keep(): Promise<void> {
    let last = performance.now()
    for (let failures = 0; !this.#ended.signal.aborted;) {
      await pause(this.#due - performance.now(), this.#ended.signal, this.#hurry.signal)
      if (this.#hurry.signal.aborted)
        await pause(last + PROGRESS_MILLISECONDS - performance.now(), this.#ended.signal)
      if (this.#ended.signal.aborted) return
      this.#hurry = new AbortController()
      last = performance.now()
      failures = (await this.#beat(last)) ? 0 : failures + 1
      this.#due = failures > 0 ? performance.now() + backoff(failures, this.#third) : last + this.#third
    }
  }

  /** One heartbeat. Returns whether it came through; what ends the lease aborts the work. */
  async #beat(sent: number): Promise<boolean> {
    const progress = this.#progress
    try {
      const { stop } = await this.#cairn.post('/executions/{execution_id}/heartbeat', {
        params: { path: { execution_id: this.#claim.execution.id } },
        body: {
          lease_token: this.#claim.lease.token,
          lease_seconds: this.#seconds,
          ...(progress ? { progress: progress.value as never } : {}),
        },
        // To extend a lease twice does no harm, and a key that hangs after a crash would keep the second from it.
        keyless: true,
        signal: this.#ended.signal,
        patience_seconds: 0,
        attempt_seconds: this.#third / 1000,
      })
      if (this.#progress === progress) this.#progress = undefined
      this.#until = sent + this.#seconds * 1000
      this.#expireLater()
      if (stop !== null) this.abort(new WorkAborted('stopped', stop))
      return true
    } catch (error) {
      if (this.#ended.signal.aborted) return false
      if (isProblem(error) && error.temporary) return false
      // What the progress says may be what is refused; the lease needs none of it.
      if (error instanceof CairnProblem && error.status === 400 && progress) {
        this.#progress = undefined
        return false
      }
      this.abort(new WorkAborted('lost', error instanceof Error ? error.message : String(error), error))
      return false
    }
  }
}
