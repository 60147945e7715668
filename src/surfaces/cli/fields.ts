import { z } from 'zod'
import { UsageError } from '../../kernel/command.ts'
import { parseJson } from '../../kernel/json.ts'
import type { Operation } from '../../kernel/operation.ts'
import { fieldsOf, makeGatherer } from '../http/input.ts'

interface JsonSchema {
  type?: string
  description?: string
  anyOf?: JsonSchema[]
  items?: JsonSchema
  enum?: unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

/** An input field as an option of the command line. */
export interface FieldOption {
  readonly name: string
  /** Commander's notation. */
  readonly flags: string
  /** What it means, and what it takes. */
  readonly description: string
  /** Whether it may be given several times, each an element of a list. */
  readonly repeats: boolean
  /** Its text as a value of the field's type. Throws UsageError where a text should be JSON and is not. */
  readonly read: (text: string) => unknown
}

/** Options that mean the call, not the input. A field of such a name is reached by `--input`. */
export const CALL_OPTIONS = ['input', 'all', 'idempotency_key', 'if_match', 'json', 'help']

type Kind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

/** Which kinds of JSON value a schema lets in; all of them where it says nothing. */
function kindsOf(schema: JsonSchema): Set<Kind> {
  if (schema.anyOf) return new Set(schema.anyOf.flatMap((each) => [...kindsOf(each)]))
  const { type } = schema
  if (type === 'integer') return new Set<Kind>(['number'])
  if (type) return new Set([type as Kind])
  const values = schema.enum ?? ('const' in schema ? [schema.const] : undefined)
  if (values) return new Set(values.map((value) => (value === null ? 'null' : (typeof value as Kind))))
  return new Set<Kind>(['string', 'number', 'boolean', 'null', 'object', 'array'])
}

const NUMBER = /^-?\d{1,20}(\.\d{1,20})?$/

function readJson(name: string, text: string, orText: boolean): unknown {
  try {
    return parseJson(text)
  } catch {
    if (orText) return text
    throw new UsageError(`--${name} takes JSON, and this is none: ${text.slice(0, 80)}`)
  }
}

/** A text as the value that the schema speaks of; what does not fit stays text, for the server to refuse. */
function read(name: string, schema: JsonSchema, text: string): unknown {
  const kinds = kindsOf(schema)
  if (kinds.has('number') && NUMBER.test(text)) return Number(text)
  if (kinds.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (kinds.has('null') && text === 'null') return null
  if (kinds.has('object') || kinds.has('array')) return readJson(name, text, kinds.has('string'))
  return text
}

const elementOf = (schema: JsonSchema): JsonSchema | undefined =>
  schema.items ?? schema.anyOf?.find((each) => each.items)?.items

/** Whether a list of this schema is best given element by element. */
const isList = (schema: JsonSchema): boolean =>
  [...kindsOf(schema)].every((kind) => kind === 'array' || kind === 'null')

/** What a field takes, in a few words: `integer, 1 to 1000, default 100`. */
function takes(schema: JsonSchema, required: boolean): string {
  const kinds = [...kindsOf(schema)]
  const complex = kinds.some((kind) => kind === 'object' || kind === 'array')
  const words = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  const kind = words
    ? `${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`
    : schema.type === 'integer'
      ? 'integer'
      : complex
        ? 'JSON'
        : kinds.map((each) => (each === 'string' ? 'text' : each)).join(' or ')
  const { minimum, maximum } = schema
  const bounded = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) !== Number.MAX_SAFE_INTEGER
  return [
    kind,
    bounded(minimum) && bounded(maximum) ? `${minimum} to ${maximum}` : undefined,
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
    required ? 'required' : undefined,
  ]
    .filter(Boolean)
    .join(', ')
}

/** References resolved one level deep: enough to know what kind of value a field takes. */
function resolve(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '')
  return name ? { ...schema.$defs?.[name], ...schema, $ref: undefined } : schema
}

function optionOf(name: string, type: z.ZodType, body: boolean): FieldOption {
  const schema = resolve(z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as JsonSchema)
  const list = isList(schema)
  const element = list ? elementOf(schema) : undefined
  const required = !type.safeParse(undefined).success
  const isBoolean = [...kindsOf(schema)].join() === 'boolean'
  const facts = takes(element ?? schema, required)
  const more = [
    facts,
    list ? 'may repeat, or a JSON list' : undefined,
    body ? '@FILE, or - for stdin' : undefined,
  ]
  return {
    name,
    flags: isBoolean ? `--${name} [true|false]` : `--${name} <value>`,
    description: `${schema.description ? `${schema.description} ` : ''}(${more.filter(Boolean).join('; ')})`,
    repeats: list,
    read: (text) => read(name, element ?? schema, text),
  }
}

/** The options that an operation's input fields become, path first, as the server gathers them. */
export function fieldOptions(op: Operation): FieldOption[] {
  const { sources } = makeGatherer(op)
  const shape = fieldsOf(op)
  return ['path', 'query', 'body'].flatMap((source) =>
    Object.entries(shape)
      .filter(([name]) => sources[name] === source && !CALL_OPTIONS.includes(name))
      .map(([name, type]) => optionOf(name, type, name === op.http.body)),
  )
}
