import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Kind, OperationTypeNode, type FormattedExecutionResult } from 'graphql'
import type { Application } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import { checkPlainData, parseJsonBody } from '../http/json-body.ts'
import { asProblem } from '../http/problems.ts'
import { hangUpOf, idempotencyKeyOf, type Host } from '../http/server.ts'
import { RefusedQuery } from './document.ts'
import { readRequest, type Asker, type Graph, type GraphRequest, type Prepared } from './execution.ts'

export const PATH = '/graphql'

/** GraphQL over HTTP: the media type whose statuses mean something, and the one that older clients ask for. */
const GRAPHQL = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

/** How a caller wants the answer. Throws `not_acceptable` (406). */
function mediaTypeOf(accept: string | undefined): string {
  if (accept === undefined) return JSON_TYPE
  const types = accept
    .toLowerCase()
    .split(',')
    .map((each) => each.split(';'))
    .filter(([, ...parameters]) => !parameters.some((each) => /^\s*q=0(\.0*)?\s*$/.test(each)))
    .map(([type = '']) => type.trim())
  const named = types.find((type) => type === GRAPHQL || type === JSON_TYPE)
  if (named) return named
  if (types.some((type) => ['*/*', 'application/*'].includes(type))) return JSON_TYPE
  throw new Problem('not_acceptable', 406, `The answer is ${GRAPHQL} or ${JSON_TYPE}; accept one of them.`)
}

/** The same, where the answer is a refusal anyway. */
function someMediaType(accept: string | undefined): string {
  try {
    return mediaTypeOf(accept)
  } catch {
    return JSON_TYPE
  }
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  result: FormattedExecutionResult,
): FastifyReply {
  const type = someMediaType(request.headers.accept)
  return reply.code(status).type(`${type}; charset=utf-8`).send(JSON.stringify(result))
}

function requireJson(contentType: string | undefined): void {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='))
  if (type?.trim() !== JSON_TYPE || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)))
    throw new Problem(
      'unsupported_media_type',
      415,
      `Send the body as ${JSON_TYPE} in UTF-8, and say so in Content-Type.`,
    )
}

/** A request out of a query string: variables and extensions are JSON there. Throws as `readRequest`. */
function requestOfQuery(query: Readonly<Record<string, unknown>>): GraphRequest {
  const json = (name: string): unknown => {
    const text = query[name]
    return typeof text === 'string' && text !== '' ? parseJsonBody(Buffer.from(text)) : undefined
  }
  checkPlainData(query)
  return readRequest({ ...query, variables: json('variables'), extensions: json('extensions') })
}

function read(request: FastifyRequest): GraphRequest {
  if (request.method === 'GET') return requestOfQuery(request.query as Record<string, unknown>)
  const body = Buffer.isBuffer(request.body) ? parseJsonBody(request.body) : undefined
  if (body === undefined)
    throw new Problem('malformed_json', 400, 'There is no body; send {"query": "…"} as JSON.')
  return readRequest(body)
}

/** What this transport does not do. Throws a Problem. */
function requireRunnable({ operation }: Prepared, method: string): void {
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw new Problem(
      'subscription_needs_socket',
      400,
      `Subscriptions are sent over a WebSocket: connect to ${PATH} by the subprotocol graphql-transport-ws.`,
    )
  if (operation.operation === OperationTypeNode.MUTATION && method === 'GET')
    throw new Problem('method_not_allowed', 405, 'A mutation is sent by POST.')
}

/** The header Idempotency-Key, where it is clear what it is for. Throws `idempotency_key_ambiguous` (400). */
function keyOf(request: FastifyRequest, { operation }: Prepared): string | undefined {
  const key = idempotencyKeyOf(request.headers['idempotency-key'])
  if (key === undefined || operation.operation !== OperationTypeNode.MUTATION) return undefined
  const [only, ...others] = operation.selectionSet.selections
  if (only?.kind === Kind.FIELD && others.length === 0) return key
  throw new Problem(
    'idempotency_key_ambiguous',
    400,
    'The header Idempotency-Key is for one mutation; give each of several its argument idempotency_key.',
  )
}

/**
 * Adds POST and GET /graphql (GraphQL over HTTP). Like every route it knows the caller before it reads the body; what is
 * refused is told as GraphQL does, with the problem in `extensions`.
 */
export function addGraphRoute(
  server: FastifyInstance,
  app: Application,
  graph: Graph,
  { stopping, admit }: Host,
): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const type = mediaTypeOf(request.headers.accept)
    const asked = read(request)
    let prepared: Prepared
    try {
      prepared = graph.prepare(asked)
    } catch (error) {
      if (!(error instanceof RefusedQuery)) throw error
      return send(request, reply, type === GRAPHQL ? 400 : 200, graph.refusal(error, request.id))
    }
    requireRunnable(prepared, request.method)
    const { caller } = request
    if (!caller) throw new Error('the caller is known by now')
    const { authorization } = request.headers
    const asker: Asker = {
      caller,
      authorization: authorization ?? '',
      idempotencyKey: keyOf(request, prepared),
      facts: {
        requestId: request.id,
        signal: AbortSignal.any([hangUpOf(reply), stopping]),
        authenticateAgain: () => app.authenticate(authorization),
      },
    }
    return send(request, reply, 200, await graph.execute(prepared, asker))
  }

  server.route({
    method: ['GET', 'POST'],
    url: PATH,
    bodyLimit: 1024 * 1024,
    config: { operation: 'graphql' },
    onRequest: async (request, reply) => {
      request.caller = await admit(request, reply)
      if (request.method === 'POST') requireJson(request.headers['content-type'])
    },
    errorHandler: (error, request, reply) => {
      const problem = asProblem(error)
      if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="cairn-codex"')
      if (problem.retryAfter !== undefined) void reply.header('Retry-After', String(problem.retryAfter))
      if (problem.status === 405) void reply.header('Allow', 'POST')
      void send(request, reply, problem.status, graph.refusal(problem, request.id))
    },
    handler: answer,
  })
}
