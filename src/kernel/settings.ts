import { closest, distance } from 'fastest-levenshtein'

/**
 * One setting: an environment variable, what it means, and how its text becomes a value.
 * A feature declares its own beside the code that reads it, and lists it in its `Feature` object.
 */
export interface Setting<T> {
  /** The environment variable, such as `CAIRN_LOG_LEVEL`. */
  readonly name: string
  /** One sentence, with the unit. */
  readonly description: string
  /** The text used when the variable is not set; undefined: the setting is then absent. */
  readonly fallback: string | undefined
  /** Turns the text into the value. Throws an Error whose message completes "NAME …". */
  readonly parse: (text: string) => T
  /** Whether the value must never be shown. */
  readonly secret: boolean
}

type Optional = { name: string; description: string; secret?: boolean }

/** Declares a setting that always has a value. */
export const setting = <T>(
  spec: Optional & { fallback: string; parse: (text: string) => T },
): Setting<T> => ({ secret: false, ...spec })

/** Declares a setting that may be absent; its value is then undefined. */
export const optionalSetting = <T>(
  spec: Optional & { parse: (text: string) => T },
): Setting<T | undefined> => ({ secret: false, fallback: undefined, ...spec })

/** A parser of whole numbers between two bounds, both included. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new Error(`must be a whole number from ${min} to ${max}`)
    return value
  }

/** A parser of `true` and `false`. */
export const trueOrFalse = (text: string): boolean => {
  if (text !== 'true' && text !== 'false') throw new Error('must be true or false')
  return text === 'true'
}

/** A parser of one word out of a list. */
export const oneOf =
  <const T extends string>(words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((each) => each === text)
    if (!word) throw new Error(`must be one of ${words.join(', ')}`)
    return word
  }

/** A parser of http and https addresses. One that carries a password would end in messages and logs. */
export const webAddress = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('must be an http or https address')
  if (url.username || url.password) throw new Error('must not carry a user or a password')
  url.hash = ''
  return url
}

/** A parser of a comma-separated list; each part is parsed by `part`. */
export const listOf =
  <T>(part: (text: string) => T) =>
  (text: string): T[] =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean)
      .map(part)

/** Wrong settings: each fault is one sentence. The process ends with exit code 2. */
export class SettingsError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

export type SettingSource = 'environment' | '.env' | 'default' | 'program'

/** The parsed settings: read once at the start, the same for the life of the process. */
export class Settings {
  readonly #values = new Map<string, { value: unknown; text: string; source: SettingSource }>()
  readonly #declared: readonly Setting<unknown>[]

  constructor(declared: readonly Setting<unknown>[]) {
    this.#declared = declared
  }

  set<T>(setting: Setting<T>, text: string, source: SettingSource): void {
    this.#values.set(setting.name, { value: setting.parse(text), text, source })
  }

  get<T>(setting: Setting<T>): T {
    const found = this.#values.get(setting.name)
    if (found) return found.value as T
    if (this.#declared.some(({ name }) => name === setting.name)) return undefined as T
    throw new Error(`the setting ${setting.name} is not declared by any feature`)
  }

  /** Every setting with its value as text, secrets redacted, and where the value came from. */
  list(): { name: string; value: string; source: SettingSource; description: string }[] {
    return this.#declared.map(({ name, description, secret }) => {
      const found = this.#values.get(name)
      const shown = !found ? '(not set)' : secret ? '(secret)' : redactUrl(found.text)
      return { name, value: shown, source: found?.source ?? 'default', description }
    })
  }
}

/** A URL without its password. */
export const redactUrl = (text: string): string =>
  text.replace(/^(\w+:\/\/[^\s:/]*):.*@/, '$1:***@').replace(/([?&]password=)[^&]*/gi, '$1***')

/**
 * Reads the settings from the environment, then from `.env`, then from their defaults.
 * Throws SettingsError naming every fault at once, unknown `CAIRN_*` names with the nearest known one.
 */
export function loadSettings(
  declared: readonly Setting<unknown>[],
  environment: Readonly<Record<string, string | undefined>>,
  dotenv: Readonly<Record<string, string | undefined>> = {},
): Settings {
  const settings = new Settings(declared)
  const faults: string[] = []
  const names = declared.map((each) => each.name)
  for (const each of declared) {
    const { name, fallback } = each
    const given = environment[name]?.trim()
    const written = dotenv[name]?.trim()
    const source = given ? 'environment' : written ? '.env' : 'default'
    const text = given || written || fallback
    try {
      if (text !== undefined) settings.set(each, text, source)
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : String(error)} (from the ${source}).`)
    }
  }
  for (const name of new Set([...Object.keys(environment), ...Object.keys(dotenv)])) {
    if (!name.startsWith('CAIRN_') || names.includes(name) || name.startsWith('CAIRN_TEST_')) continue
    const near = closest(name, names)
    const hint = distance(name, near) <= 6 ? `; did you mean ${near}?` : '.'
    faults.push(`${name} is no setting of Cairn Codex${hint} \`cairn config\` lists them all.`)
  }
  if (faults.length > 0) throw new SettingsError(faults)
  return settings
}
