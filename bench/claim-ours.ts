import type pg from 'pg'
import type { Claim } from '../src/features/executions/index.ts'
import { drainBy, type Contender, type Shape } from './contender.ts'
import { startEngine } from './engine.ts'
import { openHttp } from './http-client.ts'
import type { Installation } from './installation.ts'
import { addHistory, settle, stockUp, TENANT } from './stock.ts'

/** The calls of a worker's loop, whatever carries them. */
interface Loop {
  claim(worker: string, count: number): Promise<Claim[]>
  /** Completes; with `next` it claims so many in the same call. */
  complete(claim: Claim, next?: number): Promise<Claim[]>
  /** Completes several in one call. */
  completeBatch(claims: readonly Claim[]): Promise<unknown>
}

const completionOf = ({ execution, lease }: Claim) => ({
  execution_id: execution.id,
  lease_token: lease.token,
  success: true,
})

const completeAll = ({ complete, completeBatch }: Loop, claims: readonly Claim[]): Promise<unknown> =>
  claims.length === 1 ? complete(claims[0]!) : completeBatch(claims)

const LEASE = 3_600

/** Tasks that were completed before. */
const HISTORY = 10_000

type LoopOf = (claimer: number) => Loop

/** A call claims the batch, another one completes it. */
const twoCalls =
  (loopOf: LoopOf, { batch }: Shape) =>
  (claimer: number) => {
    const loop = loopOf(claimer)
    return async (): Promise<number> => {
      const claims = await loop.claim(`worker-${claimer}`, batch)
      if (claims.length > 0) await completeAll(loop, claims)
      return claims.length
    }
  }

/** The completion of one claims the next one. */
const claimingNext = (loopOf: LoopOf) => (claimer: number) => {
  const loop = loopOf(claimer)
  let held: Claim[] | undefined
  return async (): Promise<number> => {
    held ??= await loop.claim(`worker-${claimer}`, 1)
    const [claim] = held
    if (!claim) return 0
    held = await loop.complete(claim, 1)
    return 1
  }
}

function contendersOf(
  name: string,
  client: pg.Client,
  open: (shape: Shape) => { loopOf: LoopOf; close(): Promise<void> },
  close: () => Promise<void>,
  suits: (shape: Shape) => boolean = () => true,
): [twoCalls: Contender, claimingNext: Contender] {
  const contender = (title: string, way: typeof twoCalls): Contender => ({
    name: title,
    suits,
    async stock(waiting) {
      await settle(client)
      await stockUp(client, TENANT, waiting)
    },
    async drain(shape) {
      const { loopOf, close: closeLoops } = open(shape)
      try {
        return await drainBy(shape, way(loopOf, shape))
      } finally {
        await closeLoops()
        await settle(client)
      }
    },
    close: () => Promise.resolve(),
  })
  return [
    contender(name, twoCalls),
    // A completion that claims is of one execution.
    {
      ...contender(`${name}, claim_next`, claimingNext),
      suits: (shape) => shape.batch === 1 && suits(shape),
      close,
    },
  ]
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
    complete: async (claim, next) => {
      const answer = await engine.call<{ next?: Claim[] }>('executions.complete', {
        ...completionOf(claim),
        ...(next === undefined ? {} : { claim_next: { count: next, lease_seconds: LEASE } }),
      })
      return answer.next ?? []
    },
    completeBatch: (claims) =>
      engine.call('executions.complete_batch', { completions: claims.map(completionOf) }),
  }
  return contendersOf(
    'engine',
    client,
    () => ({ loopOf: () => loop, close: () => Promise.resolve() }),
    () => engine.close(),
  )
}

interface HttpWay {
  readonly name: string
  /** Each call has an Idempotency-Key, as those of our own client. */
  readonly retries?: boolean
  /** How many servers the claimers spread over, on one database. */
  readonly servers?: number
  readonly suits?: (shape: Shape) => boolean
}

/** The same over HTTP: each server in a process of its own, clients that keep their connections. */
export async function openHttpLoops(
  installation: Installation,
  { name, retries = false, servers = 1, suits }: HttpWay,
): Promise<Contender[]> {
  const url = await installation.database(name.toLowerCase().replaceAll(/\W+/g, '_'))
  const urls: string[] = []
  while (urls.length < servers) urls.push((await installation.serve({ DATABASE_URL: url })).url)
  const client = await installation.connect(url)
  await addHistory(client, TENANT, HISTORY)
  const open = ({ claimers }: Shape) => {
    const clients = urls.map((each) =>
      openHttp(each, installation.key, Math.ceil(claimers / servers), retries),
    )
    const loops = clients.map(loopOver)
    return {
      loopOf: (claimer: number) => loops[claimer % servers]!,
      close: async () => {
        await Promise.all(clients.map((each) => each.close()))
      },
    }
  }
  return contendersOf(name, client, open, () => Promise.resolve(), suits)
}

const loopOver = (http: ReturnType<typeof openHttp>): Loop => ({
  claim: (worker_id, count) =>
    http.call('POST', '/tasks/claim', { worker_id, agent_type: 'bench', count, lease_seconds: LEASE }),
  complete: async (claim, next) => {
    const { execution_id, ...completion } = completionOf(claim)
    const answer = await http.call<{ next?: Claim[] }>('POST', `/executions/${execution_id}/complete`, {
      ...completion,
      ...(next === undefined ? {} : { claim_next: { count: next, lease_seconds: LEASE } }),
    })
    return answer.next ?? []
  },
  completeBatch: (claims) => http.call('POST', '/executions/complete', claims.map(completionOf)),
})
