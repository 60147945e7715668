import type { Ctx } from '../../kernel/context.ts'

/** Milliseconds. What is made faster is made anew for everybody who asks. */
const LONG = 250
/** An answer is given out for so many times as long as it took to make, so that all who look cost a tenth of one connection. */
const TIMES = 9
/** Milliseconds. No answer is older. */
const OLDEST = 60_000
/** How many tenants' answers are kept, at most. */
const MOST = 200

interface Kept<Answer> {
  readonly answer: Promise<Answer>
  /** When it is to be made anew; undefined while it is being made. */
  until: number | undefined
}

/**
 * Shares what takes long to make among those who ask for the same of one tenant. A small installation's answers are always
 * new; only those that took longer than a quarter of a second are kept for a while. A failure is nobody else's.
 */
export function shared<Input, Answer>(
  make: (ctx: Ctx, input: Input) => Promise<Answer>,
  keyOf: (input: Input) => string,
): (ctx: Ctx, input: Input) => Promise<Answer> {
  const servers = new WeakMap<object, Map<string, Kept<Answer>>>()
  const keep = async (
    kept: Map<string, Kept<Answer>>,
    key: string,
    ctx: Ctx,
    input: Input,
  ): Promise<Answer> => {
    const began = performance.now()
    const entry: Kept<Answer> = { answer: make(ctx, input), until: undefined }
    // In the place of an older one, whose askers have it already.
    const known = kept.get(key)
    if (known) kept.set(key, entry)
    try {
      const answer = await entry.answer
      const took = performance.now() - began
      if (took < LONG) kept.delete(key)
      else {
        entry.until = performance.now() + Math.min(took * TIMES, OLDEST)
        kept.delete(key)
        kept.set(key, entry)
        if (kept.size > MOST) kept.delete(kept.keys().next().value!)
      }
      return answer
    } catch (error) {
      if (kept.get(key) === entry) kept.delete(key)
      throw error
    }
  }
  return (ctx, input) => {
    const kept = servers.get(ctx.app) ?? new Map<string, Kept<Answer>>()
    servers.set(ctx.app, kept)
    const key = `${ctx.tenant} ${keyOf(input)}`
    const known = kept.get(key)
    if (known && (known.until === undefined || performance.now() < known.until)) return known.answer
    return keep(kept, key, ctx, input)
  }
}
