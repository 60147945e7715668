import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Assembly } from '../../kernel/application.ts'
import { asyncApiDocument } from './asyncapi.ts'
import { openApiDocument } from './document.ts'
import { documentationPage } from './page.ts'
import { EXPLORER_SCRIPT, PAGE_STYLE } from './page-files.ts'

/** Something served as it is: made once, at its first request. */
interface ServedFile {
  readonly type: string
  readonly body: () => string | Buffer
}

/** The explorer's files, out of its package: these and no others. */
const explorerFile = (name: string): string =>
  path.join(path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')), name)

const ASSETS: Readonly<Record<string, ServedFile>> = {
  'page.css': { type: 'text/css; charset=utf-8', body: () => PAGE_STYLE },
  'explorer.js': { type: 'text/javascript; charset=utf-8', body: () => EXPLORER_SCRIPT },
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    body: () => readFileSync(explorerFile('swagger-ui.css')),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    body: () => readFileSync(explorerFile('swagger-ui-bundle.js')),
  },
}

const asset = (name: string): string => `/docs/assets/${name}`

/** The page loads what this server serves, and runs no script that stands in it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves a file with an ETag, so that a browser asks again and is told that nothing changed. */
function serve(
  file: ServedFile,
  headers: Readonly<Record<string, string>> = {},
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  let made: { body: string | Buffer; tag: string } | undefined
  return (request, reply) => {
    if (!made) {
      const body = file.body()
      made = { body, tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
    }
    void reply.headers({ ...headers, ETag: made.tag, 'Cache-Control': 'no-cache' })
    const known = request.headers['if-none-match']?.split(',').map((each) => each.trim())
    return known?.includes(made.tag) ? reply.code(304).send() : reply.type(file.type).send(made.body)
  }
}

/** Mounts /openapi.json, /asyncapi.json and /docs. All of it works without a network. */
export function mountDocumentation(server: FastifyInstance, assembly: Assembly): void {
  const json = (document: () => unknown): ServedFile => ({
    type: 'application/json; charset=utf-8',
    body: () => JSON.stringify(document()),
  })
  const page: ServedFile = {
    type: 'text/html; charset=utf-8',
    body: () =>
      documentationPage(assembly, {
        styles: [asset('swagger-ui.css'), asset('page.css')],
        scripts: [asset('swagger-ui-bundle.js'), asset('explorer.js')],
      }),
  }
  const pageHeaders = {
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Referrer-Policy': 'no-referrer',
  }
  server.get('/openapi.json', serve(json(() => openApiDocument(assembly))))
  server.get('/asyncapi.json', serve(json(() => asyncApiDocument(assembly))))
  server.get('/docs', serve(page, pageHeaders))
  for (const [name, file] of Object.entries(ASSETS)) server.get(asset(name), serve(file))
}
