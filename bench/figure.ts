import { median } from './statistics.ts'

/** What was measured once a round. */
export interface Figure {
  /** `what / how`, unique in its part. */
  readonly name: string
  readonly unit: '/s' | 'ms' | 'MB' | 'x' | 'tokens'
  readonly better: 'more' | 'less'
  readonly rounds: readonly number[]
}

/** What a part of the benchmark answers: something to read, and the same as figures. */
export interface Measured {
  readonly text: string
  readonly figures: readonly Figure[]
}

/** How a part is to be run. */
export interface Effort {
  readonly rounds: number
  /** Small sizes, to see that it works: its figures say little. */
  readonly quick: boolean
}

/** Gathers figures round by round. */
export class Figures {
  readonly #figures = new Map<string, { unit: Figure['unit']; better: Figure['better']; rounds: number[] }>()

  add(
    name: string,
    unit: Figure['unit'],
    value: number,
    better: Figure['better'] = unit === '/s' ? 'more' : 'less',
  ): void {
    const figure = this.#figures.get(name) ?? { unit, better, rounds: [] }
    figure.rounds.push(value)
    this.#figures.set(name, figure)
  }

  /** The rounds of a figure, in their order; undefined where there is none of this name. */
  rounds(name: string): readonly number[] | undefined {
    return this.#figures.get(name)?.rounds
  }

  /** The median of the rounds. Throws where there is none of this name. */
  median(name: string): number {
    return median(this.rounds(name) ?? [])
  }

  /** The median over the rounds of one figure divided by another: what a busy moment of the machine falls on alike. */
  ratio(name: string, by: string): number {
    const [above, below] = [this.rounds(name) ?? [], this.rounds(by) ?? []]
    return median(above.map((value, round) => value / (below[round] ?? NaN)))
  }

  all(): Figure[] {
    return [...this.#figures].map(([name, figure]) => ({ name, ...figure }))
  }
}
