import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './eventually.ts'

/** A request as it came. */
export interface Received {
  /** The event's id. */
  id: string
  headers: IncomingHttpHeaders
  /** The raw body. */
  body: string
  /** The body, parsed. */
  event: { id: string; type: string; timestamp: string; data: Record<string, never> }
}

/** What a receiver answers: a status, headers with it, or nothing at all (`hang`), or a cut connection (`cut`). */
export type Reply = number | { status: number; headers: Record<string, string> } | 'hang' | 'cut'

export interface TestReceiver {
  url: string
  received: Received[]
  /** Changes what it answers from now on. */
  answer(reply: Reply | ((received: Received) => Reply)): void
  /** Waits until so many requests have come, and answers all. */
  got(count: number): Promise<Received[]>
  /** Answers, with this status, whoever was left hanging. */
  release(status: number): void
  /** Cuts all connections. */
  hangUp(): void
  close(): void
}

/** A real HTTP receiver of webhooks on loopback; answers 204 unless told otherwise. */
export async function testReceiver(): Promise<TestReceiver> {
  const received: Received[] = []
  const hanging: ServerResponse[] = []
  let reply: (received: Received) => Reply = () => 204
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const event = JSON.parse(body) as Received['event']
      const one = { id: event.id, headers: request.headers, body, event }
      received.push(one)
      const said = reply(one)
      if (said === 'hang') return void hanging.push(response)
      if (said === 'cut') return request.socket.destroy()
      const { status, headers } = typeof said === 'number' ? { status: said, headers: {} } : said
      response.writeHead(status, headers).end(status === 204 ? undefined : `status ${status}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answer: (next) => void (reply = typeof next === 'function' ? next : () => next),
    async got(count) {
      await eventually(`${count} requests came`, () => received.length >= count)
      return received
    },
    release: (status) => hanging.splice(0).forEach((response) => response.writeHead(status).end()),
    hangUp: () => server.closeAllConnections(),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
