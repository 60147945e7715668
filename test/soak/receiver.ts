import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a receiver behaves. */
export type Manner = 'steady' | 'slow' | 'failing' | 'flapping'

const SLOW_MILLISECONDS = 25
/** A flapping receiver is away for less than the first two waits together, and back for longer than all of them. */
const AWAY_MILLISECONDS = 1_500
const BACK_MILLISECONDS = 8_000

/** What came, as a webhook's receiver would keep it: by the event's id, however often it comes. */
export interface Arrival {
  id: string
  task: string
  version: number
}

/** A real HTTP receiver on loopback. */
export class Receiver {
  readonly name: string
  /** First arrivals, in their order. */
  readonly arrivals: Arrival[] = []
  /** Events that came again after they had been accepted. */
  again = 0
  /** Requests that it did not accept. */
  refused = 0
  readonly #manner: Manner
  readonly #seen = new Set<string>()
  readonly #server: Server
  readonly #since = Date.now()

  constructor(name: string, manner: Manner) {
    this.name = name
    this.#manner = manner
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('error', () => undefined)
      request.on('end', () => {
        void this.#answer(Buffer.concat(chunks)).then((status) => {
          if (status === undefined) request.socket.destroy()
          else response.writeHead(status).end()
        })
      })
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await new Promise((listening) => this.#server.once('listening', listening))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  has(id: string): boolean {
    return this.#seen.has(id)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** The status, or undefined to hang up. */
  async #answer(body: Buffer): Promise<number | undefined> {
    const away = (Date.now() - this.#since) % (AWAY_MILLISECONDS + BACK_MILLISECONDS) < AWAY_MILLISECONDS
    if (this.#manner === 'failing' || (this.#manner === 'flapping' && away)) {
      this.refused++
      return this.refused % 2 === 0 ? 503 : undefined
    }
    if (this.#manner === 'slow') await sleep(SLOW_MILLISECONDS)
    const { id, data } = JSON.parse(body.toString()) as {
      id: string
      data: { task: { id: string; version: number } }
    }
    if (this.#seen.has(id)) this.again++
    else this.arrivals.push({ id, task: data.task.id, version: data.task.version })
    this.#seen.add(id)
    return 204
  }
}

/** An event store: keeps batches by their id, and notices one that comes again with other events. */
export class Store {
  /** Ids of events by the batch that brought them. */
  readonly batches = new Map<string, string>()
  readonly events = new Map<string, string>()
  readonly faults: string[] = []
  readonly #server = createServer((request, response) => {
    if (request.method === 'GET') return void response.writeHead(200).end()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      this.#accept(Buffer.concat(chunks).toString())
      response.writeHead(200).end()
    })
  })

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await new Promise((listening) => this.#server.once('listening', listening))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/batches`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #accept(body: string): void {
    const { batch_id, events } = JSON.parse(body) as { batch_id: string; events: { id: string }[] }
    const before = this.batches.get(batch_id)
    if (before !== undefined && before !== body)
      this.faults.push(`the batch ${batch_id} came with other events`)
    this.batches.set(batch_id, body)
    for (const { id } of events) {
      const other = this.events.get(id) ?? batch_id
      if (other !== batch_id) this.faults.push(`the event ${id} came in two batches`)
      this.events.set(id, batch_id)
    }
  }
}
