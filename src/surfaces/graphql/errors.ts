import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Logger } from '../../kernel/log.ts'
import { Problem, problemDocument } from '../../kernel/problem.ts'
import { asProblem } from '../http/problems.ts'

/** What an error means: a problem of ours, a fault of the query, or something that failed on our side. */
function problemOf(error: GraphQLError): Problem {
  const original = error.originalError
  if (original instanceof Problem) return original
  if (original === undefined || original === null || original instanceof GraphQLError)
    return new Problem('invalid_query', 400, error.message)
  return asProblem(original)
}

/** An error as it is answered: its message is the problem's detail, its extensions are the problem. */
export function formatError(error: GraphQLError, log: Logger, requestId: string): GraphQLFormattedError {
  const problem = problemOf(error)
  if (problem.status >= 500 && problem.cause !== undefined)
    log.error({ err: problem.cause, request_id: requestId }, problem.code)
  const { detail, code, status, ...rest } = problemDocument(problem)
  const { locations, path } = error.toJSON()
  return {
    message: detail,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: { code, status, ...rest },
  }
}

/** A problem that is of no field: what the request as a whole met. */
export const formatProblem = (problem: Problem, log: Logger, requestId: string): GraphQLFormattedError =>
  formatError(new GraphQLError(problem.detail, { originalError: problem }), log, requestId)
