import type { Services } from './services.ts'

/**
 * Work that every server does from its start to its stop, beside the requests; what only one server may do is a duty.
 */
export interface Daemon {
  readonly name: string
  /** What it does and why, one or two sentences. */
  readonly summary: string
  /** Begins it. What it answers ends it, and resolves when nothing of it runs any more. */
  start(app: Services): () => Promise<void>
}
