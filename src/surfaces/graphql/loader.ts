import type { Scope } from '../../kernel/database.ts'
import type { Relation } from '../../kernel/relation.ts'
import type { Turnstile } from '../../kernel/turnstile.ts'
import type { Budget } from './budget.ts'
import { LIMITS } from './limits.ts'

type Load = Relation['load']

interface Waiting {
  readonly key: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Batch {
  readonly load: Load
  readonly input: unknown
  /** Rows that one key may bring. */
  readonly rows: number
  readonly waiting: Waiting[]
}

/** Cuts a list into pieces of at most so many. */
const pieces = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, nth) => list.slice(nth * size, (nth + 1) * size))

/**
 * Gathers what the fields of one level ask for, so that each relation is read once for all things that it leads from,
 * however many they are. It keeps nothing: what is asked for later is read anew.
 */
export class Loader {
  readonly #scope: Scope
  readonly #turns: Turnstile
  readonly #budget: Budget
  readonly #signal: AbortSignal | undefined
  #batches = new Map<Load, Map<string, Batch>>()

  constructor(scope: Scope, turns: Turnstile, budget: Budget, signal: AbortSignal | undefined) {
    this.#scope = scope
    this.#turns = turns
    this.#budget = budget
    this.#signal = signal
  }

  /** What a relation leads to from one key; undefined for nothing. */
  load({ load }: Pick<Relation, 'load'>, key: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#batches.size === 0) this.#flushSoon()
      const ofLoad = this.#batches.get(load) ?? new Map<string, Batch>()
      this.#batches.set(load, ofLoad)
      const name = JSON.stringify(input)
      const { limit } = input as { limit?: number }
      const batch = ofLoad.get(name) ?? { load, input, rows: limit ?? 1, waiting: [] }
      ofLoad.set(name, batch)
      batch.waiting.push({ key, resolve, reject })
    })
  }

  /** After all that can be resolved without waiting has been: it is then known what this level asks for. */
  #flushSoon(): void {
    void Promise.resolve().then(() =>
      process.nextTick(() => {
        const batches = [...this.#batches.values()].flatMap((ofLoad) => [...ofLoad.values()])
        this.#batches = new Map()
        for (const batch of batches) void this.#run(batch)
      }),
    )
  }

  async #run({ load, input, rows, waiting }: Batch): Promise<void> {
    const keys = [...new Set(waiting.map(({ key }) => key))]
    try {
      const found = new Map<string, unknown>()
      for (const piece of pieces(keys, Math.max(1, Math.floor(LIMITS.rowsAStatement / rows)))) {
        this.#signal?.throwIfAborted()
        const part = await this.#turns.run(() => load(this.#scope, piece, input))
        for (const [key, value] of part) {
          this.#budget.spend(value)
          found.set(key, value)
        }
      }
      for (const { key, resolve } of waiting) resolve(found.get(key))
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
