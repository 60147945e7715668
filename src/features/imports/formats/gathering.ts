import { Draft } from './draft.ts'
import { LIMITS, type Parsed, type ParsedEdge, type ParsedItem } from './parsed.ts'
import { Tally, type Tallies } from './tally.ts'
import { cutCharacters, fitsBytes } from './text-limits.ts'

/** After so many a file is no damaged export but another thing, and a longer report helps nobody. */
const ERRORS_LISTED = 10_000

/**
 * Gathers what a parser finds into a `Parsed`, and refuses what may not be in one: no id, no title, a second
 * same id.
 */
export class Gathering implements Tallies {
  readonly #format: string
  readonly #items: ParsedItem[] = []
  readonly #refs = new Set<string>()
  readonly #edges: ParsedEdge[] = []
  readonly #skipped: Parsed['skipped'] = []
  readonly #errors: Parsed['errors'] = []
  #unlisted = 0
  readonly lost = new Tally()
  readonly kept = new Tally()
  readonly cut = new Tally()

  /**
   * `format` is the prefix of every source_ref and metadata key; `replaced` counts characters replaced in the
   * text.
   */
  constructor(format: string, replaced: number) {
    this.#format = format
    if (replaced > 0) this.cut.add('replaced_characters', replaced)
  }

  refOf(id: string): string {
    return `${this.#format}:${id}`
  }

  /** An error of the source at `line`; what can be read goes in nevertheless. */
  fail(line: number, message: string): void {
    if (this.#errors.length < ERRORS_LISTED) this.#errors.push({ line, message })
    else this.#unlisted++
  }

  skip(line: number, id: string | null, reason: string): void {
    const ref = id === null ? null : this.refOf(id)
    const source_ref = ref !== null && fitsBytes(ref, LIMITS.source_ref_bytes) ? ref : null
    this.#skipped.push({ line, source_ref, reason })
  }

  /** The task `from` waits for the task `to`; both are ids of the source. */
  waits(line: number, from: string, to: string): void {
    const edge: ParsedEdge = { line, from: this.refOf(from), to: this.refOf(to), type: 'hard' }
    if (fitsBytes(edge.from, LIMITS.source_ref_bytes) && fitsBytes(edge.to, LIMITS.source_ref_bytes))
      this.#edges.push(edge)
    else this.fail(line, `a dependency names an id of more than ${LIMITS.source_ref_bytes} bytes`)
  }

  /** A new item to fill, or null where it cannot be one; then the reason is already noted. */
  begin(line: number, id: unknown, title: unknown): Draft | null {
    const source_ref = typeof id === 'string' && id.trim() ? this.refOf(id.trim()) : null
    if (source_ref === null) {
      this.fail(line, 'has no id')
      return null
    }
    if (!fitsBytes(source_ref, LIMITS.source_ref_bytes)) {
      this.fail(
        line,
        `has an id of more than ${LIMITS.source_ref_bytes} bytes: ${cutCharacters(source_ref, 80)}…`,
      )
      return null
    }
    if (this.#refs.has(source_ref)) {
      this.#skipped.push({ line, source_ref, reason: 'duplicate_ref' })
      return null
    }
    if (typeof title !== 'string' || !title.trim()) {
      this.fail(line, `${source_ref} has no title`)
      return null
    }
    this.#refs.add(source_ref)
    const draft = new Draft(this, this.#format, line, source_ref, title.trim())
    this.#items.push(draft.item)
    return draft
  }

  has(id: string): boolean {
    return this.#refs.has(this.refOf(id))
  }

  parsed(): Parsed {
    const errors = [...this.#errors]
    const last = errors.at(-1)
    if (last && this.#unlisted > 0)
      errors.push({ line: last.line, message: `${this.#unlisted} more errors follow and are not listed` })
    return {
      items: this.#items,
      edges: this.#edges,
      skipped: this.#skipped,
      errors,
      lost_fields: this.lost.toRecord(),
      kept_as_metadata: this.kept.toRecord(),
      truncated: this.cut.toRecord(),
    }
  }
}
