import type { Cairn, Event } from './cairn.ts'
import { backoff, pause } from './pause.ts'
import { CairnProblem, type ProblemDocument } from './problem.ts'

/** Which events, from where on, and until when. */
export interface FollowOptions {
  /** Only these types: `task.completed`, `task.*`, `*`. */
  types?: readonly string[] | undefined
  /** Only what concerns these tasks, by their ids. */
  task_ids?: readonly string[] | undefined
  /** Begins after this sequence, 0 for all; from now on unless given. */
  after?: number | undefined
  /** Ends the iteration. */
  signal?: AbortSignal
  /** Hears, each time a connection stands, after which sequence it goes on. */
  onReady?: (sequence: number) => void
  /** Hears when a connection that stood is lost, and after which sequence the next goes on; it is made by itself. */
  onLost?: (sequence: number) => void
  /** Hears why a server lets nobody in for the time being: `too_many_sockets`, `rate_limited`, …; it is asked again by itself. */
  onTrouble?: (problem: CairnProblem) => void
  /** For how many seconds a connection is believed in that says nothing; 30 unless given. */
  silence_seconds?: number
}

/** What a server says. */
type Said =
  | { type: 'ready' | 'pong'; sequence: number }
  | { type: 'event'; event: Event }
  | { type: 'error'; problem: ProblemDocument }

const NORMAL = 1000
/** With which a server refuses for good. Its problem comes before; where that was lost on the way, the code says it. */
const REFUSALS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  4401: ['unauthorized', 'The server does not know this key, or knows it no more; give another.'],
  4403: ['forbidden', "The key's user lacks a permission for what is followed; ask for it, or follow less."],
  4400: [
    'malformed_request',
    'The server does not understand this client; see whether both are of one version.',
  ],
}
/** So many events may wait for who iterates. Then the connection is given up, and made again once they are taken. */
const WAITING_EVENTS = 1_000

/** The feed, over as many connections as it takes. */
class Feed {
  readonly #cairn: Cairn
  readonly #options: FollowOptions
  readonly #ended = new AbortController()
  readonly #events: Event[] = []
  /** Everything up to here has come, or does not fit. Undefined until the server has said where it begins. */
  #after: number | undefined
  #failure: { error: unknown } | undefined
  /** Called when there is something new to see, and when all that waited has been taken. */
  #wake: () => void = () => undefined
  #taken: () => void = () => undefined

  constructor(cairn: Cairn, options: FollowOptions) {
    this.#cairn = cairn
    this.#options = options
    this.#after = options.after
  }

  async *iterate(): AsyncGenerator<Event, void> {
    const { signal } = this.#options
    signal?.addEventListener('abort', this.#end)
    if (signal?.aborted) this.#end()
    void this.#run()
    try {
      while (!this.#ended.signal.aborted) {
        const event = this.#events.shift()
        if (event) yield event
        else if (this.#failure) throw this.#failure.error
        else await this.#news()
      }
    } finally {
      this.#end()
      signal?.removeEventListener('abort', this.#end)
    }
  }

  readonly #end = (): void => {
    this.#ended.abort()
    this.#wake()
    this.#taken()
  }

  #news(): Promise<void> {
    this.#taken()
    return new Promise((resolve) => (this.#wake = resolve))
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended
    try {
      for (let failures = 0; !signal.aborted;) {
        const { stood, problem } = await this.#connect()
        if (signal.aborted) return
        if (problem) this.#options.onTrouble?.(problem)
        failures = stood ? 1 : failures + 1
        if (stood) this.#options.onLost?.(this.#after ?? 0)
        if (this.#events.length >= WAITING_EVENTS)
          await new Promise<void>((resolve) => (this.#taken = resolve))
        // Not all at once, where many were cut off together; and not before the server said.
        await pause(backoff(failures) + (problem?.retryAfter ?? 0) * 1000, signal)
      }
    } catch (error) {
      this.#failure = { error }
      this.#wake()
    }
  }

  /**
   * One connection, to its end. Returns whether it ever stood, and the problem of a server that lets nobody in for a while.
   * Throws the problem with which one refuses to go on.
   */
  async #connect(): Promise<{ stood: boolean; problem?: CairnProblem }> {
    const { WebSocket } = this.#cairn
    if (!WebSocket)
      throw new TypeError('This runtime has no WebSocket; give Cairn that of the package ws: { WebSocket }.')
    const { types, task_ids, silence_seconds = 30 } = this.#options
    const { url, key } = await this.#cairn.place()
    const socket = new WebSocket(`${url.replace(/\/+$/, '').replace(/^http/, 'ws')}/ws`)
    let stood = false
    let over = false
    let silent: ReturnType<typeof setTimeout> | undefined
    let pinging: ReturnType<typeof setInterval> | undefined
    let end = (_problem?: CairnProblem): void => undefined
    const ended = (): void => end()
    const alive = (): void => {
      clearTimeout(silent)
      silent = setTimeout(() => end(), silence_seconds * 1000)
    }
    try {
      const problem = await new Promise<CairnProblem | undefined>((resolve, reject) => {
        end = resolve
        alive()
        this.#ended.signal.addEventListener('abort', ended)
        socket.addEventListener('close', (event) => {
          const refusal = REFUSALS[(event as { code?: number }).code ?? 0]
          if (!refusal) return resolve(undefined)
          const [code, detail] = refusal
          reject(new CairnProblem({ code, detail, status: (event as { code: number }).code - 4000 }))
        })
        socket.addEventListener('error', ended)
        socket.addEventListener('open', () =>
          socket.send(
            JSON.stringify({
              authorization: `Bearer ${key}`,
              subscribe: { types, task_ids },
              after: this.#after,
            }),
          ),
        )
        socket.addEventListener('message', (message) => {
          // What comes on a connection that was given up comes again on the next.
          if (over) return
          alive()
          const said = read((message as { data: unknown }).data)
          if (said.type === 'error') refused(said.problem, resolve, reject)
          else if (said.type === 'event') {
            over = !this.#take(said.event)
            if (over) resolve(undefined)
          } else {
            this.#after = Math.max(said.sequence, this.#after ?? 0)
            if (stood) return
            stood = true
            this.#options.onReady?.(this.#after)
            // Who filters narrowly learns by it how far the server has looked, and need not go far back.
            pinging = setInterval(() => socket.send('{"type":"ping"}'), (silence_seconds * 1000) / 3)
          }
        })
      })
      return { stood, ...(problem ? { problem } : {}) }
    } finally {
      over = true
      clearTimeout(silent)
      clearInterval(pinging)
      this.#ended.signal.removeEventListener('abort', ended)
      socket.close(NORMAL)
    }
  }

  /** Keeps an event that is new for who iterates. Returns whether there is room for more. */
  #take(event: Event): boolean {
    if (event.sequence > (this.#after ?? 0)) {
      this.#after = event.sequence
      this.#events.push(event)
      this.#wake()
    }
    return this.#events.length < WAITING_EVENTS
  }
}

/** A message; one that is none of a server's is an error of it. */
function read(data: unknown): Said {
  try {
    return JSON.parse(String(data)) as Said
  } catch {
    const detail = 'What answers at /ws is no Cairn Codex server; check the URL.'
    return { type: 'error', problem: { type: '', title: '', status: 400, code: 'unexpected_answer', detail } }
  }
}

/** A fault of the server's, or too much at once, is one to connect again after; anything else would be the same then. */
function refused(
  document: ProblemDocument,
  resolve: (problem: CairnProblem) => void,
  reject: (error: CairnProblem) => void,
): void {
  const problem = new CairnProblem(document)
  if (problem.temporary) resolve(problem)
  else reject(problem)
}

/**
 * The record as it grows: each event once, in the order of its sequence, over as many connections as it takes. Ends by the
 * signal, or when the iteration is left. Throws CairnProblem when the server refuses: the key, the filter, the position.
 */
export const follow = (cairn: Cairn, options: FollowOptions = {}): AsyncGenerator<Event, void> =>
  new Feed(cairn, options).iterate()
