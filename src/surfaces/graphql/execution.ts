import {
  execute,
  getVariableValues,
  createSourceEventStream,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { z } from 'zod'
import type { Application } from '../../kernel/application.ts'
import { fieldErrors } from '../../kernel/dispatch.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'
import { Turnstile } from '../../kernel/turnstile.ts'
import { Budget } from './budget.ts'
import type { GraphContext } from './context.ts'
import { asError, Documents, operationOf, RefusedQuery, type Checked } from './document.ts'
import { formatError, formatProblem } from './errors.ts'
import { checkFanOut } from './fan-out.ts'
import { LIMITS } from './limits.ts'
import { Loader } from './loader.ts'

const nothing = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined)

/** What a request says, by either transport. */
const Request = z.strictObject({
  query: z.string('must be the text of a query'),
  variables: nothing(z.record(z.string(), z.unknown())),
  operationName: nothing(z.string()),
  extensions: nothing(z.record(z.string(), z.unknown())),
})
export type GraphRequest = z.output<typeof Request>

/** Reads a request. Throws `validation_failed`, and `batch_not_supported` for an array (400). */
export function readRequest(value: unknown): GraphRequest {
  if (Array.isArray(value))
    throw new Problem(
      'batch_not_supported',
      400,
      `One request is one query: put up to ${LIMITS.rootFields} fields into it rather than sending an array.`,
    )
  const parsed = Request.safeParse(value)
  if (!parsed.success) throw validationFailed(fieldErrors(parsed.error))
  return parsed.data
}

/** A request that was found good. */
export interface Prepared extends Checked {
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** Who asks, and what for the answer is. */
export type Asker = Pick<GraphContext, 'caller' | 'authorization' | 'facts' | 'idempotencyKey'>

/** The graph of one server: its schema, and what runs queries on it. */
export class Graph {
  readonly #app: Application
  readonly #schema: GraphQLSchema
  readonly #documents: Documents

  constructor(app: Application, schema: GraphQLSchema) {
    this.#app = app
    this.#schema = schema
    this.#documents = new Documents(schema)
  }

  /** Checks a request before anything is run. Throws RefusedQuery. */
  prepare(request: GraphRequest): Prepared {
    const checked = this.#documents.check(request.query)
    const operation = operationOf(checked, request.operationName)
    const { errors, coerced } = getVariableValues(
      this.#schema,
      operation.variableDefinitions ?? [],
      request.variables ?? {},
      { maxErrors: 20 },
    )
    if (errors) throw new RefusedQuery(errors)
    try {
      checkFanOut(this.#schema, operation, checked.fragments, coerced)
    } catch (error) {
      throw error instanceof Problem ? new RefusedQuery([asError(error)]) : error
    }
    return { ...checked, operation, variables: request.variables ?? {} }
  }

  /** Runs a query or a mutation; `event` is what a subscription tells of. */
  async execute(prepared: Prepared, asker: Asker, event?: unknown): Promise<FormattedExecutionResult> {
    const context = this.#contextOf(asker)
    const result = await execute({ ...this.#argumentsOf(prepared), contextValue: context, rootValue: event })
    return this.#format(result, asker.facts.requestId, context.replayed)
  }

  /** Begins a subscription: its events, for `execute` one by one; or the answer that says why it cannot be. */
  async subscribe(
    prepared: Prepared,
    asker: Asker,
  ): Promise<AsyncIterator<unknown> | FormattedExecutionResult> {
    const result = await createSourceEventStream({
      ...this.#argumentsOf(prepared),
      contextValue: this.#contextOf(asker),
    })
    if (Symbol.asyncIterator in result) return result[Symbol.asyncIterator]()
    return this.#format(result, asker.facts.requestId)
  }

  #argumentsOf({ document, operation, variables }: Prepared) {
    return {
      schema: this.#schema,
      document,
      variableValues: variables,
      operationName: operation.name?.value,
    }
  }

  #contextOf(asker: Asker): GraphContext {
    const turns = new Turnstile(LIMITS.connections)
    const budget = new Budget()
    const scope = { db: this.#app.pool, tenant: asker.caller.tenant }
    const loader = new Loader(scope, turns, budget, asker.facts.signal)
    return { ...asker, app: this.#app, loader, budget, turns, replayed: [] }
  }

  #format(
    result: ExecutionResult,
    requestId: string,
    replayed: readonly string[] = [],
  ): FormattedExecutionResult {
    const errors = result.errors?.map((error) => formatError(error, this.#app.log, requestId))
    return {
      ...(errors ? { errors } : {}),
      ...('data' in result ? { data: result.data } : {}),
      ...(replayed.length > 0 ? { extensions: { idempotency_replayed: replayed } } : {}),
    }
  }

  /** What was refused as a whole, as it is answered: without data. */
  refusal(error: RefusedQuery | Problem, requestId: string): FormattedExecutionResult {
    const { log } = this.#app
    return error instanceof Problem
      ? { errors: [formatProblem(error, log, requestId)] }
      : { errors: error.errors.map((each) => formatError(each, log, requestId)) }
  }
}
