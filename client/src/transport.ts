import { backoff, pause } from './pause.ts'
import { CairnProblem, type ProblemDocument } from './problem.ts'

/** Where a server is, and the key to use there. */
export interface Place {
  /** Its address, with or without a trailing slash. */
  url: string
  key: string
}

/** How one call is sent. */
export interface CallLimits {
  /** For how many seconds a call is sent again while it gets no answer; 60 unless given. */
  patience_seconds?: number
  /** How many seconds one attempt may take; 45 unless given. */
  attempt_seconds?: number
  /** Ends the call at once, with its reason. */
  signal?: AbortSignal
  /** Sends a POST without an Idempotency-Key: for one that may be repeated without harm. */
  keyless?: boolean
}

/** A call, made ready to be sent once or again. */
export interface Call {
  method: string
  /** Path and query. */
  target: string
  headers: Headers
  body: string | undefined
}

/** What a server answered, when it did what it was asked. */
export interface Answer {
  value: unknown
  headers: Headers
}

/** Node's words for a connection that was never made: whatever the call would have done, it was not done. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']

/** Who got no answer of an origin. */
const GATEWAY_STATUSES = [502, 504]

/** A key of 128 random bits; `crypto.randomUUID` is missing on pages that are not served by HTTPS. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/** Whether sending it twice does no more than sending it once: by its method, its Idempotency-Key, or its version. */
const repeatable = ({ method, headers }: Call): boolean =>
  method !== 'PATCH' || (headers.get('if-match') ?? '*') !== '*'

const isJson = (headers: Headers): boolean => /\bjson\b/.test(headers.get('content-type') ?? '')

/**
 * Sends calls, and sends them again where that is safe: after a lost connection, an answer 503 or 429, and while the first
 * attempt is still in flight. Any other refusal is final.
 */
export class Transport {
  readonly #place: () => Place | Promise<Place>
  readonly #fetch: typeof fetch
  readonly #onRetry: ((problem: CairnProblem) => void) | undefined

  constructor(
    place: () => Place | Promise<Place>,
    fetcher: typeof fetch,
    onRetry: ((problem: CairnProblem) => void) | undefined,
  ) {
    this.#place = place
    this.#fetch = fetcher
    this.#onRetry = onRetry
  }

  /** Throws CairnProblem, or the reason of an aborted signal. */
  async send(call: Call, limits: CallLimits): Promise<Answer> {
    const { patience_seconds = 60, attempt_seconds = 45, signal, keyless = false } = limits
    if (call.method === 'POST' && !keyless && !call.headers.has('idempotency-key'))
      call.headers.set('idempotency-key', newKey())
    const deadline = performance.now() + patience_seconds * 1000
    let uncertain = false
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#attempt(call, attempt_seconds * 1000, signal, uncertain)
      if (!(answer instanceof CairnProblem)) return answer
      if (call.method === 'DELETE' && uncertain && answer.status === 404)
        return { value: undefined, headers: new Headers() }
      const wait = backoff(attempt) + (answer.retryAfter ?? 0) * 1000
      if (!mayRepeat(call, answer) || performance.now() + wait > deadline) throw answer
      uncertain ||= leavesOpen(answer)
      this.#onRetry?.(answer)
      await pause(wait, signal)
    }
  }

  async #attempt(
    { method, target, headers, body }: Call,
    milliseconds: number,
    signal: AbortSignal | undefined,
    uncertain: boolean,
  ): Promise<Answer | CairnProblem> {
    signal?.throwIfAborted()
    const { url, key } = await this.#place()
    const ending = new AbortController()
    const end = (): void => ending.abort(signal?.reason)
    signal?.addEventListener('abort', end)
    const timer = setTimeout(
      () => ending.abort(new Error(`no answer within ${Math.ceil(milliseconds / 1000)} s`)),
      milliseconds,
    )
    try {
      const sent = new Headers(headers)
      sent.set('authorization', `Bearer ${key}`)
      const response = await this.#fetch(url.replace(/\/+$/, '') + target, {
        method,
        headers: sent,
        signal: ending.signal,
        // The key is for this server alone.
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      })
      // Read here: an answer that breaks off in its middle is no answer.
      return read(response, await response.text(), uncertain)
    } catch (cause) {
      signal?.throwIfAborted()
      return unreachable(url, cause, uncertain)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
  }
}

/** Throws a SyntaxError for JSON that breaks off. */
function read(response: Response, text: string, uncertain: boolean): Answer | CairnProblem {
  const { status, headers } = response
  const value: unknown = isJson(headers) && text !== '' ? JSON.parse(text) : text || undefined
  if (response.ok) return { value, headers }
  const requestId = headers.get('x-request-id') ?? undefined
  const given = Number(headers.get('retry-after') ?? NaN)
  const retry = Number.isFinite(given) ? { retry_after: given } : {}
  const known = { ...(requestId ? { requestId } : {}), uncertain }
  if (isJson(headers) && typeof (value as ProblemDocument | undefined)?.code === 'string')
    return new CairnProblem({ ...retry, ...(value as ProblemDocument), status }, known)
  const type = headers.get('content-type') ?? 'no content'
  return new CairnProblem(
    {
      code: 'unexpected_answer',
      status,
      detail: `What answered ${status} with ${type} is no Cairn Codex server; check the URL, and what stands before the server.`,
      ...retry,
    },
    known,
  )
}

function unreachable(url: string, cause: unknown, uncertain: boolean): CairnProblem {
  const { code, message } = ((cause as Error).cause ?? cause ?? {}) as { code?: string; message?: string }
  return new CairnProblem(
    {
      code: 'unreachable',
      status: 0,
      detail: `The server at ${url} does not answer (${code ?? message}); see whether it runs, then try again.`,
      never_sent: NEVER_SENT.includes(code ?? ''),
    },
    { uncertain, cause },
  )
}

/** Whether the attempt may have done what it was to do, although it says that it failed. */
const leavesOpen = ({ code, status, extra }: CairnProblem): boolean =>
  code === 'unreachable'
    ? extra['never_sent'] !== true
    : code === 'outcome_unknown' || GATEWAY_STATUSES.includes(status)

function mayRepeat(call: Call, problem: CairnProblem): boolean {
  if (leavesOpen(problem)) return repeatable(call)
  return (
    problem.code === 'unreachable' ||
    problem.code === 'idempotency_in_flight' ||
    problem.status === 503 ||
    problem.status === 429
  )
}
