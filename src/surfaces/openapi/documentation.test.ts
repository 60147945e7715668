import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { testServer, type TestServer } from '../../../test/server.ts'
import { assemble } from '../../kernel/application.ts'
import { features } from '../../features/index.ts'
import { documentationPage } from './page.ts'

const open = { key: null }

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const page = async (): Promise<string> => String((await server.get('/docs', open)).body)

test('the document is served without a key, and not again to whoever has it', async () => {
  const first = await server.get('/openapi.json', open)
  assert.equal(first.status, 200)
  assert.equal((first.body as { openapi: string }).openapi, '3.1.0')
  const tag = first.headers.get('etag')!
  const again = await server.get('/openapi.json', {
    key: null,
    headers: { 'if-none-match': `W/"x", ${tag}` },
  })
  assert.equal(again.status, 304)
  assert.equal(again.body, null)
})

test('the page loads what this server serves, and nothing from elsewhere', async () => {
  const { headers } = await server.get('/docs', open)
  assert.match(
    headers.get('content-security-policy') ?? '',
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  const html = await page()
  const loaded = [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(
    ([, each]) => each!,
  )
  assert.ok(loaded.length >= 4)
  for (const address of loaded.filter((each) => !each.startsWith('data:'))) {
    assert.match(address, /^\/docs\/assets\//)
    const { status, headers: facts } = await server.get(address, open)
    assert.equal(status, 200, address)
    assert.match(
      facts.get('content-type') ?? '',
      address.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
    )
  }
  assert.doesNotMatch(
    html,
    /<script>|<script [^>]*>[^<]|\son\w+="|style="/,
    'no script or style stands in it',
  )
})

test('of the files of the explorer only those of the page are served', async () => {
  for (const name of [
    'index.html',
    'package.json',
    '..%2fpackage.json',
    '%2e%2e/package.json',
    'swagger-ui.js',
  ])
    assert.equal((await server.get(`/docs/assets/${name}`, open)).status, 404, name)
})

test('without JavaScript the page lists every operation, permission and event type', async () => {
  const html = await page()
  const { operations, permissions, events } = assemble(features)
  for (const word of [...operations.keys(), ...Object.keys(permissions), ...Object.keys(events)])
    assert.ok(html.includes(`<code>${word}</code>`), word)
})

test('the type of a problem leads to a line of the page', async () => {
  const html = await page()
  const answers = [
    await server.get('/whoami', open),
    await server.get('/nowhere'),
    await server.get('/tasks/99'),
    await server.get('/tasks?limit=0'),
    await server.post('/tasks', '{'),
  ]
  for (const { body } of answers) {
    const { type, code } = body as { type: string; code: string }
    const [route, anchor] = type.split('#')
    assert.equal(route, '/docs')
    assert.ok(html.includes(`id="${anchor}"`), code)
  }
  for (const { problems } of assemble(features).operations.values())
    for (const code of Object.keys(problems ?? {})) assert.ok(html.includes(`id="problem-${code}"`), code)
})

test('what a feature writes is text, not markup', () => {
  const event = { 'x<b>': 'a <script>alert("1")</script> & more' }
  const html = documentationPage(assemble([{ name: 'odd', events: event }]), { styles: [], scripts: [] })
  assert.ok(html.includes('<code>x&lt;b&gt;</code>'))
  assert.ok(html.includes('a &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more'))
})

test('a guide that speaks of an operation that is not there does not pass', () => {
  const step = { operation: 'nobody.knows', text: 'Do it.' }
  const guide = { id: 'odd', title: 'Odd', introduction: 'Odd.', steps: [step] }
  const assembly = assemble([{ name: 'odd', guides: [guide] }])
  assert.throws(() => documentationPage(assembly, { styles: [], scripts: [] }), /nobody\.knows/)
})

test('the document passes the linter without an error or a warning', async () => {
  const script = path.join(import.meta.dirname, '..', '..', '..', 'test', 'lint-openapi.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  assert.equal(stdout, '0 errors, 0 warnings\n')
})
