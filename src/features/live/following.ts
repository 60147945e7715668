import type { Caller } from '../../kernel/context.ts'
import { parseJson } from '../../kernel/json.ts'
import { validationFailed, type Problem } from '../../kernel/problem.ts'
import type { StreamCall } from '../../kernel/relation.ts'
import type { Event } from '../audit/index.ts'
import { headOf, readPage, type Entry } from './feed.ts'
import { Filter } from './filter.ts'
import type { Follower, Hub } from './hub.ts'
import type { KeyHolder } from './keys.ts'
import type { Subscription } from './messages.ts'
import type { Shared } from './session.ts'

/** What a follower wants: as in a socket's first message. */
export interface Wish extends Subscription {
  readonly after?: number | undefined
}

const eventOf = (entry: Entry): Event =>
  (parseJson(Buffer.from(entry.message).toString()) as { event: Event }).event

/**
 * One who follows the record by asking for the next event, each when they are done with the one before: nothing is kept
 * for them but their position. It has its hub and its key's watch in common with the sockets.
 */
export class Following implements AsyncIterableIterator<Event>, Follower, KeyHolder {
  /** Nothing is taken that was not asked for. */
  readonly buffered = 0
  readonly #shared: Shared
  readonly #call: StreamCall
  readonly #filter: Filter
  readonly #hub: Hub
  #position: number
  /** What is left of a page that was read alone. */
  #page: readonly Entry[] = []
  #over = false
  #failure: Error | undefined
  #wake: (() => void) | undefined

  /** Throws `forbidden` (403), and `validation_failed` (400) for an event type that there is not, or a position beyond the end. */
  static async open(shared: Shared, call: StreamCall, wish: Wish): Promise<Following> {
    const filter = new Filter(call.caller, wish, Object.keys(call.app.events))
    const [record] = await headOf({ db: call.app.pool, tenant: call.caller.tenant })
    const head = record?.head ?? 0
    if (wish.after !== undefined && wish.after > head)
      throw validationFailed([{ path: 'after', message: `the record ends at ${head}` }])
    return new Following(shared, call, filter, head, wish.after ?? head)
  }

  private constructor(shared: Shared, call: StreamCall, filter: Filter, head: number, position: number) {
    this.#shared = shared
    this.#call = call
    this.#filter = filter
    this.#position = position
    this.#hub = shared.join(call.caller.tenant, head, this)
    shared.keys.add(call.authorization, this)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  authenticate(authorization: string): Promise<Caller> {
    return this.#call.authenticate(authorization)
  }

  known(caller: Caller): void {
    try {
      this.#filter.require(caller)
    } catch (error) {
      this.#fail(error)
    }
  }

  refused(problem: Problem): void {
    this.#fail(problem)
  }

  pump(): void {
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<Event>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#over) return { done: true, value: undefined }
      const alone = this.#page.length > 0
      const entries = alone ? this.#page : this.#hub.after(this.#position)
      if (entries === undefined) {
        await this.#readAlone()
        continue
      }
      const found = this.#take(entries)
      if (found) return { done: false, value: eventOf(found) }
      if (!alone) await this.#news()
    }
  }

  return(): Promise<IteratorResult<Event>> {
    this.#end()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** The first that the filter lets through; what comes before it is done with. */
  #take(entries: readonly Entry[]): Entry | undefined {
    const at = entries.findIndex((entry) => this.#filter.admits(entry))
    const last = entries[at < 0 ? entries.length - 1 : at]
    if (last) this.#position = last.sequence
    if (this.#page.length > 0) this.#page = at < 0 ? [] : entries.slice(at + 1)
    return at < 0 ? undefined : last
  }

  /** Reads one page from the record; what fails is tried again at the hub's next look. */
  async #readAlone(): Promise<void> {
    const { base, scope } = this.#hub
    try {
      const page = await this.#shared.pages.run(async () =>
        this.#over ? [] : await readPage(scope, this.#position),
      )
      if (page.length === 0) this.#position = Math.max(this.#position, base)
      if (!this.#over) this.#page = page
    } catch (error) {
      if (this.#over) return
      this.#call.app.log.warn({ err: error }, 'could not read the feed for a follower; trying again')
      await this.#news()
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#page = []
    this.#shared.keys.remove(this.#call.authorization, this)
    this.#shared.leave(this.#hub, this)
    this.#wake?.()
  }
}
