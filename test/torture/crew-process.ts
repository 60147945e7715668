import { Agent } from './agent.ts'
import { Client } from './client.ts'
import { Random } from './random.ts'

// A child process with some agents in it, killed at random by who started it. A message begins a round, another ends it;
// what was acknowledged is sent at once, so that a kill takes nothing of it along but what was under way.

/** What the parent says. */
export type Order =
  | { begin: { url: string; key: string; name: string; seed: number; agents: number; tasks: string[] } }
  | { end: true }

/** How long what is under way at the end may take. */
const LAST_WORDS_MILLISECONDS = 3_000

let round:
  { rest: AbortController; stop: AbortController; done: Promise<unknown>; client: Client } | undefined

process.on('message', (order: Order) => {
  if ('begin' in order) begin(order.begin)
  else void end()
})
process.on('disconnect', () => process.exit())

function begin({ url, key, name, seed, agents, tasks }: Extract<Order, { begin: unknown }>['begin']): void {
  const [rest, stop] = [new AbortController(), new AbortController()]
  const client = new Client(url, key, stop.signal)
  const working = Array.from({ length: agents }, (_, nth) =>
    new Agent({
      name: `${name}-${nth}`,
      client,
      random: new Random(seed + nth),
      tasks,
      resting: rest.signal,
      tell: (acknowledged) => process.send?.({ acknowledged }),
    }).work(),
  )
  round = { rest, stop, done: Promise.all(working), client }
}

async function end(): Promise<void> {
  round?.rest.abort()
  const late = setTimeout(() => round?.stop.abort(), LAST_WORDS_MILLISECONDS)
  await round?.done
  clearTimeout(late)
  process.send?.({ ended: { again: round?.client.again ?? 0 } })
}
