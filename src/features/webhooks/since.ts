import type { Ctx } from '../../kernel/context.ts'
import { firstIdAt } from '../../kernel/ids.ts'
import { validationFailed } from '../../kernel/problem.ts'
import type { Since } from './schema.ts'
import * as sql from './sql.ts'

/** Longer than any transaction that writes to the record. */
const HOUR_MILLISECONDS = 3_600_000

/**
 * The sequence after which what `since` means begins. Throws `validation_failed` (400) for a sequence that is not given
 * yet: what lies between would be left out.
 */
export async function sequenceBefore(ctx: Ctx, since: Since): Promise<number> {
  const [{ sequence: newest }] = (await sql.newestSequence(ctx)) as [{ sequence: number }]
  if (typeof since === 'number') {
    if (since > newest)
      throw validationFailed([{ path: 'since', message: `must be at most ${newest}, the newest sequence` }])
    return since
  }
  const from = firstIdAt(since.getTime() - HOUR_MILLISECONDS)
  const [first] = await sql.firstSequenceSince(ctx, since.toISOString(), from)
  return first ? first.sequence - 1 : newest
}
