import type { ImportReport, SourceEdge } from './schema.ts'

const figure = (count: number): string => count.toLocaleString('en-US')

/** A line of the report: what is counted, how often, and what is to be said of it. */
const counted = (name: string, count: number, remark = ''): string =>
  `  ${name.padEnd(16)}${figure(count).padStart(9)}  ${remark}`.trimEnd()

interface Losses<T> {
  total: number
  first: readonly T[]
}

/** A kind of loss with its first few cases; nothing where there was none. */
function lossLines<T>(
  name: string,
  { total, first }: Losses<T>,
  shown: number,
  say: (each: T) => string,
): string[] {
  if (total === 0) return []
  const cases = first.slice(0, shown).map((each) => `    ${say(each)}`)
  const more = total - cases.length
  return [
    counted(name, total),
    ...cases.slice(0, -1),
    `${cases.at(-1)}${more > 0 ? `; and ${figure(more)} more` : ''}`,
  ]
}

const FIELD_LINES = 2
const WIDTH = 88

/** Counts of fields as a short paragraph: `issue_type 2,403, assignee 1,512; and 3 more`. */
function fieldLines(heading: string, counts: Readonly<Record<string, number>>): string[] {
  const fields = Object.entries(counts).map(([field, count]) => `${shortened(field)} ${figure(count)}`)
  if (fields.length === 0) return []
  const lines: string[] = []
  let line = ''
  let shown = 0
  for (const field of fields) {
    if (line.length + field.length > WIDTH) {
      if (lines.length === FIELD_LINES - 1) break
      lines.push(`  ${line},`)
      line = ''
    }
    line += line === '' ? field : `, ${field}`
    shown++
  }
  const more = fields.length - shown
  return [heading, ...lines, `  ${line}${more > 0 ? `; and ${figure(more)} more` : ''}`]
}

const shortened = (text: string, max = 44): string =>
  text.length > max ? `${text.slice(0, max - 1)}…` : text

const edgeText = ({ line, from, to }: SourceEdge): string =>
  `line ${line}: ${shortened(from)} waits for ${shortened(to)}`

const reasonText = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .map(([reason, count]) => `${reason} ${figure(count)}`)
    .join(', ')

/** A loss report as forty lines at most, for a person: every count, and of each kind of loss its first cases. */
export function reportLines(
  report: ImportReport,
  outcome = report.dry_run ? 'a dry run, nothing was changed' : 'imported',
): string[] {
  const { edges } = report
  return [
    `${report.format}: ${outcome}`,
    'Tasks',
    counted(
      'created',
      report.created,
      report.reopened > 0 ? `${figure(report.reopened)} of them are closed in the source` : '',
    ),
    counted('updated', report.updated),
    ...lossLines(
      'overwritten',
      report.overwritten,
      1,
      ({ line, source_ref }) => `line ${line}: ${shortened(source_ref)} had been changed here`,
    ),
    counted('unchanged', report.unchanged),
    counted('skipped', report.skipped.total, reasonText(report.skipped.reasons)),
    ...lossLines(
      'closed there',
      report.status_kept,
      2,
      ({ line, source_ref, status }) => `line ${line}: ${shortened(source_ref)} stays ${status} here`,
    ),
    ...lossLines(
      'broken lines',
      report.errors,
      5,
      ({ line, message }) => `line ${line}: ${shortened(message, 80)}`,
    ),
    'Edges',
    counted('added', edges.added),
    counted('existing', edges.existing),
    ...(edges.duplicate > 0 ? [counted('duplicate', edges.duplicate)] : []),
    ...lossLines('dangling', edges.dangling, 2, edgeText),
    ...lossLines('closing a loop', edges.loops, 2, edgeText),
    ...lossLines('to itself', edges.self, 1, edgeText),
    ...lossLines('too late', edges.already_started, 1, (edge) => `${edgeText(edge)}, but has started`),
    ...fieldLines('Fields kept as metadata', report.kept_as_metadata),
    ...fieldLines('Fields without a place', report.fields_without_place),
    ...fieldLines('Cut to fit', report.truncated),
  ]
}
