import type { Example } from '../../kernel/operation.ts'

const none = { total: 0, first: [] }

/** A small source and its report; one of its edges names an issue that is nowhere. */
export const example: Example = {
  summary: 'Two issues of a Beads tracker, tried first',
  input: {
    format: 'beads',
    dry_run: true,
    content: [
      '{"id":"hive-a1","title":"Lay the first comb","status":"open","priority":0,"issue_type":"epic"}',
      '{"id":"hive-b2","title":"Smooth the comb","status":"open","priority":2,"issue_type":"task","dependencies":[{"issue_id":"hive-b2","depends_on_id":"hive-a1","type":"blocks"},{"issue_id":"hive-b2","depends_on_id":"hive-zz","type":"blocks"}]}',
    ].join('\n'),
  },
  output: {
    format: 'beads',
    dry_run: true,
    created: 2,
    reopened: 0,
    updated: 0,
    overwritten: { total: 0, first: [] },
    unchanged: 0,
    status_kept: none,
    skipped: { total: 0, reasons: {} },
    errors: none,
    edges: {
      added: 1,
      existing: 0,
      duplicate: 0,
      dangling: { total: 1, first: [{ line: 2, from: 'beads:hive-b2', to: 'beads:hive-zz' }] },
      loops: none,
      self: none,
      already_started: none,
    },
    fields_without_place: {},
    kept_as_metadata: { issue_type: 2 },
    truncated: {},
  },
}
