import { Prover, type GraphBefore, type SwarmEvent } from '../../src/features/swarm/proof.ts'
import type { FollowingClient } from './client.ts'
import type { Reign } from './herd.ts'
import type { Ledger } from './work.ts'

/** The graph and the end of the record before any claimer begins. */
export interface Before {
  readonly graph: GraphBefore
  readonly sequence: number
}

/** All events after a position, in their order. */
async function* eventsAfter(client: FollowingClient, sequence: number): AsyncGenerator<SwarmEvent> {
  for (let after = sequence; ;) {
    const page = await client.call<SwarmEvent[]>('GET', `/events?after=${after}&limit=1000&wait_seconds=2`)
    if (page.length === 0) return
    yield* page
    after = page.at(-1)!.sequence
  }
}

/** Reads the graph, and waits for the record to be told to its end. */
export async function readBefore(client: FollowingClient): Promise<Before> {
  let sequence = 0
  for await (const event of eventsAfter(client, 0)) sequence = event.sequence
  return { graph: await client.ask<GraphBefore>('/tasks/dependency-graph'), sequence }
}

/** What broke, one sentence each: by the record, by what claimers were told, and by who led. */
export async function faultsOf(
  client: FollowingClient,
  { graph, sequence }: Before,
  ledger: Ledger,
  reigns: readonly Reign[],
): Promise<string[]> {
  const prover = new Prover(graph, sequence)
  const completions = new Map<string, number>()
  for await (const event of eventsAfter(client, sequence)) {
    prover.read(event)
    const { id } = (event.data['task'] ?? {}) as { id?: string }
    if (event.type === 'task.completed' && id) completions.set(id, (completions.get(id) ?? 0) + 1)
  }
  const { double_runs, overtaken_prerequisites, lost_work, completed } = prover.finish(ledger.acknowledged)
  const faults = [...double_runs, ...overtaken_prerequisites, ...lost_work]
  if (completed !== graph.nodes.length)
    faults.push(`${completed} of ${graph.nodes.length} tasks are completed`)
  for (const [id, count] of completions) if (count > 1) faults.push(`task ${id} was completed ${count} times`)
  for (const [claim, claimers] of ledger.claims)
    if (claimers.length > 1) faults.push(`the claim ${claim} was given to ${claimers.join(', ')}`)
  faults.push(...ledger.failed.map((message) => `a call failed: ${message}`))
  for (const [at, reign] of reigns.entries()) {
    const before = reigns[at - 1]
    if (before && reign.epoch <= before.epoch)
      faults.push(`the epoch went from ${before.epoch} to ${reign.epoch}`)
    if (reigns.some((each) => each.epoch === reign.epoch && each.holder !== reign.holder))
      faults.push(`epoch ${reign.epoch} had two holders`)
  }
  const verified = await client.ask<{ consistent: boolean; mismatches: string[] }>('/verify')
  return [...faults, ...verified.mismatches.map((each) => `the record and the tables: ${each}`)]
}
