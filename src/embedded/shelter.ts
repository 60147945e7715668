import { chmod, lstat, mkdir } from 'node:fs/promises'
import { mayEnter } from './account.ts'
import type { Account } from './program.ts'

/**
 * Places of ours that every user can reach, for what PostgreSQL's user cannot reach where it lies. Only root needs
 * them, and only these fixed ones: whoever could write there could have root start a program of theirs.
 */
export const DATA_SHELTERS = ['/var/lib/cairn-codex', '/opt/cairn-codex']
/** Binaries can be copied again, so for them the directory that a restart empties will do. */
export const BINARY_SHELTERS = [...DATA_SHELTERS, '/tmp/cairn-codex']

/** Makes the first of `shelters` that can be had: ours alone to write, and passable for `account`. Undefined if none. */
export async function openShelter(
  shelters: readonly string[],
  account: Account | undefined,
): Promise<string | undefined> {
  for (const shelter of shelters) if (await opened(shelter, account).catch(() => false)) return shelter
  return undefined
}

async function opened(shelter: string, account: Account | undefined): Promise<boolean> {
  const made = await mkdir(shelter, { recursive: true })
  if (made) await chmod(shelter, 0o755)
  const found = await lstat(shelter)
  const ours = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && !(found.mode & 0o022)
  return ours && (!account || (await mayEnter(account, shelter)))
}
