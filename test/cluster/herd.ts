import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../../bench/installation.ts'
import type { Running } from '../../src/surfaces/cli/testing.ts'

/** One of several servers on a database; it keeps its address over restarts. */
export interface Member {
  readonly url: string
  running: Running
}

/** Who led the duties, and from when on: milliseconds of `performance.now()`. */
export interface Reign {
  readonly holder: string
  readonly epoch: number
  readonly since: number
}

/** Servers on one database, and an eye on who leads. */
export class Herd {
  readonly #installation: Installation
  readonly #environment: Readonly<Record<string, string>>
  readonly members: Member[] = []
  /** Every holder of the leadership that was seen. */
  readonly reigns: Reign[] = []
  #watching = true
  #watch: Promise<void> = Promise.resolve()

  private constructor(installation: Installation, environment: Readonly<Record<string, string>>) {
    this.#installation = installation
    this.#environment = environment
  }

  static async start(
    installation: Installation,
    servers: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Herd> {
    const herd = new Herd(installation, environment)
    for (let left = servers; left > 0; left--) herd.members.push(await installation.serve(environment))
    herd.#watch = herd.#keepWatching()
    return herd
  }

  get urls(): string[] {
    return this.members.map(({ url }) => url)
  }

  async #keepWatching(): Promise<void> {
    const client = await this.#installation.connect()
    while (this.#watching) {
      const { rows } = await client.query<{ holder: string; epoch: number }>(
        `SELECT holder, epoch FROM leadership WHERE name = 'duties'`,
      )
      const [now] = rows
      const last = this.reigns.at(-1)
      if (now && (now.holder !== last?.holder || now.epoch !== last.epoch))
        this.reigns.push({ ...now, since: performance.now() })
      await sleep(20)
    }
  }

  /** Whether a server says that it leads; undefined where it does not answer. */
  async leads({ url }: Member): Promise<boolean | undefined> {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    return answer?.ok ? ((await answer.json()) as { leads: boolean }).leads : undefined
  }

  /** The one member that leads; waits until there is one, and no other says that it does. Throws after 30 seconds. */
  async leader(): Promise<Member> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      const said = await Promise.all(this.members.map((member) => this.leads(member)))
      const leaders = this.members.filter((_, at) => said[at])
      if (leaders.length === 1) return leaders[0]!
    }
    throw new Error('not one leads the duties, but none or several')
  }

  /** How many seconds pass until somebody leads who did not at this moment. Throws after 60 seconds. */
  async failover(): Promise<number> {
    const [began, before] = [performance.now(), this.reigns.length]
    while (this.reigns.length === before) {
      if (performance.now() - began > 60_000) throw new Error('nobody took the leadership over')
      await sleep(20)
    }
    return Math.round((this.reigns.at(-1)!.since - began) / 100) / 10
  }

  /** Starts a server anew where it was. */
  async restart(member: Member): Promise<void> {
    const port = new URL(member.url).port
    member.running = (await this.#installation.serve({ ...this.#environment, PORT: port })).running
  }

  /** Stops watching; the servers end with the installation. */
  async close(): Promise<void> {
    this.#watching = false
    await this.#watch.catch(() => undefined)
    for (const { running } of this.members) running.child.kill('SIGCONT')
  }
}
