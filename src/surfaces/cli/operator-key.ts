import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { apiKey } from '../../features/index.ts'
import { SettingsError, type Settings } from '../../kernel/settings.ts'
import { databaseUrl, dataDirectory } from './settings.ts'

/** Where the embedded installation keeps the operator's key. */
export const keyFile = (settings: Settings): string =>
  path.resolve(settings.get(dataDirectory), 'operator.key')

/**
 * The key that an earlier start made, undefined when there is none. Throws SettingsError when there is one that can't
 * be read.
 */
export function generatedKey(settings: Settings): string | undefined {
  const file = keyFile(settings)
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new SettingsError([
      `The operator's key in ${file} cannot be read (${code}); call as the user who started the server, or set CAIRN_API_KEY.`,
    ])
  }
}

/** Throws SettingsError when there is a DATABASE_URL and no key: only what is embedded makes one by itself. */
export function requireKeySetting(settings: Settings): void {
  if (settings.get(databaseUrl) && !settings.get(apiKey))
    throw new SettingsError([
      "CAIRN_API_KEY is required with DATABASE_URL: set it to a secret of 32 characters or more, the operator's key.",
    ])
}

/**
 * The operator's key for a server: the setting's, or the one of the data directory, made at the first start and kept
 * with mode 600. The data directory must be ours, so that no two processes make one at once.
 */
export function operatorKey(settings: Settings): string {
  const given = settings.get(apiKey)
  if (given) return given
  const file = keyFile(settings)
  const known = generatedKey(settings)
  if (known) {
    chmodSync(file, 0o600)
    return known
  }
  const key = `cairn_operator_${randomBytes(32).toString('base64url')}`
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.unfinished`, `${key}\n`, { mode: 0o600, flush: true })
  renameSync(`${file}.unfinished`, file)
  return key
}
