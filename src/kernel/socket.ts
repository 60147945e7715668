import type { z } from 'zod'
import type { Caller } from './context.ts'
import type { Services } from './services.ts'

/** A WebSocket as a feature sees it, whatever the library. */
export interface Socket {
  /** Bytes that were handed to `send` and not yet to the network. */
  readonly bufferedAmount: number
  /** The subprotocol that was agreed on; empty where there is none. */
  readonly protocol: string
  /**
   * Sends one text message: a text, or its UTF-8 where many sockets get the same. `gone` is called when the network has
   * taken it, and all before it; never, when the connection ends before that.
   */
  send(message: string | Uint8Array, gone?: () => void): void
  /**
   * Closes with a code (RFC 6455, section 7.4) and a reason of at most 123 bytes; terminated when the other side does not
   * answer within a second.
   */
  close(code: number, reason: string): void
  /** Ends the connection without a word: whoever does not read does not answer a close either. */
  terminate(): void
  ping(): void
  onMessage(heard: (text: string) => void): void
  onPong(heard: () => void): void
  /** Called once, however the connection ended. */
  onClose(heard: () => void): void
}

/** What a connection may use beside the socket. */
export interface SocketCall {
  readonly app: Services
  readonly requestId: string
  /**
   * Lets a client's call in, as an HTTP request is: this server must have room, the caller must be known by the value of an
   * Authorization header, and be within the rates of its key and tenant. Throws Problem 503, 401 and 429.
   */
  admit(authorization: string | undefined): Promise<Caller>
  /** Who calls, asked anew while the call goes on. Throws Problem 401. */
  authenticate(authorization: string | undefined): Promise<Caller>
  /** Aborts when the server stops. Who has more to say than 1001 closes then; all others are closed by the surface. */
  readonly stopping: AbortSignal
}

/** A message of a channel, for its documentation. */
export interface SocketMessage {
  readonly name: string
  readonly summary: string
  readonly schema: z.ZodType
  /** An example; a test checks it against the schema. */
  readonly example: unknown
}

/** A WebSocket route of a feature: a surface mounts it, and documents it from this. */
export interface Channel {
  /** `feature.noun`, unique. */
  readonly name: string
  readonly path: string
  readonly summary: string
  readonly description: string
  /** What clients send, and what the server sends. */
  readonly receives: readonly SocketMessage[]
  readonly sends: readonly SocketMessage[]
  /** Close codes of its own, each with one sentence. */
  readonly closes: Readonly<Record<number, string>>
  /** Bytes of the largest message a client may send; a larger one is closed with 1009. */
  readonly messageLimit: number
  /** Subprotocols (RFC 6455, section 1.9), the one of which that a client asks for first is spoken. */
  readonly protocols?: readonly string[]
  /** Ordinary requests at the path are answered by a route. */
  readonly besideRoute?: boolean
  /** A client has connected. It is not authenticated: no header is looked at. */
  connect(socket: Socket, call: SocketCall): void
}
