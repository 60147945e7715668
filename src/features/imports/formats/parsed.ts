/**
 * One task as a source describes it: within the limits of a task, and clean of what PostgreSQL cannot store.
 */
export interface ParsedItem {
  /** The line of the source, counted from 1, where the item begins. */
  line: number
  /** The item's name for good, such as `beads:bd-0088` or `github:owner/repo#12`. */
  source_ref: string
  title: string
  description: string
  /** 5 is the most urgent. */
  priority: 1 | 2 | 3 | 4 | 5
  /** Minutes. */
  effort_estimate: number | null
  tags: string[]
  metadata: Record<string, string>
  /** What the source says: live or closed. */
  state: 'ready' | 'completed'
  /** Times are RFC 3339 in UTC, null where the source does not say. */
  created_at: string | null
  updated_at: string | null
  completed_at: string | null
  /** People of a source are no workers of ours: always null, and the name is in the metadata. */
  assigned_worker: null
}

/** `from` waits for `to`; both are source_refs, and `to` may be one that the source does not hold. */
export interface ParsedEdge {
  line: number
  from: string
  to: string
  type: 'hard' | 'soft'
}

/** Everything that a source said, and everything of it that found no place. */
export interface Parsed {
  items: ParsedItem[]
  edges: ParsedEdge[]
  /** Left out deliberately; `reason` is a stable snake_case word such as `tombstone` or `duplicate_ref`. */
  skipped: { line: number; source_ref: string | null; reason: string }[]
  /** Broken; the rest still goes in. */
  errors: { line: number; message: string }[]
  /** Fields that had no place at all, and how often they were met. */
  lost_fields: Record<string, number>
  /** Fields and types of edges that live on as metadata, and how often they were met. */
  kept_as_metadata: Record<string, number>
  /** What was cut to a limit and how often; a cut title is whole in the metadata where it fits. */
  truncated: Record<string, number>
}

/** Reads a whole source. Never throws: what is wrong with the text is in the answer. */
export type Format = (text: string) => Parsed

/** The limits of a task that a parsed item keeps to. Bytes are UTF-8, characters UTF-16 code units. */
export const LIMITS = {
  source_ref_bytes: 512,
  title_characters: 500,
  description_bytes: 65_536,
  effort_minutes: 2_147_483_647,
  tag_characters: 64,
  tags: 50,
  metadata_key_characters: 128,
  metadata_value_bytes: 65_536,
} as const
