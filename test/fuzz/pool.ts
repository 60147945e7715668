import type { Random } from './random.ts'

/** A thing that no server has. */
const NOWHERE = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2aff'

/** So many ids of a kind are kept; a newer one takes the place of an older one. */
const MOST = 64

/** What a lease is asked for by. */
export interface Lease {
  readonly execution_id: string
  readonly lease_token: number
}

const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

/** Names that lists and paths share, so that filters find something. */
const KINDS: Readonly<Record<string, string>> = {
  tasks: 'task_id',
  task: 'task_id',
  executions: 'execution_id',
  execution: 'execution_id',
  dependencies: 'dependency_id',
  roles: 'role_id',
  users: 'user_id',
  keys: 'key_id',
  tenants: 'tenant_id',
  webhooks: 'webhook_id',
  deliveries: 'delivery_id',
  test: 'delivery_id',
  claim: 'task_id',
  batch: 'task_id',
  events: 'event_id',
  audit: 'event_id',
}

const idsIn = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).filter((each): each is [string, string] => {
      const [name, value] = each
      return name.endsWith('_id') && typeof value === 'string' && ID.test(value)
    }),
  )

/** Ids that exist, or did: gathered from what the server answers, so that requests reach deep. */
export class Pool {
  readonly #ids = new Map<string, string[]>()
  readonly #leases: Lease[] = []
  /** Of what stands below another thing: that one's ids, by their fields. */
  readonly #owners = new Map<string, Readonly<Record<string, string>>>()
  #cursors: string[] = []

  #put(kind: string, id: string): void {
    const ids = this.#ids.get(kind) ?? []
    this.#ids.set(kind, [...ids.slice(-MOST + 1), id])
  }

  /** Takes note of every id in an answer to a request of this path. */
  harvest(path: string, body: unknown): void {
    const segments = path.split('?')[0]!.split('/')
    const kind = KINDS[segments.findLast((each) => Object.hasOwn(KINDS, each)) ?? '']
    this.#walk(body, kind, 0)
  }

  #walk(value: unknown, kind: string | undefined, depth: number): void {
    if (value === null || typeof value !== 'object' || depth > 4) return
    if (Array.isArray(value)) {
      for (const each of value.slice(0, 4)) this.#walk(each, kind, depth + 1)
      return
    }
    const { lease, execution } = value as { lease?: { token?: number }; execution?: { id?: string } }
    if (lease?.token && execution?.id) {
      this.#leases.push({ execution_id: execution.id, lease_token: lease.token })
      if (this.#leases.length > MOST) this.#leases.shift()
    }
    const { id, ...others } = value as Record<string, unknown>
    if (typeof id === 'string') this.#owners.set(id, idsIn(others))
    for (const [name, each] of Object.entries(value))
      if (typeof each === 'string' && ID.test(each)) {
        if (name === 'id' ? kind : name.endsWith('_id')) this.#put(name === 'id' ? kind! : name, each)
      } else this.#walk(each, KINDS[name] ?? (Array.isArray(value) ? kind : undefined), depth + 1)
  }

  /** Takes note of where a next page begins. */
  note(link: string): void {
    const cursor = /[?&]cursor=([^&>]+)/.exec(link)?.[1]
    if (cursor) this.#cursors = [...this.#cursors.slice(-MOST + 1), decodeURIComponent(cursor)]
  }

  /** An id for a field of this name: mostly one of its kind, else any, now and then one that is nowhere. */
  id(random: Random, name: string): string {
    const asked = /task/.test(name) ? 'task_id' : /execution/.test(name) ? 'execution_id' : name
    const own = this.#ids.get(asked) ?? []
    if (own.length > 0 && random.chance(0.9)) return random.pick(own)
    const any = [...this.#ids.values()].flat()
    return any.length > 0 && random.chance(0.5) ? random.pick(any) : NOWHERE
  }

  /** The ids of what a thing stands below, by their fields. */
  ownersOf(id: string): Readonly<Record<string, string>> {
    return this.#owners.get(id) ?? {}
  }

  /** A lease that stands, or did. */
  lease(random: Random): Lease | undefined {
    return this.#leases.length > 0 ? random.pick(this.#leases) : undefined
  }

  cursor(random: Random): string {
    return this.#cursors.length > 0 ? random.pick(this.#cursors) : 'eyJub25lIjowfQ'
  }
}
