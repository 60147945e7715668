import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem, type ProblemDocument } from '../../kernel/problem.ts'

/** How long a call goes on trying while the server does not answer: a restart takes seconds. */
const PATIENCE_MILLISECONDS = 120_000

/**
 * One agent's way to the server. A call that gets no answer, or a 5xx, is sent again under the same Idempotency-Key, so
 * that its effect happens once. Throws Problem for every other refusal.
 */
export class Connection {
  readonly #url: string
  readonly #key: string
  /** How often a call had to be sent again. */
  retries = 0

  constructor(url: string, key: string) {
    this.#url = url
    this.#key = key
  }

  get<T>(path: string): Promise<T> {
    return this.#send<T>('GET', path, undefined)
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('POST', path, JSON.stringify(body))
  }

  async #send<T>(method: string, path: string, body: string | undefined): Promise<T> {
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
    }
    const deadline = Date.now() + PATIENCE_MILLISECONDS
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#once<T>(method, path, headers, body)
      if ('value' in answer) return answer.value
      const final = answer.problem.status < 500 && answer.problem.code !== 'idempotency_in_flight'
      if (final || Date.now() > deadline) throw answer.problem
      this.retries++
      await sleep(Math.min(2_000, 50 * 2 ** attempt) * (0.5 + Math.random()))
    }
  }

  async #once<T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<{ value: T } | { problem: Problem }> {
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.timeout(45_000),
      })
      const text = await response.text()
      const value: unknown = text === '' ? undefined : JSON.parse(text)
      if (response.ok) return { value: value as T }
      const { code, status, detail, type: _type, title: _title, ...extra } = value as ProblemDocument
      return { problem: new Problem(code, status, detail, extra) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return {
        problem: new Problem('unreachable', 503, `The server at ${this.#url} does not answer (${reason}).`),
      }
    }
  }
}
