import path from 'node:path'
import { startEmbeddedPostgres } from '../../embedded/index.ts'
import { TOO_MANY_CONNECTIONS } from '../../kernel/pool.ts'
import { redactUrl, SettingsError, type Settings } from '../../kernel/settings.ts'
import type { StopSignals } from './stopping.ts'
import { databaseUrl, dataDirectory, directUrl, pooler } from './settings.ts'

/** The database of these settings, for as long as this process needs it. */
export interface Database {
  readonly url: string
  /** Past a pooler where one stands before it and the way is known: for migrations. */
  readonly directUrl: string
  /** Where one can listen for notifications; null where only a pooler of transactions is known. */
  readonly listenUrl: string | null
  /** A pooler of transactions stands before it. */
  readonly pooled: boolean
  /** Where it is, for people: no password in it. */
  readonly place: string
  readonly embedded: boolean
  /** Resolves when an embedded database ended by itself. */
  readonly died: Promise<void>
  /** Stops it where it is embedded; idempotent. */
  stop(): Promise<void>
}

/** Throws SettingsError for what is said of a database that no setting names: it would be the embedded one, and unnoticed. */
function requireUrlOf(settings: Settings): void {
  const said = [
    ...(settings.get(directUrl) ? [directUrl] : []),
    ...(settings.get(pooler) === 'transaction' ? [pooler] : []),
  ]
  if (said.length > 0)
    throw new SettingsError(said.map(({ name }) => `${name} has no effect without ${databaseUrl.name}.`))
}

/** What the driver takes these modes for, and warns of at each start unless it is said so. */
const withPlainMode = (url: string): string =>
  /[?&]uselibpqcompat=true(&|$)/.test(url)
    ? url
    : url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full')

/** Opens the database that DATABASE_URL names, or starts the embedded one. Throws SettingsError and EmbeddedPostgresError. */
export async function openDatabase(settings: Settings, log: (message: string) => void): Promise<Database> {
  const [given, givenDirect] = [settings.get(databaseUrl), settings.get(directUrl)]
  const pooled = settings.get(pooler) === 'transaction'
  if (given) {
    const url = withPlainMode(given)
    const direct = givenDirect && withPlainMode(givenDirect)
    return {
      url,
      directUrl: direct ?? url,
      listenUrl: direct ?? (pooled ? null : url),
      pooled,
      place: redactUrl(given),
      embedded: false,
      died: new Promise(() => undefined),
      stop: () => Promise.resolve(),
    }
  }
  requireUrlOf(settings)
  const dataDir = path.resolve(settings.get(dataDirectory))
  const embedded = await startEmbeddedPostgres({ dataDir, log })
  return {
    url: embedded.url,
    directUrl: embedded.url,
    listenUrl: embedded.url,
    pooled: false,
    place: `embedded, in ${embedded.elsewhere ? `${embedded.elsewhere}, which ${dataDir} leads to` : dataDir}`,
    embedded: true,
    died: embedded.died,
    stop: () => embedded.stop(),
  }
}

/**
 * The same for a process that a signal may end while it opens the database or is at its first work there: an embedded one that is
 * being started is stopped then, too. Throws SettingsError and EmbeddedPostgresError.
 */
export async function openDatabaseUntil(
  signals: StopSignals,
  settings: Settings,
  log: (message: string) => void,
): Promise<Database> {
  const opening = openDatabase(settings, log)
  signals.onHurry(async () => (await opening).stop())
  return opening.catch((error: unknown) => {
    // Ctrl-C at a terminal ends what makes a new cluster, too: no fault, and the signal ends the process.
    if (signals.interrupted) return new Promise<never>(() => undefined)
    throw error
  })
}

/** SQLSTATE classes of a wrong user, password or database name. */
const WRONG_ADDRESS = /^(28|3D)/

/** Node's words for a certificate that it does not trust. */
const UNTRUSTED = /CERT|LEAF_SIGNATURE/

const UNREACHABLE = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P)/

/** Runs what connects to the database, and says in a sentence why it could not. Throws SettingsError or Error. */
export async function connecting<T>({ place }: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code = '', message = '' } = error as NodeJS.ErrnoException
    const reason = message.split('\n')[0] || code
    if (WRONG_ADDRESS.test(code))
      throw new SettingsError([`The database at ${place} refuses us (${reason}); correct DATABASE_URL.`])
    if (UNTRUSTED.test(code))
      throw new SettingsError([
        `The certificate of the database at ${place} is not trusted (${reason}); name the one that signed it by sslrootcert=FILE in DATABASE_URL, or say sslmode=no-verify there, which encrypts and trusts anybody.`,
      ])
    if (UNREACHABLE.test(code) || /timeout|connection terminated|SSL/i.test(message))
      throw new Error(
        `The database at ${place} cannot be reached (${reason}); start it, or correct DATABASE_URL.`,
        { cause: error },
      )
    if (code === TOO_MANY_CONNECTIONS)
      throw new Error(
        `The database at ${place} grants no connection (${reason}); raise its max_connections or the role's limit, or lower DATABASE_POOL_MAX of those who use it.`,
        { cause: error },
      )
    if (code === '42501' || code === '3F000')
      throw new Error(
        `The role of DATABASE_URL may not do what it must at ${place} (${reason}); make it the owner of its database.`,
        { cause: error },
      )
    if (code === '25006')
      throw new Error(
        `The database at ${place} can only be read (${reason}); start again when it is written, or correct DATABASE_URL.`,
        { cause: error },
      )
    throw error
  }
}
