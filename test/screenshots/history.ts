import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '../../src/features/executions/schema.ts'

/** Asks the server, and answers what it says; throws where it refuses. */
export type Ask = <T>(method: string, path: string, body?: unknown) => Promise<T>

const AGENTS = [
  { type: 'planner', workers: ['bifrost-1', 'bifrost-2'], milliseconds: 2_400, dollars: 0.34 },
  { type: 'coder', workers: ['heimdall-1', 'heimdall-2', 'heimdall-3'], milliseconds: 1_500, dollars: 0.21 },
  { type: 'reviewer', workers: ['mimir-1', 'mimir-2'], milliseconds: 700, dollars: 0.06 },
] as const

const FAULTS = [
  'npm test: 3 of 412 tests failed; the first is "a refund is booked once".',
  'The migration would lock the table of orders for more than a minute.',
  'Out of context: the change touches more files than fit.',
]

/** The same numbers at every run: from 0 up to 1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

/** Agents of three kinds work for so long: most of it succeeds, some fails and is tried again, the last is under way. */
export async function workFor(ask: Ask, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  await Promise.all(
    AGENTS.flatMap((agent, kind) =>
      agent.workers.map(async (worker_id, nth) => {
        const chance = numbers(1 + 97 * kind + nth)
        for (;;) {
          const [claim] = await ask<Claim[]>('POST', '/tasks/claim', {
            worker_id,
            agent_type: agent.type,
            count: 1,
          })
          // What is claimed last stays open, as on a day of work.
          if (!claim || performance.now() > end) return
          await sleep(agent.milliseconds * (0.4 + 1.6 * chance() ** 2))
          const success = chance() > 0.12
          await ask('POST', `/executions/${claim.execution.id}/complete`, {
            success,
            lease_token: claim.lease.token,
            cost_dollars: Math.round(agent.dollars * (0.3 + 1.4 * chance()) * 10_000) / 10_000,
            ...(success ? {} : { error_message: FAULTS[Math.floor(chance() * FAULTS.length)] }),
          })
          if (!success && chance() > 0.4) await ask('POST', `/tasks/${claim.task.id}/retry`)
        }
      }),
    ),
  )
}

/** People and agents, each with a key. */
export async function addPeople(ask: Ask): Promise<void> {
  for (const [name, role, key] of [
    ['Astrid', 'orchestrator', 'laptop'],
    ['bifrost', 'agent', 'fleet-1'],
    ['heimdall', 'agent', 'fleet-2'],
  ] as const) {
    const { id } = await ask<{ id: string }>('POST', '/users', { name, roles: [role] })
    await ask('POST', '/keys', { name: key, user_id: id })
  }
}

/** The number of a task whose panel has something to say: it waited for others, and was tried as often as any of those. */
export async function taskWithMost(
  ask: Ask,
  executions: readonly { task: { number: number }; attempt: number }[],
): Promise<number> {
  const tried = executions.toSorted((a, b) => b.attempt - a.attempt)
  for (const { task } of tried) {
    const waitedFor = await ask<unknown[]>('GET', `/tasks/${task.number}/dependencies`)
    if (waitedFor.length > 0) return task.number
  }
  return tried[0]?.task.number ?? 1
}
