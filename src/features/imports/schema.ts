import { z } from 'zod'
import { TaskStatus } from '../tasks/schema.ts'

/** The sources that can be imported, by the name that routes and commands use. */
export const FORMAT_NAMES = ['beads', 'markdown', 'linear', 'github'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

/** Bytes that a source may have. */
export const SOURCE_LIMIT = 32 * 1024 * 1024

/** A report lists so many of each kind of loss, and counts all. */
export const LISTED = 50

export const ImportSource = z.strictObject({
  format: z.enum(FORMAT_NAMES).meta({ description: 'What the source is' }),
  content: z
    .union(
      [z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())],
      'must be the text of the source, or its JSON',
    )
    .default('')
    .meta({ description: 'The source as it is, up to 32 MiB of UTF-8' }),
  dry_run: z.boolean().default(false).meta({ description: 'Change nothing, and report the same' }),
  strict: z
    .boolean()
    .default(false)
    .meta({ description: 'Change nothing where a line is broken, or an edge is dangling or closes a loop' }),
  reopen: z
    .boolean()
    .default(false)
    .meta({ description: 'New tasks become ready, also those that are closed in the source' }),
})
export type ImportSource = z.output<typeof ImportSource>

const Count = z.int().min(0)

const losses = <T extends z.ZodType>(each: T) =>
  z.strictObject({ total: Count, first: z.array(each).max(LISTED).meta({ description: 'The first 50' }) })

/** An edge of the source: the task of `from` waits for that of `to`. */
const SourceEdge = z
  .strictObject({ line: z.int(), from: z.string(), to: z.string() })
  .meta({ id: 'SourceEdge', description: 'An edge of the source; both ends are source_refs' })
export type SourceEdge = z.output<typeof SourceEdge>

/** How often each field was met; beyond 50 fields the rarest are summed up as `(others)`. */
const FieldCounts = z.record(z.string(), Count)

export const ImportReport = z
  .strictObject({
    format: z.enum(FORMAT_NAMES),
    dry_run: z.boolean(),
    created: Count,
    reopened: Count.meta({ description: 'Of the created: closed in the source, and ready here (reopen)' }),
    updated: Count.meta({ description: 'Changed in the source since the last import' }),
    overwritten: losses(z.strictObject({ line: z.int(), source_ref: z.string() })).meta({
      description:
        'Of the updated: changed here since the last import, and now as in the source; the record has what they were',
    }),
    unchanged: Count,
    status_kept: losses(z.strictObject({ line: z.int(), source_ref: z.string(), status: TaskStatus })).meta({
      description: 'Closed in the source by now, but not here: an import never moves a status',
    }),
    skipped: z.strictObject({ total: Count, reasons: z.record(z.string(), Count) }).meta({
      description: 'Left out deliberately, by reason',
    }),
    errors: losses(z.strictObject({ line: z.int(), message: z.string() })).meta({
      description: 'Broken lines; the rest goes in',
    }),
    edges: z.strictObject({
      added: Count,
      existing: Count,
      duplicate: Count.meta({ description: 'Named again in the same source' }),
      dangling: losses(SourceEdge).meta({
        description: 'One end is neither in the source nor here, or was deleted just then',
      }),
      loops: losses(SourceEdge).meta({ description: 'Would close a loop' }),
      self: losses(SourceEdge).meta({ description: 'Of a task to itself' }),
      already_started: losses(SourceEdge).meta({
        description: 'The task has started or is completed, and the prerequisite is not completed',
      }),
    }),
    fields_without_place: FieldCounts.meta({ description: 'Lost: how often each field was met' }),
    kept_as_metadata: FieldCounts.meta({ description: 'How often each field became metadata' }),
    truncated: FieldCounts.meta({ description: 'How often each field was cut to its limit' }),
  })
  .meta({ id: 'ImportReport', description: 'What came of each part of the source' })
export type ImportReport = z.output<typeof ImportReport>
