import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import { testServer } from '../../../test/server.ts'
import { features } from '../../features/index.ts'
import { assemble } from '../../kernel/application.ts'
import type { Channel } from '../../kernel/socket.ts'
import { asyncApiDocument, channelsOf } from './asyncapi.ts'
import { documentationPage } from './page.ts'

const DRAFT_7 = 'http://json-schema.org/draft-07/schema#'

/** The key goes into the first message, for which AsyncAPI has no scheme. */
const NO_SECURITY = '--skip-rule=security-defined'

interface Reference {
  $ref: string
}

interface Document {
  asyncapi: string
  info: { title: string; version: string }
  servers: Record<string, { host: string; protocol: string }>
  channels: Record<string, { address: string; messages: Record<string, Reference> }>
  operations: Record<string, { action: string; channel: Reference; messages: Reference[] }>
  components: {
    messages: Record<string, { payload: unknown; examples: { payload: unknown }[] }>
    schemas: Record<string, unknown>
  }
}

const assembly = assemble(features)
const channels = channelsOf(assembly)
const text = JSON.stringify(asyncApiDocument(assembly))
const document = JSON.parse(text) as Document

/** What a reference of this document leads to. */
const at = ({ $ref }: Reference): unknown =>
  $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, member) => (value as Record<string, unknown> | undefined)?.[member], document)

test('every channel is there, with its path and every message of either direction', () => {
  assert.equal(document.asyncapi, '3.0.0')
  assert.ok(document.info.title && document.info.version)
  for (const { host, protocol } of Object.values(document.servers)) assert.ok(host && protocol)
  assert.ok(channels.length > 0)
  assert.equal(Object.keys(document.channels).length, channels.length)
  for (const channel of channels) {
    const described = document.channels[channel.name.replaceAll('.', '_')]!
    assert.equal(described.address, channel.path)
    const names = [...channel.receives, ...channel.sends].map(({ name }) => name)
    assert.deepEqual(Object.keys(described.messages), names)
    const operations = Object.values(document.operations).filter((each) => at(each.channel) === described)
    for (const [action, messages] of [
      ['receive', channel.receives],
      ['send', channel.sends],
    ] as const) {
      const operation = operations.find((each) => each.action === action)!
      assert.deepEqual(
        operation.messages.map(({ $ref }) => $ref.split('/').at(-1)),
        messages.map(({ name }) => name),
      )
    }
  }
})

test('every reference leads somewhere, and every component is referred to', () => {
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, each]) => each!)
  for (const $ref of references) assert.ok(at({ $ref }), $ref)
  for (const [kind, named] of Object.entries(document.components))
    for (const name of Object.keys(named))
      assert.ok(references.includes(`#/components/${kind}/${name}`), `${kind} ${name}`)
})

test('every example fits its schema, both as it is declared and as it is written in the document', () => {
  for (const { receives, sends } of channels)
    for (const { name, schema, example } of [...receives, ...sends])
      assert.deepEqual(schema.safeParse(example).error?.issues, undefined, name)
  for (const [name, { payload, examples }] of Object.entries(document.components.messages)) {
    const schema = z.fromJSONSchema(
      JSON.parse(
        JSON.stringify({
          $schema: DRAFT_7,
          ...(payload as object),
          definitions: document.components.schemas,
        }).replaceAll('#/components/schemas/', '#/definitions/'),
      ) as Parameters<typeof z.fromJSONSchema>[0],
    )
    assert.ok(examples.length > 0, name)
    for (const { payload: example } of examples) {
      assert.deepEqual(schema.safeParse(example).error?.issues, undefined, name)
      assert.ok(schema.safeParse({ ...(example as object), of_nobody: 1 }).error, `${name} is strict`)
    }
  }
})

test('the same features make the same text', () => {
  assert.equal(JSON.stringify(asyncApiDocument(assemble(features))), text)
})

test('two messages of one name do not pass', () => {
  const message = { name: 'word', summary: 'A word', schema: z.string(), example: 'x' }
  const channel: Channel = {
    name: 'odd.channel',
    path: '/odd',
    summary: 'Odd',
    description: 'Odd.',
    receives: [message],
    sends: [message],
    closes: {},
    messageLimit: 1,
    connect: () => undefined,
  }
  assert.throws(
    () => asyncApiDocument(assemble([{ name: 'odd', channels: [channel] }])),
    /two messages are named odd_channel_word/,
  )
})

test('it is served without a key beside the document of the routes, and the page leads to it', async () => {
  const server = await testServer()
  const { status, body } = await server.get('/asyncapi.json', { key: null })
  await server.close()
  assert.equal(status, 200)
  assert.deepEqual(body, document)
  const html = documentationPage(assembly, { styles: [], scripts: [] })
  assert.ok(html.includes('<a href="/asyncapi.json">'))
  for (const { path: address, closes, receives, sends } of channels)
    for (const word of [address, ...Object.keys(closes), ...[...receives, ...sends].map(({ name }) => name)])
      assert.ok(html.includes(`<code>${word}</code>`), word)
})

test('it passes a linter that knows AsyncAPI 3', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-asyncapi-'))
  try {
    const file = path.join(folder, 'asyncapi.json')
    const redocly = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js')
    const lint = async (linted: unknown): Promise<{ totals: object; problems: { message: string }[] }> => {
      await writeFile(file, JSON.stringify(linted))
      const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [redocly, 'lint', file, '--extends=recommended', '--format=json', NO_SECURITY],
        { env, cwd: folder },
      ).catch((error: { stdout: string }) => error)
      return JSON.parse(/\{[\s\S]*\}/.exec(stdout)![0]) as { totals: object; problems: { message: string }[] }
    }
    const { problems } = await lint(document)
    assert.deepEqual(
      problems.map(({ message }) => message),
      [],
    )
    const { problems: planted } = await lint({ ...document, channels: { x: { adress: '/ws' } } })
    assert.ok(planted.length > 0, 'a wrong document does not pass')
  } finally {
    await rm(folder, { recursive: true })
  }
})
