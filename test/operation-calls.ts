import { z } from 'zod'
import type { Operation } from '../src/kernel/operation.ts'
import { makeGatherer } from '../src/surfaces/http/input.ts'
import type { CallOptions, TestAnswer, TestServer } from './server.ts'

/** The parts of JSON Schema that inputs are made of. */
export interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  examples?: unknown[]
  default?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  minimum?: number
  minLength?: number
  minItems?: number
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

export type Input = Record<string, unknown>

/** Where a field of an operation comes from, and what may stand in it. */
export interface Field {
  name: string
  source: 'path' | 'query' | 'body'
  schema: JsonSchema
  required: boolean
}

const inputSchema = (op: Operation): JsonSchema =>
  z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema

const resolve = (schema: JsonSchema, root: JsonSchema): JsonSchema =>
  schema.$ref ? resolve(root.$defs![schema.$ref.split('/').at(-1)!]!, root) : schema

/** The fields of an operation's input. */
export function fieldsOf(op: Operation): Field[] {
  const root = inputSchema(op)
  const { sources } = makeGatherer(op)
  return Object.entries(root.properties ?? {}).map(([name, schema]) => ({
    name,
    source: sources[name]!,
    schema: resolve(schema, root),
    required: root.required?.includes(name) ?? false,
  }))
}

function sampleOf(given: JsonSchema, root: JsonSchema): unknown {
  const schema = resolve(given, root)
  if (schema.const !== undefined) return schema.const
  if (schema.examples) return schema.examples[0]
  if (schema.default !== undefined) return schema.default
  if (schema.enum) return schema.enum[0]
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first) return sampleOf(first, root)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties![name]!, root)]),
      )
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items!, root))
    case 'string':
      return 'x'.repeat(schema.minLength ?? 1)
    case 'boolean':
      return false
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    default:
      return null
  }
}

/**
 * An input that the operation's schema takes: its first example's, or one made out of the schema. What it names need not
 * exist. Throws where it is refused: then the operation needs an example.
 */
export function sampleInput(op: Operation): Input {
  const root = inputSchema(op)
  const input = (op.examples?.[0]?.input ?? sampleOf({ ...root, examples: undefined }, root)) as Input
  const parsed = op.input.safeParse(input)
  if (!parsed.success)
    throw new Error(`the sample of ${op.name} is refused: ${z.prettifyError(parsed.error)}`)
  return input
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Calls an operation over HTTP: each field goes where the route takes it from. */
export function callOperation(
  server: TestServer,
  op: Operation,
  input: Input,
  options: CallOptions = {},
): Promise<TestAnswer> {
  const { sources } = makeGatherer(op)
  const path = op.http.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(asText(input[name])))
  const query = new URLSearchParams()
  const body: Input = {}
  for (const [name, value] of Object.entries(input)) {
    const source = sources[name] ?? (op.http.method === 'GET' ? 'query' : 'body')
    if (source === 'query') for (const each of [value].flat()) query.append(name, asText(each))
    if (source === 'body') body[name] = value
  }
  const url = query.size > 0 ? `${path}?${query}` : path
  if (op.http.method === 'GET') return server.get(url, options)
  const whole = op.http.body ? body[op.http.body] : body
  const text =
    whole === undefined || (!op.http.body && Object.keys(body).length === 0)
      ? undefined
      : JSON.stringify(whole)
  return server.http(op.http.method, url, text, options)
}
