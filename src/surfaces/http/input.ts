import { z } from 'zod'
import type { Operation } from '../../kernel/operation.ts'
import { Problem, validationFailed, type FieldError } from '../../kernel/problem.ts'

type Shape = Readonly<Record<string, z.ZodType>>

interface FieldType {
  number: boolean
  boolean: boolean
  array: boolean
  /** The type of an array's elements. */
  each: FieldType | undefined
}

interface JsonSchema {
  type?: string
  anyOf?: JsonSchema[]
  items?: JsonSchema
}

function fieldType(schema: JsonSchema): FieldType {
  const options = schema.anyOf?.map(fieldType) ?? []
  const is = (...types: string[]): boolean => types.includes(schema.type ?? '')
  return {
    number: is('integer', 'number') || options.some((each) => each.number),
    boolean: is('boolean') || options.some((each) => each.boolean),
    array: is('array') || options.some((each) => each.array),
    each: schema.items ? fieldType(schema.items) : options.find((each) => each.each)?.each,
  }
}

const NUMBER = /^-?\d{1,20}(\.\d{1,20})?$/

/** Text from a path or a query as the value that its field's schema speaks of; what does not fit stays text, and fails there. */
function coerce(type: FieldType, text: string): unknown {
  if (type.number && NUMBER.test(text)) return Number(text)
  if (type.boolean && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/** Which part of a request a field comes from. */
type Source = 'path' | 'query' | 'body'

/** Gathers an operation's flat input from a request: each field has one source, and none overwrites another. */
export interface Gatherer {
  (request: { params: unknown; query: unknown; body: unknown }): Record<string, unknown>
  /** Where each field comes from, for the documentation. */
  readonly sources: Readonly<Record<string, Source>>
}

/** The fields of an operation's input. Throws when it is no object: the program is wrong, then. */
export function fieldsOf(op: Pick<Operation, 'name' | 'input'>): Shape {
  if (op.input instanceof z.ZodObject) return op.input.shape
  throw new Error(`the input of ${op.name} must be an object`)
}

/** Decides, once per operation, where each field comes from and how its text is read. */
export function makeGatherer(op: Operation): Gatherer {
  const shape = fieldsOf(op)
  const path = new Set(op.http.path.match(/(?<=:)\w+/g) ?? [])
  const query = new Set(op.http.query ?? [])
  const sources: Record<string, Source> = {}
  const types: Record<string, FieldType> = {}
  for (const [name, schema] of Object.entries(shape)) {
    sources[name] = path.has(name) ? 'path' : op.http.method === 'GET' || query.has(name) ? 'query' : 'body'
    types[name] = fieldType(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema)
  }
  for (const name of [...path, ...query])
    if (!sources[name])
      throw new Error(`${op.name} takes ${name} from its path or query, but its input has no such field`)
  // What every object inherits, such as `constructor`, is no field.
  const sourceOf = (name: string): Source | undefined =>
    Object.hasOwn(sources, name) ? sources[name] : undefined

  const gather = (request: { params: unknown; query: unknown; body: unknown }): Record<string, unknown> => {
    const input: Record<string, unknown> = {}
    const faults: FieldError[] = []
    for (const [name, text] of Object.entries((request.params ?? {}) as Record<string, string>)) {
      input[name] = coerce(types[name]!, text)
      const parsed = shape[name]!.safeParse(input[name])
      if (!parsed.success && /(^|_)id$/.test(name))
        throw new Problem(
          'invalid_id',
          400,
          `${name} in the path must be a UUID${types[name]!.number ? ' or a task number' : ''}; "${text.slice(0, 80)}" is not.`,
        )
    }
    for (const [name, given] of Object.entries((request.query ?? {}) as Record<string, string | string[]>)) {
      const type = types[name]
      if (sourceOf(name) !== 'query' || !type)
        faults.push({ path: name, message: unknown(sourceOf(name), 'query parameter') })
      else if (type.array) input[name] = [given].flat().map((text) => coerce(type.each ?? type, text))
      else if (Array.isArray(given)) faults.push({ path: name, message: 'given more than once' })
      else input[name] = coerce(type, given)
    }
    takeBody(op, request.body, sourceOf, input, faults)
    if (faults.length > 0) throw validationFailed(withKnownNames(faults, sources))
    return input
  }
  return Object.assign(gather, { sources })
}

const unknown = (source: Source | undefined, what: string): string =>
  source ? `unknown ${what}; it belongs in the ${source}` : `unknown ${what}`

/** The first field and the first query parameter that nobody knows, each with the names that there are. */
function withKnownNames(
  faults: readonly FieldError[],
  sources: Readonly<Record<string, Source>>,
): FieldError[] {
  const told = new Set<string>()
  return faults.map(({ path, message }) => {
    const source = { 'unknown field': 'body', 'unknown query parameter': 'query' }[message]
    if (source === undefined || told.has(source)) return { path, message }
    told.add(source)
    const names = Object.keys(sources).filter((name) => sources[name] === source)
    return { path, message: `${message}; there are ${names.join(', ') || 'none'}` }
  })
}

function takeBody(
  op: Operation,
  body: unknown,
  sourceOf: (name: string) => Source | undefined,
  input: Record<string, unknown>,
  faults: FieldError[],
): void {
  if (op.http.method === 'GET' || body === undefined) return
  if (op.http.body) {
    input[op.http.body] = body
    return
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    faults.push({ path: '', message: 'the body must be a JSON object' })
    return
  }
  for (const [name, value] of Object.entries(body)) {
    if (sourceOf(name) === 'body') input[name] = value
    else faults.push({ path: name, message: unknown(sourceOf(name), 'field') })
  }
}
