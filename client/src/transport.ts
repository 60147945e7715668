import { CairnProblem, type ProblemDocument } from './problem.ts'
import { Failed, failingOf, newIdempotencyKey, sendUntilAnswered, wasNeverSent } from './sending.ts'

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

const isJson = (headers: Headers): boolean => /\bjson\b/.test(headers.get('content-type') ?? '')

/** Sends calls, and sends them again by the rules of `sendUntilAnswered`. */
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
    const { method, headers } = call
    if (method === 'POST' && !keyless && !headers.has('idempotency-key'))
      headers.set('idempotency-key', newIdempotencyKey())
    const sent = await sendUntilAnswered<Answer, CairnProblem>(
      (uncertain) => this.#attempt(call, attempt_seconds * 1000, signal, uncertain),
      { method, ifMatch: headers.get('if-match'), signal },
      { seconds: patience_seconds },
      this.#onRetry,
    )
    if (!('answer' in sent)) throw sent.reason
    return sent.answer ?? { value: undefined, headers: new Headers() }
  }

  async #attempt(
    { method, target, headers, body }: Call,
    milliseconds: number,
    signal: AbortSignal | undefined,
    uncertain: boolean,
  ): Promise<Answer | Failed<CairnProblem>> {
    const { url, key } = await this.#place()
    signal?.throwIfAborted()
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
      return unreachable(url, cause, ending.signal.aborted, uncertain)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
  }
}

/** Throws a SyntaxError for JSON that breaks off. */
function read(response: Response, text: string, uncertain: boolean): Answer | Failed<CairnProblem> {
  const { status, headers } = response
  const value: unknown = isJson(headers) && text !== '' ? JSON.parse(text) : text || undefined
  if (response.ok) return { value, headers }
  const requestId = headers.get('x-request-id') ?? undefined
  const given = Number(headers.get('retry-after') ?? NaN)
  const retry = Number.isFinite(given) ? { retry_after: given } : {}
  const known = { ...(requestId ? { requestId } : {}), uncertain }
  const document = value as ProblemDocument | undefined
  if (isJson(headers) && typeof document?.code === 'string')
    return failedBy(new CairnProblem({ ...retry, ...document, status }, known), document.code)
  const type = headers.get('content-type') ?? 'no content'
  return failedBy(
    new CairnProblem(
      {
        code: 'unexpected_answer',
        status,
        detail: `What answered ${status} with ${type} is no Cairn Codex server; check the URL, and what stands before the server.`,
        ...retry,
      },
      known,
    ),
  )
}

/** `code` is the server's own, undefined where it is none of ours. */
const failedBy = (problem: CairnProblem, code?: string): Failed<CairnProblem> =>
  new Failed(failingOf({ status: problem.status, code }), problem, problem)

function unreachable(url: string, cause: unknown, late: boolean, uncertain: boolean): Failed<CairnProblem> {
  const { code, message } = ((cause as Error).cause ?? cause ?? {}) as { code?: string; message?: string }
  const neverSent = !late && wasNeverSent(cause)
  const problem = new CairnProblem(
    {
      code: 'unreachable',
      status: 0,
      detail: `The server at ${url} does not answer (${code ?? message}); see whether it runs, then try again.`,
      never_sent: neverSent,
    },
    { uncertain, cause },
  )
  return new Failed(neverSent ? 'unreached' : late ? 'silent' : 'lost', problem)
}
