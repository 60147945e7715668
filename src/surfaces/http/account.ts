import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Application } from '../../kernel/application.ts'
import { endedWith } from './problems.ts'

/** That of a call whose client hung up before its answer, as nginx says it. */
const HUNG_UP = 499

/**
 * Counts and logs a call once, when its answer has left or its client has gone: who waits too long hangs up, and the slowest calls
 * are the ones to be seen.
 */
export function account(app: Application, request: FastifyRequest, reply: FastifyReply): void {
  const began = performance.now()
  const { raw } = reply
  const { socket } = request.raw
  let answered = false
  raw.once('finish', () => (answered = true))
  raw.once('close', () => {
    const milliseconds = performance.now() - began
    const operation = request.routeOptions.config.operation ?? 'none'
    const status = raw.headersSent ? raw.statusCode : (endedWith(socket) ?? HUNG_UP)
    app.metrics.requests.observe({ operation, status: String(status) }, milliseconds / 1000)
    app.log.info(
      {
        request_id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        status,
        milliseconds: Math.round(milliseconds * 100) / 100,
        ...(answered ? {} : { hung_up: true }),
      },
      'request',
    )
  })
}
