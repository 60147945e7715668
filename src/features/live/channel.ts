import type { Services } from '../../kernel/services.ts'
import type { Channel } from '../../kernel/socket.ts'
import { CLOSE } from './close-codes.ts'
import { Hub, type Follower } from './hub.ts'
import { Keys } from './keys.ts'
import { LIMITS, socketsPerKey, type Limits } from './limits.ts'
import { RECEIVES, SENDS } from './messages.ts'
import { Seats } from './seats.ts'
import { Session, type Shared } from './session.ts'
import { Turnstile } from '../../kernel/turnstile.ts'

/** How many sessions may read pages alone at once, so that a crowd that resumes leaves connections for requests. */
const READERS = 3

/** What one server holds for those who follow it. A tenant without any costs nothing. */
export class Live implements Shared {
  readonly limits: Limits
  readonly keys: Keys
  readonly seats: Seats
  readonly pages = new Turnstile(READERS)
  readonly hubs = new Map<string, Hub>()
  readonly #app: Services
  #stopListening: (() => void) | undefined

  constructor(app: Services, limits: Limits) {
    this.#app = app
    this.limits = limits
    this.keys = new Keys(limits.keyMilliseconds)
    this.seats = new Seats(app.settings.get(socketsPerKey))
  }

  join(tenant: string, head: number, follower: Follower): Hub {
    const { pool, wake } = this.#app
    this.#stopListening ??= wake.onSequenced((who, sequence, rows) =>
      this.hubs.get(who)?.sequenced(sequence, rows),
    )
    const hub = this.hubs.get(tenant) ?? new Hub({ db: pool, tenant }, head, this.limits, this.#app)
    this.hubs.set(tenant, hub)
    hub.followers.add(follower)
    return hub
  }

  leave(hub: Hub, follower: Follower): void {
    const left = hub.followers.delete(follower)
    if (!left || hub.followers.size > 0) return
    hub.close()
    this.hubs.delete(hub.scope.tenant)
    if (this.hubs.size > 0) return
    this.#stopListening?.()
    this.#stopListening = undefined
  }
}

/** How much a server holds for its sockets: a test looks at it. */
export interface Held {
  readonly tenants: number
  readonly keys: number
  /** Events that are kept for all, and their bytes. */
  readonly events: number
  readonly bytes: number
  /** Bytes that wait for the network, of all sockets. */
  readonly buffered: number
}

/** The channel at /ws, what it holds for a server, and the way in for others who follow. */
export interface LiveChannel extends Channel {
  held(app: Services): Held
  liveOf(app: Services): Live
}

/** Makes the channel; only tests give it other limits. */
export function liveChannel(limits: Partial<Limits> = {}): LiveChannel {
  const byServer = new WeakMap<Services, Live>()
  const liveOf = (app: Services): Live => {
    const live = byServer.get(app) ?? new Live(app, { ...LIMITS, ...limits })
    byServer.set(app, live)
    return live
  }
  return {
    name: 'live.follow',
    path: '/ws',
    summary: 'Follow what happens, as it happens',
    description: DESCRIPTION,
    receives: RECEIVES,
    sends: SENDS,
    closes: {
      [CLOSE.goingAway]: 'The server stops; the reason is `resume after SEQ`.',
      [CLOSE.impatient]: 'Too many messages came before the first was answered.',
      [CLOSE.tryAgainLater]:
        'The server has more to do than it can, or its database is not reachable just now.',
      [CLOSE.badMessage]: 'A message does not fit; the error before says where.',
      [CLOSE.unauthorized]: 'The key is wrong, or was revoked or expired meanwhile.',
      [CLOSE.forbidden]: "The key's user may not follow this, or no longer.",
      [CLOSE.silent]: 'No whole message came within 10 seconds.',
      [CLOSE.tooSlow]: 'The client reads too slowly; the reason is `resume after SEQ`.',
      [CLOSE.tooMany]:
        'The key has as many sockets open as it may, or has made too many calls, or too many wrong keys came from this address.',
    },
    messageLimit: 64 * 1024,
    liveOf,
    connect: (socket, call) => void new Session(socket, call, liveOf(call.app)),
    held(app) {
      const { hubs, keys } = liveOf(app)
      const sum = (amountOf: (hub: Hub) => number): number =>
        [...hubs.values()].reduce((total, hub) => total + amountOf(hub), 0)
      return {
        tenants: hubs.size,
        keys: keys.size,
        events: sum((hub) => hub.size.events),
        bytes: sum((hub) => hub.size.bytes),
        buffered: sum((hub) => [...hub.followers].reduce((total, { buffered }) => total + buffered, 0)),
      }
    },
  }
}

const DESCRIPTION = `The events of the record, as \`GET /events\` answers them, sent as they come: none is missed, none comes twice, and those of one entity come in their order. The key is in the first message and never in the URL; it needs the permission read_tasks, and without read_audit the events are those of tasks, dependencies and executions.

After a lost connection, connect again with \`after\`: the sequence of the last event, or of the last \`pong\` where that is higher. A client that filters narrowly asks now and then with \`ping\`, so that it need not go far back.

The socket lives as long as its key: within a second of a revocation it is closed. Who does not read is closed with its position rather than waited for.`
