import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Claim } from '../../src/features/executions/index.ts'
import { Prover, type SwarmEvent } from '../../src/features/swarm/proof.ts'
import type { Task } from '../../src/features/tasks/index.ts'
import type { VerifyReport } from '../../src/features/verify/schema.ts'
import { bodyOf } from '../answers.ts'
import { eventually } from '../eventually.ts'
import { keyOfNewTenant } from '../people.ts'
import { testServer, type TestServer } from '../server.ts'
import { Random } from '../torture/random.ts'
import { fight, MOVE_NAMES, type Arena } from './melee.ts'

// Everything that can be done to a task, by many clients of two servers at once, over so few tasks that all of it collides.

const CLIENTS = 24
/** Enough to see that it works; `MELEE_ROUNDS=100 npm test -- test/melee/melee.test.ts` by hand. */
const ROUNDS = Number(process.env['MELEE_ROUNDS'] ?? 4)
const MILLISECONDS = 2_500

let servers: [TestServer, TestServer]
before(async () => {
  const first = await testServer()
  servers = [first, await testServer({ databaseUrl: first.databaseUrl, key: first.key })]
})
after(async () => {
  for (const server of servers.toReversed()) await server.close()
})

async function arenaOf(seed: number): Promise<Arena> {
  const random = new Random(seed)
  const key = await keyOfNewTenant(servers[0])
  const items = Array.from({ length: 8 }, (_, nth) => ({
    ref: `t${nth}`,
    title: `task ${nth}`,
    depends_on: nth > 0 && random.happens(0.5) ? [`t${random.between(0, nth - 1)}`] : [],
  }))
  const tasks = bodyOf<Task[]>(await servers[0].post('/tasks/batch', items, { key }), 201)
  return {
    key,
    random,
    tasks: tasks.map(({ id }) => id),
    edges: [],
    held: [],
    acknowledged: new Map(),
    done: new Map(),
  }
}

/** Completes all that is left: whatever was done to the tasks, each of them can be. */
async function workOff({ key, acknowledged }: Arena): Promise<void> {
  const [server] = servers
  await eventually('all is completed', async () => {
    const open = bodyOf<Task[]>(await server.get('/tasks?limit=100', { key }))
    for (const { id, status } of open) {
      if (status === 'failed') await server.post(`/tasks/${id}/retry`, {}, { key })
      if (status === 'assigned' || status === 'in_progress')
        await server.post(`/tasks/${id}/release`, { override: true }, { key })
    }
    const wish = { worker_id: 'last', agent_type: 'coder', count: 100 }
    const claims = bodyOf<Claim[]>(await server.post('/tasks/claim', wish, { key }))
    const other = { ...wish, agent_type: 'tester' }
    claims.push(...bodyOf<Claim[]>(await server.post('/tasks/claim', other, { key })))
    for (const { execution, lease } of claims) {
      const body = { success: true, lease_token: lease.token }
      bodyOf(await server.post(`/executions/${execution.id}/complete`, body, { key }))
      acknowledged.set(execution.id, true)
    }
    return open.every(({ status }) => status === 'completed')
  })
}

/** The whole feed of the tenant, up to the last row of its record. */
async function eventsOf({ key }: Arena): Promise<SwarmEvent[]> {
  const events: SwarmEvent[] = []
  for (;;) {
    const page = bodyOf<SwarmEvent[]>(
      await servers[1].get(`/events?after=${events.at(-1)?.sequence ?? 0}&limit=200&wait_seconds=1`, { key }),
    )
    if (page.length === 0) return events
    events.push(...page)
  }
}

test('whatever is done to tasks at once, none runs twice or too early, nothing is lost, and the record tells it', async (t) => {
  const done = new Set<string>()
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const arena = await arenaOf(seed)
    const until = Date.now() + MILLISECONDS
    await Promise.all(
      Array.from({ length: CLIENTS }, (_, nth) => fight(arena, `client-${nth}`, servers[nth % 2]!, until)),
    )
    await workOff(arena)
    const events = await eventsOf(arena)
    const prover = new Prover({ nodes: [], edges: [] }, 0)
    for (const event of events) prover.read(event)
    const { double_runs, overtaken_prerequisites, lost_work, executions } = prover.finish(arena.acknowledged)
    assert.deepEqual(
      { double_runs, overtaken_prerequisites, lost_work },
      {
        double_runs: [],
        overtaken_prerequisites: [],
        lost_work: [],
      },
    )
    const { mismatches } = bodyOf<VerifyReport>(await servers[0].get('/verify', { key: arena.key }))
    assert.deepEqual(mismatches, [])
    t.diagnostic(`seed ${seed}: ${events.length} events, ${executions} executions`)
    for (const move of arena.done.keys()) done.add(move)
  }
  assert.deepEqual(
    MOVE_NAMES.filter((move) => !done.has(move)),
    [],
    'moves that were never done',
  )
})
