import {
  getOperationAST,
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { Problem } from '../../kernel/problem.ts'
import { checkExtent } from './extent.ts'
import { LIMITS } from './limits.ts'

/** A query that may be executed. */
export interface Checked {
  readonly document: DocumentNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

/** Why a query is not executed: errors of the language, or one of our limits. */
export class RefusedQuery extends Error {
  readonly errors: readonly GraphQLError[]
  constructor(errors: readonly GraphQLError[]) {
    super('refused')
    this.errors = errors
  }
}

export const asError = (problem: Problem): GraphQLError =>
  new GraphQLError(problem.detail, { originalError: problem })

/** Characters of all queries that are kept. */
const KEPT_CHARACTERS = 262_144

/** Queries that were found good: programs send the same ones again and again. Those asked for last stay. */
export class Documents {
  readonly #schema: GraphQLSchema
  readonly #kept = new Map<string, Checked>()
  #characters = 0

  constructor(schema: GraphQLSchema) {
    this.#schema = schema
  }

  /** Parses and checks a query. Throws RefusedQuery. */
  check(query: string): Checked {
    const known = this.#kept.get(query)
    if (known) {
      this.#kept.delete(query)
      this.#kept.set(query, known)
      return known
    }
    const checked = this.#check(query)
    this.#keep(query, checked)
    return checked
  }

  #check(query: string): Checked {
    if (query.length > LIMITS.queryCharacters)
      throw new RefusedQuery([
        asError(
          new Problem(
            'query_too_large',
            400,
            `The query has ${query.length} characters, and ${LIMITS.queryCharacters} are the most; send values as variables, or several queries.`,
          ),
        ),
      ])
    try {
      const document = parse(query, { maxTokens: LIMITS.tokens })
      checkExtent(document)
      const errors = validate(this.#schema, document, specifiedRules, { maxErrors: 20 })
      if (errors.length > 0) throw new RefusedQuery(errors)
      return { document, fragments: fragmentsOf(document) }
    } catch (error) {
      if (error instanceof Problem) throw new RefusedQuery([asError(error)])
      if (error instanceof GraphQLError) throw new RefusedQuery([tooManyTokens(error) ?? error])
      throw error
    }
  }

  #keep(query: string, checked: Checked): void {
    this.#kept.set(query, checked)
    this.#characters += query.length
    for (const [oldest] of this.#kept) {
      if (this.#characters <= KEPT_CHARACTERS) return
      this.#kept.delete(oldest)
      this.#characters -= oldest.length
    }
  }
}

function tooManyTokens(error: GraphQLError): GraphQLError | undefined {
  if (!/tokens/.test(error.message)) return undefined
  return asError(
    new Problem(
      'query_too_large',
      400,
      `The query has more than ${LIMITS.tokens} words and signs; send values as variables, or several queries.`,
    ),
  )
}

const fragmentsOf = ({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  )

/** The operation that a request means. Throws RefusedQuery where it names none, or there are several and it names none. */
export function operationOf({ document }: Checked, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name)
  if (operation) return operation
  const names = document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? [each.name?.value ?? '(unnamed)'] : [],
  )
  throw new RefusedQuery([
    asError(
      new Problem(
        'unknown_operation',
        400,
        names.length === 0
          ? 'The query holds no operation; send one.'
          : `operationName must be one of ${names.slice(0, 20).join(', ')}.`,
      ),
    ),
  ])
}
