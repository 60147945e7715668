import type { Caller } from '../../kernel/context.ts'
import { problemOfDatabase } from '../../kernel/database.ts'
import { Problem, problemDocument, validationFailed } from '../../kernel/problem.ts'
import type { Socket, SocketCall } from '../../kernel/socket.ts'
import { keepAlive, whenStalled } from '../../kernel/socket-watch.ts'
import { CLOSE } from './close-codes.ts'
import { headOf, readPage, type Entry } from './feed.ts'
import { Filter } from './filter.ts'
import type { Follower, Hub } from './hub.ts'
import type { KeyHolder, Keys } from './keys.ts'
import type { Limits } from './limits.ts'
import { messageOf, readHello, readRequest } from './messages.ts'
import type { Seats } from './seats.ts'
import type { Turnstile } from '../../kernel/turnstile.ts'

/** What the sessions of one server share. */
export interface Shared {
  readonly limits: Limits
  readonly keys: Keys
  readonly seats: Seats
  /** Pages that sessions read alone. */
  readonly pages: Turnstile
  /** Joins the hub of a tenant, which begins at `head` where there is none yet. */
  join(tenant: string, head: number, follower: Follower): Hub
  leave(hub: Hub, follower: Follower): void
}

/** Messages that may come before the first is answered. */
const WAITING_MESSAGES = 16

/** One client: its socket, its key, and how far it has been sent the record. */
export class Session implements Follower, KeyHolder {
  readonly #shared: Shared
  readonly #socket: Socket
  readonly #call: SocketCall
  readonly #silence: NodeJS.Timeout
  readonly #stopHeartbeat: () => void
  /** What came behind the first message while that is being answered; undefined before it and after. */
  #waiting: string[] | undefined
  #over = false
  #authorization: string | undefined
  #leaveSeat: (() => void) | undefined
  #caller: Caller | undefined
  #filter: Filter | undefined
  #hub: Hub | undefined
  /** Everything up to this sequence was looked at, and sent where it fits. */
  #position = 0
  /** What is left of a page that was read alone. */
  #page: readonly Entry[] = []
  #reading = false
  /** Set while the buffer is full, and its movement is watched: ends that. */
  #full: (() => void) | undefined

  constructor(socket: Socket, call: SocketCall, shared: Shared) {
    this.#shared = shared
    this.#socket = socket
    this.#call = call
    const { limits } = shared
    this.#silence = setTimeout(
      () => this.#close(CLOSE.silent, 'no whole message in time'),
      limits.helloMilliseconds,
    )
    this.#silence.unref()
    call.stopping.addEventListener('abort', this.#stop)
    this.#stopHeartbeat = keepAlive(socket, limits.pingMilliseconds)
    socket.onMessage((text) => this.#heard(text))
    socket.onClose(() => this.#end())
  }

  get buffered(): number {
    return this.#socket.bufferedAmount
  }

  authenticate(authorization: string): Promise<Caller> {
    return this.#call.authenticate(authorization)
  }

  known(caller: Caller): void {
    if (caller === this.#caller) return
    this.#caller = caller
    try {
      this.#filter?.require(caller)
    } catch (error) {
      this.#refuse(error)
    }
  }

  refused(problem: Problem): void {
    this.#refuse(problem)
  }

  /** Sends what the client has not had yet, as much of it as its buffer takes. */
  pump(): void {
    const hub = this.#hub
    while (hub && !this.#over && !this.#full && !this.#reading) {
      const alone = this.#page.length > 0
      const entries = alone ? this.#page : hub.after(this.#position)
      if (entries === undefined) return void this.#readAlone(hub)
      if (entries.length === 0) return
      const sent = this.#send(entries)
      // What is left of the hub's is not held: it may be dropped there, and be read again from the record.
      if (alone) this.#page = entries.slice(sent)
    }
  }

  readonly #stop = (): void => this.#close(CLOSE.goingAway, this.#hub ? this.#resume() : 'the server stops')

  #resume(): string {
    return `resume after ${this.#position}`
  }

  #heard(text: string): void {
    if (this.#over) return
    if (this.#waiting) {
      if (this.#waiting.push(text) > WAITING_MESSAGES)
        this.#close(CLOSE.impatient, 'too many messages before the first was answered')
      return
    }
    if (!this.#hub) return void this.#greet(text)
    try {
      this.#answer(text)
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** The first message: from here on the client is known, or gone. */
  async #greet(text: string): Promise<void> {
    clearTimeout(this.#silence)
    const waiting = (this.#waiting = [] as string[])
    try {
      const { app } = this.#call
      const { authorization, subscribe, after } = readHello(text)
      const caller = await this.#call.admit(authorization)
      const filter = new Filter(caller, subscribe, Object.keys(app.events))
      const [record] = await headOf({ db: app.pool, tenant: caller.tenant })
      if (this.#over) return
      const head = record?.head ?? 0
      if (after !== undefined && after > head)
        throw validationFailed([{ path: 'after', message: `the record ends at ${head}` }])
      this.#leaveSeat = this.#shared.seats.take(caller.key ?? 'operator')
      this.#caller = caller
      this.#filter = filter
      this.#position = after ?? head
      this.#authorization = authorization
      this.#shared.keys.add(authorization, this)
      this.#hub = this.#shared.join(caller.tenant, head, this)
      this.#waiting = undefined
      this.#socket.send(messageOf.ready(this.#position))
      for (const each of waiting) this.#heard(each)
      this.pump()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #answer(text: string): void {
    const subscription = readRequest(text)
    if (!subscription) return this.#socket.send(messageOf.pong(this.#position))
    this.#filter = new Filter(this.#caller!, subscription, Object.keys(this.#call.app.events))
    this.#socket.send(messageOf.ready(this.#position))
  }

  /** Sends entries until the buffer is full. Returns how many the client is done with. */
  #send(entries: readonly Entry[]): number {
    let done = 0
    for (const entry of entries) {
      done++
      this.#position = entry.sequence
      if (!this.#filter!.admits(entry)) continue
      const { message } = entry
      if (this.#socket.bufferedAmount + message.length < this.#shared.limits.highWaterBytes) {
        this.#socket.send(message)
        continue
      }
      this.#watchFull()
      this.#socket.send(message, () => this.#drained())
      break
    }
    return done
  }

  #drained(): void {
    this.#full?.()
    this.#full = undefined
    this.pump()
  }

  /** Closes the socket when its full buffer stands still. */
  #watchFull(): void {
    this.#full = whenStalled(this.#socket, this.#shared.limits.stallMilliseconds, () =>
      this.#close(CLOSE.tooSlow, this.#resume()),
    )
  }

  /** Reads one page from the record. What fails is tried again at the hub's next look. */
  async #readAlone(hub: Hub): Promise<void> {
    this.#reading = true
    try {
      const { base } = hub
      const page = await this.#shared.pages.run(async () =>
        this.#over ? [] : await readPage(hub.scope, this.#position),
      )
      // Old rows may be gone from the record, and then there is nothing up to where the hub begins.
      if (page.length === 0) this.#position = Math.max(this.#position, base)
      this.#page = page
    } catch (error) {
      if (!this.#over)
        this.#call.app.log.warn({ err: error }, 'could not read the feed for a socket; trying again')
      return
    } finally {
      this.#reading = false
    }
    this.pump()
  }

  /** Says what was wrong, and closes. */
  #refuse(error: unknown): void {
    if (this.#over) return
    const problem = error instanceof Problem ? error : (problemOfDatabase(error) ?? this.#fault(error))
    this.#socket.send(messageOf.error(problemDocument(problem)))
    this.#close(closeCode(problem.status), problem.code)
  }

  #fault(error: unknown): Problem {
    this.#call.app.log.error({ err: error, request_id: this.#call.requestId }, 'a socket failed')
    return new Problem('internal_error', 500, 'Something failed on our side and was logged; connect again.')
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
    this.#full?.()
    this.#page = []
    this.#call.stopping.removeEventListener('abort', this.#stop)
    this.#leaveSeat?.()
    this.#leaveSeat = undefined
    if (this.#authorization) this.#shared.keys.remove(this.#authorization, this)
    if (this.#hub) this.#shared.leave(this.#hub, this)
  }
}

function closeCode(status: number): number {
  if (status === 401) return CLOSE.unauthorized
  if (status === 403) return CLOSE.forbidden
  if (status === 429) return CLOSE.tooMany
  if (status < 500) return CLOSE.badMessage
  return status === 503 ? CLOSE.tryAgainLater : CLOSE.internalError
}
