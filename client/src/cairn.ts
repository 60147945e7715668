import createClient, { type FetchOptions } from 'openapi-fetch'
import type { components, paths } from './openapi.ts'
import type { CairnProblem } from './problem.ts'
import { Transport, type Call, type CallLimits, type Place } from './transport.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The paths that there are under a method. */
export type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never
}[keyof paths]

type OperationAt<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer Op> ? Op : never

/** What a call takes: `params` with `path`, `query` and `header`, and the `body`. */
type InputOf<Op> = Pick<FetchOptions<Op>, Extract<'params' | 'body', keyof FetchOptions<Op>>> & CallLimits

type Arguments<Op> = Record<never, never> extends InputOf<Op> ? [input?: InputOf<Op>] : [input: InputOf<Op>]

type ContentOf<Answer> = Answer extends { content: infer Content }
  ? Content extends { 'application/json': infer Json }
    ? Json
    : Content[keyof Content & `${string}/${string}`]
  : undefined

/** What an operation answers. */
type AnswerOf<Op> = Op extends { responses: infer Answers }
  ? {
      [Status in keyof Answers]: Status extends 200 | 201
        ? ContentOf<Answers[Status]>
        : Status extends 204
          ? undefined
          : never
    }[keyof Answers]
  : never

/** What the call of a method and path takes as its body. */
export type BodyOf<M extends Method, P extends PathsOf<M>> =
  OperationAt<P, M> extends { requestBody?: { content: { 'application/json': infer Body } } } ? Body : never

/** What the call of a method and path answers. */
export type Answered<M extends Method, P extends PathsOf<M>> = AnswerOf<OperationAt<P, M>>

/** Paths whose answer to GET is an array. */
export type ListPath = {
  [P in PathsOf<'get'>]: Answered<'get', P> extends readonly unknown[] ? P : never
}[PathsOf<'get'>]

type Schemas = components['schemas']
export type Task = Schemas['Task']
export type Execution = Schemas['Execution']
export type Claim = Schemas['Claim']
export type Event = Schemas['Event']

/** A connection of the global WebSocket's kind, as far as it is used. */
export interface SocketLike {
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: object) => void): void
}

/** What makes such connections: the global `WebSocket`, or that of the package `ws`. */
export type SocketMaker = new (url: string) => SocketLike

export interface CairnOptions {
  /** For how many seconds a call is sent again while it gets no answer, unless the call says otherwise; 60 unless given. */
  patience_seconds?: number
  /** Hears of each attempt that is made again, and why. */
  onRetry?: (problem: CairnProblem) => void
  /** Used in place of the global one. */
  fetch?: typeof fetch
  /** Used in place of the global one, which Node has from version 22 on. */
  WebSocket?: SocketMaker
}

/** Stands for the server's address, which is asked for at each attempt. */
const PLACEHOLDER = 'http://cairn.invalid'

/**
 * A Cairn Codex server's routes, typed by its OpenAPI document: a path, `params` and `body`, and the answer's body. Each
 * call throws CairnProblem for what the server refuses, and for a server that does not answer in time.
 *
 * What may be sent again is: GET, DELETE, every POST (by an Idempotency-Key that is made for it), and a PATCH with If-Match.
 */
export class Cairn {
  /** Where the server is; asked at each attempt where it was given as a function. */
  readonly place: () => Promise<Place>
  readonly WebSocket: SocketMaker | undefined
  readonly #transport: Transport
  readonly #patience: number | undefined
  readonly #api = createClient<paths>({ baseUrl: PLACEHOLDER })

  constructor(place: Place | (() => Place | Promise<Place>), options: CairnOptions = {}) {
    this.place = async () => (typeof place === 'function' ? place() : place)
    this.WebSocket = options.WebSocket ?? (globalThis as { WebSocket?: SocketMaker }).WebSocket
    this.#patience = options.patience_seconds
    this.#transport = new Transport(
      this.place,
      options.fetch ?? ((input, init) => fetch(input, init)),
      options.onRetry,
    )
  }

  get<P extends PathsOf<'get'>>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'get'>>
  ): Promise<Answered<'get', P>> {
    return this.#send('get', path, input) as Promise<Answered<'get', P>>
  }

  post<P extends PathsOf<'post'>>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'post'>>
  ): Promise<Answered<'post', P>> {
    return this.#send('post', path, input) as Promise<Answered<'post', P>>
  }

  put<P extends PathsOf<'put'>>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'put'>>
  ): Promise<Answered<'put', P>> {
    return this.#send('put', path, input) as Promise<Answered<'put', P>>
  }

  patch<P extends PathsOf<'patch'>>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'patch'>>
  ): Promise<Answered<'patch', P>> {
    return this.#send('patch', path, input) as Promise<Answered<'patch', P>>
  }

  delete<P extends PathsOf<'delete'>>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'delete'>>
  ): Promise<Answered<'delete', P>> {
    return this.#send('delete', path, input) as Promise<Answered<'delete', P>>
  }

  /** All items of a list, page after page: `for await (const task of cairn.list('/tasks'))`. */
  async *list<P extends ListPath>(
    path: P,
    ...[input]: Arguments<OperationAt<P, 'get'>>
  ): AsyncGenerator<Extract<Answered<'get', P>, readonly unknown[]>[number], void> {
    type Item = Extract<Answered<'get', P>, readonly unknown[]>[number]
    let call: Call | undefined = await this.#prepare('get', path, input)
    while (call) {
      const { value, headers } = await this.#transport.send(call, this.#limits(input))
      yield* value as Item[]
      const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
      call = next === undefined ? undefined : { ...call, target: next }
    }
  }

  #limits(input: CallLimits | undefined): CallLimits {
    const patience = this.#patience === undefined ? {} : { patience_seconds: this.#patience }
    return { ...patience, ...input }
  }

  async #send(method: Method, path: string, input: (CallLimits & object) | undefined): Promise<unknown> {
    const call = await this.#prepare(method, path, input)
    return (await this.#transport.send(call, this.#limits(input))).value
  }

  /** Has openapi-fetch write the request, and keeps it from sending it. */
  async #prepare(method: Method, path: string, input: (CallLimits & object) | undefined): Promise<Call> {
    const { patience_seconds: _, attempt_seconds: __, signal: ___, keyless: ____, ...init } = input ?? {}
    let call: Call | undefined
    const keep = async (request: Request): Promise<Response> => {
      const text = await request.text()
      const target = request.url.slice(PLACEHOLDER.length)
      call = {
        method: request.method,
        target,
        headers: request.headers,
        body: text === '' ? undefined : text,
      }
      return new Response(null, { status: 204 })
    }
    const write = this.#api.request as (method: string, path: string, init: object) => Promise<unknown>
    await write(method, path, { ...init, fetch: keep, headers: { accept: 'application/json' } })
    return call!
  }
}
