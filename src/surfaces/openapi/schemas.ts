import { z } from 'zod'
import { parseJson } from '../../kernel/json.ts'
import type { Operation } from '../../kernel/operation.ts'
import { fieldsOf } from '../http/input.ts'

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { readonly [member: string]: unknown }

/** The schemas of all operations, those with a name of their own as components that the others refer to. */
/** What a schema book is told of: an operation, or anything else with an input and an output. */
export type Described = Pick<Operation, 'name' | 'input' | 'output'>

export interface SchemaBook {
  /** The schema of one field as a caller sends it. */
  field(op: Pick<Operation, 'name'>, name: string): JsonSchema
  /** Whether a caller must send the field. */
  required(op: Pick<Operation, 'name'>, name: string): boolean
  output(op: Pick<Operation, 'name'>): JsonSchema
  /** By name, sorted. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** Formats whose pattern Zod spells out as well: the format says it better. */
const SPELT_OUT = ['uuid', 'date-time', 'email', 'ipv4', 'ipv6', 'uri']

/** Leaves out what says nothing: a pattern beside its format, the bounds of every safe integer, keys that are texts. */
function withoutNoise(schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _dialect, id: _id, $id: _uri, ...rest } = schema
  if (SPELT_OUT.includes(String(rest['format']))) delete rest['pattern']
  if (rest['minimum'] === Number.MIN_SAFE_INTEGER) delete rest['minimum']
  if (rest['maximum'] === Number.MAX_SAFE_INTEGER) delete rest['maximum']
  if (JSON.stringify(rest['propertyNames']) === '{"type":"string"}') delete rest['propertyNames']
  return rest
}

type Rename = (name: string) => string

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Members whose values are data or names, not schemas. */
const DATA = ['examples', 'example', 'default', 'const', 'enum', 'required']

function rewrite(schema: unknown, rename: Rename): unknown {
  if (Array.isArray(schema)) return schema.map((each) => rewrite(each, rename))
  if (!isPlain(schema)) return schema
  const members = Object.entries(withoutNoise(schema)).map(([member, value]): [string, unknown] => {
    if (member === '$ref' && typeof value === 'string')
      return [member, `#/components/schemas/${rename(value.replace('#/$defs/', ''))}`]
    if (DATA.includes(member)) return [member, value]
    if (member === 'properties' && isPlain(value))
      return [
        member,
        Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewrite(each, rename)])),
      ]
    return [member, rewrite(value, rename)]
  })
  return Object.fromEntries(members)
}

interface Converted {
  properties: Record<string, JsonSchema>
  required: readonly string[]
  definitions: Record<string, JsonSchema>
}

/** Converts many schemas at once, so that those they share become definitions. */
function convert(shape: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Converted {
  const whole = z.toJSONSchema(z.object(shape), { io, unrepresentable: 'any' })
  const definitions = (whole.$defs ?? {}) as Record<string, JsonSchema>
  const rename = nameUnnamed(definitions)
  const clean = (schemas: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, rewrite(schema, rename) as JsonSchema]),
    )
  const named = Object.entries(clean(definitions)).map(([name, schema]): [string, JsonSchema] => [
    rename(name),
    schema,
  ])
  return {
    properties: clean(whole.properties ?? {}),
    required: whole.required ?? [],
    definitions: Object.fromEntries(named),
  }
}

/**
 * Recursive schemas without a name (any JSON is one) come out as `__schema0`, `__schema1`, …, a new one for each use.
 * Equal ones get one name: `JsonValue`, and a number from the second kind on.
 */
function nameUnnamed(definitions: Readonly<Record<string, JsonSchema>>): Rename {
  const kinds: string[] = []
  const names = new Map<string, string>()
  for (const [name, schema] of Object.entries(definitions).filter(([each]) => each.startsWith('__'))) {
    const kind = JSON.stringify(schema).replaceAll(`"#/$defs/${name}"`, '"#"')
    if (!kinds.includes(kind)) kinds.push(kind)
    names.set(name, `JsonValue${kinds.indexOf(kind) || ''}`)
  }
  return (name) => names.get(name) ?? name
}

/** A definition that reads otherwise in inputs than in outputs (a default makes a field optional there) is two. */
function mergeDefinitions(inputs: Converted, outputs: Converted): Rename {
  const clashes = Object.keys(inputs.definitions).filter((name) => {
    const other = outputs.definitions[name]
    return other && JSON.stringify(other) !== JSON.stringify(inputs.definitions[name])
  })
  // What refers to one of them reads otherwise as well.
  for (let grew = true; grew;) {
    const before = clashes.length
    for (const [name, schema] of Object.entries(inputs.definitions))
      if (
        !clashes.includes(name) &&
        outputs.definitions[name] &&
        clashes.some((each) => JSON.stringify(schema).includes(`"#/components/schemas/${each}"`))
      )
        clashes.push(name)
    grew = clashes.length > before
  }
  return (name) => (clashes.includes(name) ? `${name}Input` : name)
}

function renameRefs<T>(schema: T, rename: Rename): T {
  const text = JSON.stringify(schema).replace(
    /"#\/components\/schemas\/([^"]+)"/g,
    (_, name: string) => `"#/components/schemas/${rename(name)}"`,
  )
  return parseJson(text) as T
}

/** The JSON Schemas of a list of operations. Throws when two different schemas share a name. */
export function makeSchemaBook(operations: readonly Described[]): SchemaBook {
  const inputs = convert(
    Object.fromEntries(
      operations.flatMap((op) =>
        Object.entries(fieldsOf(op)).map(([name, schema]) => [`${op.name} ${name}`, schema]),
      ),
    ),
    'input',
  )
  const outputs = convert(Object.fromEntries(operations.map((op) => [op.name, op.output])), 'output')
  const rename = mergeDefinitions(inputs, outputs)
  const components = new Map(Object.entries(outputs.definitions))
  for (const [name, schema] of Object.entries(inputs.definitions))
    components.set(rename(name), renameRefs(schema, rename))
  const fields = renameRefs(inputs.properties, rename)
  const required = new Set(inputs.required)
  return {
    field: (op, name) => fields[`${op.name} ${name}`] ?? {},
    required: (op, name) => required.has(`${op.name} ${name}`),
    output: (op) => outputs.properties[op.name] ?? {},
    components: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
