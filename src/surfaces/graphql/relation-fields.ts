import { GraphQLList, type GraphQLOutputType } from 'graphql'
import { requirePermission } from '../../kernel/context.ts'
import { problemOfDatabase } from '../../kernel/database.ts'
import { fieldErrors } from '../../kernel/dispatch.ts'
import { validationFailed } from '../../kernel/problem.ts'
import type { Relation, Stream, Thing } from '../../kernel/relation.ts'
import { checkPlainData } from '../http/json-body.ts'
import type { GraphContext } from './context.ts'
import { pascal } from './kinds.ts'
import type { Field } from './output-types.ts'
import { argumentsOf, limitOf, type FieldCost, type Making } from './root-fields.ts'

/** What a relation or a stream is called among the schemas of operations. */
export const schemaName = (each: Relation | Stream): string =>
  'of' in each ? `${each.of}.${each.name}` : `stream.${each.name}`

/** The input as the operation of a route would see it. Throws `validation_failed` (400). */
function parse(each: Relation | Stream, given: Record<string, unknown>): unknown {
  checkPlainData(given)
  const parsed = each.input.safeParse(given)
  if (!parsed.success) throw validationFailed(fieldErrors(parsed.error))
  return parsed.data
}

const needs = ({ permission }: Relation | Stream): string => `Needs the permission \`${permission}\`.`

/** A relation as a field of the kind that it leads from. Null where it fails, so that the rest of the answer stands. */
export function relationField(making: Making, each: Relation): Field {
  const op = { name: schemaName(each), input: each.input }
  const name = `${each.of}_${each.name}`
  const type: GraphQLOutputType = making.outputs.nullable(making.book.output(op), pascal(name), '')
  const list = type instanceof GraphQLList
  return {
    type,
    description: `${each.summary}.\n\n${needs(each)}`,
    args: argumentsOf(making, op, name),
    extensions: { cost: { list, ...limitOf(making, op), weight: each.weight ?? 1 } satisfies FieldCost },
    async resolve(thing, given: Record<string, unknown>, context) {
      requirePermission(context.caller, each.permission)
      const key = each.key(thing as Thing)
      const nothing = list ? [] : null
      if (key === null || key === undefined) return nothing
      try {
        return (await context.loader.load(each, key, parse(each, given))) ?? nothing
      } catch (error) {
        throw problemOfDatabase(error) ?? error
      }
    },
  }
}

/** A stream as a field of Subscription. */
export function streamField(making: Making, each: Stream): Field {
  const op = { name: schemaName(each), input: each.input }
  return {
    type: making.outputs.of(making.book.output(op), pascal(each.name), ''),
    description: `${each.summary}.\n\n${each.description}\n\n${needs(each)}`,
    args: argumentsOf(making, op, `${each.name}_stream`),
    extensions: { cost: { list: false, weight: 1 } satisfies FieldCost },
    subscribe(_root: unknown, given: Record<string, unknown>, { app, caller, authorization }: GraphContext) {
      requirePermission(caller, each.permission)
      const { authenticate } = app
      return each.open({ app, caller, authorization, authenticate }, parse(each, given))
    },
    resolve: (event) => event,
  }
}
