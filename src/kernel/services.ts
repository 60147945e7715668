import type { Jobs } from './jobs.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Pool } from './pool.ts'
import type { Settings } from './settings.ts'
import type { Wake } from './wake.ts'

/** What a running server offers to operations and duties. */
export interface Services {
  readonly settings: Settings
  /** Whether it is for this machine alone: its database is embedded, and it listens on loopback. */
  readonly local: boolean
  /** Whether no other server can be on this database, since it is embedded. */
  readonly alone: boolean
  readonly log: Logger
  readonly pool: Pool
  readonly wake: Wake
  readonly jobs: Jobs
  readonly metrics: Metrics
  /** Signs opaque cursors; the same for all servers of one installation. */
  readonly cursorKey: Buffer
  /** Every permission there is, each with one sentence. */
  readonly permissions: Readonly<Record<string, string>>
  /** Every event type that may be recorded, each with one sentence. */
  readonly events: Readonly<Record<string, string>>
  /** All tables of tenants' data, children first. */
  readonly tables: readonly string[]
}
