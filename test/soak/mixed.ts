import { setTimeout as sleep } from 'node:timers/promises'
import { install } from '../../bench/installation.ts'
import type { Drift } from './drift.ts'
import { EventsFollower, SocketFollower } from './followers.ts'
import { play } from './mixed-load.ts'
import { PacedClient } from './paced-client.ts'
import { Population } from './population.ts'
import { Receiver } from './receiver.ts'
import { driftsOf, takeSample, type Sample } from './vital-signs.ts'

/** How long followers may get nothing before what is missing counts as lost. */
const PATIENCE_MILLISECONDS = 60_000

export interface MixedOptions {
  readonly seconds: number
  readonly sampleSeconds: number
  /** It goes on past its time until so many calls were answered. */
  readonly leastCalls?: number
  /** Calls a second of all clients together. */
  readonly rate: number
  readonly say: (line: string) => void
}

export interface MixedResult {
  readonly calls: number
  readonly deferred: number
  readonly events: number
  readonly tasks: Population['counts']
  readonly samples: readonly Sample[]
  readonly latencies: ReturnType<PacedClient['latencies']>
  /** From the middle third to the last, each vital sign and each kind's latency. */
  readonly drifts: readonly Drift[]
  /** What must not be, whether anything grew or not. */
  readonly faults: readonly string[]
}

/**
 * Puts a server of its own under a steady mixed load, and watches what may grow: memory, files, connections, prepared
 * statements, dead rows, latency. Tasks are deleted as they are made; the record alone grows, as it must. In the end the
 * followers and the webhook's receiver must have all of it, and the record must agree with the tables.
 */
export async function mixedSoak(options: MixedOptions): Promise<MixedResult> {
  const { seconds, sampleSeconds, leastCalls = 0, rate, say } = options
  const installation = await install()
  const receiver = new Receiver('receiver', 'steady')
  try {
    const { key } = installation
    const { url } = await installation.serve({ CAIRN_RATE_LIMIT_PER_KEY: '0' })
    const place = { url, key }
    const client = new PacedClient(url, key, rate)
    const body = { url: await receiver.listen(), event_types: ['task.*'] }
    await client.call('webhook', 'POST', '/webhooks', { body, expects: [201] })
    const followers = [new EventsFollower(place), new SocketFollower(place)]
    const database = await installation.connect()
    const tasks = new Population()
    const samples: Sample[] = []

    const began = performance.now()
    let [end, over] = [began, false]
    const playing = play(client, place, tasks, () => over)
    while (end - began < seconds * 1_000 || client.counts.calls < leastCalls) {
      const next = end + sampleSeconds * 1_000
      await sleep(Math.max(next - performance.now(), 0))
      samples.push(await takeSample(url, key, database))
      say(line(Math.round((next - began) / 1_000), samples.at(-1)!, client.latencies(end, next)))
      end = next
    }
    over = true
    await playing
    const { calls, deferred } = client.counts

    await caughtUp(database, followers, receiver)
    // As of this moment: leases that were forgotten go on ending.
    const { last, taskEvents } = followers[0]!
    const reached = followers.map((each) => ({ name: each.name, last: each.last }))
    const arrived = receiver.arrivals.length
    await Promise.all(followers.map((each) => each.close()))
    const faults = [...client.faults, ...followers.flatMap((each) => each.faults)]
    for (const each of reached)
      if (each.last !== last) faults.push(`${each.name} got ${each.last} events, not ${last}`)
    if (arrived !== taskEvents)
      faults.push(`the webhook's receiver got ${arrived} events of tasks, not ${taskEvents}`)
    faults.push(...(await mismatches(url, key)))
    const latencies = client.latencies(began, end)
    const drifts = [...driftsOf(samples), ...client.drifts(began, end)]
    await client.close()
    return { calls, deferred, events: last, tasks: tasks.counts, samples, latencies, drifts, faults }
  } finally {
    receiver.close()
    await installation.close()
  }
}

function line(at: number, sample: Sample, latencies: ReturnType<PacedClient['latencies']>): string {
  const { rss, heap, files, connections, backend, statements, deadRows } = sample
  const calls = latencies.reduce((sum, each) => sum + each.calls, 0)
  const slowest = latencies.toSorted((a, b) => b.median - a.median)[0]
  return `${at} s: ${calls} calls, ${rss.toFixed(0)} MiB (heap ${heap.toFixed(0)}), ${files} files, ${connections} connections (of each ${backend.toFixed(1)} MiB, ${statements.toFixed(0)} statements), ${deadRows} dead rows, slowest ${slowest?.kind} ${slowest?.median.toFixed(1)} ms`
}

/** Waits until followers and receiver have all there is, or nothing comes any more. */
async function caughtUp(
  database: Awaited<ReturnType<Awaited<ReturnType<typeof install>>['connect']>>,
  followers: readonly { last: number; taskEvents: number }[],
  receiver: Receiver,
): Promise<void> {
  for (let [before, since] = ['', Date.now()]; Date.now() - since < PATIENCE_MILLISECONDS; await sleep(200)) {
    const { rows } = await database.query<{ pending: string; last: string }>(
      `SELECT (SELECT count(*) FROM record_pending) AS pending, (SELECT max(last_sequence) FROM record_heads) AS last`,
    )
    const { pending, last } = rows[0]!
    const got = receiver.arrivals.length
    if (
      Number(pending) === 0 &&
      followers.every((each) => each.last === Number(last) && each.taskEvents === got)
    )
      return
    const now = JSON.stringify([pending, last, got, followers.map((each) => each.last)])
    if (now !== before) [before, since] = [now, Date.now()]
  }
}

async function mismatches(url: string, key: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/verify`, { headers: { authorization: `Bearer ${key}` } })
  const body = (await answer.json()) as { consistent?: boolean; mismatches?: string[] }
  if (answer.ok && body.consistent) return []
  return (body.mismatches ?? [`${answer.status}`]).map((each) => `cairn verify: ${each}`)
}
