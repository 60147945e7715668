import type { Logger } from './log.ts'
import type { Queryable, Scope } from './database.ts'
import type { Actor, RecordEntry } from './record.ts'
import type { Keeping } from './reservation.ts'
import type { Services } from './services.ts'
import type { Settings } from './settings.ts'
import { Problem } from './problem.ts'

/** An authenticated caller, or a duty of the server acting for a tenant. */
export interface Caller {
  tenant: string
  actor: Actor
  permissions: ReadonlySet<string>
  /** The operator's own key: all permissions, and tenants too. */
  operator: boolean
  /** The id of the key that was shown; undefined for the operator's, and for a duty. */
  key?: string
}

/** What a request carries beside its input. */
export interface RequestFacts {
  requestId: string
  /** `If-Match`: a version, any version, or no condition. */
  ifMatch: number | '*' | undefined
  idempotencyKey: string | undefined
  /** Aborts when nobody waits for the answer any more; only for calls that may wait. */
  signal: AbortSignal | undefined
  /** Whether nobody waits for the answer any more, where that can be told: asked before what would be done in vain is begun. */
  gone?: () => boolean
  /** Who calls, looked up anew: a call that waits must not outlive its key. Throws Problem 401. */
  authenticateAgain: (() => Promise<Caller>) | undefined
  /** Reports progress to a caller that asked for it. */
  progress: ((done: number, total: number) => void) | undefined
}

/** What an operation may say about its answer beside the body. */
export interface AnswerFacts {
  /** Another status than the route's own. */
  status: number | undefined
  /** Where the next page of a list begins. */
  nextCursor: string | undefined
  /** Takes back everything the operation did, and keeps its answer: a dry run. */
  rollBack: boolean
}

/** Everything an operation may use. `db` is a transaction's connection where the operation asked for one. */
export interface Ctx extends Scope {
  readonly db: Queryable
  readonly tenant: string
  readonly caller: Caller
  readonly request: RequestFacts
  readonly app: Services
  readonly settings: Settings
  readonly log: Logger
  readonly answer: AnswerFacts
  /** `{kind, id, name, request_id}` as JSON: the `$2` of statements that record what they do themselves. */
  readonly origin: string
  /** Where the call has an Idempotency-Key, and an operation that `gathers`: for `gather`, which then keeps the answer. */
  readonly keeping: Keeping | undefined
  /** Puts a row into the record, in this transaction. Only in operations that run in a transaction. */
  record(entry: RecordEntry): void
}

/** 403 unless the caller holds the permission. */
export function requirePermission(caller: Caller, permission: string): void {
  if (permission === 'public' || permission === 'authenticated') return
  if (permission === 'operator') {
    if (caller.operator) return
    throw new Problem('forbidden', 403, "Only the operator's key may do this.")
  }
  if (!holds(caller, permission))
    throw new Problem(
      'forbidden',
      403,
      `This needs the permission ${permission}, which this key's user lacks; ask an administrator for a role that holds it.`,
      { permission },
    )
}

/**
 * Honours If-Match for an entity that this transaction has locked. Throws `version_mismatch` (412) when it names another
 * version than the one that stands.
 */
export function requireVersion(ctx: Ctx, kind: string, version: number): void {
  const wanted = ctx.request.ifMatch
  if (typeof wanted === 'number' && wanted !== version)
    throw new Problem(
      'version_mismatch',
      412,
      `The ${kind} is at version ${version}, not ${wanted}; read it again and decide anew.`,
      { current_version: version },
    )
}

/** Whether the caller holds the permission; `admin_all` and the operator's key hold all. */
export const holds = (caller: Caller, permission: string): boolean =>
  caller.operator || caller.permissions.has('admin_all') || caller.permissions.has(permission)
