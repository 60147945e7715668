import { drainBy } from './contender.ts'
import { Figures } from './figure.ts'
import { median, spread, table } from './statistics.ts'

/** Something that is done as often as can be. */
export interface Rated {
  readonly name: string
  /** Once more; answers how many were done. */
  run(caller: number): Promise<number>
}

/** So many times as long as a round that counts lasts the one that warms up: a server's code is slow until it has run a while. */
const WARM_UP = 3

/** How many a second by so many callers at once, each thing in turn; the first round warms up, and is not counted. */
export async function rateInTurn(
  things: readonly Rated[],
  { rounds, seconds, callers }: { rounds: number; seconds: number; callers: number },
): Promise<Figures> {
  const figures = new Figures()
  for (let round = 0; round <= rounds; round++)
    for (const { name, run } of things) {
      const shape = { claimers: callers, batch: 1, seconds: round > 0 ? seconds : seconds * WARM_UP }
      const done = await drainBy(shape, (caller) => () => run(caller))
      if (round > 0) figures.add(name, '/s', done.completed / done.seconds)
    }
  return figures
}

/** A row a figure: its median, spread, and ratio by the figure that `by` names for it (undefined: none). */
export function reportRates(figures: Figures, by: (name: string) => string | undefined): string {
  const rows = figures.all().map(({ name, rounds }) => {
    const floor = by(name)
    return [
      name,
      median(rounds) < 10 ? median(rounds).toFixed(2) : median(rounds).toFixed(0),
      `${spread(rounds).toFixed(0)} %`,
      floor === undefined ? '' : `${figures.ratio(name, floor).toFixed(2)} x ${floor}`,
    ]
  })
  return table(['what', 'a second', 'spread', 'beside'], rows)
}
