import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Workplace } from './testing.ts'

let place: Workplace
before(() => (place = new Workplace()))
after(() => place.close())

const init = (...args: string[]) =>
  place.run(['init', '--url', 'http://127.0.0.1:3999', ...args], {
    CODEX_HOME: path.join(place.directory, 'codex'),
  })

test('cairn init writes for the clients that it finds, once, and only what it is told to', async () => {
  const cursor = path.join(place.directory, '.cursor', 'mcp.json')
  assert.equal((await init('--yes')).code, 2)
  assert.equal((await init()).code, 2)
  mkdirSync(path.dirname(cursor))
  writeFileSync(cursor, '{"mcpServers": {"mine": {"url": "http://x"}}, "more": 1}', { mode: 0o600 })
  const dry = await init('--dry-run')
  assert.equal(dry.code, 0, dry.stderr)
  assert.match(dry.stdout, /cursor: .*: would be written/)
  assert.doesNotMatch(readFileSync(cursor, 'utf8'), /cairn/)

  const written = await init('--yes', '--client', 'cursor,codex')
  assert.equal(written.code, 0, written.stderr)
  const file = JSON.parse(readFileSync(cursor, 'utf8'))
  assert.deepEqual(file, {
    mcpServers: {
      mine: { url: 'http://x' },
      cairn: {
        url: 'http://127.0.0.1:3999/mcp',
        headers: { Authorization: 'Bearer ${env:CAIRN_API_KEY}' },
      },
    },
    more: 1,
  })
  assert.equal(statSync(cursor).mode & 0o777, 0o600)
  assert.match(
    readFileSync(path.join(place.directory, 'codex', 'config.toml'), 'utf8'),
    /\[mcp_servers\.cairn\]/,
  )
  assert.equal(existsSync(path.join(place.directory, '.mcp.json')), false)

  const again = await init('--yes', '--client', 'cursor', '--json')
  assert.equal(JSON.parse(again.stdout)[0].outcome, 'there already')
  writeFileSync(cursor, '{ // mine\n}')
  const left = await init('--yes', '--client', 'cursor')
  assert.equal(left.code, 1)
  assert.match(left.stdout, /left as it is: it is no plain JSON/)
  assert.equal(readFileSync(cursor, 'utf8'), '{ // mine\n}')
  assert.match(
    (await init('--yes', '--client', 'emacs')).stderr,
    /no client emacs; there are claude-code, cursor/,
  )
})

test('cairn onboard prints lines for an AGENTS.md that name the tools', async () => {
  const { code, stdout } = await place.run(['onboard'])
  assert.equal(code, 0)
  for (const word of ['cairn://guide', '`next`', '`complete`', '`release`']) assert.ok(stdout.includes(word))
})
