import { WebSocket, type RawData } from 'ws'
import type { Place } from './mixed-load.ts'

interface Event {
  readonly sequence: number
  readonly id: string
  readonly type: string
}

/** Somebody who follows the record, and notices when it misses or repeats something. */
abstract class Follower {
  readonly name: string
  last = 0
  /** How many events of tasks it has got. */
  taskEvents = 0
  readonly faults: string[] = []

  constructor(name: string) {
    this.name = name
  }

  protected take({ sequence, type }: Event): void {
    if (sequence !== this.last + 1 && this.faults.length < 10)
      this.faults.push(`${this.name}: ${sequence} came after ${this.last}`)
    this.last = sequence
    if (type.startsWith('task.')) this.taskEvents++
  }

  abstract close(): Promise<void>
}

/** Follows `GET /events`, with long waits. */
export class EventsFollower extends Follower {
  #open = true
  readonly #done: Promise<void>

  constructor({ url, key }: Place) {
    super('the follower of /events')
    this.#done = this.#follow(url, key).catch(
      (error: Error) => void this.faults.push(`${this.name}: ${error.message}`),
    )
  }

  async #follow(url: string, key: string): Promise<void> {
    while (this.#open) {
      const answer = await fetch(`${url}/events?after=${this.last}&limit=500&wait_seconds=2`, {
        headers: { authorization: `Bearer ${key}` },
      })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      for (const event of (await answer.json()) as Event[]) this.take(event)
    }
  }

  async close(): Promise<void> {
    this.#open = false
    await this.#done
  }
}

/** Follows `/ws` from the record's start. */
export class SocketFollower extends Follower {
  readonly #socket: WebSocket
  #open = true

  constructor({ url, key }: Place) {
    super('the follower of /ws')
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`)
    this.#socket.on('open', () =>
      this.#socket.send(JSON.stringify({ authorization: `Bearer ${key}`, subscribe: {}, after: 0 })),
    )
    this.#socket.on('message', (data: RawData) => {
      const message = JSON.parse((data as Buffer).toString()) as { type: string; event: Event }
      if (message.type === 'event') this.take(message.event)
      else if (message.type !== 'ready') this.faults.push(`${this.name}: ${JSON.stringify(message)}`)
    })
    this.#socket.on('error', (error) => void this.faults.push(`${this.name}: ${error.message}`))
    this.#socket.on('close', (code) => {
      if (this.#open) this.faults.push(`${this.name}: closed by ${code}`)
    })
  }

  async close(): Promise<void> {
    this.#open = false
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.close()
    await closed
  }
}
