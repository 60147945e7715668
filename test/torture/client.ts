import { setTimeout as sleep } from 'node:timers/promises'

/** An answer that counts: neither a failure of the server nor a call still in flight. */
export interface Final {
  status: number
  body: unknown
  /** When the attempt was sent that was answered. */
  sent: Date
}

/** How long one attempt may take before it is sent again. */
const PATIENCE_MILLISECONDS = 1_500
/** Milliseconds between two attempts: few servers come back sooner, and none shall be kept from it. */
const FIRST_WAIT = 40
const LONGEST_WAIT = 320

/** Sends calls again under their Idempotency-Key until they are answered, or nobody wants to know any more. */
export class Client {
  /** Attempts that came to nothing. */
  again = 0
  readonly #url: string
  readonly #key: string
  readonly #signal: AbortSignal

  constructor(url: string, key: string, signal: AbortSignal) {
    this.#url = url
    this.#key = key
    this.#signal = signal
  }

  get(path: string, patience = PATIENCE_MILLISECONDS): Promise<Final | undefined> {
    return this.#send('GET', path, {}, undefined, patience)
  }

  /** Undefined when it was given up: then it may have been done, or not. */
  post(path: string, body: unknown, idempotencyKey: string): Promise<Final | undefined> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }
    return this.#send('POST', path, headers, JSON.stringify(body), PATIENCE_MILLISECONDS)
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
    patience: number,
  ): Promise<Final | undefined> {
    for (let wait = FIRST_WAIT; !this.#signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const answer = await this.#once(method, path, headers, body, patience)
      if (answer) return answer
      this.again += 1
      await sleep(wait)
    }
    return undefined
  }

  async #once(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
    patience: number,
  ): Promise<Final | undefined> {
    const sent = new Date()
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: { ...headers, authorization: `Bearer ${this.#key}` },
        body: body ?? null,
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(patience)]),
      })
      const text = await response.text()
      const value: unknown = text === '' ? null : JSON.parse(text)
      const code = (value as { code?: unknown } | null)?.code
      const final = response.status < 500 && code !== 'idempotency_in_flight'
      return final ? { status: response.status, body: value, sent } : undefined
    } catch {
      return undefined
    }
  }
}
