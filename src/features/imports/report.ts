import type { EdgeOutcomes } from './edges.ts'
import type { Parsed, ParsedEdge } from './formats/index.ts'
import type { Plan } from './plan.ts'
import { LISTED, type ImportReport, type ImportSource, type SourceEdge } from './schema.ts'

/** All are counted, and the first are listed. */
export const beginningOf = <T>(all: readonly T[]): { total: number; first: T[] } => ({
  total: all.length,
  first: all.slice(0, LISTED),
})

const edgesOf = (edges: readonly ParsedEdge[]): { total: number; first: SourceEdge[] } => ({
  total: edges.length,
  first: edges.slice(0, LISTED).map(({ line, from, to }) => ({ line, from, to })),
})

/** Counts by name, the most frequent first; a source may have names without end, so the rarest are summed up. */
function mostFrequent(counts: Readonly<Record<string, number>>): Record<string, number> {
  const ordered = Object.entries(counts).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const others = ordered.slice(LISTED).reduce((sum, [, count]) => sum + count, 0)
  return Object.fromEntries([
    ...ordered.slice(0, LISTED),
    ...(others > 0 ? [['(others)', others] as const] : []),
  ])
}

function countReasons(skipped: Parsed['skipped']): Record<string, number> {
  const reasons: Record<string, number> = {}
  for (const { reason } of skipped) reasons[reason] = (reasons[reason] ?? 0) + 1
  return mostFrequent(reasons)
}

/** The loss report: everything that the source said, each part of it counted under what became of it. */
export function makeReport(
  { format, dry_run, reopen }: Pick<ImportSource, 'format' | 'dry_run' | 'reopen'>,
  parsed: Parsed,
  plan: Plan,
  edges: EdgeOutcomes,
): ImportReport {
  return {
    format,
    dry_run,
    created: plan.created.length,
    reopened: reopen ? plan.created.filter(({ item }) => item.state === 'completed').length : 0,
    updated: plan.changed.length,
    // Known once the changed are written.
    overwritten: beginningOf([]),
    unchanged: plan.unchanged,
    status_kept: beginningOf(plan.statusKept),
    skipped: { total: parsed.skipped.length, reasons: countReasons(parsed.skipped) },
    errors: beginningOf(parsed.errors),
    edges: {
      added: edges.added,
      existing: edges.exists,
      duplicate: edges.duplicate,
      dangling: edgesOf(edges.dangling),
      loops: edgesOf(edges.loop),
      self: edgesOf(edges.self),
      already_started: edgesOf(edges.already_started),
    },
    fields_without_place: mostFrequent(parsed.lost_fields),
    kept_as_metadata: mostFrequent(parsed.kept_as_metadata),
    truncated: mostFrequent(parsed.truncated),
  }
}
