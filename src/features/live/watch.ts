import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError, type Command, type CommandCall } from '../../kernel/command.ts'
import { Problem, type ProblemDocument } from '../../kernel/problem.ts'
import type { Event } from '../audit/index.ts'
import { CLOSE } from './close-codes.ts'
import { lineOf } from './watch-line.ts'

/** Between two tries to connect, milliseconds: doubled from the first to the last. */
const FIRST_PAUSE = 250
const LAST_PAUSE = 5_000

/** How often it asks where it stands, and how long it believes in a connection that says nothing. */
const PING_MILLISECONDS = 10_000
const SILENCE_MILLISECONDS = 30_000

/** What a server says; its shape is that of `messages.ts`. */
type Said =
  | { type: 'ready' | 'pong'; sequence: number }
  | { type: 'event'; event: Event }
  | { type: 'error'; problem: ProblemDocument }

const words = (value: unknown): string[] | undefined =>
  Array.isArray(value)
    ? (value as string[]).flatMap((each) => each.split(',')).filter((each) => each !== '')
    : undefined

function position(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--after must be a sequence such as 4711, not ${text}`)
  return Number(text)
}

/** The ids of tasks that are named by id or number. Throws the server's `task_not_found` for a number of none. */
const idsOf = (call: CommandCall, refs: readonly string[]): Promise<string[]> =>
  Promise.all(
    refs.map(async (ref) =>
      /^\d+$/.test(ref)
        ? ((await call.call('tasks.get', { task_id: Number(ref) })) as { id: string }).id
        : ref,
    ),
  )

function problemOf({ type: _type, title: _title, status, detail, code, ...extra }: ProblemDocument): Problem {
  return new Problem(code, status, detail, extra)
}

/** Follows the feed over as many connections as it takes. */
class Watch {
  readonly #call: CommandCall
  readonly #subscribe: object
  /** Everything up to here has been printed, or does not fit. Undefined until the server has said where it begins. */
  #after: number | undefined

  constructor(call: CommandCall, subscribe: object, after: number | undefined) {
    this.#call = call
    this.#subscribe = subscribe
    this.#after = after
  }

  get after(): number | undefined {
    return this.#after
  }

  /** Until the signal. Throws the Problem with which a server refuses to go on. */
  async run(signal: AbortSignal): Promise<void> {
    for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(pause * 2, LAST_PAUSE)) {
      const stood = await this.#connect(signal)
      if (signal.aborted) return
      if (stood) {
        pause = FIRST_PAUSE
        this.#call.note(`The connection was lost; trying again, after sequence ${this.#after}.`)
      }
      // Not all at once, where many were cut off together.
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
    }
  }

  /** One connection, to its end. Returns whether it ever stood. */
  async #connect(signal: AbortSignal): Promise<boolean> {
    const { url, key } = await this.#call.server()
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`)
    const over = Promise.withResolvers<void>()
    let stood = false
    let silent: NodeJS.Timeout | undefined
    const end = (): void => over.resolve()
    const alive = (): void => {
      clearTimeout(silent)
      silent = setTimeout(end, SILENCE_MILLISECONDS)
    }
    const pinging = setInterval(() => stood && socket.send('{"type":"ping"}'), PING_MILLISECONDS)
    signal.addEventListener('abort', end)
    socket.addEventListener('open', () =>
      socket.send(
        JSON.stringify({ authorization: `Bearer ${key}`, subscribe: this.#subscribe, after: this.#after }),
      ),
    )
    socket.addEventListener('message', ({ data }) => {
      alive()
      const said = JSON.parse(String(data)) as Said
      if (said.type === 'error') return this.#refused(said.problem, over)
      if (said.type === 'event') return this.#print(said.event)
      if (said.type === 'ready' && !stood) this.#began(said.sequence)
      stood = true
      this.#after = Math.max(said.sequence, this.#after ?? 0)
    })
    socket.addEventListener('close', end)
    socket.addEventListener('error', end)
    alive()
    try {
      await over.promise
      return stood
    } finally {
      clearTimeout(silent)
      clearInterval(pinging)
      signal.removeEventListener('abort', end)
      socket.close(CLOSE.normal)
    }
  }

  /** A fault of the server's, or too much at once, is one to try again after; anything else would be the same the next time. */
  #refused(document: ProblemDocument, over: PromiseWithResolvers<void>): void {
    if (document.status < 500 && document.status !== 429) over.reject(problemOf(document))
    else over.resolve()
  }

  #began(sequence: number): void {
    if (this.#after === undefined && this.#call.terminal)
      this.#call.note(`Watching, from sequence ${sequence} on; Ctrl-C ends it.`)
  }

  #print(event: Event): void {
    if (event.sequence <= (this.#after ?? 0)) return
    this.#after = event.sequence
    const people = this.#call.terminal && !this.#call.json
    this.#call.print(people ? lineOf(event) : JSON.stringify(event))
  }
}

async function run(call: CommandCall): Promise<number> {
  const { signal } = call
  const after = position(call.options['after'])
  const types = words(call.options['types'])
  const tasks = words(call.options['task'])
  // A server that is not there, or a wrong key, is told as by any other command; later on it is waited for.
  await call.call('access.whoami', {})
  const task_ids = tasks && (await idsOf(call, tasks))
  const watch = new Watch(call, { ...(types ? { types } : {}), ...(task_ids ? { task_ids } : {}) }, after)
  await watch.run(signal)
  if (watch.after !== undefined) call.note(`\`cairn watch --after ${watch.after}\` goes on from here.`)
  return 0
}

/** `cairn watch`: the record as it grows. */
export const watchCommand: Command = {
  name: 'watch',
  summary: 'Print what happens, as it happens, until Ctrl-C',
  help: [
    'On a terminal a line an event; elsewhere, and with --json, one JSON object a line, as GET /events answers it.',
    'A lost connection is made again, and nothing is missed or printed twice: cairn watch --types task.* --after 0',
  ].join('\n'),
  options: [
    { flags: '--types <type...>', description: 'only these event types: task.completed, task.*, *' },
    { flags: '--task <id...>', description: 'only what concerns these tasks, by id or number' },
    {
      flags: '--after <sequence>',
      description: 'begin after this sequence, 0 for all; from now on unless given',
    },
  ],
  run,
}
