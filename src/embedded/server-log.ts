import { copyFile, open, readFile, stat, truncate } from 'node:fs/promises'

/** Bytes that the log may hold; as much again is kept in `….1`. */
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Bounds the server's log: a full one is copied to `….1` and emptied. The server itself appends to the file that it was
 * started with, also when it outlives us, so it cannot be renamed; and its own collector rotates by size without
 * removing, and by time without a bound.
 */
export async function trimLog(file: string, maxBytes = MAX_BYTES): Promise<void> {
  if ((await logSize(file)) <= maxBytes) return
  await copyFile(file, `${file}.1`)
  await truncate(file)
}

/** Bytes written so far; 0 when there is no file. */
export const logSize = async (file: string): Promise<number> =>
  (await stat(file).catch(() => undefined))?.size ?? 0

/** What was written after the first `offset` bytes. */
export const logSince = async (file: string, offset: number): Promise<string> =>
  (await readFile(file).catch(() => Buffer.of())).subarray(offset).toString()

/** Opens the log for a server to append to; close the handle once the server has it. */
export const openLog = (file: string) => open(file, 'a', 0o600)
