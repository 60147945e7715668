import { LIMITS } from './parsed.ts'
import { cutCharacters } from './text-limits.ts'

/** How often each name was met. A Map, since names come from the source and `__proto__` is one. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string, count = 1): void {
    const short = cutCharacters(name, LIMITS.metadata_key_characters)
    this.#counts.set(short, (this.#counts.get(short) ?? 0) + count)
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}

/** What became of the fields that have no place of their own. */
export interface Tallies {
  readonly lost: Tally
  readonly kept: Tally
  readonly cut: Tally
}
