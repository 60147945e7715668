import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import type { RecordEntry } from '../../kernel/record.ts'
import { storeEdges } from './edges.ts'
import { example } from './example.ts'
import type { Parsed } from './formats/index.ts'
import { makePlan, type Plan } from './plan.ts'
import { beginningOf, makeReport } from './report.ts'
import { ImportReport, ImportSource, SOURCE_LIMIT } from './schema.ts'
import { readSource } from './source.ts'
import * as sql from './sql.ts'
import { insertNew, recordNew, updateChanged, type Advance } from './store.ts'

/** JSON is among them, since a report's lines are those of the text: it is handed on as it came. */
const TEXTS = [
  'text/plain',
  'text/markdown',
  'text/csv',
  'application/x-ndjson',
  'application/jsonl',
  'application/json',
  'application/octet-stream',
]

/** Looks up what is there of a source, at this import's turn, and decides what becomes of each item. */
async function plan(ctx: Ctx, parsed: Parsed, reopen: boolean): Promise<Plan> {
  await sql.takeTurn(ctx)
  const refs = new Set(parsed.items.map((item) => item.source_ref))
  for (const { from, to } of parsed.edges) refs.add(from).add(to)
  const rows = await sql.findSources(ctx, [...refs])
  return makePlan(parsed.items, new Map(rows.map(({ source_ref, ...known }) => [source_ref, known])), reopen)
}

/** Progress in steps: a new task is inserted, read and recorded, this at the very end, after all that is said here. */
function progressOf(ctx: Ctx, { created, changed }: Plan, edges: number): Advance {
  const total = 3 * created.length + 2 * changed.length + edges
  let done = 0
  return (steps) => ctx.request.progress?.((done += steps), total)
}

/** Throws `import_refused` (422) with the report where lines are broken, or edges dangle or close a loop. */
function refuseLosses(report: ImportReport): void {
  const { dangling, loops, self } = report.edges
  const faults = [
    [report.errors.total, 'broken line'],
    [dangling.total, 'dangling edge'],
    [loops.total + self.total, 'edge that closes a loop', 'edges that close a loop'],
  ] as const
  const found = faults.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : (many ?? `${one}s`)}`],
  )
  if (found.length > 0)
    throw new Problem(
      'import_refused',
      422,
      `Nothing was changed, since the source has ${found.join(' and ')}; correct them, or import without strict.`,
      { report },
    )
}

/** Imports a source: all of it that can be read, or, when strict, nothing unless all can. */
export const runImport = operation({
  name: 'imports.run',
  summary: 'Import tasks and their graph from another tool',
  description:
    'The answer is a loss report: everything that the source said is counted under what became of it. A task that came from a source carries source_ref and source_hash as metadata: a second import of the same source changes nothing, one of a changed source updates title, description, priority, effort, tags and the metadata of that format, also where they were changed here: those tasks are listed as overwritten. A status never moves, edges are added and never removed, and what left the source stays. A broken line is reported by its number (in a JSON array given as a value, by its element) and the rest goes in. One import at a time runs in a tenant; another one waits, or gets 503 after ten seconds.',
  http: {
    method: 'POST',
    path: '/import/:format',
    status: 200,
    query: ['dry_run', 'strict', 'reopen'],
    body: 'content',
    textBody: TEXTS,
    bodyLimit: SOURCE_LIMIT,
  },
  permission: 'import_tasks',
  runs: 'transaction',
  reportsProgress: true,
  input: ImportSource,
  output: ImportReport,
  problems: { import_unreadable: 400, import_refused: 422 },
  examples: [example],
  async run(ctx, { format, content, dry_run, strict, reopen }) {
    const parsed = readSource(format, content)
    const steps = await plan(ctx, parsed, reopen)
    const advance = progressOf(ctx, steps, parsed.edges.length)
    await insertNew(ctx, steps.created, reopen, advance)
    // A reader of the record must know a task before it hears of its edges.
    const ofEdges: RecordEntry[] = []
    const held = { ...ctx, record: (entry: RecordEntry) => void ofEdges.push(entry) }
    const edges = await storeEdges(held, parsed.edges, steps.taskOf)
    advance(parsed.edges.length)
    const report = makeReport({ format, dry_run, reopen }, parsed, steps, edges)
    if (strict) refuseLosses(report)
    await recordNew(ctx, steps.created, advance)
    for (const entry of ofEdges) ctx.record(entry)
    // After the edges, which take the graph's lock: whoever adds one elsewhere holds that before any task, too.
    const overwritten = await updateChanged(ctx, steps.changed, format, advance)
    ctx.answer.rollBack = dry_run
    return {
      ...report,
      overwritten: beginningOf(overwritten.map(({ item: { line, source_ref } }) => ({ line, source_ref }))),
    }
  },
})
