import { WebSocket } from 'partysocket'
import { useEffect, useSyncExternalStore } from 'react'
import type { Event as RecordEvent } from '../../features/audit/schema.ts'
import { queries, type Follows } from './queries.ts'
import { currentKey, keyRefused, onSession } from './session.ts'

/** Whether events arrive: `live`; on the way there for the first time; or not any more. */
export type Connection = 'connecting' | 'live' | 'offline'

/** How long events are gathered before anything is fetched for them, in milliseconds. */
const GATHERED = 500
/** An open connection that says nothing for so long is asked, and ended when it does not answer. Milliseconds. */
const PING = 20_000
/** How the server says that a key is refused (the live feature's close codes). */
const UNAUTHORIZED = 4401

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
  void queries.invalidateQueries({
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
    minReconnectionDelay: 500,
    maxReconnectionDelay: 10_000,
    connectionTimeout: 10_000,
    maxEnqueuedMessages: 0,
    shouldReconnectOnClose: ({ code }) => code !== UNAUTHORIZED,
  })
  let wasReady = false
  let refusal = 'The key was refused; log in again.'
  let heard = Date.now()
  const heartbeat = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (Date.now() - heard > 2 * PING) socket.reconnect()
    else socket.send(JSON.stringify({ type: 'ping' }))
  }, PING)
  socket.addEventListener('open', () => {
    heard = Date.now()
    socket.send(JSON.stringify({ authorization: `Bearer ${key}`, subscribe: {} }))
  })
  socket.addEventListener('message', ({ data }) => {
    heard = Date.now()
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'ready') {
      setConnection('live')
      // What happened in between came to nobody here.
      if (wasReady) void queries.invalidateQueries()
      wasReady = true
    } else if (message.type === 'event' && message.event) {
      gathered.push(message.event)
      timer ??= setTimeout(flush, GATHERED)
    } else if (message.type === 'error' && message.problem) refusal = message.problem.detail
  })
  socket.addEventListener('close', ({ code }) => {
    setConnection('offline')
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
