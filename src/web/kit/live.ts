import { WebSocket } from 'partysocket'
import { useEffect, useSyncExternalStore } from 'react'
import type { Event as RecordEvent } from '../../features/audit/schema.ts'
import { outdate, queries, type Follows } from './queries.ts'
import { currentKey, keyRefused, onSession } from './session.ts'

/** Whether events arrive: `live`; on the way there for the first time; not any more; or not for this key. */
export type Connection = 'connecting' | 'live' | 'offline' | 'refused'

/** How long events are gathered before anything is fetched for them, in milliseconds. */
const GATHERED = 500
/** An open connection is asked so often whether it is there. Milliseconds; a browser may stretch them in the background. */
const PING = 20_000
/** So many questions that nothing came after, and the connection is made anew. */
const UNANSWERED = 2
/** How the server says that a key is refused (the live feature's close codes). */
const UNAUTHORIZED = 4401
/** And that its user may not follow. */
const FORBIDDEN = 4403

let connection: Connection = 'connecting'
const watchers = new Set<() => void>()
const listeners = new Set<(events: readonly RecordEvent[]) => void>()

function setConnection(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const watcher of watchers) watcher()
}

const kindOf = (event: RecordEvent): string => event.type.split('.')[0] ?? ''

/** The ids that an event is about: its entity's own, and those of the tasks that the entity belongs to. */
function idsOf(event: RecordEvent): string[] {
  const entity = (event.data[kindOf(event)] ?? {}) as Record<string, unknown>
  return ['id', 'task_id', 'depends_on_task_id']
    .map((member) => entity[member])
    .filter((id) => typeof id === 'string')
}

const concerns = (follows: Follows, kinds: ReadonlySet<string>, ids: ReadonlySet<string>): boolean =>
  follows.kinds.some((kind) => kind === '*' || kinds.has(kind)) &&
  (follows.ids === undefined || follows.ids.some((id) => ids.has(id)))

/** Marks what the events may have changed as old, and fetches again what of it is on screen. */
function refetchFor(events: readonly RecordEvent[]): void {
  const kinds = new Set(events.map(kindOf))
  const ids = new Set(events.flatMap(idsOf))
  outdate({
    predicate: ({ meta }) => meta?.follows !== undefined && concerns(meta.follows, kinds, ids),
  })
}

let gathered: RecordEvent[] = []
let timer: ReturnType<typeof setTimeout> | undefined

function flush(): void {
  const events = gathered
  gathered = []
  timer = undefined
  for (const listener of listeners) listener(events)
  refetchFor(events)
}

interface ServerMessage {
  readonly type: 'ready' | 'event' | 'pong' | 'error'
  readonly event?: RecordEvent
  readonly problem?: { readonly detail: string }
}

/** Follows the record as long as there is `key`. Returns how to stop. */
function follow(key: string): () => void {
  const socket = new WebSocket(() => `${location.origin.replace(/^http/, 'ws')}/ws`, [], {
    // Scattered: all windows lose a server that restarts at the same moment.
    minReconnectionDelay: 300 + Math.random() * 700,
    maxReconnectionDelay: 10_000,
    connectionTimeout: 10_000,
    maxEnqueuedMessages: 0,
    shouldReconnectOnClose: ({ code }) => code !== UNAUTHORIZED,
  })
  let refusal = 'The key was refused; log in again.'
  let unanswered = 0
  const heartbeat = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (unanswered >= UNANSWERED) return socket.reconnect()
    unanswered++
    socket.send(JSON.stringify({ type: 'ping' }))
  }, PING)
  socket.addEventListener('open', () => {
    unanswered = 0
    socket.send(JSON.stringify({ authorization: `Bearer ${key}`, subscribe: {} }))
  })
  socket.addEventListener('message', ({ data }) => {
    unanswered = 0
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'ready') {
      setConnection('live')
      // What happened before, since each answer was made, came to nobody here; the first time, too.
      outdate()
    } else if (message.type === 'event' && message.event) {
      gathered.push(message.event)
      timer ??= setTimeout(flush, GATHERED)
    } else if (message.type === 'error' && message.problem) refusal = message.problem.detail
  })
  socket.addEventListener('close', ({ code }) => {
    setConnection(code === FORBIDDEN ? 'refused' : 'offline')
    // What was permitted may be so no more.
    if (code === FORBIDDEN) outdate({ queryKey: ['whoami'] })
    if (code === UNAUTHORIZED) keyRefused(key, refusal)
  })
  return () => {
    clearInterval(heartbeat)
    clearTimeout(timer)
    timer = undefined
    gathered = []
    socket.close()
    setConnection('connecting')
  }
}

/** Connects whenever somebody is logged in. Called once. */
export function startLive(): void {
  let key: string | null = null
  let stop = (): void => undefined
  const obey = (): void => {
    if (currentKey() === key) return
    stop()
    key = currentKey()
    // What one key was shown is not for the next.
    queries.clear()
    stop = key === null ? () => undefined : follow(key)
  }
  onSession(obey)
  obey()
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => connection)

/**
 * Hands on the events as they were gathered, before what is on screen is fetched again. For what is patched in place;
 * most queries only say what they follow (`meta.follows`).
 */
export function useEvents(listener: (events: readonly RecordEvent[]) => void): void {
  useEffect(() => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}
