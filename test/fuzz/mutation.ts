import type { Random } from './random.ts'

/** JSON that no value stands for: written into a body as it is. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A name given twice in one object, each time with a value of its own. */
class Twice {
  readonly first: unknown
  readonly second: unknown
  constructor(first: unknown, second: unknown) {
    this.first = first
    this.second = second
  }
}

/** JSON text of a value that may hold `Verbatim` parts. */
export function jsonOf(value: unknown): string {
  if (value instanceof Verbatim) return value.text
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
    (each instanceof Twice ? [each.first, each.second] : [each]).map(
      (one) => `${JSON.stringify(name)}:${jsonOf(one)}`,
    ),
  )
  return `{${members.join(',')}}`
}

const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + (open === '[' ? '' : '0') + close.repeat(depth)

/** Texts that something somewhere may stumble over, as values. */
export const STRANGE_TEXTS: readonly string[] = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', '\udc00\ud800', '\ufeff', '\u202e', '\uffff', '\r\nX: y'],
  ...["'; DROP TABLE tasks; --", '$1', '%s%n', '{{7*7}}', '../../etc/passwd', '__proto__', 'constructor'],
  ...['NaN', 'Infinity', '-0', '1e400', '0x10', '9223372036854775808', '99999999999999999999', 'true'],
  ...['00000000-0000-0000-0000-000000000000', '2026-13-45T99:99:99Z', '294277-01-01T00:00:00Z', '\\', '%'],
  ...['a'.repeat(501), 'é'.repeat(40_000), 'x'.repeat(70_000), '\u{1f600}'.repeat(300), 'İ'.repeat(200)],
]

const STRANGE_JSON: readonly string[] = [
  ...['null', 'true', '[]', '{}', '""', '0', '-0', '-1', '1.5', '1e400', '-1e400', '1e-400', '1E+2'],
  ...['9007199254740993', '9223372036854775808', '2147483648', '99999999999999999999999999', '0.1e1'],
  ...['"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"', '{"__proto__":{"x":1}}', '{"constructor":{}}'],
  ...['{"toString":1}', '[[[]]]', '[null]', '{"":""}', '{"length":1e9}', '"\\u202e"'],
  ...[nested(64, '[', ']'), nested(2_000, '[', ']'), nested(65, '{"a":', '}'), nested(3_000, '{"a":', '}')],
]

const EXTRA_NAMES = [
  ...['no_such_field', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'id', ''],
  ...['tenant_id', 'version', 'status', 'created_at', 'number', '$where', 'a.b', '\u0000', 'x'.repeat(3_000)],
]

type Container = unknown[] | Record<string, unknown>

/** Every place of a value: what holds it, and under which name. */
function places(value: unknown, found: [Container, string][] = []): [Container, string][] {
  if (value === null || typeof value !== 'object' || value instanceof Verbatim || found.length > 500)
    return found
  for (const [name, each] of Object.entries(value)) {
    found.push([value as Container, name])
    places(each, found)
  }
  return found
}

const strange = (random: Random): unknown =>
  random.chance(0.5) ? new Verbatim(random.pick(STRANGE_JSON)) : random.pick(STRANGE_TEXTS)

/** Changes one thing of a JSON value, in place where it can; answers the value. */
export function mutate(random: Random, value: unknown): unknown {
  const all = places(value)
  if (all.length === 0 || random.chance(0.08)) return strange(random)
  const [holder, name] = random.pick(all)
  const at = holder as Record<string, unknown>
  const kind = random.weighted({ strange: 5, remove: 2, wrap: 1, object: 1, extra: 3, twice: 1, many: 1 })
  if (kind === 'strange') at[name] = strange(random)
  else if (kind === 'wrap') at[name] = [at[name]]
  else if (kind === 'object') at[name] = { value: at[name] }
  else if (kind === 'many') at[name] = Array.from({ length: random.pick([51, 101, 1_001]) }, () => at[name])
  else if (kind === 'remove') {
    if (Array.isArray(holder)) holder.splice(Number(name), 1)
    else delete at[name]
  } else if (kind === 'twice' && !Array.isArray(holder)) at[name] = new Twice(at[name], strange(random))
  else if (!Array.isArray(holder))
    // Defined rather than set, so that __proto__ is a member like any other.
    Object.defineProperty(holder, random.pick(EXTRA_NAMES), {
      value: strange(random),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return value
}

/** Changes the text or the bytes of a body. */
export function mutateText(random: Random, text: string): Buffer {
  const at = random.below(text.length + 1)
  const spliced = (what: string): Buffer => Buffer.from(text.slice(0, at) + what + text.slice(at))
  switch (
    random.weighted({
      cut: 3,
      insert: 3,
      bytes: 2,
      utf16: 1,
      bom: 1,
      latin: 1,
      empty: 1,
      twice: 1,
      huge: 0.3,
    })
  ) {
    case 'cut':
      return Buffer.from(text.slice(0, at))
    case 'insert':
      return spliced(random.pick([',', '}', '"', '\\', "'", '/*x*/', '\u2028', 'NaN', '\u0007', '[', ':']))
    case 'bytes':
      return Buffer.concat([
        Buffer.from(text.slice(0, at)),
        Buffer.from(random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0]])),
        Buffer.from(text.slice(at)),
      ])
    case 'utf16':
      return Buffer.from(text, 'utf16le')
    case 'bom':
      return Buffer.from(`\ufeff${text}`)
    case 'latin':
      return Buffer.from(`${text.slice(0, at)}é${text.slice(at)}`, 'latin1')
    case 'empty':
      return Buffer.alloc(0)
    case 'twice':
      return Buffer.from(text + text)
    case 'huge':
      return Buffer.from(`{"title":"${'x'.repeat(random.pick([1_048_576, 1_100_000]))}"}`)
  }
}
