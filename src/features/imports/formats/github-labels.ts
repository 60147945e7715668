import type { ParsedItem } from './parsed.ts'
import { priorityOfWord } from './priority-words.ts'

type Priority = ParsedItem['priority']

const NAMED_FIRST = /^(?:priority|prio)[\s:/_.=-]+(.+)$/
const NAMED_LAST = /^(.+?)[\s:/_.-]+(?:priority|prio)$/

/**
 * `P1`, `critical`, `priority: high`, `priority/critical-urgent`, `high-priority`; null for any other label.
 */
function priorityOfLabel(label: string): Priority | null {
  const text = label.slice(0, 100).trim().toLowerCase()
  const named = NAMED_FIRST.exec(text)?.[1] ?? NAMED_LAST.exec(text)?.[1]
  const word = (named ?? text).split(/[\s:/_.-]/, 1)[0] ?? ''
  if (named !== undefined) return priorityOfWord(named) ?? priorityOfWord(word)
  return /^p[0-4]$/.test(word) || text === 'critical' || text === 'urgent' ? priorityOfWord(word) : null
}

/** The highest priority that the labels of an issue give it; null where none says anything. */
export function priorityOfLabels(labels: readonly string[]): Priority | null {
  let highest: Priority | null = null
  for (const label of labels) {
    const priority = priorityOfLabel(label)
    if (priority !== null && priority > (highest ?? 0)) highest = priority
  }
  return highest
}
