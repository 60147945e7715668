import { setTimeout as sleep } from 'node:timers/promises'
import { install } from '../../bench/installation.ts'
import { FollowingClient } from './client.ts'
import { Herd } from './herd.ts'
import { faultsOf, readBefore } from './verdict.ts'
import { Ledger, layChains, work } from './work.ts'

const SERVERS = 3

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
    const herd = await Herd.start(installation, SERVERS)
    try {
      const client = new FollowingClient(herd.urls, installation.key, 0)
      const count = await layChains(client, tasks)
      const before = await readBefore(client)
      const ledger = new Ledger()
      const completed = (): number => ledger.acknowledged.size
      const database = await installation.connect()
      let [interfering, drained] = [true, false]
      const working = work(herd.urls, installation.key, claimers, ledger, () => drained)
      const failovers = meanwhile({ herd, client, ledger, completed }).finally(() => (interfering = false))
      // What was completed is asked of the database: an acknowledgement may have been lost with its server.
      for (const deadline = Date.now() + 300_000; ; await sleep(200)) {
        const { rows } = await database.query<{ left: number }>(
          `SELECT count(*) AS left FROM tasks WHERE status <> 'completed'`,
        )
        if (Number(rows[0]!.left) === 0 && !interfering) break
        if (Date.now() > deadline) {
          ledger.failed.push(`${rows[0]!.left} of ${count} tasks are not completed after five minutes`)
          break
        }
      }
      drained = true
      await working
      say(`${completed()} completions acknowledged, of ${count} tasks`)
      const faults = await faultsOf(client, before, ledger, herd.reigns)
      const { counts, lost } = ledger
      return { failovers: await failovers, ...counts, lostLeases: lost.length, faults }
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
