const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' }
const LITERALS = ['true', 'false', 'null']
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const NUMBER_BEGUN = /-?(?:(?:0|[1-9]\d*)(?:\.(?:\d+(?:[eE][+-]?\d*)?)?|[eE][+-]?\d*)?)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const ESCAPE_BEGUN = /\\(?:u[0-9a-fA-F]{0,3})?/y

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** The end of the string that opens at `at`, or the offset of its fault, negated and less one. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) return i + 1
    if (code < 0x20) return -i - 1
    if (code !== 0x5c) continue
    const end = matchEnd(ESCAPE, text, i)
    if (end === i) return -matchEnd(ESCAPE_BEGUN, text, i) - 1
    i = end - 1
  }
  return -text.length - 1
}

/**
 * The end of the string, number or literal that opens at `at`, or the offset of its fault, negated and less
 * one.
 */
function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at)
  const literal = LITERALS.find((word) => word[0] === text[at])
  if (literal) {
    let same = 1
    while (same < literal.length && text[at + same] === literal[same]) same++
    return same === literal.length ? at + same : -(at + same) - 1
  }
  const end = matchEnd(NUMBER, text, at)
  const begun = matchEnd(NUMBER_BEGUN, text, at)
  return end === begun && end > at ? end : -begun - 1
}

type Expectation = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'next'

/** What the next character must be, where nothing else can stand. */
const MARKS: Readonly<Partial<Record<Expectation, string>>> = {
  key: '"',
  'key or end': '"',
  colon: ':',
  next: ',',
}
const MAY_END: ReadonlySet<Expectation> = new Set(['value or end', 'key or end', 'next'])

/** The offset of the first character at or after `from` that is no JSON whitespace. */
export function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

/** Whether a UTF-16 code unit is whitespace in JSON. */
export const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d

/**
 * Where `text` stops being JSON (RFC 8259): the offset of the first character that cannot stand there, the
 * length of the text where it was cut short, or -1 where it is JSON. `JSON.parse` itself says it for some
 * faults only. Nesting costs no stack.
 */
export function faultOffset(text: string): number {
  const closers: string[] = []
  let expects: Expectation = 'value'
  for (let i = skipSpace(text, 0); ; i = skipSpace(text, i)) {
    const char = text[i]
    if (expects === 'next' && closers.length === 0) return char === undefined ? -1 : i
    if (char === undefined) return i
    const mark: string | undefined = MARKS[expects]
    const closer = CLOSER[char]
    if (MAY_END.has(expects) && char === closers.at(-1)) {
      closers.pop()
      expects = 'next'
      i++
    } else if (mark !== undefined && char !== mark) {
      return i
    } else if (mark === ',' || mark === ':') {
      expects = mark === ',' && closers.at(-1) === '}' ? 'key' : 'value'
      i++
    } else if (closer !== undefined) {
      closers.push(closer)
      expects = char === '{' ? 'key or end' : 'value or end'
      i++
    } else {
      i = scalarEnd(text, i)
      if (i < 0) return -i - 1
      expects = mark === '"' ? 'colon' : 'next'
    }
  }
}
