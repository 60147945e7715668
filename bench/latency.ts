import { Figures } from './figure.ts'
import { median, spread, table } from './statistics.ts'

/** Something whose time is taken. */
export interface Timed {
  readonly name: string
  /** Once before each round, not timed. */
  prepare?(): Promise<void>
  run(turn: number): Promise<unknown>
}

/**
 * Takes the time of each in turn, `turns` times a round; a round's figure is the median of its turns, in milliseconds. The
 * first round warms up, and is not counted.
 */
export async function timeInTurn(
  things: readonly Timed[],
  { rounds, turns, figures = new Figures() }: { rounds: number; turns: number; figures?: Figures },
): Promise<Figures> {
  for (let round = 0; round <= rounds; round++)
    for (const { name, prepare, run } of things) {
      await prepare?.()
      const times: number[] = []
      for (let turn = 0; turn < turns; turn++) {
        const begin = performance.now()
        await run(turn)
        times.push(performance.now() - begin)
      }
      if (round > 0) figures.add(name, 'ms', median(times))
    }
  return figures
}

/** A row a figure: its median, spread, and ratio by the figure that `by` names for it (none: none). */
export function reportTimes(figures: Figures, by: (name: string) => string | undefined): string {
  const rows = figures.all().map(({ name, rounds }) => {
    const floor = by(name)
    return [
      name,
      median(rounds).toFixed(2),
      `${spread(rounds).toFixed(0)} %`,
      floor === undefined || floor === name ? '' : `${figures.ratio(name, floor).toFixed(2)} x ${floor}`,
    ]
  })
  return table(['what', 'median ms', 'spread', 'beside'], rows)
}
