import type { Application } from '../../kernel/application.ts'
import type { Caller, RequestFacts } from '../../kernel/context.ts'
import type { Turnstile } from '../../kernel/turnstile.ts'
import type { Budget } from './budget.ts'
import type { Loader } from './loader.ts'

/** What the fields of one request share. */
export interface GraphContext {
  readonly app: Application
  readonly caller: Caller
  /** The value of the Authorization header, or of what stands for it on a socket. */
  readonly authorization: string
  readonly facts: Pick<RequestFacts, 'requestId' | 'signal' | 'authenticateAgain'>
  /** `Idempotency-Key` of the request itself; only where it has one mutation. */
  readonly idempotencyKey: string | undefined
  readonly loader: Loader
  readonly budget: Budget
  /** Lets no request hold more than its share of the database's connections. */
  readonly turns: Turnstile
  /** The fields whose answers were kept for an Idempotency-Key, and were given again. */
  readonly replayed: string[]
}
