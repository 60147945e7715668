import {
  GraphQLObjectType,
  GraphQLSchema,
  lexicographicSortSchema,
  type GraphQLFieldConfigMap,
} from 'graphql'
import type { Assembly } from '../../kernel/application.ts'
import type { Relation } from '../../kernel/relation.ts'
import { makeSchemaBook, type JsonSchema } from '../openapi/schemas.ts'
import type { GraphContext } from './context.ts'
import { InputTypes } from './input-types.ts'
import { Enums, propertiesOf, withoutNull } from './kinds.ts'
import { fieldName } from './names.ts'
import { OutputTypes, type Field } from './output-types.ts'
import { relationField, schemaName, streamField } from './relation-fields.ts'
import { operationField, type Making } from './root-fields.ts'

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>

/** Names the enums of things, those that relations lead from first: `Thing.status` is then `ThingStatus` wherever it is. */
function nameEnums(
  enums: Enums,
  components: Readonly<Record<string, JsonSchema>>,
  first: readonly string[],
): void {
  const others = Object.keys(components).sort((a, b) => a.length - b.length)
  for (const kind of new Set([...first, ...others]))
    for (const [field, schema] of Object.entries(propertiesOf(components[kind] ?? {}) ?? {}))
      enums.of(withoutNull(schema).schema, kind, field)
}

function add(fields: Fields, name: string, field: Field): void {
  if (fields[name]) throw new Error(`two fields are named ${name}; one of them needs another name`)
  fields[name] = field
}

/**
 * The schema: Query and Mutation are the list of operations, Subscription the streams; types are the schemas that the
 * operations declare; the ways between things are the relations that features bring. Throws when two things share a name.
 */
export function makeGraphSchema(assembly: Pick<Assembly, 'features' | 'operations'>): GraphQLSchema {
  const parts = assembly.features.flatMap((feature) => feature.graph ?? [])
  const relations = parts.flatMap((part) => part.relations ?? [])
  const streams = parts.flatMap((part) => part.streams ?? [])
  const operations = [...assembly.operations.values()]
  const book = makeSchemaBook([
    ...operations,
    ...[...relations, ...streams].map((each) => ({
      name: schemaName(each),
      input: each.input,
      output: each.output,
    })),
  ])
  const enums = new Enums()
  nameEnums(
    enums,
    book.components,
    relations.map((each) => each.of),
  )
  const byKind = Map.groupBy(relations, (each) => each.of)
  const fieldsOf = (list: readonly Relation[]) => (): Fields =>
    Object.fromEntries(list.map((each) => [each.name, relationField(making, each)]))
  const outputs = new OutputTypes(
    book.components,
    Object.assign({}, ...parts.map((part) => part.sameKind ?? {})) as Record<string, string>,
    enums,
    new Map([...byKind].map(([kind, list]) => [kind, fieldsOf(list)])),
  )
  const making: Making = { book, inputs: new InputTypes(book.components, enums), outputs }

  const query: Fields = {}
  const mutation: Fields = {}
  for (const op of operations) {
    const name = fieldName(op, parts)
    const without = parts.flatMap((part) => part.without?.[op.name] ?? [])
    if (name !== null)
      add(op.http.method === 'GET' ? query : mutation, name, operationField(making, op, name, without))
  }
  const subscription: Fields = {}
  for (const each of streams) add(subscription, each.name, streamField(making, each))
  const root = (name: string, fields: Fields): GraphQLObjectType | null =>
    Object.keys(fields).length > 0 ? new GraphQLObjectType<unknown, GraphContext>({ name, fields }) : null
  return lexicographicSortSchema(
    new GraphQLSchema({
      query: root('Query', query),
      mutation: root('Mutation', mutation),
      subscription: root('Subscription', subscription),
    }),
  )
}
