import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLFieldConfig,
  type GraphQLOutputType,
} from 'graphql'
import type { JsonSchema } from '../openapi/schemas.ts'
import type { GraphContext } from './context.ts'
import { pascal, propertiesOf, refOf, scalarOf, withoutNull, type Enums } from './kinds.ts'

export type Field = GraphQLFieldConfig<unknown, GraphContext>

/** The fields that lead from things of a kind to others. */
export type FieldsOfKind = (kind: string) => Readonly<Record<string, Field>>

/**
 * What is answered, out of the schemas of outputs: a type for each kind of thing, by its schema's name. A thing that has
 * all the fields of a kind and some more has that kind's relations, too.
 */
export class OutputTypes {
  readonly #components: Readonly<Record<string, JsonSchema>>
  readonly #sameKind: Readonly<Record<string, string>>
  readonly #enums: Enums
  readonly #relations: ReadonlyMap<string, () => Readonly<Record<string, Field>>>
  readonly #objects = new Map<string, { type: GraphQLObjectType; schema: string }>()

  constructor(
    components: Readonly<Record<string, JsonSchema>>,
    sameKind: Readonly<Record<string, string>>,
    enums: Enums,
    /** By the kind that they lead from. */
    relations: ReadonlyMap<string, () => Readonly<Record<string, Field>>>,
  ) {
    this.#components = components
    this.#sameKind = sameKind
    this.#enums = enums
    this.#relations = relations
  }

  /** The type of a field; `parent` and `name` name what has no name of its own. Nothing that is not said is null. */
  of(given: JsonSchema, parent: string, name: string): GraphQLOutputType {
    const type = this.nullable(given, parent, name)
    return withoutNull(given).nullable ? type : new GraphQLNonNull(type)
  }

  nullable(
    given: JsonSchema,
    parent: string,
    name: string,
  ): GraphQLOutputType & { readonly ofType?: unknown } {
    const { schema } = withoutNull(given)
    const ref = refOf(schema)
    if (ref) {
      const kind = this.#sameKind[ref] ?? ref
      const target = this.#components[kind]
      return target && propertiesOf(target) ? this.#object(target, kind) : scalarOf(target ?? {})
    }
    if (schema['type'] === 'array')
      return new GraphQLList(this.of(schema['items'] as JsonSchema, parent, name))
    // A thing that may have other fields as well is told whole.
    const open = typeof schema['additionalProperties'] === 'object'
    if (propertiesOf(schema) && !open) return this.#object(schema, parent + pascal(name))
    return this.#enums.of(schema, parent, name) ?? scalarOf(schema)
  }

  #object(schema: JsonSchema, name: string): GraphQLObjectType {
    const text = JSON.stringify(schema)
    const known = this.#objects.get(name)
    if (known && known.schema !== text) throw new Error(`two kinds of things are named ${name}`)
    if (known) return known.type
    const required = (schema['required'] ?? []) as string[]
    const type = new GraphQLObjectType<unknown, GraphContext>({
      name,
      description: schema['description'] as string | undefined,
      fields: () => ({
        ...this.#relationsOf(propertiesOf(schema) ?? {}),
        ...Object.fromEntries(
          Object.entries(propertiesOf(schema) ?? {}).map(([field, each]): [string, Field] => [
            field,
            {
              type: required.includes(field) ? this.of(each, name, field) : this.nullable(each, name, field),
              description: each['description'] as string | undefined,
            },
          ]),
        ),
      }),
    })
    this.#objects.set(name, { type, schema: text })
    return type
  }

  #relationsOf(properties: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, Field>> {
    const is = (kind: string): boolean => {
      const wanted = Object.entries(propertiesOf(this.#components[kind] ?? {}) ?? {})
      return (
        wanted.length > 0 &&
        wanted.every(([name, schema]) => JSON.stringify(properties[name]) === JSON.stringify(schema))
      )
    }
    return Object.assign(
      {},
      ...[...this.#relations].flatMap(([kind, fields]) => (is(kind) ? [fields()] : [])),
    ) as Record<string, Field>
  }
}
