import type { Caller } from '../../kernel/context.ts'
import { Problem } from '../../kernel/problem.ts'

/** Who holds a key and lives by it. */
export interface KeyHolder {
  authenticate(authorization: string): Promise<Caller>
  /** The key is good; these are its permissions now. */
  known(caller: Caller): void
  /** The key is refused. */
  refused(problem: Problem): void
}

interface Watched {
  readonly holders: Set<KeyHolder>
  timer: NodeJS.Timeout | undefined
}

/** Looks at each key in use again and again, once for all who hold it. */
export class Keys {
  readonly #every: number
  readonly #watched = new Map<string, Watched>()

  constructor(everyMilliseconds: number) {
    this.#every = everyMilliseconds
  }

  /** How many keys are in use. */
  get size(): number {
    return this.#watched.size
  }

  add(authorization: string, holder: KeyHolder): void {
    const known = this.#watched.get(authorization)
    if (known) {
      known.holders.add(holder)
      return
    }
    const watched: Watched = { holders: new Set([holder]), timer: undefined }
    this.#watched.set(authorization, watched)
    this.#wait(authorization, watched)
  }

  remove(authorization: string, holder: KeyHolder): void {
    const watched = this.#watched.get(authorization)
    watched?.holders.delete(holder)
    if (!watched || watched.holders.size > 0) return
    clearTimeout(watched.timer)
    this.#watched.delete(authorization)
  }

  #wait(authorization: string, watched: Watched): void {
    watched.timer = setTimeout(() => void this.#look(authorization, watched), this.#every)
    watched.timer.unref()
  }

  async #look(authorization: string, watched: Watched): Promise<void> {
    const [any] = watched.holders
    try {
      const caller = await any!.authenticate(authorization)
      for (const holder of [...watched.holders]) holder.known(caller)
    } catch (error) {
      // Anything else is no word about the key: a database that is away for a moment closes no socket.
      if (error instanceof Problem && error.status === 401)
        for (const holder of [...watched.holders]) holder.refused(error)
    }
    if (this.#watched.get(authorization) === watched) this.#wait(authorization, watched)
  }
}
