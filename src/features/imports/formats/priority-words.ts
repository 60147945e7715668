import type { ParsedItem } from './parsed.ts'

const WORDS: ReadonlyMap<string, ParsedItem['priority']> = new Map([
  ...(['critical', 'urgent', 'blocker', 'highest', 'p0'] as const).map((word) => [word, 5] as const),
  ...(['high', 'p1'] as const).map((word) => [word, 4] as const),
  ...(['medium', 'normal', 'moderate', 'p2'] as const).map((word) => [word, 3] as const),
  ...(['low', 'p3'] as const).map((word) => [word, 2] as const),
  ...(['lowest', 'trivial', 'p4'] as const).map((word) => [word, 1] as const),
])

/** The priority that a word means, `P0` being the most urgent; null for a word that means none. */
export const priorityOfWord = (word: string): ParsedItem['priority'] | null =>
  WORDS.get(word.toLowerCase()) ?? null
