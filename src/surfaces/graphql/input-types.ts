import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLInputFieldConfig,
  type GraphQLInputType,
} from 'graphql'
import type { JsonSchema } from '../openapi/schemas.ts'
import { pascal, propertiesOf, refOf, scalarOf, withoutNull, type Enums } from './kinds.ts'

/** A field's description, and what it is unless given. */
function describe({ description, ...schema }: JsonSchema): string | undefined {
  const unless = schema['default']
  const words = unless === undefined || unless === null ? '' : `Unless given: ${JSON.stringify(unless)}.`
  const text = [description, words]
    .filter(Boolean)
    .join(typeof description === 'string' && description.endsWith('.') ? ' ' : '. ')
  return text === '' ? undefined : text
}

/** What callers send, out of the schemas of inputs. Optional is what has a default: the operation knows it. */
export class InputTypes {
  readonly #components: Readonly<Record<string, JsonSchema>>
  readonly #enums: Enums
  readonly #objects = new Map<string, GraphQLInputObjectType>()

  constructor(components: Readonly<Record<string, JsonSchema>>, enums: Enums) {
    this.#components = components
    this.#enums = enums
  }

  /** An argument, or a field of an input object. */
  field(schema: JsonSchema, required: boolean, parent: string, name: string): GraphQLInputFieldConfig {
    const type = this.#type(schema, parent, name)
    const { nullable } = withoutNull(schema)
    return { type: required && !nullable ? new GraphQLNonNull(type) : type, description: describe(schema) }
  }

  #type(given: JsonSchema, parent: string, name: string): GraphQLInputType {
    const { schema } = withoutNull(given)
    const ref = refOf(schema)
    if (ref) {
      const target = this.#components[ref]
      return target && propertiesOf(target) ? this.#object(target, ref) : scalarOf(target ?? {})
    }
    if (schema['type'] === 'array')
      return new GraphQLList(new GraphQLNonNull(this.#type(schema['items'] as JsonSchema, parent, name)))
    if (propertiesOf(schema)) return this.#object(schema, parent + pascal(name))
    return this.#enums.of(schema, parent, name) ?? scalarOf(schema)
  }

  #object(schema: JsonSchema, title: string): GraphQLInputObjectType {
    const name = title.endsWith('Input') ? title : `${title}Input`
    const known = this.#objects.get(name)
    if (known) return known
    const required = (schema['required'] ?? []) as string[]
    const made = new GraphQLInputObjectType({
      name,
      description: schema['description'] as string | undefined,
      fields: () =>
        Object.fromEntries(
          Object.entries(propertiesOf(schema) ?? {}).map(([field, each]) => [
            field,
            this.field(each, required.includes(field), title, field),
          ]),
        ),
    })
    this.#objects.set(name, made)
    return made
  }
}
