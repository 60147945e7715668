import { parseJson } from '../../kernel/json.ts'
import { Problem } from '../../kernel/problem.ts'

/** How deep a body may nest: deeper ones serve nobody, and would cost every reader of what they become. */
const MAX_DEPTH = 64

const malformed = (detail: string): Problem => new Problem('malformed_json', 400, detail)

const decoder = new TextDecoder('utf-8', { fatal: true })

function checkText(text: string): void {
  if (text.includes('\u0000'))
    throw new Problem(
      'invalid_text',
      400,
      'A string holds the character NUL, which cannot be stored; leave it out.',
    )
  if (!text.isWellFormed())
    throw new Problem('invalid_text', 400, 'A string holds half of a surrogate pair; send whole characters.')
}

/**
 * Refuses what no operation may see: NUL, lone surrogates, nesting beyond 64, and the key `__proto__`.
 * Throws Problem 400 `invalid_text` or `malformed_json`.
 */
export function checkPlainData(value: unknown, depth = 0): void {
  if (typeof value === 'string') return checkText(value)
  if (value === null || typeof value !== 'object') return
  if (depth === MAX_DEPTH) throw malformed(`The body nests deeper than ${MAX_DEPTH} levels; flatten it.`)
  if (Array.isArray(value)) {
    for (const each of value) checkPlainData(each, depth + 1)
    return
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw malformed('The key __proto__ is refused; rename it.')
    checkText(key)
    checkPlainData((value as Record<string, unknown>)[key], depth + 1)
  }
}

/** A body's bytes as text. Throws `malformed_json` (400) when they are no UTF-8. */
export function decodeBody(bytes: Buffer): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw malformed('The body is not valid UTF-8; send UTF-8.')
  }
}

/** A JSON body as a value, undefined when it is empty. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  let value: unknown
  try {
    value = parseJson(decodeBody(bytes))
  } catch (error) {
    if (error instanceof Problem) throw error
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'syntax error'
    throw malformed(`The body is not valid JSON (${reason}); correct it and send it again.`)
  }
  checkPlainData(value)
  return value
}
