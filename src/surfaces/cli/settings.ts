import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { apiKey, features } from '../../features/index.ts'
import { overloadMilliseconds } from '../../kernel/load.ts'
import { LOG_LEVELS } from '../../kernel/log.ts'
import {
  loadSettings,
  oneOf,
  optionalSetting,
  setting,
  SettingsError,
  webAddress,
  wholeNumber,
  type Setting,
  type Settings,
} from '../../kernel/settings.ts'
import { httpSettings } from '../http/settings.ts'
import { mcpSettings } from '../mcp/settings.ts'

function postgresAddress(text: string): string {
  if (
    !/^postgres(ql)?:\/\//.test(text) ||
    !URL.canParse(text.replace(/^postgres(ql)?:\/\/([^/]*@)?\//, 'http://host/'))
  )
    throw new Error('must be a PostgreSQL address such as postgresql://user:password@host:5432/database')
  return text
}

export const databaseUrl = optionalSetting({
  name: 'DATABASE_URL',
  description: 'A PostgreSQL 15 or newer; without it the embedded one is used',
  parse: postgresAddress,
})

export const poolMax = setting({
  name: 'DATABASE_POOL_MAX',
  description: 'Connections of the pool at most',
  fallback: '10',
  parse: wholeNumber(2, 1000),
})

export const pooler = setting({
  name: 'DATABASE_POOLER',
  description:
    'What stands before the database: none, or transaction for a pooler such as pgbouncer in that mode',
  fallback: 'none',
  parse: oneOf(['none', 'transaction']),
})

export const directUrl = optionalSetting({
  name: 'DATABASE_DIRECT_URL',
  description: 'The database past its pooler, for migrations and notifications',
  parse: postgresAddress,
})

export const dataDirectory = setting({
  name: 'CAIRN_DATA_DIR',
  description: 'The embedded database, the generated key, the lock file',
  fallback: './.cairn',
  parse: (text) => text,
})

export const logLevel = setting({
  name: 'CAIRN_LOG_LEVEL',
  description: `Log level: ${LOG_LEVELS.join(', ')}`,
  fallback: 'info',
  parse: oneOf(LOG_LEVELS),
})

export const serverUrl = optionalSetting({
  name: 'CAIRN_URL',
  description: 'The server that the command line talks to; the one of the data directory when not set',
  parse: (text) => webAddress(text).href.replace(/\/+$/, ''),
})

/** Every setting there is, in the order in which `cairn config` lists them. */
export const allSettings: readonly Setting<unknown>[] = [
  ...httpSettings.slice(0, 2),
  databaseUrl,
  poolMax,
  pooler,
  directUrl,
  dataDirectory,
  apiKey,
  logLevel,
  ...httpSettings.slice(2),
  overloadMilliseconds,
  ...mcpSettings,
  serverUrl,
  ...features.flatMap((feature) => feature.settings ?? []).filter((each) => each.name !== apiKey.name),
]

function readDotenv(): NodeJS.Dict<string> {
  let bytes: Buffer
  try {
    bytes = readFileSync('.env')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    throw new SettingsError([`.env cannot be read (${message}); make it a readable file, or take it away.`])
  }
  return parseEnv(textOf(bytes))
}

/**
 * A file as text, without a byte order mark, which would be a part of the first name. Of one in UTF-16 no line would be
 * understood, and a DATABASE_URL in it silently be passed over. Throws SettingsError.
 */
function textOf(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Told below.
  }
  throw new SettingsError(['.env is no text in UTF-8; save it in that encoding.'])
}

/** Reads the settings from the environment and from `.env` in the working directory. Throws SettingsError. */
export const readSettings = (): Settings => loadSettings(allSettings, process.env, readDotenv())
