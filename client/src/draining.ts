import { pause } from './pause.ts'

/** A process as Node has it, where there is one. */
interface SignalledProcess {
  on(signal: string, listener: () => void): unknown
  off(signal: string, listener: () => void): unknown
}

const SIGNALS = ['SIGTERM', 'SIGINT']

/**
 * How a loop ends: at first nothing new is begun, later on what still runs is broken off. By an AbortSignal, or where none is
 * given by SIGTERM and SIGINT, of which a second one breaks off at once.
 */
export class Draining {
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()
  readonly #closed = new AbortController()
  readonly #seconds: number
  readonly #given: AbortSignal | undefined
  readonly #process: SignalledProcess | undefined

  constructor(given: AbortSignal | undefined, seconds: number) {
    this.#given = given
    this.#seconds = seconds
    if (!given) this.#process = (globalThis as { process?: SignalledProcess }).process
    for (const signal of SIGNALS) this.#process?.on?.(signal, this.#begin)
    given?.addEventListener('abort', this.#begin)
    if (given?.aborted) this.#begin()
  }

  /** Aborted: begin nothing new. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborted: break off what runs. */
  get hurry(): AbortSignal {
    return this.#hurry.signal
  }

  readonly #begin = (): void => {
    if (this.#stop.signal.aborted) return this.#hurry.abort()
    this.#stop.abort()
    void pause(this.#seconds * 1000, this.#closed.signal).then(() => {
      if (!this.#closed.signal.aborted) this.#hurry.abort()
    })
  }

  /** Begins to drain, as a signal would. */
  begin(): void {
    if (!this.#stop.signal.aborted) this.#begin()
  }

  close(): void {
    this.#closed.abort()
    this.#given?.removeEventListener('abort', this.#begin)
    for (const signal of SIGNALS) this.#process?.off?.(signal, this.#begin)
  }
}
