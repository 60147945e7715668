import { OperationTypeNode } from 'graphql'
import type { Caller } from '../../kernel/context.ts'
import { problemOfDatabase } from '../../kernel/database.ts'
import { fieldErrors } from '../../kernel/dispatch.ts'
import { parseJson } from '../../kernel/json.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'
import type { Socket, SocketCall } from '../../kernel/socket.ts'
import { keepAlive, whenStalled } from '../../kernel/socket-watch.ts'
import { checkPlainData } from '../http/json-body.ts'
import { asProblem } from '../http/problems.ts'
import { RefusedQuery } from './document.ts'
import { readRequest, type Asker, type Graph } from './execution.ts'
import { ClientMessage, CLOSE, PROTOCOL } from './messages.ts'

/** How long a socket is waited for, and how much is held for it. */
export interface SessionLimits {
  /** Until the first message has arrived. */
  readonly initMilliseconds: number
  readonly pingMilliseconds: number
  /** How long a full buffer may stand still. */
  readonly stallMilliseconds: number
  /** Bytes that may wait for the network before no more answers are made. */
  readonly highWaterBytes: number
  /** Queries that run at once: subscriptions, as a rule. */
  readonly running: number
}

export const SESSION_LIMITS: SessionLimits = {
  initMilliseconds: 10_000,
  pingMilliseconds: 20_000,
  stallMilliseconds: 5_000,
  highWaterBytes: 256 * 1024,
  running: 20,
}

const CLOSE_OF_STATUS: Readonly<Record<number, number>> = {
  401: CLOSE.unauthorized,
  429: CLOSE.tooMany,
  503: CLOSE.tryAgainLater,
}

/** One query of a client, from `subscribe` to its end. */
interface Running {
  /** Aborts when the client has had enough, or is gone. */
  readonly over: AbortController
  events: AsyncIterator<unknown> | undefined
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new Problem('malformed_json', 400, 'the message is no JSON')
  }
}

/** Throws `malformed_json`, `invalid_text`, `validation_failed` (400). */
function readMessage(text: string): ClientMessage {
  const value = parse(text)
  checkPlainData(value)
  const parsed = ClientMessage.safeParse(value)
  if (parsed.success) return parsed.data
  throw validationFailed(fieldErrors(parsed.error))
}

/** A reason that a close may carry: at most 123 bytes. */
const reasonOf = (problem: Problem): string =>
  Buffer.from(problem.detail)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD$/, '')

/** One client of /graphql: its socket, its key, and the queries that it runs. */
export class GraphSession {
  readonly #socket: Socket
  readonly #call: SocketCall
  readonly #graph: Graph
  readonly #limits: SessionLimits
  readonly #silence: NodeJS.Timeout
  readonly #stopHeartbeat: () => void
  readonly #running = new Map<string, Running>()
  #authorization: string | undefined
  #acknowledged = false
  #over = false

  constructor(socket: Socket, call: SocketCall, graph: Graph, limits: SessionLimits) {
    this.#socket = socket
    this.#call = call
    this.#graph = graph
    this.#limits = limits
    this.#stopHeartbeat = keepAlive(socket, limits.pingMilliseconds)
    this.#silence = setTimeout(
      () => this.#close(CLOSE.silent, 'connection_init did not come in time'),
      limits.initMilliseconds,
    )
    this.#silence.unref()
    call.stopping.addEventListener('abort', this.#stop)
    socket.onMessage((text) => this.#heard(text))
    socket.onClose(() => this.#end())
    if (socket.protocol !== PROTOCOL) this.#close(CLOSE.protocol, `speak the subprotocol ${PROTOCOL}`)
  }

  readonly #stop = (): void => this.#close(CLOSE.goingAway, 'the server stops')

  #heard(text: string): void {
    if (this.#over) return
    try {
      const message = readMessage(text)
      if (message.type === 'connection_init') void this.#init(message.payload.authorization)
      else if (message.type === 'ping') this.#send({ type: 'pong' })
      else if (message.type === 'subscribe') this.#subscribe(message.id, message.payload)
      else if (message.type === 'complete') this.#stopRunning(message.id)
    } catch (error) {
      this.#close(CLOSE.badMessage, reasonOf(asProblem(error)))
    }
  }

  async #init(authorization: string): Promise<void> {
    if (this.#authorization !== undefined) return this.#close(CLOSE.tooMany, 'connection_init came twice')
    clearTimeout(this.#silence)
    this.#authorization = authorization
    try {
      await this.#call.admit(authorization)
      this.#acknowledged = true
      this.#send({ type: 'connection_ack' })
    } catch (error) {
      this.#refuse(error)
    }
  }

  #subscribe(id: string, payload: unknown): void {
    if (!this.#acknowledged)
      return this.#close(CLOSE.unauthorized, 'send connection_init, and wait for its answer')
    if (this.#running.has(id)) return this.#close(CLOSE.taken, `the id ${id.slice(0, 40)} has not ended`)
    if (this.#running.size >= this.#limits.running)
      return this.#tellRefusal(
        id,
        new Problem(
          'too_many_subscriptions',
          400,
          `A socket runs ${this.#limits.running} queries at once; complete one, or open another socket.`,
        ),
      )
    const running: Running = { over: new AbortController(), events: undefined }
    this.#running.set(id, running)
    void this.#run(id, running, payload)
  }

  async #run(id: string, running: Running, payload: unknown): Promise<void> {
    try {
      const prepared = this.#graph.prepare(readRequest(payload))
      // Who calls is asked anew: the key may have been refused since.
      const asker = this.#askerOf(await this.#call.admit(this.#authorization), running)
      if (prepared.operation.operation === OperationTypeNode.SUBSCRIPTION) {
        const events = await this.#graph.subscribe(prepared, asker)
        if (!('next' in events)) return this.#fail(id, running, events.errors)
        running.events = events
        if (running.over.signal.aborted) return void events.return?.()
        for (;;) {
          const event = await events.next()
          if (event.done || running.over.signal.aborted) break
          await this.#next(id, running, await this.#graph.execute(prepared, asker, event.value))
        }
      } else await this.#next(id, running, await this.#graph.execute(prepared, asker))
      if (this.#running.get(id) !== running) return
      this.#running.delete(id)
      this.#send({ type: 'complete', id })
    } catch (error) {
      this.#ended(id, running, error)
    }
  }

  #askerOf(caller: Caller, running: Running): Asker {
    const authorization = this.#authorization ?? ''
    return {
      caller,
      authorization,
      idempotencyKey: undefined,
      facts: {
        requestId: this.#call.requestId,
        signal: AbortSignal.any([running.over.signal, this.#call.stopping]),
        authenticateAgain: () => this.#call.authenticate(authorization),
      },
    }
  }

  /** A query ended by itself, or could not begin: the key's end is the socket's, all else is told under its id. */
  #ended(id: string, running: Running, error: unknown): void {
    if (this.#running.get(id) !== running) return
    if (error instanceof RefusedQuery)
      return this.#fail(id, running, this.#graph.refusal(error, this.#call.requestId).errors)
    const problem = problemOfDatabase(error) ?? asProblem(error)
    if (problem.status === 401) return this.#refuse(problem)
    this.#running.delete(id)
    this.#tellRefusal(id, problem)
  }

  #fail(id: string, running: Running, errors: unknown): void {
    if (this.#running.get(id) !== running) return
    this.#running.delete(id)
    this.#send({ type: 'error', id, payload: errors })
  }

  #tellRefusal(id: string, problem: Problem): void {
    this.#send({ type: 'error', id, payload: this.#graph.refusal(problem, this.#call.requestId).errors })
  }

  /** Sends an answer, and waits while the client has too much to read. */
  async #next(id: string, running: Running, payload: unknown): Promise<void> {
    if (this.#over || this.#running.get(id) !== running) return
    const text = JSON.stringify({ type: 'next', id, payload })
    if (this.#socket.bufferedAmount + text.length < this.#limits.highWaterBytes)
      return this.#socket.send(text)
    const { signal } = running.over
    await new Promise<void>((resolve) => {
      const stopWatching = whenStalled(this.#socket, this.#limits.stallMilliseconds, () =>
        this.#close(CLOSE.tooSlow, 'read faster, or follow less'),
      )
      const done = (): void => {
        stopWatching()
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
      this.#socket.send(text, done)
    })
  }

  #send(message: object): void {
    if (!this.#over) this.#socket.send(JSON.stringify(message))
  }

  #stopRunning(id: string): void {
    const running = this.#running.get(id)
    if (!running) return
    this.#running.delete(id)
    running.over.abort()
    void running.events?.return?.()
  }

  #refuse(error: unknown): void {
    const problem = problemOfDatabase(error) ?? asProblem(error)
    const code = CLOSE_OF_STATUS[problem.status] ?? CLOSE.internalError
    this.#close(code, reasonOf(problem))
  }

  #close(code: number, reason: string): void {
    if (this.#over) return
    this.#end()
    this.#socket.close(code, reason)
  }

  /** Lets go of everything, however it ended. */
  #end(): void {
    this.#over = true
    clearTimeout(this.#silence)
    this.#stopHeartbeat()
    this.#call.stopping.removeEventListener('abort', this.#stop)
    for (const id of [...this.#running.keys()]) this.#stopRunning(id)
  }
}
