import assert from 'node:assert/strict'
import { test } from 'node:test'
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
