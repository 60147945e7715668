import { z } from 'zod'
import type { Assembly } from '../../kernel/application.ts'
import type { Channel, SocketMessage } from '../../kernel/socket.ts'
import { manifest } from './manifest.ts'

type Json = Readonly<Record<string, unknown>>

/** Every WebSocket of a set of features. */
export const channelsOf = ({ features }: Assembly): Channel[] =>
  features.flatMap((feature) => feature.channels ?? [])

/** The name of a channel or a message where no dot may stand. */
const idOf = (...names: string[]): string => names.join('_').replaceAll('.', '_')

/** Where a member of the document stands, as references name it. */
const referTo = (...path: string[]): Json => ({ $ref: `#/${path.join('/')}` })

/** What Zod adds and AsyncAPI has no use for: the dialect, and what each schema calls itself. */
const NOISE = ['$schema', 'id', '$id']

/** Bounds that say no more than "a number that is exact". */
const isNoise = ([member, value]: [string, unknown]): boolean =>
  NOISE.includes(member) ||
  (member === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  (member === 'minimum' && value === Number.MIN_SAFE_INTEGER)

/** Members whose members are named by us: a property may well be called `id`. */
const NAMING = ['properties', 'definitions']
/** Members that hold values, not schemas. */
const VALUES = ['const', 'enum', 'examples', 'default', 'required']

/** A schema as the document's: what has a name of its own is a component. */
function rewrite(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rewrite)
  if (schema === null || typeof schema !== 'object') return schema
  const members = Object.entries(schema as Json).filter((each) => !isNoise(each))
  return Object.fromEntries(
    members.map(([member, value]) => {
      if (member === '$ref') return [member, String(value).replace('#/definitions/', '#/components/schemas/')]
      if (VALUES.includes(member)) return [member, value]
      if (NAMING.includes(member)) return [member, rewriteEach(value as Json)]
      return [member, rewrite(value)]
    }),
  )
}

const rewriteEach = (schemas: Json): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, rewrite(schema)]))

interface Payloads {
  readonly payloads: Json
  readonly schemas: Json
}

/** Converts many schemas at once, so that what they share is written once: JSON Schema draft 7, AsyncAPI's own. */
function convert(messages: ReadonlyMap<string, SocketMessage>, io: 'input' | 'output'): Payloads {
  const shape = Object.fromEntries([...messages].map(([id, { schema }]) => [id, schema]))
  const whole = z.toJSONSchema(z.object(shape), { io, target: 'draft-7', unrepresentable: 'any' })
  return {
    payloads: rewriteEach(whole.properties ?? {}),
    schemas: rewriteEach((whole.definitions ?? {}) as Json),
  }
}

const describeMessage = ({ name, summary, example }: SocketMessage, payload: unknown): Json => ({
  name,
  title: name,
  summary,
  contentType: 'application/json',
  payload,
  examples: [{ name, summary, payload: example }],
})

const describeChannel = (channel: Channel): Json => ({
  address: channel.path,
  title: channel.name,
  summary: channel.summary,
  description: [
    channel.description,
    `A client's message may have ${channel.messageLimit} bytes.`,
    `Close codes of its own:\n\n${Object.entries(channel.closes)
      .map(([code, meaning]) => `- \`${code}\`: ${meaning}`)
      .join('\n')}`,
  ].join('\n\n'),
  messages: Object.fromEntries(
    messagesOf(channel).map(([message]) => [
      message.name,
      referTo('components', 'messages', idOf(channel.name, message.name)),
    ]),
  ),
  bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
})

type Direction = 'receive' | 'send'

const messagesOf = ({
  receives,
  sends,
}: Pick<Channel, 'receives' | 'sends'>): (readonly [SocketMessage, Direction])[] => [
  ...receives.map((message) => [message, 'receive'] as const),
  ...sends.map((message) => [message, 'send'] as const),
]

/** One operation a direction: what the server receives and sends, not what a client does. */
function operationsOf(channel: Channel): [string, Json][] {
  return (['receive', 'send'] as const).flatMap((action): [string, Json][] => {
    const messages = messagesOf(channel).filter(([, direction]) => direction === action)
    if (messages.length === 0) return []
    const operation = {
      action,
      channel: referTo('channels', idOf(channel.name)),
      title: `${channel.name}: ${action === 'receive' ? 'what clients send' : 'what the server sends'}`,
      summary: channel.summary,
      messages: messages.map(([{ name }]) => referTo('channels', idOf(channel.name), 'messages', name)),
    }
    return [[idOf(channel.name, action), operation]]
  })
}

const serverOf = (protocol: 'ws' | 'wss'): Json => ({
  host: '{host}',
  protocol,
  description: protocol === 'ws' ? 'This server' : 'This server, where TLS ends before it',
  variables: { host: { description: 'Where this document came from', default: 'localhost:3000' } },
})

/**
 * The AsyncAPI 3.0 document of a set of features: their channels, as OpenAPI describes their operations. Pure, and the
 * same text for the same features. Throws when two messages would share a name, or two different schemas.
 */
export function asyncApiDocument(assembly: Assembly): Json {
  const channels = channelsOf(assembly)
  const ids = { receive: new Map<string, SocketMessage>(), send: new Map<string, SocketMessage>() }
  for (const channel of channels)
    for (const [message, direction] of messagesOf(channel)) {
      const id = idOf(channel.name, message.name)
      if (ids.receive.has(id) || ids.send.has(id)) throw new Error(`two messages are named ${id}`)
      ids[direction].set(id, message)
    }
  const received = convert(ids.receive, 'input')
  const sent = convert(ids.send, 'output')
  for (const [name, schema] of Object.entries(received.schemas))
    if (sent.schemas[name] && JSON.stringify(sent.schemas[name]) !== JSON.stringify(schema))
      throw new Error(`the schema ${name} reads otherwise in what is received than in what is sent`)
  const payloads = { ...received.payloads, ...sent.payloads }
  const messages = [...ids.receive, ...ids.send]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Cairn Codex',
      version: manifest.version,
      description:
        'The WebSockets of this server, as it sees them: it receives what clients send. The routes are in `/openapi.json`; ' +
        'see `/docs` for a guide.',
      license: { name: 'Apache License 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { plain: serverOf('ws'), tls: serverOf('wss') },
    channels: Object.fromEntries(channels.map((channel) => [idOf(channel.name), describeChannel(channel)])),
    operations: Object.fromEntries(channels.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(
        messages.map(([id, message]) => [id, describeMessage(message, payloads[id])]),
      ),
      schemas: { ...received.schemas, ...sent.schemas },
    },
  }
}
