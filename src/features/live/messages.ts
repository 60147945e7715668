import { z } from 'zod'
import { parseJson } from '../../kernel/json.ts'
import { fieldErrors } from '../../kernel/dispatch.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'
import { Id } from '../../kernel/ids.ts'
import type { SocketMessage } from '../../kernel/socket.ts'
import { Event, TypePatterns } from '../audit/index.ts'
import { taskExample } from '../tasks/index.ts'

/** What a client wants to see; an absent member is no condition, and both must hold. */
export const Subscription = z
  .strictObject({
    types: TypePatterns.optional(),
    task_ids: z.array(Id).min(1).max(1000).optional().meta({
      description: 'Events of these tasks, of their executions, and of dependencies at either end',
    }),
  })
  .meta({ id: 'Subscription' })
export type Subscription = z.output<typeof Subscription>

const Position = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

/** A client's first message. */
export const Hello = z.strictObject({
  authorization: z
    .string()
    .min(1)
    .max(1024)
    .meta({ description: 'As in the header of a request: Bearer KEY' }),
  subscribe: Subscription,
  after: Position.optional().meta({
    description: 'The last sequence that was seen or looked at; from now on where it is absent',
  }),
})
export type Hello = z.output<typeof Hello>

const Subscribe = z.strictObject({ subscribe: Subscription })
const Ping = z.strictObject({ type: z.literal('ping') })

const Ready = z.strictObject({
  type: z.literal('ready'),
  sequence: Position.meta({ description: 'Where the client stands: events after this one follow' }),
})
const EventMessage = z.strictObject({ type: z.literal('event'), event: Event })
const Pong = z.strictObject({
  type: z.literal('pong'),
  sequence: Position.meta({
    description: 'Everything up to here has been looked at, and sent where it fits',
  }),
})
const Failure = z.strictObject({
  type: z.literal('error'),
  problem: z
    .looseObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.string(),
    })
    .meta({ description: 'A problem document (RFC 9457) as the routes answer it' }),
})

/** What the server says, as text. */
export const messageOf = {
  ready: (sequence: number): string =>
    JSON.stringify({ type: 'ready', sequence } satisfies z.input<typeof Ready>),
  pong: (sequence: number): string =>
    JSON.stringify({ type: 'pong', sequence } satisfies z.input<typeof Pong>),
  event: (event: Event): string =>
    JSON.stringify({ type: 'event', event } satisfies z.input<typeof EventMessage>),
  error: (problem: z.input<typeof Failure>['problem']): string =>
    JSON.stringify({ type: 'error', problem } satisfies z.input<typeof Failure>),
}

function parseMessage(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new Problem('malformed_json', 400, 'The message is not JSON; send one JSON object a message.')
  }
}

function fit<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw validationFailed(fieldErrors(parsed.error))
}

/** Reads a client's first message. Throws `malformed_json` and `validation_failed` (400). */
export const readHello = (text: string): Hello => fit(Hello, parseMessage(text))

/** Reads a later message: a new subscription, or undefined for a ping. Throws like `readHello`. */
export function readRequest(text: string): Subscription | undefined {
  const value = parseMessage(text)
  if (value !== null && typeof value === 'object' && 'type' in value) {
    fit(Ping, value)
    return undefined
  }
  return fit(Subscribe, value).subscribe
}

const eventExample: Event = {
  sequence: 4712,
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00',
  type: 'task.completed',
  timestamp: '2026-11-22T09:30:00.000000Z',
  data: {
    task: { ...taskExample, status: 'completed', version: 3 },
    old_values: { status: 'in_progress' },
  },
}

/** What clients send, for the documentation. */
export const RECEIVES: readonly SocketMessage[] = [
  {
    name: 'hello',
    summary: 'The first message: who calls, what for, and from where on',
    schema: Hello,
    example: {
      authorization: 'Bearer KEY',
      subscribe: { types: ['task.*'], task_ids: [taskExample.id] },
      after: 4711,
    },
  },
  {
    name: 'subscribe',
    summary: 'Another subscription, from where the client stands; answered by ready',
    schema: Subscribe,
    example: { subscribe: { types: ['task.completed', 'execution.*'] } },
  },
  {
    name: 'ping',
    summary: 'Asks how far the server has looked; answered by pong',
    schema: Ping,
    example: { type: 'ping' },
  },
]

/** What the server sends, for the documentation. */
export const SENDS: readonly SocketMessage[] = [
  {
    name: 'ready',
    summary: 'The subscription stands',
    schema: Ready,
    example: { type: 'ready', sequence: 4711 },
  },
  {
    name: 'event',
    summary: 'One event, in the order of the sequence',
    schema: EventMessage,
    example: { type: 'event', event: eventExample },
  },
  {
    name: 'pong',
    summary: 'How far the server has looked for this client',
    schema: Pong,
    example: { type: 'pong', sequence: 4712 },
  },
  {
    name: 'error',
    summary: 'What was wrong; the server closes the socket after it',
    schema: Failure,
    example: {
      type: 'error',
      problem: {
        type: '/docs#problem-unauthorized',
        title: 'Unauthorized',
        status: 401,
        detail: 'This key was revoked; ask an administrator for a new one.',
        code: 'unauthorized',
      },
    },
  },
]
