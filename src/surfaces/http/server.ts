import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cors from '@fastify/cors'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Application } from '../../kernel/application.ts'
import type { Caller, RequestFacts } from '../../kernel/context.ts'
import { dispatch, type Answer } from '../../kernel/dispatch.ts'
import type { Operation } from '../../kernel/operation.ts'
import { Problem, problemDocument, validationFailed } from '../../kernel/problem.ts'
import { account } from './account.ts'
import { Admission } from './admission.ts'
import { Connections, refuseLongUrl } from './connections.ts'
import type { Channel } from '../../kernel/socket.ts'
import { makeGatherer, type Gatherer } from './input.ts'
import { checkPlainData, decodeBody, parseJsonBody } from './json-body.ts'
import { addProbes } from './probes.ts'
import { headersSeconds, requestSeconds, trustedProxies } from './limits.ts'
import { asProblem, refuseConnection, refuseExpectation, sendProblem } from './problems.ts'
import { corsOrigins } from './settings.ts'
import { Sockets } from './sockets.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    operation?: string
  }
}

const ONE_MIB = 1024 * 1024
/** How often requests that take too long to arrive are looked for. */
const CHECK_MILLISECONDS = 1_000
/** How long a connection may stand still while it is owed an answer, or does not take it. */
const STILL_MILLISECONDS = 600_000

/** The HTTP surface, listening nowhere yet. */
export interface HttpServer {
  readonly fastify: FastifyInstance
  /** Listens on the first of these addresses, and on the others where it can; answers where on the first. */
  listen(port: number, addresses: readonly string[]): Promise<AddressInfo>
  /** Ends waiting calls, lets the others finish, closes idle connections. */
  drain(): Promise<void>
}

/** A request id of the caller's own is kept when it is harmless in a log. */
const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()

/** Aborts when the caller is gone. */
export function hangUpOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (reply.raw.closed || reply.raw.destroyed) gone.abort()
  else reply.raw.once('close', () => gone.abort())
  return gone.signal
}

/** What every answer carries. */
const stamp = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply
    .header('X-Request-Id', request.id)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Cache-Control', 'no-store')

function ifMatchOf(header: string | undefined): number | '*' | undefined {
  if (header === undefined) return undefined
  if (header === '*') return '*'
  const version = /^(?:"(\d{1,10})"|(\d{1,10}))$/.exec(header.trim())
  if (!version) throw new Problem('invalid_if_match', 400, 'If-Match must be a version such as "3", or *.')
  return Number(version[1] ?? version[2])
}

/** Throws `invalid_idempotency_key` (400). */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header !== 'string' || header.length < 1 || header.length > 255)
    throw new Problem('invalid_idempotency_key', 400, 'Idempotency-Key must have 1 to 255 characters.')
  return header
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.version !== undefined) void reply.header('ETag', `"${answer.version}"`)
  if (answer.replayed) void reply.header('Idempotency-Replayed', 'true')
  if (answer.nextCursor) {
    const url = new URL(request.url, 'http://cairn')
    url.searchParams.delete('offset')
    url.searchParams.set('cursor', answer.nextCursor)
    void reply.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  if (answer.status === 204) return reply.code(204).send()
  return reply.code(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
}

/** Answers as lines of JSON: progress while it works, then `{status, body}` of the answer. */
async function streamAnswer(
  reply: FastifyReply,
  run: (progress: RequestFacts['progress']) => Promise<Answer>,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'x-request-id': String(reply.getHeader('x-request-id')),
  })
  const write = (line: unknown): void => void raw.write(`${JSON.stringify(line)}\n`)
  try {
    const { status, body } = await run((done, total) => write({ progress: { done, total } }))
    write({ status, body })
  } catch (error) {
    const problem = asProblem(error)
    if (problem.status >= 500 && problem.cause !== undefined)
      reply.log.error({ err: problem.cause, request_id: reply.request.id }, problem.code)
    write({ status: problem.status, body: problemDocument(problem) })
  } finally {
    raw.end()
  }
}

function addRoute(
  server: FastifyInstance,
  app: Application,
  op: Operation,
  gather: Gatherer,
  admission: Admission,
  stopping: AbortSignal,
): void {
  const { method, path, bodyLimit, textBody } = op.http
  server.route({
    method,
    url: path,
    bodyLimit: bodyLimit ?? ONE_MIB,
    config: { operation: op.name },
    onRequest: async (request, reply) => {
      if (op.permission !== 'public') request.caller = await admission.admit(request, reply, op.urgent)
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
      if (type && textBody?.includes(type)) return
      if (type && type !== 'application/json' && method !== 'GET')
        throw new Problem(
          'unsupported_media_type',
          415,
          `Send the body as ${[...new Set(['application/json', ...(textBody ?? [])])].join(' or ')}, and say so in Content-Type.`,
        )
    },
    handler: async (request, reply) => {
      const body = Buffer.isBuffer(request.body)
        ? bodyOf(op, request.headers['content-type'], request.body)
        : undefined
      if (Object.hasOwn(request.query as object, '__proto__'))
        throw validationFailed([{ path: '__proto__', message: 'is no parameter of this operation' }])
      checkPlainData(request.query)
      checkPlainData(request.params)
      const input = gather({ params: request.params, query: request.query, body })
      let signal: AbortSignal | undefined
      const facts: RequestFacts = {
        requestId: request.id,
        // Where it has no meaning it is refused, or ignored by a GET, whatever it says.
        ifMatch: op.precondition
          ? ifMatchOf(request.headers['if-match'])
          : request.headers['if-match'] === undefined
            ? undefined
            : '*',
        idempotencyKey: method === 'POST' ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined,
        // Made when a call comes to wait, which hardly any of those that may wait does.
        get signal() {
          signal ??= op.longPoll && AbortSignal.any([hangUpOf(reply), stopping])
          return signal
        },
        gone: () => reply.raw.closed || reply.raw.destroyed,
        authenticateAgain: () => app.authenticate(request.headers.authorization),
        progress: undefined,
      }
      const caller = request.caller
      if (!caller) throw new Error(`${op.name} is public, which no operation is yet`)
      if (op.reportsProgress && request.headers.accept === 'application/x-ndjson')
        return streamAnswer(reply, (progress) => dispatch(app, op, caller, input, { ...facts, progress }))
      return sendAnswer(request, reply, await dispatch(app, op, caller, input, facts))
    },
  })
}

/** A body that came as text is handed on as text where the operation takes it so; JSON is parsed. */
function bodyOf(op: Operation, contentType: string | undefined, bytes: Buffer): unknown {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  return op.http.textBody?.includes(type ?? '') ? decodeBody(bytes) : parseJsonBody(bytes)
}

/** Says 405 where the path exists under another method, else 404. Called before the routes are added, which it notes. */
function addNotFound(server: FastifyInstance): void {
  const patterns: { methods: readonly string[]; path: RegExp }[] = []
  server.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(
      `^${url
        .replace(/[.+?()[\]]/g, '\\$&')
        .replace(/:\w+/g, '[^/]+')
        .replaceAll('*', '.*')}$`,
    )
    if (url !== '*') patterns.push({ path, methods: [method].flat().filter((each) => each !== 'HEAD') })
  })
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const methods = [
      ...new Set(patterns.filter((each) => each.path.test(path)).flatMap((each) => each.methods)),
    ]
    if (methods.length > 0) void reply.header('Allow', methods.join(', '))
    const problem =
      methods.length > 0
        ? new Problem(
            'method_not_allowed',
            405,
            `${path.slice(0, 200)} takes ${methods.join(', ')}, not ${request.method}.`,
          )
        : new Problem(
            'route_not_found',
            404,
            'There is no such route; /openapi.json lists all, /docs explains them.',
          )
    return sendProblem(reply, problem)
  })
}

/** What a surface that is mounted on the server has of it. */
export interface Host {
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
  /** Who calls, within the rates of their key and tenant; asked before anything but the headers is read. */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<Caller>
}

/** What another surface adds to the server. */
export type Mount = (server: FastifyInstance, host: Host) => void

/**
 * Builds the server: one route an operation, the probes, the WebSockets, and what other surfaces add (documentation).
 * It parses no body before the caller is known.
 */
export async function makeHttpServer(
  app: Application,
  mounts: readonly Mount[] = [],
  channels: readonly Channel[] = [],
): Promise<HttpServer> {
  const stopping = new AbortController()
  const admission = new Admission(app)
  const sockets = new Sockets(app, admission, stopping.signal, channels)
  const loggerInstance: FastifyBaseLogger = app.log
  const proxies = app.settings.get(trustedProxies)
  const server: FastifyInstance = fastify({
    loggerInstance,
    http: {
      shouldUpgradeCallback: sockets.opens,
      requireHostHeader: false,
      headersTimeout: app.settings.get(headersSeconds) * 1000,
      connectionsCheckingInterval: CHECK_MILLISECONDS,
    },
    trustProxy: proxies.length > 0 ? proxies : false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (raw) => requestId(raw.headers['x-request-id']),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 1_600 },
    requestTimeout: app.settings.get(requestSeconds) * 1000,
    keepAliveTimeout: 65_000,
    connectionTimeout: STILL_MILLISECONDS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void sendProblem(stamp(request, reply), asProblem(error)),
  })
  server.decorateRequest('caller', null)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (/^(identity)?$/i.test(request.headers['content-encoding'] ?? '')) done(null, body)
    else
      done(
        new Problem(
          'unsupported_media_type',
          415,
          'Bodies are read as they are; send it without Content-Encoding, not compressed.',
        ),
      )
  })
  server.addHook('onRequest', async (request, reply) => {
    account(app, request, reply)
    stamp(request, reply)
    refuseLongUrl(request.raw)
    if (request.raw.httpVersion === '1.1' && !request.headers.host)
      throw new Problem('malformed_request', 400, 'HTTP/1.1 asks for the header Host; send it.')
  })
  server.server.on('checkExpectation', refuseExpectation)
  const connections = new Connections(server.server, app)
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.signal.aborted) void reply.header('Connection', 'close')
    done(null, payload)
  })
  server.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error)
    // One without a cause is no fault: a call that is shed, say, of which there may be thousands a second.
    if (problem.status >= 500 && problem.cause !== undefined)
      app.log.error({ err: problem.cause, request_id: request.id }, problem.code)
    return sendProblem(reply, problem)
  })
  const origins = app.settings.get(corsOrigins)
  if (origins.length > 0)
    await server.register(cors, {
      origin: origins,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-request-id'],
      exposedHeaders: [
        'etag',
        'link',
        'x-request-id',
        'idempotency-replayed',
        'ratelimit',
        'ratelimit-policy',
        'retry-after',
      ],
      maxAge: 600,
    })
  addNotFound(server)
  addProbes(server, app, () => stopping.signal.aborted)
  sockets.mount(server)
  const host: Host = {
    stopping: stopping.signal,
    admit: (request, reply) => admission.admit(request, reply),
  }
  for (const mount of mounts) mount(server, host)
  for (const op of app.operations.values())
    addRoute(server, app, op, makeGatherer(op), admission, stopping.signal)
  return {
    fastify: server,
    async listen(port, [first, ...others]) {
      await server.listen({ port, host: first! })
      const address = server.server.address() as AddressInfo
      for (const other of others)
        await connections
          .listenBeside(address.port, other)
          .catch((error: unknown) => app.log.warn({ err: error, address: other }, 'not listening there'))
      return address
    },
    async drain() {
      stopping.abort()
      sockets.drain()
      await connections.drain()
      // Closed last: closed, it no longer looks for requests that take too long to arrive, and would wait for them for ever.
      await server.close()
    },
  }
}
