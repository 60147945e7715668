import { noteServerTime } from './clock.ts'
import { currentKey, keyRefused } from './session.ts'

/** One field's fault, as the API names it: `path` is dotted, with array indexes. */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

/** What the API refused, as it said it (RFC 9457); or that it could not be reached, with the status 0. */
export class ApiProblem extends Error {
  /** The HTTP status; 0 where no answer came. */
  readonly status: number
  /** A stable word to compare; `unreachable` where no answer came. */
  readonly code: string
  readonly errors: readonly FieldFault[]
  /** All members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(status: number, members: Readonly<Record<string, unknown>>) {
    super(typeof members['detail'] === 'string' ? members['detail'] : `The server answered ${status}.`)
    this.name = 'ApiProblem'
    this.status = status
    this.code = typeof members['code'] === 'string' ? members['code'] : 'unknown'
    this.errors = Array.isArray(members['errors']) ? (members['errors'] as FieldFault[]) : []
    this.members = members
  }
}

/** What no answer says of a change: it may have been done all the same. */
const UNCERTAIN = 'it is not known whether that was done. Look, then try again'

const unreachable = (method: Method): ApiProblem =>
  new ApiProblem(0, {
    code: 'unreachable',
    detail:
      method === 'GET'
        ? 'The server cannot be reached; check that it runs and that you are online, then try again.'
        : `No answer came, so ${UNCERTAIN}; check that the server runs and that you are online.`,
  })

export type QueryValue = string | number | boolean | undefined | readonly (string | number)[]

export interface CallOptions {
  /** Parameters; an array repeats its name, undefined leaves it out. */
  readonly query?: Readonly<Record<string, QueryValue>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** The version that the change is meant for (If-Match). */
  readonly version?: number
  /** The same key makes the same effect, once. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  /** Instead of the session's own; what is refused for it ends no session. */
  readonly key?: string
}

/** An answer with what its headers say. */
export interface Answer<T> {
  readonly data: T
  /** The cursor of the next page, where there is one. */
  readonly nextCursor: string | undefined
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

function addressOf(path: string, query: CallOptions['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as readonly (string | number)[]) : [value])
      if (each !== undefined) parameters.append(name, String(each))
  const text = parameters.toString()
  return text ? `${path}?${text}` : path
}

function nextCursorOf(link: string | null): string | undefined {
  const target = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1]
  return target ? (new URL(target, location.origin).searchParams.get('cursor') ?? undefined) : undefined
}

async function read(method: Method, response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    const uncertain = method !== 'GET' && response.status >= 500
    throw new ApiProblem(response.status, {
      code: 'unknown',
      detail: `Something between here and the server answered ${response.status}${uncertain ? `, so ${UNCERTAIN}.` : '; try again in a moment.'}`,
    })
  }
}

/** Calls the API. Throws ApiProblem; a refused key (401) ends the session, which leads to the login. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const key = options.key ?? currentKey()
  const headers: Record<string, string> = {}
  if (key !== null) headers['authorization'] = `Bearer ${key}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  let response: Response
  let body: unknown
  const sent = Date.now()
  try {
    response = await fetch(addressOf(path, options.query), {
      method,
      headers,
      credentials: 'omit',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
    noteServerTime(response.headers.get('date'), sent)
    body = await read(method, response)
  } catch (error) {
    if (error instanceof ApiProblem || options.signal?.aborted) throw error
    throw unreachable(method)
  }
  if (response.ok) return { data: body as T, nextCursor: nextCursorOf(response.headers.get('link')) }
  const problem = new ApiProblem(response.status, (body ?? {}) as Record<string, unknown>)
  if (problem.status === 401 && options.key === undefined) keyRefused(key, problem.message)
  throw problem
}

/** A new Idempotency-Key. `crypto.randomUUID` is missing where a page came by plain HTTP from another machine. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/** The data of a GET: what most queries are made of. */
export const get = async <T>(path: string, options?: CallOptions): Promise<T> =>
  (await call<T>('GET', path, options)).data

export const post = async <T>(path: string, body?: unknown, options?: CallOptions): Promise<T> =>
  (await call<T>('POST', path, { ...options, ...(body === undefined ? {} : { body }) })).data

export const patch = async <T>(path: string, body: unknown, options?: CallOptions): Promise<T> =>
  (await call<T>('PATCH', path, { ...options, body })).data

export const remove = async (path: string, options?: CallOptions): Promise<void> =>
  void (await call('DELETE', path, options))
