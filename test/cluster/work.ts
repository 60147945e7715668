import { setTimeout as sleep } from 'node:timers/promises'
import { FollowingClient, Refused } from './client.ts'

/** What a claimer was told. */
interface Claimed {
  task: { id: string }
  execution: { id: string }
  lease: { token: number }
}

/** Seconds that a claim is worth; shorter than the pause of a server that is stopped. */
const LEASE_SECONDS = 5

/** Tasks in chains of four: a completed one frees the next. */
const CHAIN = 4

/** Everything that claimers were told, for what must hold of it afterwards. */
export class Ledger {
  /** Execution id to whether its completion was acknowledged. */
  readonly acknowledged = new Map<string, boolean>()
  /** Task and token to the claimers that were given them. */
  readonly claims = new Map<string, number[]>()
  readonly lost: string[] = []
  readonly failed: string[] = []
  readonly counts = { refused: 0, cut: 0, deferred: 0 }
}

/** Creates tasks in chains of hard dependencies; answers how many. */
export async function layChains(client: FollowingClient, tasks: number): Promise<number> {
  const batches = Math.ceil(tasks / 100)
  for (let batch = 0; batch < batches; batch++)
    await client.call(
      'POST',
      '/tasks/batch',
      Array.from({ length: 100 }, (_, at) => ({
        ref: `t${at}`,
        title: `task ${batch}.${at}`,
        depends_on: at % CHAIN === 0 ? [] : [`t${at - 1}`],
      })),
    )
  return batches * 100
}

/** One claimer: claims, works a moment, completes, until `over`. What it is told goes into the ledger. */
async function claimer(
  client: FollowingClient,
  nth: number,
  ledger: Ledger,
  over: () => boolean,
): Promise<void> {
  const worker = { worker_id: `w${nth}`, agent_type: 'coder', lease_seconds: LEASE_SECONDS }
  while (!over()) {
    try {
      for (const { task, execution, lease } of await client.call<Claimed[]>('POST', '/tasks/claim', {
        ...worker,
        wait_seconds: 1,
      })) {
        const token = `${task.id} ${lease.token}`
        ledger.claims.set(token, [...(ledger.claims.get(token) ?? []), nth])
        await sleep(5 + Math.random() * 30)
        await client.call('POST', `/executions/${execution.id}/complete`, {
          success: true,
          lease_token: lease.token,
        })
        ledger.acknowledged.set(execution.id, true)
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Its lease ran out while a server was gone: somebody else does the task.
      if (error.code === 'lease_lost') ledger.lost.push(error.message)
      else ledger.failed.push(error.message)
    }
  }
}

/** Runs so many claimers over all servers until `over`; answers what they were told. */
export async function work(
  urls: readonly string[],
  key: string,
  claimers: number,
  ledger: Ledger,
  over: () => boolean,
): Promise<void> {
  const clients = Array.from({ length: claimers }, (_, nth) => new FollowingClient(urls, key, nth))
  await Promise.all(clients.map((client, nth) => claimer(client, nth, ledger, over)))
  for (const { counts } of clients) {
    ledger.counts.refused += counts.refused
    ledger.counts.cut += counts.cut
    ledger.counts.deferred += counts.deferred
  }
}
