import { parseJson } from '../../../kernel/json.ts'
import { faultOffset, isSpace, skipSpace } from './json-fault.ts'

/** A value of the source and the line where it begins. */
export interface JsonRecord {
  line: number
  value: unknown
}

/** A part of the source that is no JSON, and the line where it stops being JSON. */
export interface JsonFault {
  line: number
  message: string
}

type Read = JsonRecord | JsonFault

/**
 * Lines and columns of offsets that are asked in ascending order: one pass over the text, however many are
 * asked.
 */
class Places {
  readonly #text: string
  #line = 1
  #start = 0
  #newline: number

  constructor(text: string) {
    this.#text = text
    this.#newline = text.indexOf('\n')
  }

  at(offset: number): { line: number; column: number } {
    while (this.#newline >= 0 && this.#newline < offset) {
      this.#line++
      this.#start = this.#newline + 1
      this.#newline = this.#text.indexOf('\n', this.#start)
    }
    return { line: this.#line, column: offset - this.#start + 1 }
  }
}

/** Reads the value that `text` is; it begins at `line` and `column` of the source. */
function readValue(text: string, { line, column }: { line: number; column: number }): Read {
  try {
    return { line, value: parseJson(text) }
  } catch {
    const end = text.trimEnd().length
    const at = Math.min(faultOffset(text), end)
    const place = new Places(text).at(at)
    const fault = line + place.line - 1
    if (at === end) return { line: fault, message: 'not JSON: it is cut short' }
    const character = JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))
    const where = place.line === 1 ? column + place.column - 1 : place.column
    return { line: fault, message: `not JSON: ${character} cannot stand in column ${where}` }
  }
}

/** One JSON value a line; empty lines are none. */
export function* jsonLines(text: string): Generator<Read> {
  for (let from = 0, line = 1; from < text.length; line++) {
    const newline = text.indexOf('\n', from)
    const end = newline < 0 ? text.length : newline
    const value = text.slice(from, end)
    if (value.trim() !== '') yield readValue(value, { line, column: 1 })
    from = end + 1
  }
}

/** The offset after the string that opens at `at`, or the end of the text. */
function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}

/**
 * The offset after the value that opens at `at`, found by brackets and quotes alone, whether it is JSON or
 * not.
 */
function valueEnd(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length;) {
    const char = text[i]
    if (depth === 0 && (char === ',' || char === ']' || isSpace(text.charCodeAt(i)))) return i
    i = char === '"' ? stringEnd(text, i) : i + 1
    if (char === '{' || char === '[') depth++
    if (char === '}' || char === ']') depth--
    if (depth <= 0 && (char === '"' || char === '}' || char === ']')) return i
  }
  return text.length
}

/**
 * The elements of the array that opens at `start`, and of those that follow it, each by itself: a broken
 * element is one fault, and those around it are read. What stands between elements is not held against the
 * source.
 */
function* arrayElements(text: string, start: number, one: boolean): Generator<Read> {
  const places = new Places(text)
  let inside = false
  for (let at = start; at < text.length; at = skipSpace(text, at)) {
    const char = text[at]
    if (!inside && char === '[') {
      inside = true
      at++
    } else if (!inside) {
      yield { line: places.at(at).line, message: 'not JSON: something follows after the end of the array' }
      return
    } else if (char === ',' || char === ']') {
      inside = char === ','
      at++
      if (!inside && one) return
    } else {
      const end = valueEnd(text, at)
      const read = readValue(text.slice(at, end), places.at(at))
      yield read
      if ('message' in read && end === text.length) return
      at = end
    }
  }
  if (inside)
    yield { line: places.at(text.trimEnd().length).line, message: 'not JSON: the array is cut short' }
}

/** Where the array `items` of the object that opens at `start` opens, or -1. */
function itemsOffset(text: string, start: number): number {
  for (let at = skipSpace(text, start + 1); text[at] === '"'; at = skipSpace(text, at + 1)) {
    const keyEnd = stringEnd(text, at)
    const colon = skipSpace(text, keyEnd)
    const value = skipSpace(text, colon + 1)
    if (text[value] === '[' && text.slice(at, keyEnd) === '"items"') return value
    at = skipSpace(text, valueEnd(text, value))
    if (text[at] !== ',') return -1
  }
  return -1
}

/**
 * Whether each line is a value by itself: the first one ends as an object does, or the second begins as one.
 */
function looksLikeLines(text: string): boolean {
  const lines = text
    .split('\n', 50)
    .map((line) => line.trim())
    .filter(Boolean)
  return lines.length > 1 && (lines[0]!.endsWith('}') || lines[1]!.startsWith('{'))
}

/**
 * The values of a JSON text, whichever way it holds several: an array (or several in a row, as paginating
 * clients write them), an object whose `items` is an array, one object, or one value a line.
 */
export function* jsonItems(text: string): Generator<Read> {
  const start = skipSpace(text, 0)
  if (start === text.length) return
  const array = text[start] === '[' ? start : text[start] === '{' ? itemsOffset(text, start) : -1
  if (array >= 0) {
    yield* arrayElements(text, array, array > start)
    return
  }
  const whole = readValue(text, { line: 1, column: 1 })
  if ('value' in whole || !looksLikeLines(text)) yield whole
  else yield* jsonLines(text)
}
