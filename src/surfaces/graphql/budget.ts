import { Problem } from '../../kernel/problem.ts'
import { LIMITS } from './limits.ts'

/** What one request may still read. */
export class Budget {
  #things: number = LIMITS.readThings
  #bytes: number = LIMITS.readBytes

  /** Takes what was read off the budget. Throws `answer_too_large` (400) where it is used up. */
  spend(value: unknown): void {
    const waiting: unknown[] = [value]
    while (waiting.length > 0) {
      const each = waiting.pop()
      if (typeof each === 'string') this.#bytes -= each.length
      else if (each !== null && typeof each === 'object') {
        this.#things--
        for (const member of Object.values(each)) waiting.push(member)
      }
      if (this.#things < 0 || this.#bytes < 0)
        throw new Problem(
          'answer_too_large',
          400,
          `The answer would hold more than ${LIMITS.readThings} things or ${LIMITS.readBytes / 1024 / 1024} MiB; ask for fewer at a time by limit, and page by cursor.`,
        )
    }
  }
}
