import type { Figures } from './figure.ts'

/** How one drains: so many at once, each asking for so many tasks a call, for so long. */
export interface Shape {
  readonly claimers: number
  readonly batch: number
  readonly seconds: number
}

export interface Drained {
  /** Tasks that were claimed and completed. */
  readonly completed: number
  readonly seconds: number
}

/** Something that hands out work and takes its completion, with the work itself empty. */
export interface Contender {
  readonly name: string
  /** Whether it has a way to work in this shape; every shape unless said. */
  suits?(shape: Shape): boolean
  /** Brings what waits up to so many tasks. */
  stock(waiting: number): Promise<void>
  /** Claims and completes until the time is over, or nothing waits. */
  drain(shape: Shape): Promise<Drained>
  close(): Promise<void>
}

/** Runs a turn of each claimer again and again; `start` makes a claimer, a turn answers what it completed: 0 ends it. */
export async function drainBy(
  { claimers, seconds }: Shape,
  start: (claimer: number) => () => Promise<number>,
): Promise<Drained> {
  const turns = Array.from({ length: claimers }, (_, claimer) => start(claimer))
  let completed = 0
  const begin = performance.now()
  await Promise.all(
    turns.map(async (turn) => {
      for (let done = 1; done > 0 && performance.now() - begin < seconds * 1000; completed += done)
        done = await turn()
    }),
  )
  return { completed, seconds: (performance.now() - begin) / 1000 }
}

/**
 * Lets each that suits drain in turn, with as many waiting, and adds what it does a second. The first round warms plans and
 * connections up, and is not counted.
 */
export async function drainInTurn(
  contenders: readonly Contender[],
  shape: Shape,
  { rounds, waiting, figures }: { rounds: number; waiting: number; figures: Figures },
): Promise<void> {
  for (let round = 0; round <= rounds; round++)
    for (const contender of contenders) {
      if (contender.suits?.(shape) === false) continue
      await contender.stock(waiting)
      const { completed, seconds } = await contender.drain(shape)
      if (round > 0)
        figures.add(`${shape.claimers} x ${shape.batch} ${contender.name}`, '/s', completed / seconds)
    }
}

/** Counts what handlers were given, for peers that call us: from the first until the time is over or all is done. */
export function countHandled(seconds: number, waiting: number) {
  const over = Promise.withResolvers<Drained & { begin: number }>()
  let completed = 0
  let begin = 0
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    over.resolve({ begin, completed, seconds: (performance.now() - begin) / 1000 })
  }
  return {
    drained: over.promise,
    handled(count: number): void {
      if (ended) return
      if (completed === 0) {
        begin = performance.now()
        setTimeout(end, seconds * 1000)
      }
      completed += count
      if (completed >= waiting) end()
    },
  }
}
