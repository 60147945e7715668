import type { Scope } from '../../kernel/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { NumberedRow } from '../../kernel/record.ts'
import type { Services } from '../../kernel/services.ts'
import { entryOf, readPage, type Entry } from './feed.ts'
import type { Limits } from './limits.ts'

/** Who follows a hub: told when there may be something to take from it. */
export interface Follower {
  pump(): void
  /** Bytes that it has taken and the network has not. */
  readonly buffered: number
}

/**
 * The last events of one tenant, read once for all sockets of this server. Followers take from it at their own pace;
 * who falls further behind than it reaches back reads the record alone.
 */
export class Hub {
  readonly scope: Scope
  readonly followers = new Set<Follower>()
  readonly #limits: Limits
  readonly #log: Logger
  readonly #poll: NodeJS.Timeout
  readonly #stopFollowing: () => void
  /** Consecutive in the feed, oldest first: all after `#base`, up to `#head`. */
  readonly #entries: Entry[] = []
  #bytes = 0
  #base: number
  #head: number
  /** The furthest sequence that we were told of. */
  #told = 0
  #reading = false
  #closed = false

  /** Begins at `head`: nothing before it is read here. */
  constructor(scope: Scope, head: number, limits: Limits, { log, wake }: Pick<Services, 'log' | 'wake'>) {
    this.scope = scope
    this.#stopFollowing = wake.followClosely(scope.tenant)
    this.#base = head
    this.#head = head
    this.#limits = limits
    this.#log = log
    this.#poll = setInterval(() => this.#look(), limits.pollMilliseconds)
    this.#poll.unref()
  }

  /** How far back it reaches: what comes after this sequence is here. */
  get base(): number {
    return this.#base
  }

  get size(): { events: number; bytes: number } {
    return { events: this.#entries.length, bytes: this.#bytes }
  }

  /** The events after a sequence, oldest first; undefined when some of them are no longer here. */
  after(sequence: number): readonly Entry[] | undefined {
    if (sequence < this.#base) return undefined
    let low = 0
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >> 1
      if (this.#entries[middle]!.sequence > sequence) high = middle
      else low = middle + 1
    }
    return this.#entries.slice(low)
  }

  /** The record has events up to a sequence; `rows` are the last of them, where they came along. */
  sequenced(sequence: number, rows?: readonly NumberedRow[]): void {
    this.#told = Math.max(this.#told, sequence)
    // Rows that do not follow on what is here are read with those before them; so are those that a page may bring, too.
    if (rows?.[0]?.sequence === this.#head + 1 && !this.#reading) this.#add(rows.map(entryOf))
    if (this.#told > this.#head) void this.#read(false)
  }

  close(): void {
    this.#closed = true
    this.#stopFollowing()
    clearInterval(this.#poll)
  }

  /** Notifications can be lost, and a follower's own reading can have failed. */
  #look(): void {
    void this.#read(true)
    this.#tell()
  }

  /** Reads on to where the record is said to end, and further where `toItsEnd`. */
  async #read(toItsEnd: boolean): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      for (;;) {
        const told = this.#told
        const page = await readPage(this.scope, this.#head)
        if (this.#closed) return
        this.#add(page)
        // Told of more while the page was on its way: that may have come too late for it.
        const more = this.#told > this.#head && (page.length > 0 || this.#told > told)
        if (!more && (!toItsEnd || page.length === 0)) return
      }
    } catch (error) {
      if (!this.#closed)
        this.#log.warn({ err: error }, 'could not read the feed for live updates; trying again')
    } finally {
      this.#reading = false
    }
  }

  #add(page: readonly Entry[]): void {
    const last = page.at(-1)
    if (!last) return
    for (const entry of page) {
      this.#entries.push(entry)
      this.#bytes += entry.message.length
    }
    this.#head = last.sequence
    // Before the oldest are dropped, so that whoever is close misses none of a large page.
    this.#tell()
    this.#trim()
  }

  #tell(): void {
    for (const follower of this.followers) follower.pump()
  }

  #trim(): void {
    const { ringEvents, ringBytes } = this.#limits
    let drop = 0
    while (this.#entries.length - drop > ringEvents || this.#bytes > ringBytes) {
      const oldest = this.#entries[drop++]!
      this.#base = oldest.sequence
      this.#bytes -= oldest.message.length
    }
    this.#entries.splice(0, drop)
  }
}
