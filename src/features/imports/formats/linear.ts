import { readCsv, type CsvRow } from './csv-rows.ts'
import type { Draft } from './draft.ts'
import { Gathering } from './gathering.ts'
import { readHeader, type Column } from './linear-columns.ts'
import type { Format, ParsedItem } from './parsed.ts'
import { cutCharacters, storable } from './text-limits.ts'

const PRIORITIES: ReadonlyMap<string, ParsedItem['priority']> = new Map([
  ['urgent', 5],
  ['high', 4],
  ['medium', 3],
  ['low', 2],
])

const DONE = new Set(['done', 'completed'])
const CANCELED = new Set(['canceled', 'cancelled'])

/** The columns without which a row is no issue. */
const REQUIRED = ['id', 'title']

/** Linear itself writes rows that lack this column where it is the last one, and empty. */
const MAY_LACK = 'roadmaps'

/** What Linear puts before a text that a spreadsheet would take for a formula. */
const unquoteFormula = (text: string): string => (/^'[=+\-@\t\r\n]/.test(text) ? text.slice(1) : text)

const splitNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)

/** Reads the rows under one header. */
class Export {
  readonly #gathering: Gathering
  readonly #placed: ReadonlyMap<string, number>
  readonly #others: readonly Column[]
  readonly #status: number
  readonly #width: number
  readonly #shortest: number

  constructor(gathering: Gathering, header: readonly string[]) {
    const { placed, others } = readHeader(header)
    this.#gathering = gathering
    this.#placed = placed
    this.#others = others
    this.#status = others.find(({ key }) => key === 'status')?.index ?? -1
    this.#width = header.length
    this.#shortest = header.at(-1)?.trim().toLowerCase() === MAY_LACK ? header.length - 1 : header.length
  }

  get missing(): string[] {
    return REQUIRED.filter((name) => !this.#placed.has(name))
  }

  take({ line, fields }: CsvRow): void {
    if (fields.every((field) => field.trim() === '')) return
    if (fields.length < this.#shortest || fields.length > this.#width) {
      this.#gathering.fail(line, `has ${fields.length} fields, and the header ${this.#width}`)
      return
    }
    const cells = fields.map(unquoteFormula)
    const cell: Cell = (name) => cells[this.#placed.get(name) ?? -1] ?? ''
    const status = (cells[this.#status] ?? '').trim().toLowerCase()
    const reason = reasonToSkip(status, cell)
    const id = cell('id').trim()
    if (reason) {
      this.#gathering.skip(line, id || null, reason)
      return
    }
    const draft = this.#gathering.begin(line, id, cell('title'))
    if (!draft) return
    draft.describe(cell('description'))
    draft.tag(cell('labels').split(', '))
    readPriority(draft, cell('priority').trim())
    draft.keep('Canceled', cell('canceled'), { key: 'canceled' })
    draft.time('created_at', 'Created', cell('created'), 'created')
    draft.time('updated_at', 'Updated', cell('updated'), 'updated')
    if (cell('completed').trim() || DONE.has(status)) {
      draft.item.state = 'completed'
      draft.time('completed_at', 'Completed', cell('completed'), 'completed')
    }
    for (const { index, name, key } of this.#others) draft.keep(name, cells[index], { key })
    if (draft.item.metadata['linear_archived']) draft.tag(['archived'])
    for (const blocker of splitNames(cell('blocked by'))) this.#gathering.waits(line, id, blocker)
  }
}

type Cell = (name: string) => string

function reasonToSkip(status: string, cell: Cell): 'duplicate' | 'canceled' | null {
  if (status === 'duplicate' || cell('duplicate of').trim()) return 'duplicate'
  return CANCELED.has(status) || (cell('canceled').trim() && !DONE.has(status)) ? 'canceled' : null
}

/** No priority is the default one, and the words are kept, so that nobody takes it for a decision. */
function readPriority(draft: Draft, priority: string): void {
  const ours = PRIORITIES.get(priority.toLowerCase())
  if (ours) draft.item.priority = ours
  else draft.keep('Priority', priority, { key: 'priority' })
}

/**
 * The CSV that Linear exports, in every shape it has had: the header's names decide, whatever their order,
 * and columns without a place are kept as metadata. Canceled issues and duplicates are skipped.
 */
export const linear: Format = (source) => {
  const { text, replaced } = storable(source)
  const gathering = new Gathering('linear', replaced)
  const { rows, fault } = readCsv(text.replace(/\r\n?/g, '\n'))
  const [header, ...records] = rows
  const table = header && new Export(gathering, header.fields)
  if (!header || !table)
    gathering.fail(1, fault?.message ?? 'the file is empty: it needs a header with the columns ID and Title')
  else if (table.missing.length > 0) {
    const found = cutCharacters(header.fields.join(', '), 200)
    gathering.fail(header.line, `the header needs the columns ID and Title; it has: ${found}`)
  } else {
    for (const row of records) table.take(row)
    if (fault) gathering.fail(fault.line, fault.message)
  }
  return gathering.parsed()
}
