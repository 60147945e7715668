import {
  GraphQLBoolean,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLOutputType,
} from 'graphql'
import type { Answer } from '../../kernel/dispatch.ts'
import { dispatch } from '../../kernel/dispatch.ts'
import type { Operation } from '../../kernel/operation.ts'
import { fieldsOf } from '../http/input.ts'
import { idempotencyKeyOf } from '../http/server.ts'
import { checkPlainData } from '../http/json-body.ts'
import { permissionSentence } from '../openapi/document.ts'
import type { SchemaBook } from '../openapi/schemas.ts'
import type { GraphContext } from './context.ts'
import type { InputTypes } from './input-types.ts'
import { pascal } from './kinds.ts'
import type { Field, OutputTypes } from './output-types.ts'
import { Long } from './scalars.ts'

/** What a field costs, for the reckoning before anything is read. */
export interface FieldCost {
  /** The list that it answers has at most so many, where its input has no `limit`. */
  readonly list: boolean
  /** What `limit` is unless given; undefined where there is none. */
  readonly limit?: number
  readonly weight: number
}

/** What stands beside an operation's own input. */
const CONDITION = 'if_version'
const RETRY = 'idempotency_key'

/** What the schema is made with. */
export interface Making {
  readonly book: SchemaBook
  readonly inputs: InputTypes
  readonly outputs: OutputTypes
}

/** Arguments out of the fields of an input. */
export function argumentsOf(
  { book, inputs }: Making,
  op: Pick<Operation, 'name' | 'input'>,
  name: string,
  without: readonly string[] = [],
): GraphQLFieldConfigArgumentMap {
  const fields = Object.keys(fieldsOf(op)).filter((each) => !without.includes(each))
  return Object.fromEntries(
    fields.map((field) => [
      field,
      inputs.field(book.field(op, field), book.required(op, field), pascal(name), field),
    ]),
  )
}

/** The default of an input's `limit`. */
export function limitOf({ book }: Making, op: Pick<Operation, 'name' | 'input'>): { limit?: number } {
  if (!('limit' in fieldsOf(op))) return {}
  return { limit: Number(book.field(op, 'limit')['default']) }
}

/** One page of a list, where there may be more. */
const pageOf = (item: GraphQLOutputType, name: string): GraphQLObjectType =>
  new GraphQLObjectType<Answer, GraphContext>({
    name: `${pascal(name)}Page`,
    fields: {
      nodes: {
        type: new GraphQLNonNull(item),
        resolve: (answer) => answer.body,
        extensions: { cost: { list: false, weight: 0 } satisfies FieldCost },
      },
      next_cursor: {
        type: GraphQLString,
        description: 'What `cursor` takes for the next page; null on the last one',
        resolve: (answer) => answer.nextCursor ?? null,
      },
    },
  })

/** An operation as a field of Query or Mutation: the same way in as through its route. */
export function operationField(
  making: Making,
  op: Operation,
  name: string,
  without: readonly string[],
): Field {
  const paged = op.http.method === 'GET' && 'cursor' in fieldsOf(op)
  const writes = op.http.method !== 'GET'
  const empty = op.http.status === 204
  const output = making.outputs.nullable(making.book.output(op), pascal(name), empty ? '' : 'Answer')
  const args = argumentsOf(making, op, name, without)
  if (op.precondition)
    args[CONDITION] = {
      type: Long,
      description:
        'Change only this version; 412 `version_mismatch` when another stands. The header If-Match of the route',
    }
  if (op.http.method === 'POST')
    args[RETRY] = {
      type: GraphQLString,
      description:
        'Makes a retry safe: the same key with the same input gives the first answer again, for 24 hours',
    }
  const list = output instanceof GraphQLList
  return {
    type: empty ? GraphQLBoolean : paged ? pageOf(output, name) : output,
    description: [op.summary + '.', op.description, permissionSentence(op)].filter(Boolean).join('\n\n'),
    args,
    extensions: { cost: { list, ...(list ? limitOf(making, op) : {}), weight: 1 } satisfies FieldCost },
    async resolve(_root, given: Record<string, unknown>, context, info) {
      const { [CONDITION]: version, [RETRY]: key, ...input } = given
      // Literals of the query have not been looked at yet.
      checkPlainData(input)
      const run = () =>
        dispatch(context.app, op, context.caller, input, {
          ...context.facts,
          signal: op.longPoll ? context.facts.signal : undefined,
          ifMatch: (version as number | null) ?? undefined,
          idempotencyKey: op.http.method === 'POST' ? keyOf(key, context) : undefined,
          progress: undefined,
        })
      const answer = writes ? await run() : await context.turns.run(run)
      // What has been done is told, however large.
      if (!writes) context.budget.spend(answer.body)
      if (answer.replayed) context.replayed.push(info.path.key as string)
      if (empty) return true
      return paged ? answer : answer.body
    },
  }
}

function keyOf(given: unknown, context: GraphContext): string | undefined {
  if (given === undefined || given === null) return context.idempotencyKey
  return idempotencyKeyOf(given as string)
}
