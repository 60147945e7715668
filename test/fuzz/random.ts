/** Chance that is the same again for the same seed. */
export class Random {
  #state: number

  /** `seed` and `stream` together say what comes: one stream for each request. */
  constructor(seed: number, stream = 0) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0
    for (let round = 0; round < 4; round++) this.#next()
  }

  /** A whole number below 2^32, by Tommy Ettinger's mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** A fraction from 0 up to 1. */
  fraction(): number {
    return this.#next() / 2 ** 32
  }

  /** A whole number from 0 up to `count`, which is not among them. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  /** True so often. */
  chance(share: number): boolean {
    return this.fraction() < share
  }

  /** One of a list. Throws where there is none. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('there is nothing to pick from')
    return list[this.below(list.length)] as T
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name
    return entries[0]![0]
  }
}
