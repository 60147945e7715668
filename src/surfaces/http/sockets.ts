import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import proxyAddr from '@fastify/proxy-addr'
import type { FastifyInstance } from 'fastify'
import { Gauge } from 'prom-client'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { Application } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Channel, Socket } from '../../kernel/socket.ts'
import type { Admission } from './admission.ts'
import { trustedProxies } from './limits.ts'
import { refuseConnection } from './problems.ts'

/** How long a closed socket may take to answer, milliseconds. */
const CLOSE_MILLISECONDS = 1_000

/** Who lets so many bytes wait is not listened to until they are read: its messages ask for answers, too. */
const DEAF_BYTES = 256 * 1024

const GOING_AWAY = 1001
const UNSUPPORTED_DATA = 1003
const INTERNAL_ERROR = 1011

/** Ours is what `ws` calls a WebSocket, whose names stay in this file. */
class Connection implements Socket {
  readonly #ws: WebSocket
  readonly #failed: (error: unknown) => void

  constructor(ws: WebSocket, net: Duplex, failed: (error: unknown) => void) {
    this.#ws = ws
    this.#failed = failed
    const listenAgain = (): void => ws.resume()
    net.on('drain', listenAgain)
    ws.once('close', () => net.off('drain', listenAgain))
  }

  get protocol(): string {
    return this.#ws.protocol
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount
  }

  send(message: string | Uint8Array, gone?: () => void): void {
    if (gone) this.#ws.send(message, { binary: false }, (error) => error || this.#guard(gone))
    else this.#ws.send(message, { binary: false })
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  ping(): void {
    this.#ws.ping()
  }

  onMessage(heard: (text: string) => void): void {
    this.#ws.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#ws.readyState !== this.#ws.OPEN) return
      if (isBinary) return this.close(UNSUPPORTED_DATA, 'send JSON in text messages')
      // One message is one Buffer: `ws` makes anything else only where it is told to.
      this.#guard(() => heard((data as Buffer).toString()))
      if (this.bufferedAmount > DEAF_BYTES) this.#ws.pause()
    })
  }

  onPong(heard: () => void): void {
    this.#ws.on('pong', () => this.#guard(heard))
  }

  onClose(heard: () => void): void {
    this.#ws.once('close', () => this.#guard(heard))
  }

  /** What a channel throws where nobody could catch it would end the process, and all other sockets with it. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error)
    }
  }
}

const KEY = /^[+/0-9A-Za-z]{22}==$/

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

/** Whether a client means to open a WebSocket of the version that everybody speaks. */
const asksForSocket = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13'

/**
 * The WebSockets of an application: each channel of its features at its path. What is no whole handshake for one of
 * them stays an ordinary request, and is answered like any other.
 *
 * Any Origin is let in. A page of another site can open a socket here, but brings nothing along that speaks for its
 * user: there are no cookies, and a channel asks for a key in its first message. A key in the URL is not looked at:
 * URLs end in logs.
 */
export class Sockets {
  readonly #app: Application
  readonly #admission: Admission
  readonly #stopping: AbortSignal
  readonly #channels: ReadonlyMap<string, { channel: Channel; server: WebSocketServer }>
  readonly #open = new Set<WebSocket>()

  /** `more`: channels that a surface brings. */
  constructor(app: Application, admission: Admission, stopping: AbortSignal, more: readonly Channel[]) {
    this.#app = app
    this.#admission = admission
    this.#stopping = stopping
    // Each socket listens for the stop, and there may be thousands.
    setMaxListeners(0, stopping)
    const channels = [...app.features.flatMap((feature) => feature.channels ?? []), ...more]
    this.#channels = new Map(
      channels.map((channel) => [channel.path, { channel, server: this.#serverOf(channel) }]),
    )
    const open = this.#open
    new Gauge({
      name: 'cairn_sockets',
      help: 'Open WebSockets of this server',
      registers: [app.metrics.registry],
      collect() {
        this.set(open.size)
      },
    })
  }

  #serverOf(channel: Channel): WebSocketServer {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: channel.messageLimit,
      closeTimeout: CLOSE_MILLISECONDS,
      handleProtocols: (asked: Set<string>) =>
        [...asked].find((each) => channel.protocols?.includes(each)) ?? (false as const),
    }
    return new WebSocketServer(options).on('wsClientError', (error, socket) =>
      refuseConnection(error, socket as NetSocket),
    )
  }

  /** Whether a request opens a WebSocket, for Node's server to ask. */
  readonly opens = (request: IncomingMessage): boolean =>
    request.method === 'GET' &&
    !this.#stopping.aborted &&
    asksForSocket(request) &&
    KEY.test(request.headers['sec-websocket-key'] ?? '') &&
    this.#channels.has(pathOf(request))

  /** Adds the channels to a server that was made with `opens` as its `shouldUpgradeCallback`. */
  mount(server: FastifyInstance): void {
    server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const found = this.#channels.get(pathOf(request))
      if (!found) return socket.destroy()
      found.server.handleUpgrade(request, socket, head, (ws) =>
        this.#connect(found.channel, ws, socket, this.#addressOf(request)),
      )
    })
    for (const [path, { channel }] of this.#channels) {
      if (channel.besideRoute) continue
      server.get(path, (request, reply) => {
        if (this.#stopping.aborted)
          throw new Problem('draining', 503, 'This server is stopping; ask another one.', { retry_after: 1 })
        if (asksForSocket(request.raw))
          throw new Problem('malformed_request', 400, 'The handshake is no well-formed one of a WebSocket.')
        void reply.headers({
          Connection: 'Upgrade, close',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
        })
        throw new Problem(
          'upgrade_required',
          426,
          `${path} is a WebSocket: connect to it with a WebSocket client, version 13; /asyncapi.json says what is spoken there.`,
        )
      })
    }
  }

  #connect(channel: Channel, ws: WebSocket, net: Duplex, address: string): void {
    const { log, authenticate } = this.#app
    const facts = { request_id: randomUUID(), path: channel.path }
    const opened = Date.now()
    this.#open.add(ws)
    // A frame that breaks the protocol, a reset: `ws` closes the socket by itself, and says why here first.
    ws.on('error', (error) => log.debug({ err: error, ...facts }, 'a socket failed'))
    ws.once('close', (code) => {
      this.#open.delete(ws)
      log.info({ ...facts, code, milliseconds: Date.now() - opened }, 'socket')
    })
    const failed = (error: unknown): void => {
      log.error({ err: error, ...facts }, 'a socket could not be served')
      ws.close(INTERNAL_ERROR)
    }
    try {
      channel.connect(new Connection(ws, net, failed), {
        app: this.#app,
        requestId: facts.request_id,
        admit: (authorization) => this.#admission.admitBy(authorization, address),
        authenticate,
        stopping: this.#stopping,
      })
    } catch (error) {
      failed(error)
    }
  }

  /** The client's, as `request.ip` has it of an ordinary request. */
  #addressOf(request: IncomingMessage): string {
    return proxyAddr(request, this.#app.settings.get(trustedProxies)) || 'unknown'
  }

  /** Closes what its channel has not closed at the stop. All are gone a little over a second later. */
  drain(): void {
    for (const ws of this.#open) if (ws.readyState === ws.OPEN) ws.close(GOING_AWAY, 'the server stops')
  }
}
