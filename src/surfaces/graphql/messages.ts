import { z } from 'zod'
import type { SocketMessage } from '../../kernel/socket.ts'

/** The subprotocol that is spoken: that of the library graphql-ws. */
export const PROTOCOL = 'graphql-transport-ws'

const Id = z.string().min(1).max(128).meta({ description: "The client's own name for this query" })
const Anything = z.record(z.string(), z.unknown())
const Payload = Anything.nullish()
const Query = z.looseObject({ query: z.string() })

const Init = z.strictObject({
  type: z.literal('connection_init'),
  payload: z.looseObject({
    authorization: z
      .string()
      .min(1)
      .max(1024)
      .meta({ description: 'As in the header of a request: Bearer KEY' }),
  }),
})
const Ping = z.strictObject({ type: z.literal('ping'), payload: Payload })
const Pong = z.strictObject({ type: z.literal('pong'), payload: Payload })
const Subscribe = z.strictObject({ type: z.literal('subscribe'), id: Id, payload: Query })
const Complete = z.strictObject({ type: z.literal('complete'), id: Id })

/** What a client may say. */
export const ClientMessage = z.discriminatedUnion('type', [Init, Ping, Pong, Subscribe, Complete])
export type ClientMessage = z.output<typeof ClientMessage>

const Ack = z.strictObject({ type: z.literal('connection_ack') })
const Next = z.strictObject({ type: z.literal('next'), id: Id, payload: Anything })
const Failure = z.strictObject({ type: z.literal('error'), id: Id, payload: z.array(Anything).min(1) })

/** Why the socket is closed: the subprotocol's own codes. */
export const CLOSE = {
  goingAway: 1001,
  internalError: 1011,
  tryAgainLater: 1013,
  badMessage: 4400,
  unauthorized: 4401,
  protocol: 4406,
  silent: 4408,
  taken: 4409,
  tooSlow: 4413,
  tooManyInits: 4429,
} as const

const subscription = 'subscription { events(types: ["task.*"]) { sequence type task { number status } } }'
const event = { sequence: 4712, type: 'task.completed', task: { number: 17, status: 'completed' } }

export const RECEIVES: readonly SocketMessage[] = [
  {
    name: 'connection_init',
    summary: 'The first message: who calls',
    schema: Init,
    example: { type: 'connection_init', payload: { authorization: 'Bearer KEY' } },
  },
  {
    name: 'subscribe',
    summary: 'A subscription, a query or a mutation',
    schema: Subscribe,
    example: { type: 'subscribe', id: '1', payload: { query: subscription } },
  },
  { name: 'complete', summary: 'Ends it', schema: Complete, example: { type: 'complete', id: '1' } },
  { name: 'ping', summary: 'Answered by pong', schema: Ping, example: { type: 'ping' } },
]

export const SENDS: readonly SocketMessage[] = [
  { name: 'connection_ack', summary: 'The key is good', schema: Ack, example: { type: 'connection_ack' } },
  {
    name: 'next',
    summary: 'An answer',
    schema: Next,
    example: { type: 'next', id: '1', payload: { data: { events: event } } },
  },
  {
    name: 'error',
    summary: 'Why it was not begun, or was ended; nothing more comes under this id',
    schema: Failure,
    example: {
      type: 'error',
      id: '1',
      payload: [
        {
          message: 'Cannot query field "x" on type "Subscription".',
          extensions: { code: 'invalid_query', status: 400 },
        },
      ],
    },
  },
  { name: 'complete', summary: 'It has ended', schema: Complete, example: { type: 'complete', id: '1' } },
  { name: 'pong', summary: 'Answers a ping', schema: Pong, example: { type: 'pong' } },
]
