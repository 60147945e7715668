import { constants } from 'node:fs'
import { lstat, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from './address.ts'
import { codeOf } from './error.ts'

/** What a running server, or one that was killed, says of itself in its data directory. */
export interface PostmasterFile {
  readonly pid: number
  /** Undefined while a server that has only just been started has not written it yet. */
  readonly address: Address | undefined
  readonly stopping: boolean
}

const fileOf = (cluster: string): string => join(cluster, 'postmaster.pid')

/**
 * Reads `postmaster.pid`; undefined when there is none. Its lines: pid, directory, start, port, socket directory, host,
 * memory, status.
 */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(fileOf(cluster), 'utf8').catch(() => '')
  const [pid, , , port, socketDirectory, host, , status] = text.split('\n').map((line) => line.trim())
  // A server in single-user mode writes its pid as a negative number.
  const id = Math.abs(Number(pid))
  if (!id) return undefined
  const reachedAt = socketDirectory || host
  return {
    pid: id,
    address: reachedAt && Number(port) ? { host: reachedAt, port: Number(port) } : undefined,
    stopping: status === 'stopping',
  }
}

/**
 * Makes the file of a dead server no hindrance to the next one. A server sees to that itself, except where the dead
 * one's pid still answers: another program has it by now, or nobody has collected the dead process (as in a container
 * whose first process does not). So the file is made to name us, since a server ignores one that names its parent. It is
 * not removed: by it the next server sees whether processes of the dead one still use its memory.
 */
export async function disarmPostmasterFile(cluster: string): Promise<void> {
  // We may be root, and PostgreSQL's user owns the directory: no link of its making is followed.
  const flags = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)
  const file = await open(fileOf(cluster), flags).catch((error: unknown) => {
    // A server that was on its way down has removed it in the meantime.
    if (codeOf(error) !== 'ENOENT') throw error
  })
  if (!file) return
  try {
    const text = await file.readFile('utf8')
    const ours = Buffer.from(`${process.pid}${text.slice(text.indexOf('\n'))}`)
    // Over what is there, and shortened afterwards: killed in between, we leave no empty file, which PostgreSQL refuses.
    await file.write(ours, 0, ours.length, 0)
    await file.truncate(ours.length)
  } finally {
    await file.close()
  }
}

/** A server that makes the file writes it in the same breath. */
const EMPTY_MS = 1_000

/**
 * Removes an empty file, as a kill in the moment of its making leaves it, or a full disk: PostgreSQL starts beside none. Whoever
 * calls holds the lock of the data directory, so that only a server that a killed process has just started may still write it.
 * Answers whether no file is in the way: false where it was written in the meantime.
 */
export async function removeEmptyPostmasterFile(cluster: string): Promise<boolean> {
  if (!(await isEmpty(cluster))) return true
  await sleep(EMPTY_MS)
  if (!(await isEmpty(cluster))) return false
  await rm(fileOf(cluster), { force: true })
  return true
}

const isEmpty = async (cluster: string): Promise<boolean> => {
  try {
    return (await lstat(fileOf(cluster))).size === 0
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
