import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Problem } from '../../kernel/problem.ts'
import { readApp, type AppFile } from './files.ts'

/** Where `npm run build` and `npm start` put the web app: below `dist`, seen from the sources and from `dist` itself. */
export const APP_FOLDER = path.join(import.meta.dirname, '..', '..', '..', 'dist', 'web')

/** What the page holds where the nonce of each answer goes. */
const NONCE = /__CAIRN_NONCE__/g

/**
 * Everything comes from this server; a style that stands in the page must know the answer's nonce, and no script may
 * stand there at all.
 */
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; ')

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cairn Codex</title>
<h1>The web app is not built here</h1>
<p>Stop the server and run <code>npm ci</code> and <code>npm start</code> in the clone: that builds it, once.
The API works without it; <a href="/docs">/docs</a> explains it.</p>
</html>
`

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(18).toString('base64url')
  return reply
    .headers({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
    })
    .type('text/html; charset=utf-8')
    .send(page.replace(NONCE, nonce))
}

/** Assets carry a hash of what they hold in their names: a browser that has one need not ask again. */
function sendAsset(reply: FastifyReply, file: AppFile, acceptEncoding: string | undefined): FastifyReply {
  void reply.headers({
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: file.tag,
    Vary: 'Accept-Encoding',
  })
  const gzip = /\bgzip\b/.test(acceptEncoding ?? '') ? file.gzip() : undefined
  if (gzip) void reply.header('Content-Encoding', 'gzip')
  return reply.type(file.type).send(gzip ?? file.body)
}

/**
 * Mounts the web app under /app/, where `/` leads. What is no asset is one of the app's own routes, and gets the page.
 * Where the app is not built, /app/ says so.
 */
export function mountApp(server: FastifyInstance, folder: string = APP_FOLDER): void {
  const app = readApp(folder)
  server.get('/', (_request, reply) => reply.redirect('/app/', 302))
  server.get('/app', (_request, reply) => reply.redirect('/app/', 302))
  server.get('/app/*', (_request, reply) => sendPage(reply.code(app ? 200 : 503), app?.page ?? NOT_BUILT))
  server.get<{ Params: { '*': string } }>('/app/assets/*', (request, reply) => {
    const file = app?.assets.get(request.params['*'])
    if (!file)
      throw new Problem('route_not_found', 404, 'There is no such file of the web app; reload the page.')
    if (request.headers['if-none-match'] === file.tag) return reply.code(304).send()
    return sendAsset(reply, file, request.headers['accept-encoding'])
  })
}
