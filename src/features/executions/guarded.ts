import type { Ctx } from '../../kernel/context.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { whyNotHeld } from './rules.ts'
import { findExecution, type Held } from './sql.ts'

/** Throws why the execution can't be touched with this token: not found, ended, lease lost. Returns when it could be after all. */
export async function refuse(ctx: Ctx, id: string, token: number | null): Promise<Held> {
  const [held] = await findExecution(ctx, id)
  if (!held) throw notFound('execution', id)
  const reason = whyNotHeld(held, token)
  if (reason) throw reason
  return held
}

/** How often a statement that met a change in flight is tried again before the caller is asked to. */
const ATTEMPTS = 20

/**
 * Runs a guarded statement until it does something. When it did nothing, `refuse` says why; when there is no reason any
 * more, something else changed the task in between, and the statement is run again.
 */
export async function untilDone<T>(
  ctx: Ctx,
  id: string,
  token: number | null,
  attempt: (turn: number) => Promise<T | undefined>,
): Promise<T> {
  for (let turn = 0; turn < ATTEMPTS; turn++) {
    const done = await attempt(turn)
    if (done !== undefined) return done
    await refuse(ctx, id, token)
  }
  throw new Problem(
    'unavailable',
    503,
    'The task is changing too fast just now; send the same request again.',
    { retry_after: 1 },
  )
}
