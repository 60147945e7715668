import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply } from 'fastify'
import { Problem, problemDocument } from '../../kernel/problem.ts'

/** How long a refused connection has for reading why. */
const DEAF_MILLISECONDS = 1_000

/** What Fastify itself refuses, in our words. */
const OF_FASTIFY: Readonly<Record<string, readonly [code: string, status: number, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    413,
    'The body is larger than this route takes; send less at a time.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    415,
    'Send the body as application/json, and say so in Content-Type.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    400,
    'The body does not have the length that Content-Length says.',
  ],
  FST_ERR_BAD_URL: ['malformed_request', 400, 'The address is not well-formed; escape it properly.'],
}

/** Any thrown thing as a Problem; what is not a caller's fault becomes `internal_error` (500) without a word of its cause. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, statusCode } = error as Partial<FastifyError>
  const known = code ? OF_FASTIFY[code] : undefined
  if (known) return new Problem(...known)
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return new Problem(
      'malformed_request',
      statusCode,
      'The request is not well-formed; correct it and send it again.',
    )
  return new Problem(
    'internal_error',
    500,
    'Something failed on our side and was logged under this request id; see what was done before you send it again.',
    {},
    { cause: error },
  )
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { replayed, ...document } = problemDocument(problem)
  if (replayed) void reply.header('Idempotency-Replayed', 'true')
  if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="cairn-codex"')
  if (problem.retryAfter !== undefined) void reply.header('Retry-After', String(problem.retryAfter))
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(document))
}

/** Answers a request whose header `Expect` asks for what no server of ours does. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = new Problem('expectation_failed', 417, 'Expect may only be 100-continue; leave it out.')
  response
    .writeHead(problem.status, {
      connection: 'close',
      'x-request-id': randomUUID(),
      'content-type': 'application/problem+json; charset=utf-8',
    })
    .end(JSON.stringify(problemDocument(problem)))
}

/** Answers what never became a request: a header bomb, a request line that is none, a client too slow to speak. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem(
          'headers_too_large',
          431,
          'The headers are larger than 16 KiB; send fewer or shorter ones.',
        )
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem('request_timeout', 408, 'The request did not arrive in time; send it again, faster.')
        : new Problem('malformed_request', 400, 'This is no well-formed HTTP request.')
  endWith(socket, problem)
}

const ended = new WeakMap<Socket, number>()

/** The status of the problem that a connection was ended with. */
export const endedWith = (socket: Socket): number | undefined => ended.get(socket)

/** Writes a problem to a connection past any request on it, and closes it. */
export function endWith(socket: Socket, problem: Problem): void {
  ended.set(socket, problem.status)
  const body = JSON.stringify(problemDocument(problem))
  const retryAfter = problem.retryAfter === undefined ? '' : `Retry-After: ${problem.retryAfter}\r\n`
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n${retryAfter}` +
      `X-Request-Id: ${randomUUID()}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  // Who neither reads that nor closes would keep the connection for ever.
  setTimeout(() => socket.destroy(), DEAF_MILLISECONDS).unref()
}
