import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '../../src/features/executions/index.ts'
import type { VerifyReport } from '../../src/features/verify/schema.ts'
import type { Acknowledgement } from './acknowledgements.ts'
import { checkAcknowledged, checkCourse, checkFeed } from './checks.ts'
import { Client } from './client.ts'
import type { Crew } from './crew.ts'
import { planFaults } from './faults.ts'
import type { Ground } from './ground.ts'
import { Random } from './random.ts'

/** How long faults strike, in milliseconds; and how much longer agents may go on who have not got enough done by then. */
const STRIKING = 2_500
const LONGEST = 6_000
const ENOUGH = 100
/** Of each crew. */
const AGENTS = 4
/** How long nothing may move once all faults are over: leases of 2 s, their reaper, a failover of 11 s, a slow machine. */
const STANDSTILL = 30_000

/** What a round did, and what it found that must not be. */
export interface RoundResult {
  seed: number
  acknowledged: Acknowledgement[]
  tenant: string
  events: number
  seconds: number
  /** The faults in their order, with their moments. */
  struck: string[]
  /** Each is one exact sentence. */
  faults: string[]
}

/** Sent again while the server has too much to do: it then has done nothing. */
const post = async <T>(url: string, key: string, path: string, body: unknown): Promise<T> => {
  for (;;) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.ok) return JSON.parse(text) as T
    if (!text.includes('"code":"overloaded"')) throw new Error(`${path}: ${response.status} ${text}`)
    await sleep(500)
  }
}

/** A tenant of its own with a random graph of tasks to begin with. */
async function beginTenant(ground: Ground, seed: number, random: Random) {
  type Tenant = { id: string; key: string }
  const name = `round ${seed} ${Date.now()}`
  const { id: tenant, key } = await post<Tenant>(ground.url, ground.key, '/tenants', { name })
  const items = Array.from({ length: 60 }, (_, nth) => ({
    ref: `t${nth}`,
    title: `planned-${nth}`,
    priority: random.between(1, 5),
    depends_on: [
      ...new Set(
        Array.from({ length: nth > 0 ? random.between(0, 3) : 0 }, () => `t${random.between(0, nth - 1)}`),
      ),
    ],
  }))
  const tasks = await post<{ id: string }[]>(ground.url, key, '/tasks/batch', items)
  return { tenant, key, tasks: tasks.map(({ id }) => id) }
}

/** Follows the feed through whatever happens; `ids` is what it got. */
function follow(client: Client): { ids: string[]; done: Promise<void> } {
  const ids: string[] = []
  const run = async (): Promise<void> => {
    for (let after = 0; ;) {
      const answer = await client.get(`/events?after=${after}&limit=200&wait_seconds=1`, 2_500)
      if (!answer) return
      const events = answer.status === 200 ? (answer.body as { sequence: number; id: string }[]) : []
      ids.push(...events.map(({ id }) => id))
      after = events.at(-1)?.sequence ?? after
    }
  }
  return { ids, done: run() }
}

/** Whether something still moves: on a busy machine that takes its time, and only what stands still is stuck. */
class Moving {
  readonly #controller = new AbortController()
  #last: unknown
  #timer = this.#wait()

  /** Aborts once nothing has moved for too long. */
  get stopped(): AbortSignal {
    return this.#controller.signal
  }

  /** Says how things stand. */
  see(now: unknown): void {
    if (now === this.#last) return
    this.#last = now
    clearTimeout(this.#timer)
    this.#timer = this.#wait()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), STANDSTILL)
  }
}

/** Works off all that is left: with no faults any more, everything can be completed. */
async function drain(ground: Ground, key: string, tenant: string, round: string): Promise<void> {
  const moving = new Moving()
  const patient = new Client(ground.url, key, moving.stopped)
  let calls = 0
  const call = async <T>(path: string, body: unknown): Promise<T | undefined> => {
    const answer = await patient.post(path, body, `${round}-drain-${++calls}`)
    return answer && answer.status < 300 ? (answer.body as T) : undefined
  }
  while (!moving.stopped.aborted) {
    const left = await ground.sql<{ id: string; status: string }>(
      `SELECT id, status FROM tasks WHERE tenant_id = $1 AND status <> 'completed'`,
      [tenant],
    )
    moving.see(left.length)
    if (left.length === 0) return moving.end()
    for (const { id, status } of left) if (status === 'failed') await call(`/tasks/${id}/retry`, {})
    const wish = { worker_id: `${round}-drain`, agent_type: 'torture', count: 100, lease_seconds: 10 }
    const claims = (await call<Claim[]>('/tasks/claim', wish)) ?? []
    await Promise.all(
      claims.map(({ execution, lease }) =>
        call(`/executions/${execution.id}/complete`, { success: true, lease_token: lease.token }),
      ),
    )
    if (claims.length === 0) await sleep(50)
  }
}

/** Waits until the record is numbered and the follower has it, as long as either goes on. */
async function settle(ground: Ground, tenant: string, followed: readonly string[]): Promise<void> {
  const moving = new Moving()
  while (!moving.stopped.aborted) {
    const [state] = await ground.sql<{ pending: string; last: string }>(
      `SELECT (SELECT count(*) FROM record_pending WHERE tenant_id = $1) AS pending,
         coalesce((SELECT last_sequence FROM record_heads WHERE tenant_id = $1), 0) AS last`,
      [tenant],
    )
    moving.see(`${state!.pending} ${state!.last} ${followed.length}`)
    if (Number(state!.pending) === 0 && followed.length >= Number(state!.last)) return moving.end()
    await sleep(50)
  }
}

/** Sets the crews to work in a new tenant; what they were told goes into `acknowledged`. */
function beginWork(
  ground: Ground,
  crews: readonly Crew[],
  { key, tasks }: { key: string; tasks: readonly string[] },
  seed: number,
): Acknowledgement[] {
  const acknowledged: Acknowledgement[] = []
  crews.forEach((crew, nth) =>
    crew.begin(
      {
        url: ground.url,
        key,
        name: `s${seed}c${nth}`,
        seed: seed * 100 + nth * 10,
        agents: AGENTS,
        tasks: [...tasks],
      },
      (each) => acknowledged.push(each),
    ),
  )
  return acknowledged
}

/** One round: agents work through proxies while faults strike; then all is healed, worked off, and held against what was said. */
export async function runRound(ground: Ground, crews: readonly Crew[], seed: number): Promise<RoundResult> {
  const began = performance.now()
  const random = new Random(seed)
  const { tenant, key, tasks } = await beginTenant(ground, seed, random)
  const acknowledged = beginWork(ground, crews, { key, tasks }, seed)
  const following = new AbortController()
  const follower = follow(new Client(ground.url, key, following.signal))

  const impatient = random.happens(0.75)
  const plan = planFaults(random, STRIKING)
  const restarts: Promise<void>[] = []
  const struck = {
    front: ground.front,
    database: ground.database,
    killServer: () => {
      const restarted = ground.killServer().then(() => (impatient ? ground.expireLeadership() : undefined))
      restarts.push(restarted.catch(() => undefined))
    },
    killPostgres: () => void restarts.push(ground.killPostgres()),
    killAgents: () => random.one(crews).kill(),
  }
  const start = performance.now()
  for (const fault of plan) {
    await sleep(Math.max(fault.at - (performance.now() - start), 0))
    fault.strike(struck)
  }
  await sleep(Math.max(STRIKING - (performance.now() - start), 0))
  while (acknowledged.length < ENOUGH && performance.now() - start < LONGEST) await sleep(50)
  ground.heal()
  await Promise.all(restarts)
  await ground.expireReservations()
  await Promise.all(crews.map((crew) => crew.end()))

  await drain(ground, key, tenant, `s${seed}`)
  await settle(ground, tenant, follower.ids)
  following.abort()
  await follower.done
  const sql = ground.sql.bind(ground)
  const faults = [
    ...ground.takeDeaths(),
    ...(await checkAcknowledged(sql, tenant, acknowledged)),
    ...(await checkCourse(sql, tenant)),
    ...(await checkFeed(sql, tenant, follower.ids)),
    ...(await verified(ground, key)),
  ]
  return {
    seed,
    acknowledged,
    tenant,
    events: follower.ids.length,
    seconds: (performance.now() - began) / 1_000,
    struck: plan.map(({ at, what }) => `${at} ms ${what}`),
    faults,
  }
}

async function verified(ground: Ground, key: string): Promise<string[]> {
  const answer = await new Client(ground.url, key, AbortSignal.timeout(10_000)).get('/verify', 8_000)
  if (answer?.status !== 200) return [`verify answered ${answer?.status} ${JSON.stringify(answer?.body)}`]
  return (answer.body as VerifyReport).mismatches.map((sentence) => `verify: ${sentence}`)
}

/**
 * The control: nothing strikes but one crash of PostgreSQL under load, and what is held against what was said is only
 * whether it is there. On a PostgreSQL that forgets, something must be missing.
 */
export async function runControl(ground: Ground, crews: readonly Crew[], seed: number): Promise<RoundResult> {
  const began = performance.now()
  const random = new Random(seed)
  const { tenant, key, tasks } = await beginTenant(ground, seed, random)
  const acknowledged = beginWork(ground, crews, { key, tasks }, seed)
  const at = random.between(600, 1_400)
  await sleep(at)
  const crash = ground.killPostgres()
  await Promise.all(crews.map((crew) => crew.end()))
  await crash
  const faults = await checkAcknowledged(ground.sql.bind(ground), tenant, acknowledged)
  const struck = [`${at} ms kill -9 of PostgreSQL`]
  return {
    seed,
    acknowledged,
    tenant,
    events: 0,
    seconds: (performance.now() - began) / 1_000,
    struck,
    faults,
  }
}
