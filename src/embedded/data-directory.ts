import { createHash, randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  constants,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  stat,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isRoot, mayEnter, mayWrite } from './account.ts'
import type { Account } from './program.ts'
import { codeOf, EmbeddedPostgresError, reasonOf } from './error.ts'
import { DATA_SHELTERS, openShelter } from './shelter.ts'

const CLUSTER = 'postgres'
const LOCATION_FILE = 'postgres.location'
const PASSWORD_FILE = 'postgres.password'

/**
 * Makes the data directory if need be, and answers its real path. It is ours alone (700); of a root's directory others
 * may pass through, not look into (711), since PostgreSQL runs as another user below it.
 *
 * @throws EmbeddedPostgresError when it cannot be made or written
 */
export async function openDataDirectory(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir)
  try {
    await mkdir(dirname(wanted), { recursive: true })
    await mkdir(wanted, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    const home = await realpath(wanted)
    await access(home, constants.W_OK | constants.X_OK)
    const { uid, mode } = await stat(home)
    if (isRoot() && uid === 0 && !(mode & 0o001)) await chmod(home, (mode & 0o777) | 0o011)
    return home
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The data directory ${wanted} cannot be used (${reasonOf(error)}); make it writable or set CAIRN_DATA_DIR to another one.`,
      { cause: error },
    )
  }
}

/** Where the cluster of a data directory is, or is to be made. */
export interface Place {
  /** The directory that holds the cluster: the data directory itself, or a shelter's part. */
  readonly home: string
  readonly cluster: string
  readonly exists: boolean
}

const placeIn = async (home: string): Promise<Place> => {
  const cluster = join(home, CLUSTER)
  return { home, cluster, exists: await isThere(join(cluster, 'PG_VERSION')) }
}

/**
 * Where this data directory's cluster is now; `exists` is false when none was made yet.
 * @throws EmbeddedPostgresError when it was elsewhere and is gone: an empty one in its place would hide the loss
 */
export async function findPlace(dataDir: string): Promise<Place> {
  const locationFile = join(dataDir, LOCATION_FILE)
  const elsewhere = (await readIfThere(locationFile))?.trim()
  if (!elsewhere) return placeIn(dataDir)
  const place = await placeIn(dirname(elsewhere))
  if (basename(elsewhere) !== CLUSTER || !place.exists)
    throw new EmbeddedPostgresError(
      `The database of ${dataDir} was in ${elsewhere}, and is not there; bring it back, or remove ${locationFile} to begin with an empty one.`,
    )
  return place
}

/**
 * Chooses where a new cluster goes: into the data directory, or, where `account` cannot reach that, into a shelter,
 * under a name made of the data directory's path.
 *
 * @throws EmbeddedPostgresError when `account` can reach neither
 */
export async function choosePlace(
  dataDir: string,
  account: Account | undefined,
  shelters: readonly string[] = DATA_SHELTERS,
): Promise<Place> {
  if (!account || (await mayEnter(account, dataDir))) return placeIn(dataDir)
  const shelter = await openShelter(shelters, account)
  if (!shelter)
    throw new EmbeddedPostgresError(
      `${dataDir} is out of reach for ${account.name}, as whom PostgreSQL runs, and so are ${shelters.join(' and ')}; set CAIRN_DATA_DIR to a directory below none that is closed to others.`,
    )
  const home = join(shelter, `data-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`)
  await mkdir(home, { recursive: true })
  await chmod(home, 0o711)
  return placeIn(home)
}

/** @throws EmbeddedPostgresError when `account` cannot reach or write the cluster that is there */
export async function requireReach(place: Place, account: Account | undefined): Promise<void> {
  if (!account || (await mayWrite(account, place.cluster))) return
  throw new EmbeddedPostgresError(
    `${place.cluster} is out of reach for ${account.name}, as whom PostgreSQL runs; open the directories above it with chmod o+x, or move ${place.home} to where that user can reach it.`,
  )
}

/** Remembers that the cluster is outside of the data directory. */
export const writeLocation = (dataDir: string, place: Place): Promise<void> =>
  writeWhole(join(dataDir, LOCATION_FILE), place.cluster)

/**
 * The superuser's password. It is made (32 random bytes) before the cluster is, so that no cluster exists without it.
 * The file's mode is set to 600 at every start.
 *
 * @throws EmbeddedPostgresError when there is a cluster and no password
 */
export async function readPassword(dataDir: string, place: Place): Promise<string> {
  const file = join(dataDir, PASSWORD_FILE)
  const known = (await readIfThere(file))?.trim()
  if (known) {
    await chmod(file, 0o600)
    return known
  }
  if (place.exists)
    throw new EmbeddedPostgresError(
      `The password of the database in ${place.cluster} is missing; restore ${file}, or set CAIRN_DATA_DIR to another directory.`,
    )
  const password = randomBytes(32).toString('base64url')
  await writeWhole(file, password)
  return password
}

/** Writes a line that is there whole or not at all, also after a power cut. */
async function writeWhole(file: string, line: string): Promise<void> {
  const unfinished = `${file}.unfinished`
  await writeFile(unfinished, `${line}\n`, { mode: 0o600, flush: true })
  await rename(unfinished, file)
  await syncDirectory(dirname(file))
}

/** Makes renames within `dir` survive a power cut. */
export async function syncDirectory(dir: string): Promise<void> {
  // Windows cannot open a directory, and needs no such call.
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
