import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

/** A literal of a query as a plain value. */
function valueOf(node: ValueNode, variables: Readonly<Record<string, unknown>> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((each) => valueOf(each, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, valueOf(value, variables)]))
    case Kind.VARIABLE:
      return variables?.[node.name.value]
  }
}

const refused = (what: string, value: unknown): GraphQLError =>
  new GraphQLError(`must be ${what}, and ${JSON.stringify(value)?.slice(0, 80)} is not`)

/** A scalar that takes what `read` takes, and answers as it is. */
const scalar = (name: string, description: string, read: (value: unknown) => unknown): GraphQLScalarType =>
  new GraphQLScalarType({
    name,
    description,
    serialize: (value) => value,
    parseValue: read,
    parseLiteral: (node, variables) => read(valueOf(node, variables)),
  })

export const Json = scalar(
  'JSON',
  'Any JSON: an object, a list, a text, a number, true, false or null.',
  (value) => value,
)

export const DateTime = scalar('DateTime', 'A moment: RFC 3339, UTC in answers.', (value) => {
  if (typeof value === 'string') return value
  throw refused('a text such as "2026-11-22T09:30:00Z"', value)
})

export const Long = scalar('Long', 'A whole number of up to 53 bits: exact as a JSON number.', (value) => {
  if (Number.isSafeInteger(value)) return value
  throw refused('a whole number', value)
})

/** What a path takes as digits may be a text of digits here, too: variables of the type ID are sent as texts. */
export const IdOrNumber = scalar(
  'IdOrNumber',
  'How a thing is named: its id (UUID), or its number, as a number or as a text of digits.',
  (value) => {
    if (typeof value === 'string') return /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value
    if (Number.isSafeInteger(value)) return value
    throw refused('an id or a number', value)
  },
)
