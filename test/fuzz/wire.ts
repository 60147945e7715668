import { connect, type Socket } from 'node:net'

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** What came of some bytes. */
export interface Exchange {
  readonly answers: readonly WireAnswer[]
  /** `open`: an answer came and the connection stands. `late`: it stood without a whole answer for 20 seconds. */
  readonly end: 'open' | 'closed' | 'late'
}

/** After so long without an answer or an end, a request counts as hanging. */
const PATIENCE_MILLISECONDS = 20_000

/** Switching protocols. */
const SWITCHED = 101

/** No answer is that large; what is has no end. */
const MOST_BYTES = 64 * 1024 * 1024

interface Parsed {
  answer: WireAnswer
  /** Bytes that it took. */
  length: number
  closes: boolean
}

/** The body of an answer in chunks, and how many bytes it takes; undefined while it is not whole. */
function unchunk(bytes: Buffer): { body: Buffer; length: number } | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = parseInt(bytes.toString('latin1', at, line), 16)
    at = line + 2
    if (bytes.length < at + size + 2) return undefined
    if (size === 0) return { body: Buffer.concat(parts), length: at + 2 }
    parts.push(bytes.subarray(at, at + size))
    at += size + 2
  }
}

/** The first answer in the bytes; undefined while it is not whole. `over`: no more will come. */
function parse(bytes: Buffer, method: string, over: boolean): Parsed | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? NaN)
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const rest = bytes.subarray(end + 4)
  const answer = (body: Buffer, length: number): Parsed => ({
    answer: { status, headers, body },
    length: end + 4 + length,
    closes: headers.get('connection')?.toLowerCase().includes('close') ?? false,
  })
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return answer(Buffer.alloc(0), 0)
  if (headers.get('transfer-encoding')?.includes('chunked')) {
    const found = unchunk(rest)
    return found && answer(found.body, found.length)
  }
  const length = headers.get('content-length')
  if (length === undefined) return over ? answer(rest, rest.length) : undefined
  return rest.length >= Number(length) ? answer(rest.subarray(0, Number(length)), Number(length)) : undefined
}

/** A connection to a server that sends bytes as they are and keeps to HTTP in what it reads. */
export class Wire {
  readonly #socket: Socket
  #bytes: Buffer = Buffer.alloc(0)
  #closed = false
  #woken: (() => void) | undefined

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const over = (): void => {
      this.#closed = true
      this.#woken?.()
    }
    this.#socket.on('data', (chunk: Buffer) => {
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
      if (this.#bytes.length > MOST_BYTES) this.#socket.destroy()
      this.#woken?.()
    })
    this.#socket.on('end', over)
    this.#socket.on('close', over)
    // A reset is an end like another; what came before it counts.
    this.#socket.on('error', over)
  }

  /** Whether another request may be sent. */
  get usable(): boolean {
    return !this.#closed && this.#bytes.length === 0
  }

  /**
   * Sends bytes and waits for one answer to `method`; or, with `endAfter`, ends this side of the connection after so many
   * milliseconds, and waits until the server has ended its own, however many answers that brings. What follows the answer
   * 101, which is no HTTP, is its body.
   */
  async exchange(
    bytes: Buffer,
    { method, endAfter }: { method: string; endAfter?: number },
  ): Promise<Exchange> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS
    const answers: WireAnswer[] = []
    this.#socket.write(bytes)
    if (endAfter !== undefined) setTimeout(() => this.#socket.end(), endAfter)
    for (;;) {
      const switched = answers.at(-1)?.status === SWITCHED
      const found = switched ? undefined : parse(this.#bytes, method, this.#closed)
      if (found) {
        this.#bytes = this.#bytes.subarray(found.length)
        if (found.answer.status < 200 && found.answer.status !== SWITCHED) continue
        answers.push(found.answer)
        if (endAfter !== undefined) continue
        return { answers, end: this.#closed || found.closes ? 'closed' : 'open' }
      }
      if (this.#closed && switched) answers.push({ ...answers.pop()!, body: this.#bytes })
      if (this.#closed) return { answers, end: 'closed' }
      const left = deadline - Date.now()
      if (left <= 0) return { answers, end: 'late' }
      await this.#news(left)
    }
  }

  #news(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#woken = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
