import { z } from 'zod'
import type { Figure } from './figure.ts'
import { median } from './statistics.ts'

const StoredFigure = z.object({
  name: z.string(),
  unit: z.enum(['/s', 'ms', 'MB', 'x', 'tokens']),
  better: z.enum(['more', 'less']),
  rounds: z.array(z.number()).min(1),
})

/** A run of the benchmark as `--json` writes it: where, when and of what, and each part's figures. */
export const Run = z.object({
  date: z.string(),
  commit: z.string(),
  node: z.string(),
  postgres: z.string(),
  machine: z.string(),
  quick: z.boolean(),
  parts: z.record(z.string(), z.array(StoredFigure)),
})
export type Run = z.output<typeof Run>

/** A figure that became worse. */
export interface Slower {
  readonly part: string
  readonly name: string
  readonly unit: Figure['unit']
  /** Medians. */
  readonly before: number
  readonly now: number
}

/**
 * What became worse than in a stored run by more than chance: the median moved the wrong way by more than all the rounds
 * of the stored run lie apart, and by more than a tenth. Figures that only one of the runs has are passed over.
 */
export function slowerThan(stored: Run['parts'], now: Run['parts']): Slower[] {
  return Object.entries(now).flatMap(([part, figures]) =>
    figures.flatMap(({ name, unit, better, rounds }) => {
      const before = stored[part]?.find((each) => each.name === name)
      if (!before) return []
      const [was, is] = [median(before.rounds), median(rounds)]
      const worse = better === 'more' ? was - is : is - was
      const apart = Math.max(...before.rounds) - Math.min(...before.rounds)
      return worse > Math.max(apart, was / 10) ? [{ part, name, unit, before: was, now: is }] : []
    }),
  )
}
