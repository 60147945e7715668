import { problemResponse } from './responses.ts'

/** The tag of the routes that tell how the server is: no operations, since they need no tenant. */
export const PROBES_TAG = {
  name: 'server',
  description: 'How the server is: probes for supervisors, load balancers and Prometheus.',
}

const json = (properties: Readonly<Record<string, unknown>>) => ({
  'application/json': {
    schema: { type: 'object', required: Object.keys(properties), properties },
  },
})

const requestId = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } }
const refused = problemResponse(400, ['malformed_request'])

/** /health, /ready and /metrics. */
export const probePaths = {
  '/health': {
    get: {
      operationId: 'health',
      summary: 'Say whether the server and its database are alive',
      description: 'Needs no key.',
      tags: [PROBES_TAG.name],
      security: [],
      responses: {
        '200': {
          description: 'Alive',
          headers: requestId,
          content: json({
            status: { const: 'ok' },
            database: { const: 'ok' },
            uptime_seconds: { type: 'integer', minimum: 0 },
          }),
        },
        '400': refused,
        '503': problemResponse(503, ['database_unavailable']),
      },
    },
  },
  '/ready': {
    get: {
      operationId: 'ready',
      summary: 'Say whether the server takes requests',
      description:
        'Needs no key. `leads` says that this server does the periodic work for all. While it stops, it is not ready.',
      tags: [PROBES_TAG.name],
      security: [],
      responses: {
        '200': {
          description: 'Ready',
          headers: requestId,
          content: json({ status: { const: 'ready' }, leads: { type: 'boolean' } }),
        },
        '400': refused,
        '503': problemResponse(503, ['database_unavailable', 'draining']),
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Get the metrics of this server, for Prometheus',
      description: 'Needs a key, unless the setting `CAIRN_METRICS_PUBLIC` is true.',
      tags: [PROBES_TAG.name],
      responses: {
        '200': {
          description: 'Metrics',
          headers: requestId,
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        '400': refused,
        '401': { $ref: '#/components/responses/Unauthorized' },
        '429': { $ref: '#/components/responses/TooManyRequests' },
      },
    },
  },
}
