import {
  getArgumentValues,
  getNamedType,
  isListType,
  getNullableType,
  isObjectType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type FieldNode,
  type SelectionSetNode,
} from 'graphql'
import { Problem } from '../../kernel/problem.ts'
import { LIMITS } from './limits.ts'
import type { FieldCost } from './root-fields.ts'

type Field = GraphQLField<unknown, unknown>

/** How many things a field may bring for one thing that it is asked of. */
function lengthOf(field: Field, cost: FieldCost | undefined, limit: unknown): number {
  if (cost?.limit !== undefined) return typeof limit === 'number' ? Math.max(1, limit) : cost.limit
  const isList = cost
    ? cost.list
    : isListType(getNullableType(field.type)) && isObjectType(getNamedType(field.type))
  return isList ? LIMITS.listLength : 1
}

/**
 * Reckons what a query may bring together: lists within lists multiply. Limits may be variables, so this is reckoned for
 * each request. The query is valid, and not large (`checkExtent`).
 */
class Reckoning {
  readonly #schema: GraphQLSchema
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #variables: Readonly<Record<string, unknown>>

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.#schema = schema
    this.#fragments = fragments
    this.#variables = variables
  }

  of(type: GraphQLObjectType, { selections }: SelectionSetNode): number {
    let sum = 0
    for (const each of selections) {
      if (each.kind === Kind.FIELD) sum += this.#ofField(type, each)
      else if (each.kind === Kind.INLINE_FRAGMENT) sum += this.of(type, each.selectionSet)
      else {
        const fragment = this.#fragments.get(each.name.value)
        if (fragment) sum += this.of(type, fragment.selectionSet)
      }
    }
    return sum
  }

  #ofField(type: GraphQLObjectType, node: FieldNode): number {
    const field = type.getFields()[node.name.value] as Field | undefined
    if (!field || (!node.selectionSet && !field.extensions['cost'])) return 0
    const cost = field.extensions['cost'] as FieldCost | undefined
    const limit = this.#limitOf(field, node)
    const target = getNamedType(field.type)
    const inside = node.selectionSet && isObjectType(target) ? this.of(target, node.selectionSet) : 0
    return lengthOf(field, cost, limit) * ((cost?.weight ?? 1) + inside)
  }

  /** What cannot be read is no limit: the field itself will say what is wrong with it. */
  #limitOf(field: Field, node: FieldNode): unknown {
    try {
      return getArgumentValues(field, node, this.#variables)['limit']
    } catch {
      return undefined
    }
  }

  ofOperation(operation: OperationDefinitionNode): number {
    const root = this.#schema.getRootType(operation.operation)
    return root ? this.of(root, operation.selectionSet) : 0
  }
}

/** Refuses a query whose lists may bring too much together, before anything is read. Throws `query_too_broad` (400). */
export function checkFanOut(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): void {
  const things = new Reckoning(schema, fragments, variables).ofOperation(operation)
  if (things <= LIMITS.things) return
  throw new Problem(
    'query_too_broad',
    400,
    `By its limits this query may bring ${things} things together, and ${LIMITS.things} are the most: lists within lists multiply; lower a limit, and page by cursor.`,
    { things, limit: LIMITS.things },
  )
}
