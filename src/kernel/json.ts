import { randomBytes } from 'node:crypto'

/** Where the string ends in which there is an escape: at the next quote that is none itself, after an odd number of backslashes. */
function closingQuote(text: string, escape: number): number {
  for (let quote = text.indexOf('"', escape); ; quote = text.indexOf('"', quote + 1)) {
    let before = quote
    while (text[before - 1] === '\\') before--
    if ((quote - before) % 2 === 0) return quote
  }
}

/** Where a text's keys with escapes stand, their quotes with them. The text must be JSON. */
function* escapedKeys(text: string): Generator<{ start: number; end: number }> {
  const colon = /\s*:/y
  for (let at = text.indexOf('\\'), end: number; at >= 0; at = text.indexOf('\\', end)) {
    // The first escape of its string: the quote before it is where that begins.
    const start = text.lastIndexOf('"', at)
    end = closingQuote(text, at) + 1
    colon.lastIndex = end
    if (colon.test(text)) yield { start, end }
  }
}

/**
 * `JSON.parse`, whose keys are those of the text. V8 (of Node 24 to 26: nodejs/node#63785) takes a key with an escape for another
 * one where it has met a key that looks like the beginning of its escape: once anybody has sent the key `\`, everybody's keys
 * `"` and line feed are read as `\`. So keys with escapes, which are rare, are parsed as what they are not: each stands for
 * itself as a string, and a name without escapes for it in the text. Throws what `JSON.parse` throws.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!text.includes('\\')) return value
  const keys: string[] = []
  const parts: string[] = []
  let mark: string | undefined
  let done = 0
  for (const { start, end } of escapedKeys(text)) {
    mark ??= markFor(text)
    parts.push(text.slice(done, start), `"${mark}${keys.length}"`)
    keys.push(JSON.parse(text.slice(start, end)) as string)
    done = end
  }
  if (mark === undefined) return value
  return restored(JSON.parse(parts.join('') + text.slice(done)), mark, keys)
}

/**
 * The beginning of names that no key of a text has: by chance, since whoever wrote the text must not know it; short, as it may
 * stand there a million times.
 */
function markFor(text: string): string {
  for (;;) {
    const mark = randomBytes(6).toString('base64url')
    if (!text.includes(mark)) return mark
  }
}

/** Gives a value the keys that its names stand for, however deep it nests; in place. */
function restored(value: unknown, mark: string, keys: readonly string[]): unknown {
  const pending = [value]
  for (const each of pending) {
    if (each === null || typeof each !== 'object') continue
    const members = Object.entries(each)
    for (const [, member] of members) pending.push(member)
    if (!members.some(([name]) => name.startsWith(mark))) continue
    for (const [name] of members) Reflect.deleteProperty(each, name)
    for (const [name, member] of members)
      // Defined, not set: `__proto__` is a key as any other.
      Object.defineProperty(each, name.startsWith(mark) ? keys[Number(name.slice(mark.length))]! : name, {
        value: member,
        configurable: true,
        enumerable: true,
        writable: true,
      })
  }
  return value
}
