import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '../../src/features/executions/index.ts'
import { closeClients, connectHttp, use } from '../mcp.ts'
import { PROBE, type PacedClient } from './paced-client.ts'
import type { Population } from './population.ts'

/** Where the server is that bears the load. */
export interface Place {
  readonly url: string
  readonly key: string
}

/** Roles, and how many play each. An agent sends a call in its turn like everybody else. */
const CAST = { agent: 6, planner: 1, retirer: 3, reader: 3, graph: 1, tools: 1 }

/** Planners keep about so many tasks to be done, and so many done ones are left for readers. */
const OPEN = 200
const DONE = 200
const GRAPH = 8
const IDLE_MILLISECONDS = 100

const LEASE_SECONDS = 300
/** Of an agent that forgets what it has. */
const SHORT_LEASE_SECONDS = 2

const happens = (share: number): boolean => Math.random() < share
const WORDS = ['retry', 'endpoint', 'schema', 'index', 'receiver', 'lease', 'graph']
const word = (): string => WORDS[Math.floor(Math.random() * WORDS.length)]!

type Turn = () => Promise<void>

/** Claims, reads the brief, beats, and ends what it has in one way or another. */
function agent(client: PacedClient, tasks: Population, name: string): Turn {
  const worker = { worker_id: name, agent_type: 'coder' }
  const held: Claim[] = []
  const claim: Turn = async () => {
    const forgets = happens(0.03)
    const body = {
      ...worker,
      count: happens(0.2) ? 3 : 1,
      lease_seconds: forgets ? SHORT_LEASE_SECONDS : LEASE_SECONDS,
    }
    const claims = (await client.call<Claim[]>('claim', 'POST', '/tasks/claim', { body }))?.body ?? []
    if (claims.length === 0) return void (await sleep(IDLE_MILLISECONDS))
    if (forgets) tasks.counts.forgotten += claims.length
    else held.push(...claims)
  }
  return async () => {
    const mine = held.shift()
    if (!mine) return claim()
    const { task, execution, lease } = mine
    const lease_token = lease.token
    const at = `/executions/${execution.id}`
    if (happens(0.5)) await client.call('brief', 'GET', `/tasks/${task.id}/brief?max_tokens=1000`)
    if (happens(0.5)) {
      const body = { lease_token, progress: { done: Math.random() } }
      await client.call('heartbeat', 'POST', `${at}/heartbeat`, { body })
    }
    if (happens(0.06)) {
      const body = { lease_token, note: 'somebody else knows more of this' }
      await client.call('release', 'POST', `${at}/release`, { body })
      tasks.counts.released++
      return
    }
    const success = !happens(0.08)
    const claim_next =
      happens(0.5) && held.length === 0 ? { claim_next: { lease_seconds: LEASE_SECONDS } } : {}
    const body = { success, lease_token, cost_dollars: 0.01, result: { said: word() }, ...claim_next }
    const answer = await client.call<{ next?: Claim[] }>('complete', 'POST', `${at}/complete`, { body })
    held.push(...(answer?.body.next ?? []))
    if (success) return tasks.complete(task.id)
    tasks.counts.failed++
    await client.call('retry', 'POST', `/tasks/${task.id}/retry`, { body: {} })
  }
}

/** Creates graphs, so that work never runs out, and changes one or the other task. */
const planner = (client: PacedClient, tasks: Population): Turn => {
  let graphs = 0
  return async () => {
    const some = tasks.any()
    if (tasks.open >= OPEN && some !== undefined && happens(0.1)) {
      const body = { priority: 1 + Math.floor(Math.random() * 5) }
      await client.call('update', 'PATCH', `/tasks/${some}`, { body, expects: [200, 404, 409] })
    }
    if (tasks.open >= OPEN) return void (await sleep(IDLE_MILLISECONDS))
    const graph = ++graphs
    const body = Array.from({ length: GRAPH }, (_, nth) => ({
      ref: `t${nth}`,
      title: `${word()} ${word()} ${graph}.${nth}`,
      description: `What the ${word()} of the ${word()} needs`.repeat(4),
      priority: 1 + Math.floor(Math.random() * 5),
      tags: [word()],
      metadata: { branch: `b${graph}` },
      depends_on: nth > 0 && nth % 2 === 1 ? [`t${nth - 1}`] : [],
    }))
    const made = await client.call<{ id: string }[]>('create graph', 'POST', '/tasks/batch', {
      body,
      expects: [201],
    })
    tasks.create((made?.body ?? []).map(({ id }) => id))
  }
}

/** Deletes what has been done for long, so that there is never more of it. */
const retirer =
  (client: PacedClient, tasks: Population): Turn =>
  async () => {
    const id = tasks.done > DONE ? tasks.takeOldest() : undefined
    if (id === undefined) return void (await sleep(IDLE_MILLISECONDS))
    await client.call('delete', 'DELETE', `/tasks/${id}`, { expects: [204] })
  }

/** Looks at lists, at single tasks, at figures, at one after the other. */
const reader = (client: PacedClient, tasks: Population): Turn => {
  const looks: Turn[] = [
    async () => void (await client.call(PROBE, 'GET', '/openapi.yaml-not-there', { expects: [404] })),
    async () => void (await client.call('list', 'GET', '/tasks?limit=50')),
    async () => void (await client.call('list ready', 'GET', '/tasks?status=ready&limit=20')),
    async () => void (await client.call('search', 'GET', `/tasks/search?q=${word()}`)),
    async () => void (await client.call('executions', 'GET', '/executions?limit=50')),
    async () => void (await client.call('dashboard', 'GET', '/dashboard')),
    async () => void (await client.call('audit', 'GET', '/audit?limit=50')),
    ...['', '/dependencies', '/blocks', '/executions', '/metadata', '/blocking-impact'].map(
      (part): Turn =>
        async () => {
          const id = tasks.any()
          if (id !== undefined)
            await client.call(part === '' ? 'get' : 'get a part', 'GET', `/tasks/${id}${part}`, {
              expects: [200, 404],
            })
        },
    ),
  ]
  let nth = Math.floor(Math.random() * looks.length)
  return () => looks[nth++ % looks.length]!()
}

const QUESTION = `query ($first: Int!) {
  tasks(limit: $first) { nodes { number title status dependencies { prerequisite { number status } } executions(limit: 2) { outcome } } }
}`

/** Asks for tasks with what is around them in one query. */
const graphReader =
  (client: PacedClient): Turn =>
  async () => {
    const body = { query: QUESTION, variables: { first: 10 } }
    const answer = await client.call<{ errors?: unknown[] }>('GraphQL', 'POST', '/graphql', { body })
    if (answer?.body.errors) client.blame(`GraphQL: ${JSON.stringify(answer.body.errors).slice(0, 300)}`)
    await sleep(10 * IDLE_MILLISECONDS)
  }

/** An agent's tools over MCP, by the official client. */
async function toolUser(client: PacedClient, place: Place): Promise<Turn> {
  const mcp = await connectHttp(place)
  return async () => {
    await client.timed('MCP find', () => use(mcp, 'find', { query: word() }))
    await sleep(10 * IDLE_MILLISECONDS)
  }
}

/** Has the whole cast play until `over`. What goes wrong is a fault of the client's. */
export async function play(
  client: PacedClient,
  place: Place,
  tasks: Population,
  over: () => boolean,
): Promise<void> {
  const tools = await toolUser(client, place)
  const turns = {
    agent: (nth: number) => agent(client, tasks, `agent-${nth}`),
    planner: () => planner(client, tasks),
    retirer: () => retirer(client, tasks),
    reader: () => reader(client, tasks),
    graph: () => graphReader(client),
    tools: () => tools,
  }
  const players = (Object.keys(CAST) as (keyof typeof CAST)[]).flatMap((role) =>
    Array.from({ length: CAST[role] }, async (_, nth) => {
      const turn = turns[role](nth)
      while (!over())
        await turn().catch((error: Error) => client.blame(`${role}: ${error.message.slice(0, 300)}`))
    }),
  )
  await Promise.all(players)
  await closeClients()
}
