import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Binaries, programOf } from './binaries.ts'
import { type Place, syncDirectory } from './data-directory.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'
import { type Account, type Ended, runProgram } from './program.ts'

/** The superuser, and the database that Cairn lives in. */
export const SUPERUSER = 'cairn'
export const DATABASE = 'cairn'

const UNFINISHED = 'postgres.init-'

/**
 * Makes a new cluster. It is made beside its place and renamed, so that one that was cut short is never taken for whole.
 * @throws EmbeddedPostgresError when initdb fails, with its last lines
 */
export async function makeCluster(
  place: Place,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
): Promise<void> {
  await removeUnfinished(place.home)
  await requireFree(place.cluster)
  const workshop = await mkdtemp(join(place.home, UNFINISHED))
  try {
    const cluster = join(workshop, 'cluster')
    const passwordFile = join(workshop, 'password')
    await mkdir(cluster, { mode: 0o700 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (account)
      for (const path of [cluster, passwordFile, workshop]) await chown(path, account.uid, account.gid)
    const { code, output } = await initdb(binaries, account, cluster, passwordFile)
    if (code !== 0)
      throw new EmbeddedPostgresError(
        `The embedded database could not be made in ${place.home}; initdb said:\n${lastLines(output, 8)}`,
      )
    await rename(cluster, place.cluster)
    await syncDirectory(place.home)
  } finally {
    await rm(workshop, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function initdb(
  binaries: Binaries,
  account: Account | undefined,
  cluster: string,
  passwordFile: string,
): Promise<Ended> {
  const run = (ctype: string) =>
    runProgram(
      programOf(binaries, 'initdb'),
      [
        `--pgdata=${cluster}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Without these the locale of whoever starts it first decides (and no LANG at all makes it SQL_ASCII). The
        // built-in provider sorts as C does, and knows upper and lower case beyond ASCII: ILIKE finds "Ä" by "ä".
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        `--lc-ctype=${ctype}`,
        '--no-instructions',
      ],
      account,
    )
  // pg_trgm still asks the system what a letter is: under C it finds no trigram in "задача", and a search for it would
  // read the whole table. Systems that lack this locale do so.
  const ended = await run('C.UTF-8')
  return ended.code !== 0 && ended.output.includes('invalid locale name') ? run('C') : ended
}

/** What a killed start left. Its initdb may still be writing: then the rest goes at the next start. */
async function removeUnfinished(home: string): Promise<void> {
  for (const entry of await readdir(home))
    if (entry.startsWith(UNFINISHED))
      await rm(join(home, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
}

async function requireFree(cluster: string): Promise<void> {
  await rmdir(cluster).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return
    throw new EmbeddedPostgresError(
      `${cluster} is in the way: it is no PostgreSQL database, and not empty; move it away or set CAIRN_DATA_DIR to another directory.`,
      { cause: error },
    )
  })
}

/** @throws EmbeddedPostgresError when the cluster is of another major version than the binaries */
export async function requireVersion(place: Place, binaries: Binaries): Promise<void> {
  const major = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8')).trim()
  if (major !== binaries.major)
    throw new EmbeddedPostgresError(
      `${place.cluster} was made by PostgreSQL ${major} and this Cairn brings ${binaries.major}; start the Cairn that made it and move the data with pg_dump, or set CAIRN_DATA_DIR to another directory.`,
    )
}

/** The last lines of what a program wrote, without empty ones. */
export const lastLines = (text: string, count: number): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n')
