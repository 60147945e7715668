import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter } from 'prom-client'
import type { Application } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import { LONGEST_URL, maxConnections } from './limits.ts'
import { endWith } from './problems.ts'

/** How long a stopping server goes on answering on connections that it has. */
const GRACE_MILLISECONDS = 1_000
/** How long it waits for requests that have begun to arrive. */
const ARRIVING_MILLISECONDS = 5_000
/** How long a client may leave an answer untouched while the server stops, and take for all of it. */
const UNTOUCHED_MILLISECONDS = 5_000
const TAKING_MILLISECONDS = 30_000
/** Between two looks of a stopping server at its connections. */
const LOOK_MILLISECONDS = 20

/** What is known of a client's connection. */
interface Held {
  /** Requests that are not over: not wholly here, or not wholly answered. */
  readonly open: Map<IncomingMessage, ServerResponse>
  /** Bytes read when the last of them was over: what came since is the beginning of another. */
  read: number
  /** It became a WebSocket: another's to close. */
  upgraded: boolean
  /** When a stopping server saw its last answer on its way. */
  leaving?: number
}

/** That of a request which did not arrive before the end. */
const tooLate = (): Problem =>
  new Problem(
    'draining',
    503,
    'This server is stopping, and nothing was done; send the request to another one.',
    {
      retry_after: 1,
    },
  )

const isAnswered = ({ open }: Held): boolean =>
  open.size > 0 && [...open.values()].every((response) => response.writableEnded)

/**
 * The connections of clients. They are counted here since Node counts an answer as given before the network has taken it: its
 * `closeIdleConnections` cuts off every answer that a client is still reading.
 */
export class Connections {
  readonly #server: Server
  readonly #app: Application
  readonly #most: number
  readonly #refused: Counter
  readonly #held = new Map<Socket, Held>()
  /** What listens beside the server itself. */
  readonly #beside: NetServer[] = []
  #told = -Infinity

  /**
   * Refuses connections beyond the most there may be, by closing them: there is nothing to say to whom one has no room to
   * listen. Idle ones are closed then, so that who only keeps a connection does not keep others out.
   */
  constructor(server: Server, app: Application) {
    this.#server = server
    this.#app = app
    this.#most = app.settings.get(maxConnections)
    this.#refused = new Counter({
      name: 'cairn_connections_refused_total',
      help: 'Connections that were closed since there were too many',
      registers: [app.metrics.registry],
    })
    this.#limit(server)
    server.on('connection', (socket: Socket) => this.#hold(socket))
    server.on('request', this.#begin)
    server.on('checkExpectation', this.#begin)
    server.on('upgrade', ({ socket }: IncomingMessage) => {
      const held = this.#held.get(socket)
      if (held) held.upgraded = true
    })
  }

  #limit(listener: NetServer): void {
    listener.maxConnections = this.#most
    listener.on('drop', () => this.#tooMany())
  }

  /** Listens on one more address. What connects there is the server's, under the same limits. */
  async listenBeside(port: number, host: string): Promise<void> {
    // As Node makes an HTTP server's own.
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#server.emit('connection', socket),
    )
    this.#limit(listener)
    await once(listener.listen(port, host), 'listening')
    this.#beside.push(listener)
  }

  #hold(socket: Socket): void {
    // Each listener has a limit of its own; all together have the same.
    if (this.#beside.length > 0 && this.#held.size >= this.#most) {
      socket.destroy()
      this.#tooMany()
      return
    }
    this.#held.set(socket, { open: new Map(), read: 0, upgraded: false })
    socket.once('close', () => this.#held.delete(socket))
  }

  readonly #begin = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    const held = this.#held.get(socket)
    if (!held) return
    held.open.set(request, response)
    const over = (): void => {
      if (!request.closed || !response.closed) return
      held.open.delete(request)
      held.read = socket.bytesRead
    }
    request.once('close', over)
    response.once('close', over)
  }

  #tooMany(): void {
    this.#refused.inc()
    this.#closeIdle()
    if (performance.now() - this.#told < 60_000) return
    this.#told = performance.now()
    this.#app.log.warn({ connections: this.#most }, 'there are too many connections; new ones are refused')
  }

  /** Closes those on which nothing is asked, nor is an answer on its way. */
  #closeIdle(): void {
    for (const [socket, { open, read, upgraded }] of this.#held)
      if (!upgraded && open.size === 0 && socket.bytesRead === read && socket.writableLength === 0)
        socket.destroy()
  }

  /** Ends those whose request is still on its way: it may be for as long as a request may take to arrive. */
  #endArriving(): void {
    for (const [socket, { open, read, upgraded }] of this.#held) {
      if (upgraded || socket.writableEnded) continue
      const last = [...open].at(-1)
      if (last?.[0].complete || (!last && socket.bytesRead === read)) continue
      // Who was refused before all of the body came may still be sending it.
      if (last?.[1].closed) socket.destroy()
      else if (open.size <= 1 && !last?.[1].headersSent) endWith(socket, tooLate())
    }
  }

  /**
   * Lets no more in, and ends those that there are when they have their answers. New connections are refused, which tells a client
   * that nothing was done; a request that is on its way on an idle one would be cut off, which tells it nothing: for a moment it is
   * answered, and told to go.
   */
  async drain(): Promise<void> {
    // Node's own close of an HTTP server ends idle ones.
    NetServer.prototype.close.call(this.#server)
    for (const listener of this.#beside) listener.close()
    for (const began = performance.now(); this.#held.size > 0; await sleep(LOOK_MILLISECONDS)) {
      const passed = performance.now() - began
      if (passed < GRACE_MILLISECONDS) continue
      // A connection that was busy goes idle with its last answer, and would be kept for a minute.
      this.#closeIdle()
      for (const [socket, held] of this.#held) if (isAnswered(held)) this.#hasten(socket, held)
      if (passed > ARRIVING_MILLISECONDS) this.#endArriving()
    }
  }

  /** An answer is sent whole, but who does not take it keeps no server from stopping. */
  #hasten(socket: Socket, held: Held): void {
    // Node's time limit looks at whether bytes have left.
    if (held.leaving === undefined) socket.setTimeout(UNTOUCHED_MILLISECONDS)
    held.leaving ??= performance.now()
    if (performance.now() - held.leaving > TAKING_MILLISECONDS) socket.destroy()
  }
}

/** Throws 414 for an address that no request of ours has need of. */
export function refuseLongUrl({ url = '' }: IncomingMessage): void {
  if (url.length > LONGEST_URL)
    throw new Problem(
      'url_too_long',
      414,
      'The address is longer than 8 KiB; ask for less at a time, or say it in a body.',
    )
}
