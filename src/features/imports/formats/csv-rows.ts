import { CsvError, parse } from 'csv-parse/sync'

/** A record of a CSV text and the line where it begins. */
export interface CsvRow {
  line: number
  fields: string[]
}

/**
 * The records of a CSV text (RFC 4180) whose lines end in `\n`, of however many fields each. A stray quote is
 * text. What follows a quote that never closes is lost, and `fault` says so; the records before it are read.
 */
export function readCsv(text: string): { rows: CsvRow[]; fault: { line: number; message: string } | null } {
  const rows: CsvRow[] = []
  let read = 0
  try {
    parse(text, {
      record_delimiter: '\n',
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields: string[], { lines }) => {
        rows.push({ line: lines - newlinesIn(fields), fields })
        read = lines
        return null
      },
    })
    return { rows, fault: null }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED'
    const message = open ? 'a quote opens in this record and never closes' : `not CSV: ${error.code}`
    return { rows, fault: { line: read + 1, message: `${message}: nothing from here on was read` } }
  }
}

function newlinesIn(fields: readonly string[]): number {
  let count = 0
  for (const field of fields)
    for (let i = field.indexOf('\n'); i >= 0; i = field.indexOf('\n', i + 1)) count++
  return count
}
