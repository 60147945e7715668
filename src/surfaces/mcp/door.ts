import type { Operation } from '../../kernel/operation.ts'
import type { ToolUser } from '../../kernel/tool.ts'

/** What an operation answered, whichever way it was called. */
export interface Invoked {
  readonly body: unknown
  /** A list goes on behind it. */
  readonly more: boolean
}

/** One caller's way to the operations: in this process, or in another server's by HTTP. */
export interface Door {
  /** Calls an operation as this caller. Throws Problem. */
  invoke(
    operation: Operation,
    input: Record<string, unknown>,
    call: { readonly signal: AbortSignal; readonly idempotencyKey: string | undefined },
  ): Promise<Invoked>
  /** Who the caller is to a tool, whose program calls itself so. */
  userOf(client: string): ToolUser
  /** Names the caller: a confirmation is for nobody else. */
  readonly caller: string
  /** Signs confirmations. */
  readonly key: Buffer
  /** Tells of a fault that is ours. */
  readonly failed: (error: unknown) => void
}
