import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { accountToRunAs } from './account.ts'
import { urlOf } from './address.ts'
import { installedBinaries, makeRunnable } from './binaries.ts'
import { DATABASE, makeCluster, requireVersion, SUPERUSER } from './cluster.ts'
import { ensureDatabase } from './connection.ts'
import {
  choosePlace,
  findPlace,
  openDataDirectory,
  type Place,
  readPassword,
  requireReach,
  writeLocation,
} from './data-directory.ts'
import { EmbeddedPostgresError, reasonOf } from './error.ts'
import { acquireLock, type Lock } from './lock.ts'
import { identityOf } from './process-identity.ts'
import { adoptServer, launchServer, type Server, type ServerOptions, stopServer } from './server.ts'
import { trimLog } from './server-log.ts'
import { BINARY_SHELTERS } from './shelter.ts'

export { EmbeddedPostgresError, identityOf }

/** A PostgreSQL of our own, and the data directory that it holds. */
export interface EmbeddedPostgres {
  /** Connection URL of the database `cairn`: superuser `cairn`, SCRAM password, unix socket or loopback. */
  readonly url: string
  /** Where the cluster is when that is not in the data directory: a copy of that directory has no data then. */
  readonly elsewhere: string | undefined
  /** True when a server left by a killed process was taken over instead of started. */
  readonly adopted: boolean
  /** Stops the server, waits until it is gone, and gives the data directory back; idempotent. */
  stop(): Promise<void>
  /** Resolves (never rejects) if the server dies without `stop()` having been called. */
  readonly died: Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** Where it keeps everything, absolute or relative to the working directory. Made when it is not there. */
  dataDir: string
  /** Told in a sentence what a user may want to know, such as where the data went. */
  log?: (message: string) => void
  /** PostgreSQL settings that go before ours, as `-c` would set them. An adopted server keeps those it has. */
  settings?: Readonly<Record<string, string>>
}

const LOG_CHECK_MS = 60_000

/**
 * Starts the embedded PostgreSQL of a data directory, or takes over the one that a killed process left running. The
 * first start makes the database; the data directory is locked until `stop()` or the end of this process.
 *
 * If this process ends without `stop()`, the server goes on, and the next start adopts it.
 *
 * @throws EmbeddedPostgresError with one sentence that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log = () => undefined, settings = {} } = options
  const locks: Lock[] = []
  const releaseAll = async () => {
    for (const lock of locks.splice(0)) await lock.release()
  }
  try {
    const home = await openDataDirectory(dataDir)
    locks.push(await acquireLock(home))
    const known = await findPlace(home)
    const account = await accountToRunAs(known.exists ? known.cluster : undefined)
    const place = known.exists ? known : await choosePlace(home, account)
    // A copy of a data directory leads to the same place outside of it.
    if (place.home !== home) locks.push(await acquireLock(place.home))
    const binaries = await makeRunnable(
      await installedBinaries(),
      account,
      account ? BINARY_SHELTERS : [home],
    )
    const password = await readPassword(home, known)
    if (known.exists) {
      await requireReach(place, account)
      await requireVersion(place, binaries)
    } else {
      if (place.exists) await setAside(place, log)
      await makeCluster(place, binaries, account, password)
      if (place.home !== home) {
        await writeLocation(home, place)
        log(`The database is in ${place.cluster}, since ${account?.name} cannot reach ${home}.`)
      }
    }
    const logFile = join(home, 'postgres.log')
    await trimLog(logFile)
    const server: ServerOptions = { binaries, account, cluster: place.cluster, password, logFile, settings }
    const orphan = await adoptServer(server)
    if (orphan)
      log(`Took over PostgreSQL (process ${orphan.pid}), which an earlier process had left running.`)
    const running = orphan ?? (await launchServer(server))
    try {
      await ensureDatabase(running.address, password)
    } catch (error) {
      await stopServer(running, server)
      throw error
    }
    return {
      elsewhere: place.home === home ? undefined : place.cluster,
      adopted: orphan !== undefined,
      ...handleOf(running, server, releaseAll),
    }
  } catch (error) {
    await releaseAll()
    if (error instanceof EmbeddedPostgresError) throw error
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL could not start in ${dataDir} (${reasonOf(error)}); correct that, set CAIRN_DATA_DIR to another directory, or set DATABASE_URL.`,
      { cause: error },
    )
  }
}

function handleOf(
  server: Server,
  options: ServerOptions,
  release: () => Promise<void>,
): Pick<EmbeddedPostgres, 'url' | 'stop' | 'died'> {
  const trimming = setInterval(
    () => void trimLog(options.logFile).catch(() => undefined),
    LOG_CHECK_MS,
  ).unref()
  let stopped: Promise<void> | undefined
  const stop = async () => {
    clearInterval(trimming)
    try {
      await stopServer(server, options)
    } finally {
      await release()
    }
  }
  return {
    url: urlOf(server.address, SUPERUSER, options.password, DATABASE),
    stop: () => (stopped ??= stop()),
    died: new Promise((resolve) => {
      void server.gone.then(() => {
        if (!stopped) resolve()
      })
    }),
  }
}

/**
 * A place outside is named after the data directory's path. Where that is new and the place is not empty, an earlier
 * directory of that path was removed, its database's password with it: out of the way, yet not ours to delete.
 */
async function setAside(place: Place, log: (message: string) => void): Promise<void> {
  const aside = `${place.cluster}.abandoned-${Date.now()}`
  await rename(place.cluster, aside)
  log(
    `A database of an earlier data directory was found, and is kept in ${aside}; remove it if it is not needed.`,
  )
}
