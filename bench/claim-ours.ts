import type pg from 'pg'
import type { Claim } from '../src/features/executions/index.ts'
import { drainBy, type Contender, type Shape } from './contender.ts'
import { startEngine } from './engine.ts'
import { openHttp } from './http-client.ts'
import type { Installation } from './installation.ts'
import { addHistory, settle, stockUp, TENANT } from './stock.ts'

/** The two calls of a worker's loop, whatever carries them. */
interface Loop {
  claim(worker: string, count: number): Promise<Claim[]>
  /** Completes; with `next` it claims so many in the same call. */
  complete(claim: Claim, next?: number): Promise<Claim[]>
}

const LEASE = 3_600

/** Tasks that were completed before. */
const HISTORY = 10_000

/** A completion is of one execution; those of a batch are sent at once, and the product gathers them. */
const twoCalls =
  ({ claim, complete }: Loop, { batch }: Shape) =>
  (claimer: number) =>
  async (): Promise<number> => {
    const claims = await claim(`worker-${claimer}`, batch)
    await Promise.all(claims.map((each) => complete(each)))
    return claims.length
  }

/** The last completion of a batch claims the next batch. */
const claimingNext =
  ({ claim, complete }: Loop, { batch }: Shape) =>
  (claimer: number) => {
    let held: Claim[] | undefined
    return async (): Promise<number> => {
      held ??= await claim(`worker-${claimer}`, batch)
      const last = held.at(-1)
      if (!last) return 0
      const done = held.length
      await Promise.all(held.slice(0, -1).map((each) => complete(each)))
      held = await complete(last, batch)
      return done
    }
  }

function contendersOf(
  name: string,
  client: pg.Client,
  open: (shape: Shape) => { loop: Loop; close(): Promise<void> },
  close: () => Promise<void>,
): [twoCalls: Contender, claimingNext: Contender] {
  const contender = (title: string, way: typeof twoCalls | typeof claimingNext): Contender => ({
    name: title,
    async stock(waiting) {
      await settle(client)
      await stockUp(client, TENANT, waiting)
    },
    async drain(shape) {
      const { loop, close: closeLoop } = open(shape)
      try {
        return await drainBy(shape, way(loop, shape))
      } finally {
        await closeLoop()
        await settle(client)
      }
    },
    close: () => Promise.resolve(),
  })
  return [contender(name, twoCalls), { ...contender(`${name}, claim_next`, claimingNext), close }]
}

/** The operations called in this process, without a surface: on a pool of ten connections. */
export async function openEngineLoops(installation: Installation): Promise<Contender[]> {
  const url = await installation.database('engine')
  const engine = await startEngine(url)
  const client = await installation.connect(url)
  await addHistory(client, TENANT, HISTORY)
  const loop: Loop = {
    claim: (worker_id, count) =>
      engine.call('executions.claim', { worker_id, agent_type: 'bench', count, lease_seconds: LEASE }),
    complete: async ({ execution, lease }, next) => {
      const answer = await engine.call<{ next?: Claim[] }>('executions.complete', {
        execution_id: execution.id,
        lease_token: lease.token,
        success: true,
        ...(next === undefined ? {} : { claim_next: { count: next, lease_seconds: LEASE } }),
      })
      return answer.next ?? []
    },
  }
  return contendersOf(
    'engine',
    client,
    () => ({ loop, close: () => Promise.resolve() }),
    () => engine.close(),
  )
}

/** The same over HTTP: a server in a process of its own, clients that keep their connections. */
export async function openHttpLoops(installation: Installation): Promise<Contender[]> {
  const url = await installation.database('http')
  const server = await installation.serve({ DATABASE_URL: url })
  const client = await installation.connect(url)
  await addHistory(client, TENANT, HISTORY)
  const open = ({ claimers, batch }: Shape) => {
    const http = openHttp(server.url, installation.key, claimers * Math.min(batch, 10))
    const loop: Loop = {
      claim: (worker_id, count) =>
        http.call('POST', '/tasks/claim', { worker_id, agent_type: 'bench', count, lease_seconds: LEASE }),
      complete: async ({ execution, lease }, next) => {
        const answer = await http.call<{ next?: Claim[] }>('POST', `/executions/${execution.id}/complete`, {
          lease_token: lease.token,
          success: true,
          ...(next === undefined ? {} : { claim_next: { count: next, lease_seconds: LEASE } }),
        })
        return answer.next ?? []
      },
    }
    return { loop, close: () => http.close() }
  }
  return contendersOf('HTTP', client, open, () => Promise.resolve())
}
