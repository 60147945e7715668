import assert from 'node:assert/strict'
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import path from 'node:path'
import type { TestServer } from './server.ts'

const MAIN = path.join(import.meta.dirname, '..', 'src', 'main.ts')

/** The two eras of the protocol: one opens a session by `initialize`, the other says who it is with each request. */
export const ERAS = { legacy: 'legacy', modern: { pin: '2026-07-28' } } as const
export type Era = keyof typeof ERAS

export interface McpOptions extends ClientOptions {
  era?: Era
  /** null: no Authorization header. */
  key?: string | null
  headers?: Record<string, string>
}

const opened: Client[] = []

/** Closes every client that was opened, also those that a failed test left behind. */
export const closeClients = async (): Promise<void> =>
  void (await Promise.all(opened.map((client) => client.close())))

function clientOf({ era = 'modern', key: _key, headers: _headers, ...options }: McpOptions): Client {
  const client = new Client(
    { name: 'tester', version: '1.0.0' },
    { ...options, versionNegotiation: { mode: ERAS[era] } },
  )
  opened.push(client)
  return client
}

/** The official client, connected to a test server's /mcp. */
export async function connectHttp(
  server: Pick<TestServer, 'url' | 'key'>,
  options: McpOptions = {},
): Promise<Client> {
  const client = clientOf(options)
  const key = options.key === undefined ? server.key : options.key
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: {
        headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...options.headers },
      },
    }),
  )
  return client
}

/** The official client, connected to a `cairn mcp` of its own, which talks to a test server. */
export async function connectStdio(
  server: TestServer,
  options: McpOptions = {},
): Promise<{ client: Client; transport: StdioClientTransport; stderr: () => string }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, 'mcp'],
    env: { PATH: process.env['PATH'] ?? '', CAIRN_URL: server.url, CAIRN_API_KEY: options.key ?? server.key },
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const client = clientOf(options)
  await client.connect(transport)
  return { client, transport, stderr: () => stderr }
}

/** What a tool answered: its data and its text. */
export interface ToolSays {
  // A test reads what it expects to be there, and fails where it is not.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any
  text: string
  links: string[]
}

const textOf = (content: readonly { type: string; text?: unknown }[]): string =>
  content
    .filter(({ type }) => type === 'text')
    .map(({ text }) => String(text))
    .join('\n')

/** Calls a tool that must do what it is asked. */
export async function use(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<ToolSays> {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
  assert.ok(!isError, textOf(content))
  return {
    data: structuredContent,
    text: textOf(content),
    links: content.flatMap((each) => (each.type === 'resource_link' ? [each.uri] : [])),
  }
}

/** Calls a tool that must refuse, with this code and a sentence that says what to do; returns the sentence. */
export async function refused(
  client: Client,
  name: string,
  args: Record<string, unknown>,
  code: string,
): Promise<string> {
  const answer = await client.callTool({ name, arguments: args })
  const text = textOf(answer.content)
  assert.equal(answer.isError, true, `${name} did it: ${text}`)
  assert.ok(text.startsWith(`${code}: `), `${code} was expected: ${text}`)
  assert.doesNotMatch(text, /\bat .*\.ts:|SELECT|INSERT|\[object /)
  assert.equal((answer._meta?.['cairn-codex/problem'] as { code: string }).code, code)
  return text
}
