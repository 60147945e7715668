import { parseJson } from '../../kernel/json.ts'
import { bytesOf, cutText, estimateTokens } from '../../kernel/tokens.ts'
import { MAX_TOKENS, type Brief, type Part } from './schema.ts'
import type { BriefRow } from './sql.ts'

/** A text is not cut below so many bytes: less would say nothing. */
const LEAST_BYTES = 40
/** The description is the work itself: it gets so many times what any other text gets. */
const DESCRIPTION_SHARE = 4

/** Something that has a place in a brief or has not, and puts itself there with its texts cut to so many bytes. */
interface Piece {
  readonly part: Part | 'tags'
  put(draft: Draft, cut: Cut): void
}

type Draft = { -readonly [K in keyof Brief]: Brief[K] }

/** Cuts a text, and counts what was cut. */
type Cut = <T extends string | null>(text: T, share?: number) => T

/** A JSON value as it is where its text has room, else the beginning of its text. */
const cutJson = (cut: Cut, text: string): NonNullable<Brief['prerequisites']>[number]['result'] => {
  const kept = cut(text)
  try {
    return kept === text ? (parseJson(text) as string) : kept
  } catch {
    // The statement that read it had cut it already.
    return kept
  }
}

const attemptPiece = (attempt: BriefRow['attempts'][number]): Piece => ({
  part: 'attempts',
  put(draft, cut) {
    const { outcome, worker_id, completed_at, error_message, note, progress } = attempt
    ;(draft.attempts ??= []).push({
      outcome,
      worker_id: cut(worker_id),
      completed_at,
      ...(error_message === null ? {} : { error_message: cut(error_message) }),
      ...(note === null ? {} : { note: cut(note) }),
      // How far a success was is no news.
      ...(progress === null || outcome === 'succeeded' ? {} : { progress: cutJson(cut, progress) }),
    })
  },
})

const prerequisitePiece = (prerequisite: BriefRow['prerequisites'][number]): Piece => ({
  part: 'prerequisites',
  put(draft, cut) {
    const { number, title, status, dependency_type, result, note } = prerequisite
    ;(draft.prerequisites ??= []).push({
      number,
      title: cut(title),
      status,
      dependency_type,
      ...(result === null ? {} : { result: cutJson(cut, result) }),
      ...(note === null ? {} : { note: cut(note) }),
    })
  },
})

/** What could stand in the brief, the most useful first. */
function piecesOf({ task, attempts, prerequisites, metadata }: BriefRow): Piece[] {
  const [latest, ...earlier] = attempts.map(attemptPiece)
  const needed = (type: string): Piece[] =>
    prerequisites.filter((each) => each.dependency_type === type).map(prerequisitePiece)
  return [
    {
      part: 'description',
      put: (draft, cut) => void (draft.task.description = cut(task.description, DESCRIPTION_SHARE)),
    },
    ...task.tags.map((tag): Piece => ({
      part: 'tags',
      put: (draft, cut) => void draft.task.tags.push(cut(tag)),
    })),
    ...(latest ? [latest] : []),
    ...needed('hard'),
    ...earlier,
    ...needed('soft'),
    ...Object.entries(metadata).map(([key, value]): Piece => ({
      part: 'metadata',
      put: (draft, cut) => void ((draft.metadata ??= {})[key] = cut(value)),
    })),
  ]
}

/** What was left out, and how to get it, in a sentence; undefined when nothing was. */
function leftOut(row: BriefRow, missing: readonly Piece[], cuts: number, whole: number): string | undefined {
  const count = (part: Piece['part'], beyond = 0): number =>
    missing.filter((piece) => piece.part === part).length + beyond
  const unread = {
    attempts: row.attempt_count - row.attempts.length,
    prerequisites: row.prerequisite_count - row.prerequisites.length,
  }
  const several = (n: number, one: string): string[] => (n === 0 ? [] : [`${n} ${n === 1 ? one : `${one}s`}`])
  const things = [
    ...(count('description') ? ['the description'] : []),
    ...several(count('tags'), 'tag'),
    ...several(count('attempts', unread.attempts), 'attempt'),
    ...several(count('prerequisites', unread.prerequisites), 'prerequisite'),
    ...several(count('metadata'), 'metadata value'),
    ...(cuts === 0 ? [] : [cuts === 1 ? 'the end of a text' : `the ends of ${cuts} texts`]),
  ]
  if (things.length === 0) return undefined
  const lists = `GET /tasks/${row.task.number}/executions and /dependencies list all`
  const more =
    missing.length === 0 && cuts === 0
      ? lists
      : whole > MAX_TOKENS
        ? `ask for single fields; ${lists}`
        : `ask with max_tokens=${whole} or more, or for single fields`
  return `${things.join(', ')}: ${more}.`
}

/**
 * The brief of a task in at most `max_tokens`. What is most useful comes first and stays longest: as many pieces as have
 * room with their texts at their shortest, then the texts as long as all of them may be.
 */
export function composeBrief(
  row: BriefRow,
  { max_tokens, fields }: { max_tokens: number; fields?: readonly Part[] | undefined },
): Brief {
  const pieces = piecesOf(row).filter(({ part }) => part === 'tags' || !fields || fields.includes(part))
  const budget = bytesOf(max_tokens)

  const compose = (count: number, bytes: number, whole: number): Brief => {
    let cuts = 0
    const cut: Cut = (text, share = 1) => {
      const kept = text === null ? text : cutText(text, bytes * share)
      if (kept !== text) cuts++
      return kept as typeof text
    }
    const { task } = row
    const draft: Draft = {
      task: {
        number: task.number,
        title: cut(task.title),
        status: task.status,
        priority: task.priority,
        effort_estimate: task.effort_estimate,
        tags: [],
        assigned_worker: cut(task.assigned_worker),
        unmet_dependencies: task.unmet_dependencies,
      },
      tokens: max_tokens,
    }
    for (const piece of pieces.slice(0, count)) piece.put(draft, cut)
    const sentence = leftOut(row, pieces.slice(count), cuts, whole)
    return sentence === undefined ? draft : { ...draft, left_out: sentence }
  }
  const sizeOf = (brief: Brief): number => Buffer.byteLength(JSON.stringify(brief))
  const withTokens = (brief: Brief): Brief => ({ ...brief, tokens: estimateTokens(brief) })

  const all = compose(pieces.length, Infinity, 0)
  if (sizeOf(all) <= budget) return withTokens(all)
  const whole = estimateTokens(all) + 1
  const fits = (count: number, bytes: number): boolean => sizeOf(compose(count, bytes, whole)) <= budget
  const count = largest(0, pieces.length, (each) => fits(each, LEAST_BYTES))
  const bytes = largest(1, budget, (each) => fits(count, each))
  return withTokens(compose(count, bytes, whole))
}

/** The largest number from `low` to `high` that will do, where all below one that does do; `low` is taken to. */
function largest(low: number, high: number, does: (n: number) => boolean): number {
  let [known, limit] = [low, high]
  while (known < limit) {
    const middle = Math.ceil((known + limit) / 2)
    if (does(middle)) known = middle
    else limit = middle - 1
  }
  return known
}
