import { z } from 'zod'
import type { Caller } from './context.ts'
import { problemOfDatabase, queryAcrossTenants } from './database.ts'
import { Duties } from './duty.ts'
import { forgetOldAnswers } from './idempotency.ts'
import { Jobs } from './jobs.ts'
import { Load, overloadMilliseconds } from './load.ts'
import type { Logger } from './log.ts'
import { Metrics } from './metrics.ts'
import { record } from './migrations/202611220001_record.ts'
import { requests } from './migrations/202611220002_requests.ts'
import { quickIds } from './migrations/202611260500_quick_ids.ts'
import { leadershipKey } from './migrations/202611271200_leadership_key.ts'
import type { Migration } from './migrate.ts'
import type { Feature, Operation } from './operation.ts'
import { Pool, warnOfMissingLimits } from './pool.ts'
import { Pulse } from './pulse.ts'
import { sequencer } from './sequencer.ts'
import type { Services } from './services.ts'
import type { Settings } from './settings.ts'
import { CHANNEL_COMMITTED, Wake } from './wake.ts'

/** What a set of features amounts to, before anything runs: checked once, then looped over by surfaces. */
export interface Assembly {
  readonly features: readonly Feature[]
  readonly operations: ReadonlyMap<string, Operation>
  readonly migrations: readonly Migration[]
  readonly permissions: Readonly<Record<string, string>>
  readonly events: Readonly<Record<string, string>>
  readonly tables: readonly string[]
}

/** The kernel's own tables of tenants' data. */
const KERNEL_TABLES = ['record_feed', 'record_pending', 'record_heads', 'idempotency_keys', 'audit_log']

const WITHOUT_ROLE = ['public', 'authenticated', 'operator']

/**
 * Puts features together. Throws when an operation declares no known permission, or two share a name or a route:
 * such a program must not start.
 */
export function assemble(features: readonly Feature[]): Assembly {
  const operations = new Map<string, Operation>()
  const permissions = Object.assign({}, ...features.map((each) => each.permissions ?? {})) as Record<
    string,
    string
  >
  const routes = new Set<string>()
  for (const feature of features)
    for (const op of feature.operations ?? []) {
      const route = `${op.http.method} ${op.http.path.replace(/:\w+/g, ':')}`
      if (operations.has(op.name)) throw new Error(`two operations are named ${op.name}`)
      if (routes.has(route)) throw new Error(`two operations answer ${route}`)
      if (!WITHOUT_ROLE.includes(op.permission) && !Object.hasOwn(permissions, op.permission))
        throw new Error(`the operation ${op.name} declares no known permission (${op.permission})`)
      operations.set(op.name, op)
      routes.add(route)
    }
  return {
    features,
    operations,
    permissions,
    migrations: [
      record,
      requests,
      quickIds,
      leadershipKey,
      ...features.flatMap((each) => each.migrations ?? []),
    ],
    events: Object.assign({}, ...features.map((each) => each.events ?? {})) as Record<string, string>,
    tables: [...features.toReversed().flatMap((each) => each.tables ?? []), ...KERNEL_TABLES],
  }
}

/** A running server, whatever its surfaces. */
export interface Application extends Assembly, Services {
  readonly duties: Duties
  readonly load: Load
  readonly pulse: Pulse
  /** Whether outputs are held to their schemas: in tests. */
  readonly checkOutputs: boolean
  /**
   * Who calls, by the Authorization header. Throws Problem 401; 503 where the database cannot be asked; and 429 where too many
   * wrong keys came from `address`, the caller's, which is given where a call comes in and left out where a key is looked at again.
   */
  readonly authenticate: (authorization: string | undefined, address?: string) => Promise<Caller>
  /** Stops daemons, duties, jobs, wakers and the pool, in this order, each also where one before could not be stopped. */
  close(): Promise<void>
}

export interface ApplicationOptions {
  assembly: Assembly
  settings: Settings
  log: Logger
  databaseUrl: string
  /** Where to listen for notifications; null for nowhere: then everything that is told is found by looking. */
  listenUrl?: string | null
  /** A pooler of transactions stands before the database. */
  pooled?: boolean
  poolMax: number
  /** Whether it is for this machine alone. */
  local: boolean
  /** Whether no other server can be on this database: a leader that was killed need not be waited for. */
  alone?: boolean
  cursorKey: Buffer
  authenticate: (
    app: Application,
    authorization: string | undefined,
    address: string | undefined,
  ) => Promise<Caller>
  checkOutputs?: boolean
}

const notifyCommitted = queryAcrossTenants(
  'wake.notify_committed',
  z.object({}),
  `SELECT pg_notify('${CHANNEL_COMMITTED}', '')`,
)

/** Connects the pool and the listener and starts what works in the background. The schema must be migrated already. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { assembly, settings, log, databaseUrl, poolMax } = options
  let closing = false
  const pool = new Pool({
    url: databaseUrl,
    max: poolMax,
    pooled: options.pooled ?? false,
    onError: (error) => {
      // The pool calls itself ended before the last connection is closed, and an embedded database ends at once then.
      if (!closing) log.warn({ err: error }, 'a database connection was lost')
    },
    onCrowded: (granted) =>
      log.warn(
        { granted, wanted: poolMax },
        'the database grants no more connections; calls wait for those there are: raise its max_connections, or lower DATABASE_POOL_MAX',
      ),
  })
  const wake = new Wake(options.listenUrl === undefined ? databaseUrl : options.listenUrl, log)
  const metrics = new Metrics(pool)
  const daemons: (() => Promise<void>)[] = []
  const app: { -readonly [K in keyof Application]: Application[K] } = {
    ...assembly,
    settings,
    local: options.local,
    alone: options.alone ?? false,
    log,
    pool,
    wake,
    jobs: new Jobs(
      pool,
      log,
      assembly.features.flatMap((feature) => feature.queues ?? []),
    ),
    duties: undefined as unknown as Duties,
    metrics,
    load: new Load(pool, metrics, settings.get(overloadMilliseconds)),
    pulse: new Pulse(pool, options.listenUrl ?? databaseUrl),
    cursorKey: options.cursorKey,
    checkOutputs: options.checkOutputs ?? false,
    authenticate: (authorization, address) =>
      options.authenticate(app, authorization, address).catch((error: unknown) => {
        throw problemOfDatabase(error) ?? error
      }),
    async close() {
      await Promise.all([app.duties.stop(), ...daemons.map((stop) => stop())])
        .finally(() => app.jobs.stop())
        .finally(async () => {
          await wake.close()
          app.load.close()
          app.pulse.close()
          closing = true
          await pool.end()
        })
    },
  }
  app.duties = new Duties(
    app,
    [sequencer, forgetOldAnswers, ...assembly.features.flatMap((feature) => feature.duties ?? [])],
    app.alone,
  )
  try {
    if (options.pooled) await warnOfMissingLimits(pool, log)
    // The leader is woken in its own process; only another server's commits need a notification.
    await wake.listen(async () => {
      if (!app.duties.leads) await notifyCommitted({ db: pool })
    })
    await app.jobs.start()
    app.duties.start()
    for (const feature of assembly.features)
      for (const daemon of feature.daemons ?? []) daemons.push(daemon.start(app))
    return app
  } catch (error) {
    // What has begun would keep the process from ending, and whoever watches over it from starting it again.
    await app.close().catch((failure: unknown) => log.warn({ err: failure }, 'closing after a failed start'))
    throw error
  }
}
