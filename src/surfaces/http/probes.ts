import type { FastifyInstance } from 'fastify'
import type { Application } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import { metricsPublic } from './settings.ts'

/** /health (open, the database answers), /ready (and the server takes requests), /metrics (Prometheus). */
export function addProbes(server: FastifyInstance, app: Application, draining: () => boolean): void {
  const started = Date.now()
  const databaseAnswers = async (): Promise<void> => {
    try {
      await app.pulse.require()
    } catch (error) {
      throw new Problem(
        'database_unavailable',
        503,
        'The database does not answer; look at its log and at DATABASE_URL.',
        { retry_after: 2 },
        { cause: error },
      )
    }
  }

  server.get('/health', async () => {
    await databaseAnswers()
    return { status: 'ok', database: 'ok', uptime_seconds: Math.floor((Date.now() - started) / 1000) }
  })

  server.get('/ready', async () => {
    if (draining())
      throw new Problem('draining', 503, 'This server is stopping; ask another one.', { retry_after: 1 })
    await databaseAnswers()
    return { status: 'ready', leads: app.duties.leads }
  })

  server.get('/metrics', async (request, reply) => {
    if (!app.settings.get(metricsPublic)) await app.authenticate(request.headers.authorization, request.ip)
    return reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics())
  })
}
