import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  type GraphQLScalarType,
} from 'graphql'
import type { JsonSchema } from '../openapi/schemas.ts'
import { DateTime, IdOrNumber, Json, Long } from './scalars.ts'

/** A schema taken apart: whether null is allowed, and what is left when it is taken away. */
interface Bare {
  readonly schema: JsonSchema
  readonly nullable: boolean
}

const isNull = (schema: JsonSchema): boolean => schema['type'] === 'null'

/** Takes null away: out of a union, or out of a list of types. */
export function withoutNull(schema: JsonSchema): Bare {
  const options = schema['anyOf'] as JsonSchema[] | undefined
  if (options?.some(isNull)) {
    const left = options.filter((each) => !isNull(each))
    const { anyOf: _, ...rest } = schema
    return { schema: left.length === 1 ? { ...rest, ...left[0] } : { ...rest, anyOf: left }, nullable: true }
  }
  const types = schema['type']
  if (!Array.isArray(types)) return { schema, nullable: false }
  const left = types.filter((each) => each !== 'null') as string[]
  return {
    schema: { ...schema, type: left.length === 1 ? left[0] : left },
    nullable: left.length < types.length,
  }
}

/** The name of the component that a schema refers to. */
export const refOf = (schema: JsonSchema): string | undefined =>
  typeof schema['$ref'] === 'string' ? schema['$ref'].replace('#/components/schemas/', '') : undefined

export const propertiesOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> | undefined =>
  schema['properties'] as Record<string, JsonSchema> | undefined

/** `parent_execution` as `ParentExecution`. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

const INT = 2 ** 31

const within32Bits = ({ minimum, maximum }: JsonSchema): boolean =>
  typeof minimum === 'number' && minimum >= -INT && typeof maximum === 'number' && maximum < INT

/** The scalar that stands for a schema, where it is none of an object or a list with a type of its own. */
export function scalarOf(schema: JsonSchema): GraphQLScalarType {
  const options = schema['anyOf'] as JsonSchema[] | undefined
  if (options) {
    const types = new Set(
      options
        .flatMap((each) => (each['anyOf'] as JsonSchema[] | undefined) ?? [each])
        .map((each) => each['type']),
    )
    return types.has('string') && types.has('integer') && types.size === 2 ? IdOrNumber : Json
  }
  switch (schema['type']) {
    case 'string':
      if (schema['format'] === 'uuid') return GraphQLID
      return schema['format'] === 'date-time' ? DateTime : GraphQLString
    case 'integer':
      return within32Bits(schema) ? GraphQLInt : Long
    case 'number':
      return GraphQLFloat
    case 'boolean':
      return GraphQLBoolean
    default:
      return Json
  }
}

const NAME = /^[_A-Za-z]\w*$/

/** Enums: equal lists of words are one type, named after the first place that has it. */
export class Enums {
  readonly #byValues = new Map<string, GraphQLEnumType>()
  readonly #names = new Set<string>()

  /** Undefined where the schema is no list of words that a query may spell. */
  of(schema: JsonSchema, parent: string, field: string): GraphQLEnumType | undefined {
    const values = schema['enum'] as unknown[] | undefined
    if (!values?.every((value) => typeof value === 'string' && NAME.test(value))) return undefined
    const key = JSON.stringify(values)
    const known = this.#byValues.get(key)
    if (known) return known
    const short = pascal(field)
    const name = short.startsWith(parent) ? short : parent + short
    if (this.#names.has(name)) throw new Error(`two enums are named ${name}`)
    this.#names.add(name)
    const made = new GraphQLEnumType({
      name,
      values: Object.fromEntries(values.map((value): [string, object] => [value as string, {}])),
    })
    this.#byValues.set(key, made)
    return made
  }
}
