const OPENING = /^(?:[-+] )?(?:depends on|blocked by)\b ?:?/i

/** What a line says a task waits for. */
export interface DependencyLine {
  /** All that it names, for a name that holds a comma itself. */
  whole: string
  /** `whole` split at commas, semicolons and "and". */
  names: string[]
  /** Whether a colon announces the names; without one the line may be prose. */
  announced: boolean
}

/** Reads a line such as `Depends on: #3, B2` or `- **Blocked by** #12`; null for any other line. */
export function readDependencyLine(line: string): DependencyLine | null {
  const start = line.trimStart()
  const opening = OPENING.exec(plain(start.slice(0, 60)))?.[0]
  if (opening === undefined) return null
  const whole = plain(start).slice(opening.length).trim()
  const names = whole
    .split(/[,;]| and | & /i)
    .map((name) => name.trim())
    .filter(Boolean)
  return { whole, names, announced: opening.endsWith(':') }
}

/** Without emphasis, and with single spaces. */
function plain(text: string): string {
  return text.replace(/[*`]/g, '').replace(/\s+/g, ' ').trim()
}
