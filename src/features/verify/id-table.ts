/** `array`, or a copy of it with room for `length` elements: at least twice as many as before. */
export function withRoom<T extends Int32Array | Uint32Array | Uint8Array>(array: T, length: number): T {
  if (length <= array.length) return array
  const larger = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}

const EMPTY = -1
const WORDS = 4

/**
 * UUIDs by numbers from 0, in the order in which they were added. 16 bytes an id and a table of slots: a million of them
 * take 25 MB, where a Map of texts takes 120.
 */
export class IdTable {
  #slots = new Int32Array(1024).fill(EMPTY)
  #words = new Uint32Array(WORDS * 512)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The number of an id; -1 where it is not there. */
  find(id: string): number {
    return this.#slots[this.#slotOf(wordsOf(id))]!
  }

  /** The number of an id, which is added where it is not there. */
  add(id: string): number {
    if (this.#size * 2 >= this.#slots.length) this.#grow()
    const words = wordsOf(id)
    const slot = this.#slotOf(words)
    if (this.#slots[slot] !== EMPTY) return this.#slots[slot]!
    const number = this.#size++
    this.#words = withRoom(this.#words, this.#size * WORDS)
    this.#words.set(words, number * WORDS)
    this.#slots[slot] = number
    return number
  }

  /** The id of a number. */
  idOf(number: number): string {
    const hex = [...this.#words.subarray(number * WORDS, (number + 1) * WORDS)]
      .map((word) => word.toString(16).padStart(8, '0'))
      .join('')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  #slotOf(words: ArrayLike<number>): number {
    const mask = this.#slots.length - 1
    for (let slot = mix(words) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!
      if (number === EMPTY || this.#is(number, words)) return slot
    }
  }

  #is(number: number, words: ArrayLike<number>): boolean {
    const at = number * WORDS
    for (let word = 0; word < WORDS; word++) if (this.#words[at + word] !== words[word]) return false
    return true
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY)
    for (let number = 0; number < this.#size; number++)
      this.#slots[this.#slotOf(this.#words.subarray(number * WORDS, (number + 1) * WORDS))] = number
  }
}

const wordsOf = (id: string): number[] => [
  Number.parseInt(id.slice(0, 8), 16),
  Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16),
  Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16),
  Number.parseInt(id.slice(28), 16),
]

/** The last word of a UUID of version 7 is random; ids of another making may differ in the others alone. */
const mix = (words: ArrayLike<number>): number => {
  const folded = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x9e37_79b1) ^ words[2]!, 0x85eb_ca6b) ^ words[3]!
  return (folded ^ (folded >>> 15)) >>> 0
}
