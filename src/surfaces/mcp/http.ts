import { toWebRequest } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Application } from '../../kernel/application.ts'
import type { Caller } from '../../kernel/context.ts'
import { dispatch } from '../../kernel/dispatch.ts'
import { Problem } from '../../kernel/problem.ts'
import { parseJsonBody } from '../http/json-body.ts'
import { hangUpOf, type Host } from '../http/server.ts'
import { catalogueOf } from './catalogue.ts'
import type { Door } from './door.ts'
import { refuseForeignPages } from './rebinding.ts'
import { makeMcpServer } from './server.ts'

/** JSON-RPC's own code for a text that is no JSON. */
const PARSE_ERROR = -32_700

/** The operations of this process, for one request's caller. */
function doorOf(app: Application, caller: Caller, request: FastifyRequest, stopping: AbortSignal): Door {
  const { authorization } = request.headers
  return {
    caller: `${caller.tenant} ${caller.actor.kind} ${caller.actor.id ?? ''}`,
    key: app.cursorKey,
    userOf: (client) => ({ worker: caller.actor.name, client }),
    failed: (error) => app.log.error({ err: error, request_id: request.id }, 'a tool failed'),
    async invoke(operation, input, { signal, idempotencyKey }) {
      const answer = await dispatch(app, operation, caller, input, {
        requestId: request.id,
        ifMatch: undefined,
        idempotencyKey,
        signal: operation.longPoll ? AbortSignal.any([signal, stopping]) : undefined,
        gone: () => signal.aborted,
        authenticateAgain: () => app.authenticate(authorization, request.ip),
        progress: undefined,
      })
      return { body: answer.body ?? null, more: answer.nextCursor !== undefined }
    },
  }
}

/**
 * Mounts /mcp: the Streamable HTTP transport, each request by itself, for clients that open a session and for those that
 * do not. The same keys as everywhere; nothing is parsed before the caller is known.
 */
export function mountMcp(server: FastifyInstance, app: Application, { stopping, admit }: Host): void {
  const catalogue = catalogueOf(app)
  const handler = createMcpHandler(
    ({ authInfo }) => makeMcpServer(catalogue, authInfo?.extra?.['door'] as Door),
    { onerror: (error) => app.log.debug({ err: error }, 'an MCP request was refused') },
  )
  server.route({
    method: ['POST', 'GET', 'DELETE'],
    url: '/mcp',
    config: { operation: 'mcp' },
    onRequest: async (request, reply) => {
      refuseForeignPages(app.settings, request.headers)
      request.caller = await admit(request, reply)
    },
    handler: async (request, reply) => {
      let parsed: unknown
      try {
        parsed = Buffer.isBuffer(request.body) ? parseJsonBody(request.body) : undefined
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        return reply
          .code(400)
          .send({ jsonrpc: '2.0', id: null, error: { code: PARSE_ERROR, message: error.detail } })
      }
      const asked = await toWebRequest(request.raw, parsed ?? '', { signal: hangUpOf(reply) })
      const door = doorOf(app, request.caller!, request, stopping)
      const answer = await handler.fetch(asked, {
        ...(parsed === undefined ? {} : { parsedBody: parsed }),
        authInfo: { token: '', clientId: door.caller, scopes: [], extra: { door } },
      })
      return reply.send(answer)
    },
  })
}
