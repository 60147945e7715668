import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { WebSocket, type ClientOptions, type RawData } from 'ws'
import { liveChannel, type Limits } from '../src/features/live/index.ts'
import { makeHttpServer } from '../src/surfaces/http/server.ts'
import { Metrics } from '../src/kernel/metrics.ts'
import type { Channel } from '../src/kernel/socket.ts'
import { eventually } from './eventually.ts'
import type { TestServer } from './server.ts'

/** A message of a server, parsed. */
// A test reads what it expects to be there, and fails where it is not.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Heard = Record<string, any>

/** How a connection ended. */
export interface Closed {
  code: number
  reason: string
}

/** A WebSocket client that keeps what it hears until it is asked for. */
export class TestSocket {
  readonly ws: WebSocket
  /** All that came and was not taken yet. */
  readonly heard: Heard[] = []
  readonly closed: Promise<Closed>
  #wake: (() => void) | undefined
  #over: Closed | undefined

  /** Connects to /ws of a server, or to another path where the address has one. */
  constructor(url: string, options: ClientOptions = {}, protocols: string[] = []) {
    const address = new URL(url.replace(/^http/, 'ws'))
    if (address.pathname === '/') address.pathname = '/ws'
    this.ws = new WebSocket(address, protocols, { perMessageDeflate: false, ...options })
    this.ws.on('message', (data: RawData) => {
      this.heard.push(JSON.parse((data as Buffer).toString()) as Heard)
      this.#wake?.()
    })
    this.ws.on('error', () => undefined)
    this.closed = new Promise((resolve) =>
      this.ws.once('close', (code, reason) => {
        this.#over = { code, reason: reason.toString() }
        resolve(this.#over)
        this.#wake?.()
      }),
    )
  }

  /** Waits until the connection stands. */
  async opened(): Promise<this> {
    if (this.ws.readyState !== this.ws.OPEN)
      await new Promise<void>((resolve, reject) => this.ws.once('open', resolve).once('error', reject))
    return this
  }

  /** Sends a value as JSON, or bytes and texts as they are. */
  say(message: unknown): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** The next message; fails when the connection ends before, or nothing comes for 20 seconds. */
  async next(): Promise<Heard> {
    for (;;) {
      const message = this.heard.shift()
      if (message) return message
      if (this.#over) assert.fail(`closed before the message: ${JSON.stringify(this.#over)}`)
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('no message within 20 seconds')), 20_000)
        this.#wake = () => {
          clearTimeout(late)
          resolve()
        }
      })
    }
  }

  /** The next message of a type, which must be the next one there is. */
  async nextOf(type: string): Promise<Heard> {
    const message = await this.next()
    assert.equal(message['type'], type, JSON.stringify(message))
    return message
  }

  /** The next events, so many. */
  async events(count: number): Promise<Heard[]> {
    const events: Heard[] = []
    while (events.length < count) events.push((await this.nextOf('event'))['event'] as Heard)
    return events
  }

  /** Ends the connection at once, as a lost network does. */
  cut(): void {
    this.ws.terminate()
  }

  /** Closes it, and waits until it is. */
  async close(): Promise<void> {
    this.ws.close()
    await this.closed
  }
}

/** What a first message may say beside its key. */
export interface Opening {
  key?: string
  subscribe?: object
  after?: number
}

/**
 * Connects, says the first message, and waits for `ready`. Without a position it waits before that until all that was
 * written has its sequence, so that what comes is what the test does next.
 */
export async function follow(
  server: Pick<TestServer, 'url' | 'key' | 'app'>,
  { key = server.key, subscribe = {}, after }: Opening = {},
): Promise<TestSocket & { position: number }> {
  if (after === undefined)
    await eventually('all that was written is numbered', async () => {
      const { rows } = await server.app.pool.query('SELECT FROM record_pending LIMIT 1')
      return rows.length === 0
    })
  const socket = await new TestSocket(server.url).opened()
  socket.say({ authorization: `Bearer ${key}`, subscribe, ...(after === undefined ? {} : { after }) })
  const { sequence } = await socket.nextOf('ready')
  return Object.assign(socket, { position: sequence as number })
}

/** Serves a channel on another port of the same server, until the test ends: one with other limits, say. */
export async function serveChannel(
  t: TestContext,
  { app, key }: Pick<TestServer, 'app' | 'key'>,
  channel: Channel,
): Promise<{ url: string; key: string; app: TestServer['app']; close(): Promise<void> }> {
  const other = {
    ...app,
    features: [{ name: 'under-test', channels: [channel] }],
    operations: new Map(),
    metrics: new Metrics(app.pool),
  }
  const http = await makeHttpServer(other)
  const url = await http.fastify.listen({ port: 0, host: '127.0.0.1' })
  t.after(() => http.drain())
  return { url, key, app: other, close: () => http.drain() }
}

/** Serves /ws with other limits on another port, until the test ends; `sockets` counts the keys of those that are open. */
export async function serveLive(
  t: TestContext,
  server: Pick<TestServer, 'app' | 'key'>,
  limits: Partial<Limits>,
): Promise<{ url: string; key: string; sockets: () => number }> {
  const channel = liveChannel(limits)
  const { url, key, app } = await serveChannel(t, server, channel)
  return { url, key, sockets: () => channel.held(app).keys }
}
