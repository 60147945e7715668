import type { Fault } from './faults.ts'

/** Where a command writes: stdout is its answer's, stderr is for everything else. */
export interface Output {
  /** Writes a line to stdout. */
  print(text: string): void
  /** Writes a line to stderr. */
  note(text: string): void
  readonly terminal: boolean
}

/**
 * The process's own streams. A reader that goes away early (`| head`) is no failure: what would have been written is
 * not, and `onReaderGone` decides whether to go on.
 */
export function processOutput(onReaderGone: () => void): Output {
  let gone = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone = true
    onReaderGone()
  })
  process.stderr.on('error', () => undefined)
  return {
    print(text) {
      if (!gone) process.stdout.write(`${text}\n`)
    },
    note(text) {
      process.stderr.write(`${text}\n`)
    },
    terminal: process.stdout.isTTY && process.stderr.isTTY,
  }
}

/** Tells a fault: a line each on stderr, or one JSON document. */
export function tellFault(output: Output, { code, detail, document }: Fault, json: boolean): void {
  if (json) output.note(JSON.stringify(document))
  else for (const line of detail.split('\n')) output.note(`cairn: ${code}: ${line}`)
}

/** Rows as lines of aligned columns. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
