import path from 'node:path'
import {
  Failed,
  failingOf,
  isOfGateway,
  isRepeatable,
  newIdempotencyKey,
  sendUntilAnswered,
  wasNeverSent,
  type Sending,
} from '@cairn-codex/client/sending'
import { apiKey } from '../../features/index.ts'
import { UsageError, type CallOptions } from '../../kernel/command.ts'
import { parseJson } from '../../kernel/json.ts'
import type { Operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import { isLoopback } from '../http/loopback.ts'
import { port } from '../http/settings.ts'
import { requestTarget, splitInput } from '../openapi/request.ts'
import { AnswerLost, Unreachable } from './faults.ts'
import { announcedServer, serverFile } from './listening.ts'
import { generatedKey, keyFile } from './operator-key.ts'
import { serverUrl } from './settings.ts'

const PROGRESS_JSON = 'application/x-ndjson'

/** For how long a call is sent again: a server that died holds its Idempotency-Keys for 12 seconds. */
const PATIENCE_SECONDS = 20

/** How long an attempt may take: a call waits on the server for 30 seconds at most. */
const ATTEMPT_SECONDS = 45

/** The code of a refusal that is no problem document. */
const UNKNOWN_REFUSAL = 'failed'

/** What the server answered. */
export interface RemoteAnswer {
  readonly status: number
  /** The parsed body; null where there is none. */
  readonly body: unknown
  /** Path and query of the next page, where there is one. */
  readonly next: string | undefined
}

/** An attempt that was sent, and got no whole answer. The message is the reason. */
class Lost extends Error {
  /** Nothing was said for the whole of an attempt's time. */
  readonly silent: boolean

  constructor(reason: string, { silent = false, ...options }: ErrorOptions & { silent?: boolean } = {}) {
    super(reason, options)
    this.silent = silent
  }
}

/** How long a server is waited for; both have their defaults. */
interface Patience {
  /** For how long a call is sent again. */
  readonly seconds?: number
  readonly attemptSeconds?: number
}

/** A call, made ready to be sent once or again. */
interface Call extends Sending {
  readonly method: Operation['http']['method']
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly onProgress?: CallOptions['onProgress']
  /** It may run for long: its answer is waited for as long as the connection stands. */
  readonly long?: boolean
}

/** A server, by its settings: CAIRN_URL, or the one of the data directory, or the port that one would take. */
export class Remote {
  readonly #settings: Settings
  readonly #operations: ReadonlyMap<string, Operation>
  readonly #patience: Patience

  constructor(settings: Settings, operations: ReadonlyMap<string, Operation>, patience: Patience = {}) {
    this.#settings = settings
    this.#operations = operations
    this.#patience = patience
  }

  /** Where the server is, and how we know. */
  get #place(): { url: string; source: string } {
    const given = this.#settings.get(serverUrl)
    if (given) return { url: given, source: 'CAIRN_URL' }
    const announced = announcedServer(this.#settings)
    if (announced) return { url: announced.url, source: serverFile(this.#settings) }
    return { url: `http://127.0.0.1:${this.#settings.get(port)}`, source: 'PORT' }
  }

  /**
   * The key to use with a server's address. Throws UsageError when there is none: the data directory's own is for servers of this
   * machine, and is never sent to another.
   */
  #keyFor(url: string): string {
    const local = isLoopback(new URL(url).hostname)
    const key = this.#settings.get(apiKey) ?? (local ? generatedKey(this.#settings) : undefined)
    if (key) return key
    throw new UsageError(
      local
        ? `no key to call ${url} with: set CAIRN_API_KEY, or CAIRN_DATA_DIR to where the server keeps ${keyFile(this.#settings)}`
        : `no key to call ${url} with: set CAIRN_API_KEY`,
    )
  }

  /** Throws UsageError when there is no key to call the server with, whether that runs or not. */
  requireKey(): void {
    this.#keyFor(this.#place.url)
  }

  /**
   * The server's address without a trailing slash, and the key to use with it. Throws UsageError when there is no key, and
   * Unreachable where the key is the data directory's own and no server runs there: who has the port is somebody else.
   */
  server(): { url: string; key: string } {
    const { url, source } = this.#place
    const key = this.#keyFor(url)
    if (source === 'PORT' && this.#settings.get(apiKey) === undefined)
      throw new Unreachable(
        `No server runs on ${path.dirname(keyFile(this.#settings))}; start one with \`cairn serve\`, or set CAIRN_URL.`,
      )
    return { url, key }
  }

  /** Calls an operation by its name. Throws as `request` does. */
  async call(name: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    const op = this.#operations.get(name)
    if (!op) throw new Error(`there is no operation ${name}`)
    return (await this.request(op, input as Record<string, unknown>, options)).body
  }

  /** Calls an operation with its flat input. Throws Problem, Unreachable, AnswerLost and UsageError. */
  async request(
    op: Operation,
    input: Readonly<Record<string, unknown>>,
    options: CallOptions = {},
  ): Promise<RemoteAnswer> {
    const parts = splitInput(op, input)
    const { ifMatch, signal, onProgress } = options
    const { method } = op.http
    const idempotencyKey = options.idempotencyKey ?? (method === 'POST' ? newIdempotencyKey() : undefined)
    const streams = op.reportsProgress && onProgress
    const isText = typeof parts.body === 'string' && op.http.textBody?.[0]
    return this.#send({
      method,
      target: targetOf(op, parts),
      headers: {
        accept: streams ? PROGRESS_JSON : 'application/json',
        ...(parts.body === undefined ? {} : { 'content-type': isText || 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(parts.body === undefined ? {} : { body: isText ? String(parts.body) : JSON.stringify(parts.body) }),
      secret: op.withoutSecret !== undefined,
      long: op.reportsProgress === true,
      ifMatch,
      signal,
      onProgress,
    })
  }

  /** The page that a Link header names. Throws as `request` does. */
  page(target: string): Promise<RemoteAnswer> {
    return this.#send({ method: 'GET', target, headers: { accept: 'application/json' } })
  }

  async #send(call: Call): Promise<RemoteAnswer> {
    const sent = await sendUntilAnswered<RemoteAnswer, Error>(
      () => this.#inTime(call).catch(failedBy),
      call,
      {
        seconds: this.#patience.seconds ?? PATIENCE_SECONDS,
        attended: true,
      },
    )
    if ('answer' in sent) return sent.answer ?? { status: 204, body: null, next: undefined }
    const { reason, lost, doubt } = sent
    if (doubt === 'may_be_done') throw this.#lost(call, lost!)
    if (doubt === 'by_itself' && reason instanceof Problem)
      throw new Problem(
        reason.code,
        reason.status,
        `${reason.detail} The answer to an attempt before this one was lost: it may have done what this one was refused for.`,
        reason.extra,
      )
    throw reason instanceof Lost ? this.#lost(call, reason) : reason
  }

  /** One attempt, as long as one may take. Throws as `#attempt` does. */
  async #inTime(call: Call): Promise<RemoteAnswer> {
    if (call.long) return this.#attempt(call)
    const { attemptSeconds = ATTEMPT_SECONDS } = this.#patience
    const late = AbortSignal.timeout(attemptSeconds * 1000)
    const signal = call.signal ? AbortSignal.any([call.signal, late]) : late
    return this.#attempt({ ...call, signal }).catch((error: unknown) => {
      if (late.aborted && error instanceof Lost)
        throw new Lost(`no answer within ${attemptSeconds} s`, { cause: error, silent: true })
      throw error
    })
  }

  /** Throws Lost for what was sent and got no whole answer, beside what is final. */
  async #attempt({ method, target, headers, body, signal, onProgress }: Call): Promise<RemoteAnswer> {
    const { url, key } = this.server()
    const response = await fetch(url + target, {
      method,
      redirect: 'manual',
      headers: { ...headers, authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    }).catch((error: unknown) => {
      throw wasNeverSent(error) ? this.#unreachable(error) : new Lost(reasonOf(error), { cause: error })
    })
    if (isOfGateway(response.status)) throw new Lost(`${response.status} of a gateway`)
    if (response.headers.get('content-type')?.startsWith(PROGRESS_JSON) && onProgress)
      return followProgress(response, onProgress)
    return this.#answer(response)
  }

  #unreachable(error: unknown): Unreachable {
    const { url, source } = this.#place
    return new Unreachable(
      `No server answers at ${url} (from ${source}; ${reasonOf(error)}); start one with \`cairn serve\`, or set CAIRN_URL.`,
      { cause: error },
    )
  }

  /** What to do where an answer was lost for good: a change may have been made. */
  #lost(call: Call, lost: Error): Unreachable | AnswerLost {
    const { url, source } = this.#place
    const where = `${url} (from ${source}; ${lost instanceof Problem ? lost.code : lost.message})`
    if (call.method === 'GET')
      return new Unreachable(`No answer came from ${where}; see whether the server runs, then try again.`, {
        cause: lost,
      })
    const key = isRepeatable(call) && call.headers['idempotency-key']
    return new AnswerLost(
      `The answer of ${where} was lost, and it may have been done: look before you send it again${
        key ? `, or send it with the Idempotency-Key ${key}, under which it is done once` : ''
      }.`,
      { cause: lost },
    )
  }

  async #answer(response: Response): Promise<RemoteAnswer> {
    const text = await response.text().catch((error: unknown) => {
      throw new Lost(reasonOf(error), { cause: error })
    })
    const body = text === '' ? null : this.#parse(response, text)
    if (response.status >= 400) throw problemOf(body)
    const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    return { status: response.status, body, next }
  }

  /** An answer that is no JSON, or no answer at all, comes from something else that listens there. */
  #parse(response: Response, text: string): unknown {
    const type = response.headers.get('content-type') ?? ''
    try {
      if (/\bjson\b/.test(type) && (response.status < 300 || response.status >= 400)) return parseJson(text)
    } catch {
      // Told below.
    }
    const { url, source } = this.#place
    throw new Unreachable(
      `What answers at ${url} (from ${source}) is no Cairn Codex server: ${response.status} ${type || 'without a type'}.`,
      { answered: { status: response.status, retryAfter: Number(response.headers.get('retry-after')) || 0 } },
    )
  }
}

/** Hands on how far it is until the answer comes. Throws Lost where that is missing. */
async function followProgress(
  response: Response,
  onProgress: (done: number, total: number) => void,
): Promise<RemoteAnswer> {
  let answer: RemoteAnswer | undefined
  try {
    for await (const line of linesOf(response)) {
      const said = parseJson(line) as Partial<Progress & Final>
      if (said.progress) onProgress(said.progress.done, said.progress.total)
      else if (said.status !== undefined)
        answer = { status: said.status, body: said.body ?? null, next: undefined }
    }
  } catch (error) {
    throw new Lost(reasonOf(error), { cause: error })
  }
  if (!answer) throw new Lost('the connection ended before the answer')
  if (answer.status >= 400) throw problemOf(answer.body)
  return answer
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error))
}

interface Progress {
  progress: { done: number; total: number }
}

interface Final {
  status: number
  body: unknown
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines.filter(Boolean)
  }
  if (rest) yield rest
}

function targetOf(op: Operation, parts: ReturnType<typeof splitInput>): string {
  try {
    return requestTarget(op, parts)
  } catch (error) {
    throw new UsageError(`${op.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What failed an attempt, as the rules of sending again know it. Throws what is none of those. */
function failedBy(error: unknown): Failed<Error> {
  if (error instanceof Lost) return new Failed(error.silent ? 'silent' : 'lost', error)
  if (error instanceof Problem) {
    const { status, code, retryAfter } = error
    return new Failed(failingOf({ status, code: code === UNKNOWN_REFUSAL ? undefined : code }), error, {
      status,
      retryAfter,
    })
  }
  if (error instanceof Unreachable)
    return new Failed(error.answered ? failingOf(error.answered) : 'unreached', error, error.answered)
  throw error
}

/** A problem document as the error it was; anything else of that status is a problem without a code of its own. */
function problemOf(body: unknown): Problem {
  const { type: _type, title, status, detail, code, ...extra } = (body ?? {}) as Record<string, unknown>
  if (typeof code !== 'string' || typeof status !== 'number')
    return new Problem(UNKNOWN_REFUSAL, Number(status) || 500, `The server answered ${JSON.stringify(body)}.`)
  return new Problem(code, status, String(detail ?? title), extra)
}
