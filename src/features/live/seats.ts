import { Problem } from '../../kernel/problem.ts'

/** How many sockets each key holds, so that one alone cannot take all the connections there are. */
export class Seats {
  readonly #most: number
  readonly #taken = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** Returns the way to give it back. Throws `too_many_sockets` (429). */
  take(key: string): () => void {
    const taken = this.#taken.get(key) ?? 0
    if (taken >= this.#most)
      throw new Problem(
        'too_many_sockets',
        429,
        `This key has ${taken} sockets open, and may have no more; close one, or follow more with each.`,
        { limit: this.#most },
      )
    this.#taken.set(key, taken + 1)
    return () => {
      const left = this.#taken.get(key)! - 1
      if (left > 0) this.#taken.set(key, left)
      else this.#taken.delete(key)
    }
  }
}
