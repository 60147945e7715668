import { requirePermission, type Caller } from '../../kernel/context.ts'
import { typesToFollow } from '../audit/index.ts'
import type { Entry } from './feed.ts'
import type { Subscription } from './messages.ts'

/** What of the record a client gets: decided when it subscribes, by its key's permissions then. */
export class Filter {
  readonly #subscription: Subscription
  readonly #known: readonly string[]
  /** Undefined: all. */
  readonly #types: ReadonlySet<string> | undefined
  readonly #tasks: ReadonlySet<string> | undefined

  /** Throws `forbidden` (403), and `validation_failed` (400) for an event type that there is not. */
  constructor(caller: Caller, subscription: Subscription, known: readonly string[]) {
    requirePermission(caller, 'read_tasks')
    this.#subscription = subscription
    this.#known = known
    const types = typesToFollow(caller, subscription.types, known)
    this.#types = types && new Set(types)
    this.#tasks = subscription.task_ids && new Set(subscription.task_ids)
  }

  admits(entry: Entry): boolean {
    if (this.#types && !this.#types.has(entry.type)) return false
    return this.#tasks === undefined || entry.tasks.some((id) => this.#tasks?.has(id))
  }

  /**
   * Throws `forbidden` (403) when the caller may no longer follow what this admits. Who may follow more than before
   * subscribes anew to see it.
   */
  require(caller: Caller): void {
    const now = new Filter(caller, this.#subscription, this.#known)
    const lost = [...(this.#types ?? this.#known)].some((type) => now.#types && !now.#types.has(type))
    if (lost) requirePermission(caller, 'read_audit')
  }
}
