import { setTimeout as sleep } from 'node:timers/promises'
import { install } from '../../bench/installation.ts'
import { FollowingClient } from './client.ts'
import { Herd } from './herd.ts'
import { faultsOf, readBefore } from './verdict.ts'
import { Ledger, layChains, work } from './work.ts'

const SERVERS = 3

/** All claimers share a key: what the servers can do is tried, not how often one may ask. */
const UNLIMITED = { CAIRN_RATE_LIMIT_PER_KEY: '0', CAIRN_RATE_LIMIT_PER_TENANT: '0' }

/** How long nothing may be completed before claimers are taken to be stuck: longer than any failover, whatever the size. */
const STANDSTILL_MILLISECONDS = 120_000
/** How often what is left is counted: of 100,000 tasks that takes a while. */
const COUNT_MILLISECONDS = 500

export interface ClusterOptions {
  readonly tasks: number
  readonly claimers: number
  readonly say: (line: string) => void
}

export interface ClusterResult {
  /** Seconds until another server led the duties: after SIGKILL, after SIGSTOP. */
  readonly failovers: readonly number[]
  /** Attempts that found nobody listening, those that were cut off, answers that said to come back, and lost claims. */
  readonly refused: number
  readonly cut: number
  readonly deferred: number
  readonly lostLeases: number
  /** Tasks that were laid, executions that claimers were given, and the seconds that all took. */
  readonly tasks: number
  readonly claimed: number
  /** Executions that two claimers were given. */
  readonly doubles: number
  readonly seconds: number
  /** What must not be; empty when all holds. */
  readonly faults: readonly string[]
}

interface Run {
  readonly herd: Herd
  readonly client: FollowingClient
  readonly ledger: Ledger
  readonly completed: () => number
}

/** Lays tasks, has claimers do them over three servers, and lets `meanwhile` interfere until all are done. */
async function underLoad(
  { tasks, claimers, say }: ClusterOptions,
  meanwhile: (run: Run) => Promise<number[]>,
): Promise<ClusterResult> {
  const installation = await install({ max_connections: '100' })
  try {
    const herd = await Herd.start(installation, SERVERS, UNLIMITED)
    try {
      const client = new FollowingClient(herd.urls, installation.key, 0)
      const count = await layChains(client, tasks)
      const before = await readBefore(client)
      const ledger = new Ledger()
      const completed = (): number => ledger.acknowledged.size
      const database = await installation.connect()
      const began = performance.now()
      let [interfering, drained] = [true, false]
      const working = work(herd.urls, installation.key, claimers, ledger, () => drained)
      const failovers = meanwhile({ herd, client, ledger, completed }).finally(() => (interfering = false))
      // What was completed is asked of the database: an acknowledgement may have been lost with its server.
      for (let [fewest, since] = [Infinity, Date.now()]; ; await sleep(COUNT_MILLISECONDS)) {
        const { rows } = await database.query<{ left: number }>(
          `SELECT count(*) AS left FROM tasks WHERE status <> 'completed'`,
        )
        const left = Number(rows[0]!.left)
        if (left === 0 && !interfering) break
        if (left < fewest || left === 0) [fewest, since] = [left, Date.now()]
        if (Date.now() - since < STANDSTILL_MILLISECONDS) continue
        ledger.failed.push(
          `${left} of ${count} tasks are not completed, and none was for ${STANDSTILL_MILLISECONDS / 1000} s`,
        )
        break
      }
      drained = true
      await working
      const seconds = Math.round((performance.now() - began) / 100) / 10
      say(`${completed()} completions acknowledged, of ${count} tasks, in ${seconds} s`)
      const faults = await faultsOf(client, before, ledger, herd.reigns)
      const { counts, lost } = ledger
      const claims = [...ledger.claims.values()]
      return {
        ...counts,
        failovers: await failovers,
        lostLeases: lost.length,
        tasks: count,
        claimed: claims.length,
        doubles: claims.filter(({ length }) => length > 1).length,
        seconds,
        faults,
      }
    } finally {
      await herd.close()
    }
  } finally {
    await installation.close()
  }
}

/** One server, the leader, is killed; the next leader is stopped for longer than leases and leadership last, and let go on. */
export const killAndStop = (options: ClusterOptions & { stopMilliseconds: number }): Promise<ClusterResult> =>
  underLoad(options, async ({ herd, completed }) => {
    const { say, tasks } = options
    const failovers: number[] = []
    while (completed() < tasks / 10) await sleep(20)
    const killed = await herd.leader()
    killed.running.child.kill('SIGKILL')
    failovers.push(await herd.failover())
    say(`killed the leader; another led after ${failovers[0]} s, ${completed()} tasks done`)
    await herd.restart(killed)
    const stopped = await herd.leader()
    stopped.running.child.kill('SIGSTOP')
    const resume = sleep(options.stopMilliseconds).then(() => stopped.running.child.kill('SIGCONT'))
    failovers.push(await herd.failover())
    say(`stopped the leader; another led after ${failovers[1]} s, ${completed()} tasks done`)
    await resume
    say(`the stopped one goes on, ${completed()} tasks done`)
    await herd.leader()
    return failovers
  })

/** Each server in turn is stopped by SIGTERM and started anew at its address, while clients go on. */
export const rollingRestart = (options: ClusterOptions): Promise<ClusterResult> =>
  underLoad(options, async ({ herd, completed }) => {
    while (completed() < options.tasks / 10) await sleep(20)
    for (const member of herd.members) {
      member.running.child.kill('SIGTERM')
      const { code, stderr } = await member.running.ended()
      if (code !== 0) throw new Error(`the server ended with ${code}: ${stderr.slice(-2_000)}`)
      await herd.restart(member)
      options.say(`restarted ${member.url}, ${completed()} tasks done`)
    }
    return []
  })
