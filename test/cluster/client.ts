import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long one attempt may take before another server is asked, and all attempts of a call together. */
const ATTEMPT_MILLISECONDS = 5_000
const CALL_MILLISECONDS = 60_000
/** The same for a question about everything that there is, as `/verify` of 100,000 tasks and all that happened to them. */
const WHOLE_MILLISECONDS = 600_000

/** A call that was refused for good. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(what: string, status: number, code: string, detail: string) {
    super(`${what}: ${status} ${code}: ${detail}`)
    this.status = status
    this.code = code
  }
}

interface ProblemBody {
  code?: string
  detail?: string
  retry_after?: number
}

/**
 * A client as the documents ask for one: it does what a problem's `retry_after` says, and asks the next server where one
 * does not answer; each POST has an Idempotency-Key, so that it may be sent again.
 */
export class FollowingClient {
  readonly #urls: readonly string[]
  readonly #key: string
  #at: number
  /** Attempts that found nobody listening, those that were cut off, and answers that said to come back. */
  readonly counts = { refused: 0, cut: 0, deferred: 0 }

  constructor(urls: readonly string[], key: string, first: number) {
    this.#urls = urls
    this.#key = key
    this.#at = first % urls.length
  }

  /** Throws Refused for what no later attempt would change, and where there was no answer for a minute. */
  call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#call(method, path, body, ATTEMPT_MILLISECONDS, CALL_MILLISECONDS)
  }

  /** Asks something that takes the longer the more there is. */
  ask<T>(path: string): Promise<T> {
    return this.#call('GET', path, undefined, WHOLE_MILLISECONDS, WHOLE_MILLISECONDS)
  }

  async #call<T>(method: string, path: string, body: unknown, attempt: number, within: number): Promise<T> {
    const deadline = Date.now() + within
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    }
    for (;;) {
      const answer = await this.#attempt(method, path, headers, body, attempt)
      if (answer && answer.status < 400) return answer.body as T
      if (answer) {
        const { code = 'none', detail = '', retry_after } = answer.body as ProblemBody
        if (retry_after === undefined || Date.now() > deadline)
          throw new Refused(`${method} ${path}`, answer.status, code, detail)
        this.counts.deferred++
        await sleep(retry_after * 1000)
      } else {
        if (Date.now() > deadline) throw new Refused(`${method} ${path}`, 0, 'none', 'no server answers')
        await sleep(50)
      }
      // Who is busy with this very request is the one to ask again; who stops or is gone is not.
      if (answer?.status !== 409) this.#at = (this.#at + 1) % this.#urls.length
    }
  }

  async #attempt(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: unknown,
    within: number,
  ): Promise<{ status: number; body: unknown } | undefined> {
    try {
      const answer = await fetch(this.#urls[this.#at] + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(within),
      })
      return { status: answer.status, body: await answer.json() }
    } catch (error) {
      const { cause } = error as { cause?: NodeJS.ErrnoException }
      this.counts[cause?.code === 'ECONNREFUSED' ? 'refused' : 'cut']++
      return undefined
    }
  }
}
