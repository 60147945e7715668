import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fastify from 'fastify'
import { testServer, type TestServer } from '../../../test/server.ts'
import { mountApp } from './mount.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const fetched = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(server.url + path, { redirect: 'manual', ...init })

const assetsOf = (page: string): string[] =>
  [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)

test('the root leads to the app', async () => {
  for (const path of ['/', '/app']) {
    const answer = await fetched(path)
    assert.equal(answer.status, 302, path)
    assert.equal(answer.headers.get('location'), '/app/')
  }
})

test('every route of the app gets the page, whose policy lets nothing in from elsewhere', async () => {
  const nonces = new Set<string>()
  for (const path of ['/app/', '/app/tasks', '/app/tasks/17?status=ready', '/app/no/such/route']) {
    const answer = await fetched(path)
    assert.equal(answer.status, 200, path)
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const policy = answer.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([\w-]{24})'/.exec(policy)?.[1]
    assert.ok(nonce, policy)
    assert.equal(
      policy.replace(nonce, '…'),
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; connect-src 'self'; img-src 'self' data:; " +
        "font-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    )
    const page = await answer.text()
    assert.ok(page.includes(`nonce="${nonce}"`) && !page.includes('CAIRN_NONCE'), page)
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)/, 'no script stands in the page')
    nonces.add(nonce)
  }
  assert.equal(nonces.size, 4, 'each answer has a nonce of its own')
})

test('assets are named by what they hold, kept for good, and sent compressed to who takes it', async () => {
  const page = await (await fetched('/app/')).text()
  const assets = assetsOf(page)
  assert.ok(assets.length >= 3, page)
  for (const address of assets) {
    assert.match(address, /^\/app\/assets\/[\w-]+-[\w-]{8}\.(js|css|svg)$/)
    const plain = await fetched(address, { headers: { 'accept-encoding': 'identity' } })
    assert.equal(plain.status, 200, address)
    assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.equal(plain.headers.get('content-encoding'), null)
    const packed = await fetched(address, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(packed.headers.get('content-encoding'), 'gzip')
    assert.equal(await packed.text(), await plain.text())
    const tag = plain.headers.get('etag') ?? ''
    assert.equal((await fetched(address, { headers: { 'if-none-match': tag } })).status, 304)
  }
})

test('only what was built is served, whatever a path says', async () => {
  for (const path of [
    '/app/assets/',
    '/app/assets/nothing.js',
    '/app/assets/..%2findex.html',
    '/app/assets/..%2f..%2f..%2fpackage.json',
    '/app/assets/%2e%2e/sources.json',
    '/app/assets/__proto__',
  ]) {
    const answer = await fetched(path)
    assert.ok([404, 200].includes(answer.status), `${path}: ${answer.status}`)
    const text = await answer.text()
    // A path that a client folds leaves the assets, and is one of the app's routes.
    assert.match(text, answer.status === 404 ? /route_not_found/ : /<div id="app">/, path)
    assert.doesNotMatch(text, /"version"|sha256|src\/web/)
  }
})

test('a server without the built app starts, and says at /app/ what to do', async () => {
  const bare = fastify()
  mountApp(bare, '/nowhere/at/all')
  const page = await bare.inject('/app/tasks')
  assert.equal(page.statusCode, 503)
  assert.match(page.body, /is not built here/)
  await bare.close()
})
