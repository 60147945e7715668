import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { percentile } from '../../bench/statistics.ts'
import { driftBetween, type Drift, type Tolerance } from './drift.ts'

/** How long a call is sent again that is told to come back. */
const PATIENCE_MILLISECONDS = 60_000
/** After such a delay the pace is not made up for: a slow moment would be followed by a flood. */
const BEHIND_MILLISECONDS = 1_000
/** The call that touches nothing but the server's loop and the machine; what it loses, the machine lost. */
export const PROBE = 'probe'

const MEDIAN: Tolerance = { share: 0.5, room: 5 }
const P99: Tolerance = { share: 0.5, room: 100, quantile: 0.99 }

interface Timing {
  readonly at: number
  readonly milliseconds: number
}

/** An answer that was expected. */
export interface Answer<T> {
  readonly status: number
  readonly body: T
}

export interface Call {
  readonly body?: unknown
  /** Statuses that may be; 200 unless given. */
  readonly expects?: readonly number[]
}

const codeOf = (body: unknown): string => JSON.stringify(body)?.slice(0, 300) ?? 'nothing'

/** All clients of one load: together they send at one steady rate, and what they get is kept. */
export class PacedClient {
  readonly #pool: Pool
  readonly #authorization: string
  readonly #interval: number
  #next = performance.now()
  readonly #timings = new Map<string, Timing[]>()
  /** What must not be. */
  readonly faults: string[] = []
  readonly counts = { calls: 0, deferred: 0 }

  constructor(url: string, key: string, rate: number) {
    this.#pool = new Pool(url, { connections: 32, pipelining: 1 })
    this.#authorization = `Bearer ${key}`
    this.#interval = 1_000 / rate
  }

  /** Waits for one's turn to send something. */
  async turn(): Promise<void> {
    const now = performance.now()
    const mine = Math.max(this.#next, now - BEHIND_MILLISECONDS)
    this.#next = mine + this.#interval
    if (mine > now) await sleep(mine - now)
  }

  /** Does something in its turn, and takes its time. */
  async timed<T>(kind: string, work: () => Promise<T>): Promise<T> {
    await this.turn()
    const began = performance.now()
    const result = await work()
    this.#keep(kind, began)
    return result
  }

  #keep(kind: string, began: number): void {
    const timings = this.#timings.get(kind) ?? []
    this.#timings.set(kind, timings)
    timings.push({ at: began, milliseconds: performance.now() - began })
    this.counts.calls++
  }

  /** Sends a call; it is sent again while it is told to come back. A status that should not be is a fault: undefined. */
  async call<T>(
    kind: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    { body, expects = [200] }: Call = {},
  ): Promise<Answer<T> | undefined> {
    const headers = {
      authorization: this.#authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    }
    for (const deadline = Date.now() + PATIENCE_MILLISECONDS; ;) {
      await this.turn()
      const began = performance.now()
      const answer = await this.#pool
        .request({ method, path, headers, body: JSON.stringify(body) ?? null })
        .catch((error: Error) => error)
      if (answer instanceof Error) {
        this.blame(`${kind}: no answer: ${answer.message}`)
        return undefined
      }
      const text = await answer.body.text()
      this.#keep(kind, began)
      const value: unknown = text === '' ? undefined : JSON.parse(text)
      if (expects.includes(answer.statusCode)) return { status: answer.statusCode, body: value as T }
      const later = (value as { retry_after?: number } | undefined)?.retry_after
      if (later === undefined || Date.now() > deadline) {
        this.blame(`${kind}: ${method} ${path}: ${answer.statusCode} ${codeOf(value)}`)
        return undefined
      }
      this.counts.deferred++
      await sleep(later * 1_000)
    }
  }

  blame(fault: string): void {
    if (this.faults.length < 50) this.faults.push(fault)
  }

  /** Milliseconds of calls that were sent from one moment up to another, by kind. */
  #between(from: number, to: number): Map<string, number[]> {
    const found = [...this.#timings].map(
      ([kind, timings]) =>
        [
          kind,
          timings.filter(({ at }) => at >= from && at < to).map(({ milliseconds }) => milliseconds),
        ] as const,
    )
    return new Map(found.filter(([, each]) => each.length > 0))
  }

  /** Median and 99th percentile of each kind that was called between two moments. */
  latencies(from: number, to: number): { kind: string; calls: number; median: number; p99: number }[] {
    return [...this.#between(from, to)].map(([kind, each]) => ({
      kind,
      calls: each.length,
      median: percentile(each, 0.5),
      p99: percentile(each, 0.99),
    }))
  }

  /** What became of the latency of each kind, and of all, from the middle third of a time to its last. */
  drifts(from: number, to: number): Drift[] {
    const third = (to - from) / 3
    const middle = this.#between(from + third, from + 2 * third)
    const last = this.#between(from + 2 * third, to)
    const pair = (kind: string) => [middle.get(kind) ?? [], last.get(kind) ?? []] as const
    const [before, after] = pair(PROBE)
    const slower =
      before.length > 0 && after.length > 0
        ? Math.max(1, percentile(after, 0.5) / percentile(before, 0.5))
        : 1
    const drifts = [...middle.keys()]
      .filter((kind) => kind !== PROBE && last.has(kind))
      .map((kind) => driftBetween(`${kind}, median`, 'ms', pair(kind), MEDIAN, slower))
    const all = [[...middle.values()].flat(), [...last.values()].flat()] as const
    return [...drifts, driftBetween('all calls, 99th percentile', 'ms', all, P99, slower)]
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
