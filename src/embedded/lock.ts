import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf, EmbeddedPostgresError, reasonOf } from './error.ts'
import { isRunning } from './process-identity.ts'

export interface Lock {
  /** Gives the directory back; idempotent. */
  release(): Promise<void>
}

const LOCK_FILE = 'cairn.lock'
const PID_FILE = 'cairn.pid'
const SQLITE_BUSY = 5

// A connection that nobody refers to is closed by the garbage collector, and its lock is gone.
const held = new Set<DatabaseSync>()

/**
 * Takes `dir` (which must exist) for this process until it releases it or ends, however it ends: the lock is the
 * kernel's, so there is none left behind to judge by pids and ages. Node has no call for it, SQLite takes it for us:
 * an open write transaction on the empty file `cairn.lock` is an exclusive lock on one byte of it, and of ten
 * processes at the same instant one gets it. `cairn.pid` beside it only tells the others whom to name.
 *
 * Nothing else in this process may open `cairn.lock`: closing any handle on a file drops the process's POSIX locks on it.
 *
 * @throws EmbeddedPostgresError when another process, or this one, has it
 */
export async function acquireLock(dir: string): Promise<Lock> {
  const pidFile = join(dir, PID_FILE)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(dir, LOCK_FILE), { timeout: 0 })
    // IMMEDIATE, not EXCLUSIVE: that one also waits for readers, and of two who come at once both may lose.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE')
  } catch (error) {
    database?.close()
    if (isBusy(error)) throw await inUse(dir, pidFile)
    throw new EmbeddedPostgresError(
      `${dir} cannot be locked (${reasonOf(error)}); make it a writable local directory or set CAIRN_DATA_DIR to another one.`,
      { cause: error },
    )
  }
  const lock = database
  held.add(lock)
  // Whoever may read a file may also lock it.
  await chmod(join(dir, LOCK_FILE), 0o600)
  await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 })
  return {
    async release() {
      if (!held.delete(lock)) return
      await rm(pidFile, { force: true })
      lock.close()
    },
  }
}

const isBusy = (error: unknown): boolean =>
  codeOf(error) === 'ERR_SQLITE_ERROR' &&
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === SQLITE_BUSY

/** Names the holder. One that has only just won may not have written its pid yet: it is given a moment. */
async function inUse(dir: string, pidFile: string): Promise<EmbeddedPostgresError> {
  let pid: number | undefined
  for (let attempt = 0; attempt < 20 && pid === undefined; attempt++) {
    if (attempt > 0) await sleep(50)
    const written = Number(await readFile(pidFile, 'utf8').catch(() => ''))
    if (written > 0 && isRunning(written)) pid = written
  }
  return new EmbeddedPostgresError(
    `${dir} is in use by ${pid ? `process ${pid}` : 'another process'}; stop it or set CAIRN_DATA_DIR to another directory.`,
  )
}
