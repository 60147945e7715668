import {
  connect,
  createServer,
  type AddressInfo,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** From whoever connected, or to them. */
export type Direction = 'toServer' | 'toClient'
export type How = 'cut' | 'reset'

const DIRECTIONS: readonly Direction[] = ['toServer', 'toClient']
/** What waits in the proxy before it reads no further: it is no larger a buffer than a network would be. */
const HIGH_WATER = 1 << 20

/** One way of one connection: what comes out of `source` goes into `sink`, in its order, when the faults let it. */
class Lane {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #queue: { bytes: Buffer | null; due: number }[] = []
  #queued = 0
  #running = false
  #stalled = false
  #delay = 0
  #limit: { bytes: number; end: () => void } | undefined

  constructor(source: Socket, sink: Socket) {
    this.#source = source
    this.#sink = sink
    source.on('data', (bytes: Buffer) => this.#push(bytes))
    source.on('end', () => this.#push(null))
    sink.on('drain', () => void this.#run())
  }

  /** Forwards nothing until it goes on; nothing is lost, as in a network that loses packets for a while. */
  stall(on: boolean): void {
    this.#stalled = on
    void this.#run()
  }

  delay(milliseconds: number): void {
    this.#delay = milliseconds
  }

  /** Calls `end` once so many more bytes are through; the rest of what came never is. */
  endAfter(bytes: number, end: () => void): void {
    this.#limit = { bytes, end }
  }

  #push(bytes: Buffer | null): void {
    this.#queue.push({ bytes, due: performance.now() + this.#delay })
    this.#queued += bytes?.length ?? 0
    if (this.#queued > HIGH_WATER) this.#source.pause()
    void this.#run()
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    while (this.#queue.length > 0 && !this.#stalled && !this.#sink.destroyed) {
      const wait = this.#queue[0]!.due - performance.now()
      if (wait > 0) {
        await sleep(wait)
        continue
      }
      if (this.#sink.writableNeedDrain) break
      const { bytes } = this.#queue.shift()!
      if (bytes === null) this.#sink.end()
      else this.#forward(bytes)
    }
    this.#running = false
  }

  #forward(bytes: Buffer): void {
    this.#queued -= bytes.length
    if (this.#queued < HIGH_WATER) this.#source.resume()
    const limit = this.#limit
    if (!limit || bytes.length < limit.bytes) {
      if (limit) limit.bytes -= bytes.length
      this.#sink.write(bytes)
      return
    }
    this.#stalled = true
    this.#sink.write(bytes.subarray(0, limit.bytes), limit.end)
  }
}

/** One connection through the proxy, and what may be done to it. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #lanes: Readonly<Record<Direction, Lane>>

  constructor(client: Socket, server: Socket) {
    this.#client = client
    this.#server = server
    this.#lanes = { toServer: new Lane(client, server), toClient: new Lane(server, client) }
  }

  /** Ends it properly towards both sides (FIN), as a proxy does that is told to stop. */
  cut(): void {
    for (const socket of [this.#client, this.#server]) {
      socket.end()
      // Whoever does not answer a FIN shall not hold it open.
      setTimeout(() => socket.destroy(), 100).unref()
    }
  }

  /** Ends it at once towards both sides (RST). */
  reset(): void {
    for (const socket of [this.#client, this.#server]) {
      // There is no RST before a connection is made, after its FIN, nor on a Unix socket.
      if (socket.remoteFamily === undefined || socket.writableEnded) socket.destroy()
      else socket.resetAndDestroy()
    }
  }

  /** Holds back all that it would forward, in both directions or one, without a word to either side. */
  blackhole(directions: readonly Direction[] = DIRECTIONS): void {
    for (const direction of directions) this.#lanes[direction].stall(true)
  }

  /** What comes from now on is forwarded so many milliseconds later. */
  delay(milliseconds: number): void {
    for (const direction of DIRECTIONS) this.#lanes[direction].delay(milliseconds)
  }

  /** Ends it in the middle of whatever it says: after so many more bytes in a direction. */
  endAfter(direction: Direction, bytes: number, how: How): void {
    this.#lanes[direction].endAfter(bytes, () => (how === 'cut' ? this.cut() : this.reset()))
  }

  /** Back to normal; what was held back goes through. */
  heal(): void {
    for (const direction of DIRECTIONS) {
      this.#lanes[direction].delay(0)
      this.#lanes[direction].stall(false)
    }
  }
}

/** Where a database's URL leads: a socket or a port. */
export function targetOf(url: string): NetConnectOpts {
  const { hostname, port } = new URL(url)
  const host = decodeURIComponent(hostname)
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port: Number(port) }
}

/**
 * A TCP proxy on a free port of the loopback that does to connections what networks do: to one of `connections`, or to
 * all at once and to those that come, until it is healed.
 */
export class FaultProxy {
  readonly connections = new Set<ProxiedConnection>()
  /** Where new connections lead. */
  target: NetConnectOpts
  /** Connections that were made through it so far. */
  made = 0
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #toNew: (connection: ProxiedConnection) => void = () => undefined
  #lost: { texts: readonly string[]; said: Map<ProxiedConnection, number> } | undefined

  constructor(target: NetConnectOpts) {
    this.target = target
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  /** Begins to listen; answers the port. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await new Promise((listening) => this.#server.once('listening', listening))
    return (this.#server.address() as AddressInfo).port
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.target, allowHalfOpen: true })
    const connection = new ProxiedConnection(client, server)
    this.made += 1
    this.connections.add(connection)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', (hadError) => {
        this.#sockets.delete(socket)
        this.connections.delete(connection)
        // One side that is gone for good is gone for the other, too, in the way in which it went.
        if (hadError) connection.reset()
      })
    }
    client.on('data', (bytes) => this.#hear(connection, bytes))
    this.#toNew(connection)
  }

  #hear(connection: ProxiedConnection, bytes: Buffer): void {
    if (!this.#lost) return
    const { texts, said } = this.#lost
    let heard = said.get(connection) ?? 0
    while (heard < texts.length && bytes.includes(texts[heard]!)) heard++
    said.set(connection, heard)
    if (heard < texts.length) return
    this.#lost = undefined
    connection.endAfter('toClient', 0, 'reset')
  }

  /**
   * The first connection that says these texts, one after the other, is reset as soon as the answer comes: what it asked for is
   * done, and nobody is told.
   */
  loseAnswer(...texts: readonly string[]): void {
    this.#lost = { texts, said: new Map() }
  }

  /** Ends all connections by FIN; new ones pass. */
  cut(): void {
    for (const connection of this.connections) connection.cut()
  }

  /** Ends all connections by RST; new ones pass. */
  reset(): void {
    for (const connection of this.connections) connection.reset()
  }

  /** Accepts, and forwards nothing: what is there and what comes. */
  blackhole(directions?: readonly Direction[]): void {
    this.#toAll((connection) => connection.blackhole(directions))
  }

  delay(milliseconds: number): void {
    this.#toAll((connection) => connection.delay(milliseconds))
  }

  /** Ends each connection, those that come as well, after so many more bytes in a direction. */
  endAfter(direction: Direction, bytes: number, how: How): void {
    this.#toAll((connection) => connection.endAfter(direction, bytes, how))
  }

  /** Back to normal. A connection that `endAfter` has marked keeps its mark. */
  heal(): void {
    this.#toAll((connection) => connection.heal())
    this.#toNew = () => undefined
  }

  #toAll(fault: (connection: ProxiedConnection) => void): void {
    this.#toNew = fault
    for (const connection of this.connections) fault(connection)
  }

  /** Stops listening, and ends what is left. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

/** A proxy before a database, and the database's URL through it. */
export async function proxyBefore(databaseUrl: string): Promise<{ proxy: FaultProxy; url: string }> {
  const proxy = new FaultProxy(targetOf(databaseUrl))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(await proxy.listen())
  return { proxy, url: url.href }
}
