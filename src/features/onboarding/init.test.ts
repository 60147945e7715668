import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Workplace } from '../../surfaces/cli/testing.ts'
import { CLIENTS, type McpClient } from './clients.ts'
import { mergeEntry, type Merged } from './merge.ts'

const way = { url: 'http://127.0.0.1:3000/mcp' }
const clientOf = (name: string): McpClient => CLIENTS.find((each) => each.name === name)!
const textOf = (merged: Merged): string => {
  assert.ok('text' in merged, JSON.stringify(merged))
  return merged.text
}

test('every client gets an entry with the address, and the key by its variable or its prompt alone', () => {
  for (const client of CLIENTS) {
    const text = textOf(mergeEntry('', client, way))
    assert.ok(text.includes(way.url), client.name)
    assert.match(text, /CAIRN_API_KEY|\$\{input:cairn-key\}/)
    assert.deepEqual(mergeEntry(text, client, way), { there: true }, client.name)
    const bridge = { command: 'node', args: ['/x/cairn.js', 'mcp'], env: { CAIRN_URL: 'http://h:1' } }
    assert.ok(textOf(mergeEntry('', client, bridge)).includes('"/x/cairn.js"'))
    assert.ok(
      'refused' in mergeEntry(text, client, bridge),
      `${client.name}: another entry of our name stays`,
    )
  }
})

test('what is in a JSON file stays, with its indentation; what is no plain JSON is left alone', () => {
  const client = clientOf('vscode')
  const before =
    '{\n    "servers": {\n        "other": {\n            "command": "x"\n        }\n    },\n    "inputs": [\n        {\n            "id": "mine"\n        }\n    ]\n}\n'
  const after = JSON.parse(textOf(mergeEntry(before, client, way)))
  assert.deepEqual(after.servers.other, { command: 'x' })
  assert.deepEqual(
    after.inputs.map(({ id }: { id: string }) => id),
    ['mine', 'cairn-key'],
  )
  assert.match(textOf(mergeEntry(before, client, way)), /^\{\n {4}"servers"/)
  for (const text of ['{ // mine\n}', '[]', '{"servers": []}', '{"inputs": {}}', 'x'])
    assert.ok('refused' in mergeEntry(text, client, way), text)
})

test('a TOML file is added to and never changed; servers written in another way are left alone', () => {
  const client = clientOf('codex')
  const before = 'model = "x"\n\n[mcp_servers.other]\ncommand = "y"'
  const text = textOf(mergeEntry(before, client, way))
  assert.ok(text.startsWith(before))
  assert.ok(
    text.endsWith(
      '\n\n[mcp_servers.cairn]\nurl = "http://127.0.0.1:3000/mcp"\nbearer_token_env_var = "CAIRN_API_KEY"\n',
    ),
  )
  for (const other of [
    '[mcp_servers.cairn]\ncommand = "old"\n',
    '[mcp_servers."cairn"]\n',
    '[ mcp_servers . cairn ]\n',
    '[mcp_servers.cairn.env]\nA = "b"\n',
    'mcp_servers = { a = {} }\n',
    'mcp_servers.cairn.url = "x"\n',
  ])
    assert.ok('refused' in mergeEntry(other, client, way), other)
})

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
