import { createHash } from 'node:crypto'

/** A text without what PostgreSQL cannot store, and how many characters were replaced for it. */
export interface StorableText {
  text: string
  replaced: number
}

/** Replaces NUL and lone surrogates by U+FFFD, and drops a leading byte order mark. */
export function storable(source: string): StorableText {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  if (text.isWellFormed() && !text.includes('\0')) return { text, replaced: 0 }
  let replaced = 0
  const replace = () => {
    replaced++
    return '\ufffd'
  }
  return { text: text.replace(/[\0\p{Surrogate}]/gu, replace), replaced }
}

// An escape at a time, so that the second half of an escaped backslash never starts one.
const PAIR = String.raw`u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`
const ESCAPE = new RegExp(String.raw`\\(?:${PAIR}|u[0-9a-fA-F]{4}|[^])`, 'g')
const UNSTORABLE_ESCAPE = /^\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})$/

/**
 * As `storable`, for JSON, where NUL and lone surrogates also come as `\u0000` and `\ud800`; keeps every
 * offset.
 */
export function storableJson(source: string): StorableText {
  const raw = storable(source)
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(raw.text)) return raw
  let { replaced } = raw
  const text = raw.text.replace(ESCAPE, (escape) => {
    if (!UNSTORABLE_ESCAPE.test(escape)) return escape
    replaced++
    return '\\ufffd'
  })
  return { text, replaced }
}

/** The first `max` UTF-16 code units of `text`, never half of a surrogate pair. */
export function cutCharacters(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max)
}

/** Whether `text` has at most `max` bytes of UTF-8. */
export const fitsBytes = (text: string, max: number): boolean =>
  text.length * 3 <= max || (text.length <= max && Buffer.byteLength(text) <= max)

/** The longest beginning of `text` with at most `max` bytes of UTF-8, never half of a character. */
export function cutBytes(text: string, max: number): string {
  if (fitsBytes(text, max)) return text
  const bytes = Buffer.from(cutCharacters(text, max))
  let end = Math.min(max, bytes.length)
  while (end > 0 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

/** `text` as it is within `max` bytes; a longer one is cut, and a digest keeps it apart from its like. */
export function shortenName(text: string, max: number): string {
  if (fitsBytes(text, max)) return text
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${cutBytes(text, max - digest.length - 1)}~${digest}`
}

/** Lower-case letters and digits of `text`, joined by hyphens, at most `max` characters; may be empty. */
export function slug(text: string, max = 64): string {
  const words = cutCharacters(text, 8 * max)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-/, '')
  return cutCharacters(words, max).replace(/-$/, '')
}
