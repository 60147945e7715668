import { IdTable, withRoom } from './id-table.ts'
import type { Digest } from './kinds.ts'

const GONE = 0
const LIVE = 1

/** What is known of all things of one kind, by digests: some 60 bytes a thing, however large it is. */
export class Ledger {
  readonly ids = new IdTable()
  #live = new Uint8Array(512)
  #seen = new Uint8Array(512)
  #digests = new Uint32Array(512)
  #beside = new Uint32Array(512)

  /** The number of a thing that the record has now; -1 where it has none. */
  liveNumber(id: string): number {
    const number = this.ids.find(id)
    return number >= 0 && this.#live[number] === LIVE ? number : -1
  }

  /** Takes a thing's state in; `beside` is the digest of what is kept beside it, where the row tells that. */
  hold(id: string, digest: Digest, beside: Digest | undefined): number {
    const number = this.ids.add(id)
    this.#live = withRoom(this.#live, number + 1)
    this.#seen = withRoom(this.#seen, number + 1)
    this.#digests = withRoom(this.#digests, 2 * number + 2)
    this.#beside = withRoom(this.#beside, 2 * number + 2)
    this.#live[number] = LIVE
    this.#digests.set(digest, 2 * number)
    if (beside) this.#beside.set(beside, 2 * number)
    return number
  }

  drop(number: number): void {
    this.#live[number] = GONE
  }

  agrees(number: number, [first, second]: Digest): boolean {
    return this.#digests[2 * number] === first && this.#digests[2 * number + 1] === second
  }

  agreesBeside(number: number, [first, second]: Digest): boolean {
    return this.#beside[2 * number] === first && this.#beside[2 * number + 1] === second
  }

  /** Notes that its table has it. */
  see(number: number): void {
    this.#seen[number] = 1
  }

  /** The numbers of what the record has and no table was seen to have. */
  *unseen(): Generator<number> {
    for (let number = 0; number < this.ids.size; number++)
      if (this.#live[number] === LIVE && this.#seen[number] === 0) yield number
  }
}
