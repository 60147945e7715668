import { EventEmitter } from 'node:events'
import pg from 'pg'
import type { Logger } from './log.ts'
import { CONNECT_MILLISECONDS } from './pool.ts'
import type { NumberedRow } from './record.ts'

/** The sequencer numbered new rows of a tenant (sent by it, once a batch). Payload: `TENANT SEQUENCE`. */
export const CHANNEL_SEQUENCED = 'cairn_sequenced'
/** A server that does not lead committed rows (sent at most every 20 ms, outside every transaction). */
export const CHANNEL_COMMITTED = 'cairn_committed'

/**
 * Who waits for news of the record. NOTIFY only wakes: every waiter also polls, so that a lost notification costs a
 * moment and never an event.
 */
export class Wake {
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  readonly #log: Logger
  readonly #url: string | null
  readonly #check: { readonly everyMilliseconds: number; readonly answersWithin: number }
  #listener: pg.Client | undefined
  /** How many readers of this server want a tenant's rows with the news of them. */
  readonly #closely = new Map<string, number>()
  /** The last sequence said of each tenant. */
  readonly #heads = new Map<string, number>()
  #closed = false
  #notify: (() => Promise<unknown>) | undefined
  #notifying: NodeJS.Timeout | undefined

  /**
   * `url`: null where nobody can listen, through a pooler of transactions. `check`: how often the listening connection is asked
   * whether it is still there, and how long its answers may take, in milliseconds.
   */
  constructor(
    url: string | null,
    log: Logger,
    check = { everyMilliseconds: 15_000, answersWithin: CONNECT_MILLISECONDS },
  ) {
    this.#url = url
    this.#log = log
    this.#check = check
  }

  /** Connects the one listening connection of this server; reconnects by itself. */
  async listen(notify: () => Promise<unknown>): Promise<void> {
    this.#notify = notify
    await this.#connect()
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#url === null) return
    const { everyMilliseconds, answersWithin } = this.#check
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      query_timeout: answersWithin,
      application_name: 'cairn-codex listen',
    })
    let lost = false
    const lose = (error: Error): void => {
      if (lost) return
      lost = true
      if (this.#listener === client) this.#listener = undefined
      void client.end().catch(() => undefined)
      if (this.#closed) return
      this.#log.warn({ err: error }, 'the listening connection was lost; connecting again')
      setTimeout(() => void this.#connect(), 500).unref()
    }
    client.on('error', lose)
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL_COMMITTED) this.#emitter.emit('committed')
      else {
        const [tenant, sequence] = (payload ?? '').split(' ')
        if (tenant) this.sequenced(tenant, Number(sequence))
      }
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL_SEQUENCED}; LISTEN ${CHANNEL_COMMITTED}`)
      if (this.#closed) return await client.end()
      this.#listener = client
      // Nobody else would say that a host has vanished: whoever only listens hears the same silence.
      const check = setInterval(() => void client.query('SELECT').catch(lose), everyMilliseconds).unref()
      client.once('end', () => clearInterval(check))
    } catch (error) {
      lose(error as Error)
    }
  }

  /** Says that this server committed rows of the record. Cheap: a local signal, and now and then one NOTIFY. */
  committed(): void {
    this.#emitter.emit('committed')
    if (this.#notifying || !this.#notify) return
    const notify = this.#notify
    this.#notifying = setTimeout(() => {
      this.#notifying = undefined
      notify().catch(() => undefined)
    }, 20)
    this.#notifying.unref()
  }

  onCommitted(heard: () => void): () => void {
    this.#emitter.on('committed', heard)
    return () => this.#emitter.off('committed', heard)
  }

  /**
   * Asks for a tenant's new rows themselves, where this server numbers them, and there are few: readers in a hurry are
   * spared a query. Returns the way to stop.
   */
  followClosely(tenant: string): () => void {
    this.#closely.set(tenant, (this.#closely.get(tenant) ?? 0) + 1)
    return () => {
      const left = this.#closely.get(tenant)! - 1
      if (left > 0) this.#closely.set(tenant, left)
      else this.#closely.delete(tenant)
    }
  }

  /** Tenants whose rows are wanted with the news of them. */
  get followedClosely(): readonly string[] {
    return [...this.#closely.keys()]
  }

  /**
   * Says that a tenant's rows have their sequence up to this one; `rows` are those that just got theirs. What was said
   * before is not said again.
   */
  sequenced(tenant: string, sequence: number, rows?: readonly NumberedRow[]): void {
    if ((this.#heads.get(tenant) ?? 0) >= sequence) return
    this.#heads.set(tenant, sequence)
    this.#emitter.emit('sequenced', tenant, sequence, rows)
  }

  /**
   * Calls back with the tenant and its last sequence each time new rows have theirs, now and then with the rows. Returns
   * the way to stop.
   */
  onSequenced(heard: (tenant: string, sequence: number, rows?: readonly NumberedRow[]) => void): () => void {
    this.#emitter.on('sequenced', heard)
    return () => this.#emitter.off('sequenced', heard)
  }

  /** Resolves when the tenant's record has news, after `milliseconds` at the latest, or when the signal aborts. */
  news(tenant: string, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        stop()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      const stop = this.onSequenced((who) => {
        if (who === tenant) done()
      })
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#notifying)
    const listener = this.#listener
    this.#listener = undefined
    await listener?.end().catch(() => undefined)
  }
}
