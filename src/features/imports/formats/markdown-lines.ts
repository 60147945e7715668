import type { ParsedItem } from './parsed.ts'
import { priorityOfWord } from './priority-words.ts'

/** A heading such as `## Backend`: its level from 1 to 6 and its text. */
export interface Heading {
  level: number
  text: string
}

/** What follows the mark of a task: its identifier where it has one (`B17`, `12`, `1.2`), and its title. */
export interface Name {
  id: string | null
  title: string
}

const isIndentedCode = (line: string): boolean => line.startsWith('    ') || /^ {0,3}\t/.test(line)

/** `text` without the closing run of `#` that a heading may have. */
function withoutClosing(text: string): string {
  let end = text.length
  while (text[end - 1] === '#') end--
  return end === 0 || text[end - 1] === ' ' || text[end - 1] === '\t' ? text.slice(0, end).trimEnd() : text
}

export function readHeading(line: string): Heading | null {
  if (isIndentedCode(line)) return null
  const text = line.trim()
  let level = 0
  while (text[level] === '#') level++
  if (level < 1 || level > 6 || (text.length > level && text[level] !== ' ' && text[level] !== '\t'))
    return null
  return { level, text: withoutBold(withoutClosing(text.slice(level).trim())) }
}

/**
 * The level of a heading that `line` underlines: `===` makes 1, `----` makes 2. Three hyphens are taken for a
 * rule, as which people write them below a paragraph, too.
 */
export function underlineLevel(line: string): 1 | 2 | null {
  if (isIndentedCode(line)) return null
  const text = line.trim()
  const mark = text[0]
  if ((mark !== '=' && mark !== '-') || (mark === '-' && text.length < 4)) return null
  for (const char of text) if (char !== mark) return null
  return mark === '=' ? 1 : 2
}

/**
 * Whether a line begins something that no paragraph begins with, so that it is no heading when it is
 * underlined.
 */
export const beginsBlock = (line: string): boolean =>
  isIndentedCode(line) || /^\s*(?:[-+*>|#<]|\d+[.)]\s|```|~~~)/.test(line.slice(0, 100))

/** A line of `---`, `***` or `___`. */
export function isRule(line: string): boolean {
  const text = line.replace(/\s+/g, '')
  if (isIndentedCode(line) || text.length < 3) return false
  const mark = text[0]!
  return '-*_'.includes(mark) && text === mark.repeat(text.length)
}

function withoutBold(text: string): string {
  const bold =
    text.length > 4 &&
    text.startsWith('**') &&
    text.endsWith('**') &&
    text.indexOf('**', 2) === text.length - 2
  return bold ? text.slice(2, -2).trim() : text
}

const NUMBER =
  /^(?:(issue|task|ticket|story)\s{1,9}#?)?([a-z]{1,12}-?\d{1,9}|\d{1,9}(?:\.\d{1,9}){0,5})\s{0,9}[:.]\s/i

/** `Issue 12: Title`, `B17: Title`, `1.2. Title`; null where no identifier begins the text. */
export function readName(text: string): (Name & { id: string; bare: boolean }) | null {
  const match = NUMBER.exec(text.slice(0, 200))
  const title = match && text.slice(match[0].length).trim()
  if (!match || !title) return null
  const [, keyword, id = ''] = match
  return { id, title, bare: !keyword && /^\d/.test(id) }
}

/**
 * A task that is a line of its own in bold, `**Issue 12: Title**`, and what follows it on the line. A bare
 * number is none.
 */
export function readBoldTask(line: string): (Name & { rest: string }) | null {
  if (isIndentedCode(line)) return null
  const text = line.trim()
  const end = text.startsWith('**') ? text.indexOf('**', 2) : -1
  const name = end > 2 ? readName(text.slice(2, end).trim()) : null
  return name && !name.bare ? { id: name.id, title: name.title, rest: text.slice(end + 2).trim() } : null
}

const CHECKBOX = /^ ?(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}\[([ xX])\][ \t]/

/**
 * A box of a task list at its top level: `- [ ] Title` and `- [x] Title`, the title with or without an
 * identifier.
 */
export function readCheckbox(line: string): (Name & { done: boolean }) | null {
  const match = CHECKBOX.exec(line.slice(0, 40))
  const text = match && withoutBold(line.slice(match[0].length).trim())
  if (!match || !text) return null
  const name = readName(text)
  return { id: name?.id ?? null, title: name?.title ?? text, done: match[1] !== ' ' }
}

/** The beginning of a line without list mark and emphasis, for `Name: value` lines. */
const plainBeginning = (line: string): string =>
  line
    .trimStart()
    .slice(0, 200)
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[-+] /, '')

const HOURS = /^~?(\d{1,4}(?:\.\d{1,3})?) ?(?:h|hrs?|hours?)(?: ?(\d{1,3}) ?(?:m|mins?|minutes?))?\.?$/i
const MINUTES = /^~?(\d{1,6}) ?(?:m|mins?|minutes?)\.?$/i

/**
 * The whole minutes of a line such as `Effort: 30m`, `**Estimate:** 1.5 hours` or `- Effort: 1h 30m`; null
 * for any other.
 */
export function readEffort(line: string): number | null {
  const value = /^(?:effort|estimate|estimated effort|effort estimate) ?[:=] ?(.+)$/i.exec(
    plainBeginning(line),
  )?.[1]
  if (!value) return null
  const hours = HOURS.exec(value)
  if (hours) return Math.round(Number(hours[1]) * 60) + Number(hours[2] ?? 0)
  const minutes = MINUTES.exec(value)
  return minutes ? Number(minutes[1]) : null
}

/**
 * The priority of a line such as `Priority: high`, `**Priority:** P1` or `Priority: 5` (the most urgent);
 * null for any other.
 */
export function readPriority(line: string): ParsedItem['priority'] | null {
  const word = /^priority ?[:=] ?([a-z0-9]+)/i.exec(plainBeginning(line))?.[1]
  if (!word) return null
  return /^[1-5]$/.test(word) ? (Number(word) as ParsedItem['priority']) : priorityOfWord(word)
}
