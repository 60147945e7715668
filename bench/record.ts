import type pg from 'pg'
import type { Claim } from '../src/features/executions/index.ts'
import { declaredStatements } from '../src/kernel/database.ts'
import { drainBy, drainInTurn, type Contender, type Shape } from './contender.ts'
import { startEngine, type Engine } from './engine.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { install, type Installation } from './installation.ts'
import { spread, table } from './statistics.ts'
import { addHistory, settle, stockUp, TENANT } from './stock.ts'

const SHAPES: readonly (readonly [claimers: number, batch: number])[] = [
  [1, 1],
  [4, 1],
  [10, 1],
  [4, 100],
]

const ORIGIN = { kind: 'operator', id: null, name: 'operator', request_id: 'bench' }

const seats = (batch: number, claimer: number): string =>
  JSON.stringify(
    Array.from({ length: batch }, () => ({ call: 1, worker: `worker-${claimer}`, lease: 3_600 })),
  )

interface Statement {
  readonly name: string
  readonly text: string
}

/** A statement of the product's as it is sent; it must have been used before. */
function productStatement(name: string): Statement {
  const found = declaredStatements().find((each) => each.name === name)
  if (!found) throw new Error(`the product has no statement ${name}`)
  return found
}

/** The same statement, cut out what writes the record: the control. Its parameters stay. */
function withoutRecord({ name, text }: Statement): Statement {
  const [begin, end] = [text.indexOf('recorded AS ('), text.lastIndexOf('HAVING count(*) > 0\n  )')]
  if (begin < 0 || end < begin) throw new Error(`${name} writes no record`)
  const after = text.slice(text.indexOf(')', end + 'HAVING count(*) > 0'.length) + 1)
  // Types $2, which nothing uses any more.
  return { name: `${name} bare`, text: `${text.slice(0, begin)}unused AS (SELECT $2::json)${after}` }
}

/**
 * What the record costs: the product's own statements by bare clients, with what writes the record and without; and with
 * it while a server numbers the rows and follows them, as it does in use.
 */
export async function measureRecord({ rounds, quick }: Effort): Promise<Measured> {
  const [waiting, seconds] = quick ? [1_000, 0.1] : [20_000, 1.5]
  const installation = await install()
  const engines: Engine[] = []
  try {
    const url = await installation.database('alone')
    const alone = await startEngine(url)
    // Once through the product, so that its statements are declared.
    await useOnce(alone, await installation.connect(url))
    await alone.close()
    const followedUrl = await installation.database('followed')
    const followed = await startEngine(followedUrl)
    engines.push(followed)

    const contenders = [
      await openClients(installation, url, 'without record', withoutRecord),
      await openClients(installation, url, 'with record'),
      // A surface says after each call that something was committed; so do the clients here.
      await openClients(installation, followedUrl, 'with record and its server', undefined, () =>
        followed.app.wake.committed(),
      ),
    ]
    const figures = new Figures()
    for (const [claimers, batch] of SHAPES)
      await drainInTurn(contenders, { claimers, batch, seconds }, { rounds, waiting, figures })
    return {
      text: report(
        figures,
        contenders.map(({ name }) => name),
      ),
      figures: figures.all(),
    }
  } finally {
    for (const engine of engines) await engine.close()
    await installation.close()
  }
}

const nameOf = ({ claimers, batch }: Omit<Shape, 'seconds'>): string => `${claimers} x ${batch}`

async function useOnce(engine: Engine, client: pg.Client): Promise<void> {
  await stockUp(client, TENANT, 200)
  const [claim] = await engine.call<Claim[]>('executions.claim', { worker_id: 'first', agent_type: 'bench' })
  await engine.call('executions.complete', {
    execution_id: claim!.execution.id,
    lease_token: claim!.lease.token,
    success: true,
  })
}

async function openClients(
  installation: Installation,
  url: string,
  name: string,
  change: (statement: Statement) => Statement = (statement) => statement,
  afterCommit: () => void = () => undefined,
): Promise<Contender> {
  const clients = await Promise.all(Array.from({ length: 10 }, () => installation.connect(url)))
  const first = clients[0]!
  await addHistory(first, TENANT, 10_000)
  const complete = change(productStatement('executions.complete:skips'))
  return {
    name,
    async stock(waiting) {
      await stockUp(first, TENANT, waiting)
    },
    async drain(shape) {
      const claim = change(productStatement('executions.claim'))
      const drained = await drainBy(shape, (claimer) => async () => {
        const client = clients[claimer]!
        const { rows } = await client.query<Pick<Claim, 'execution'> & { token: number }>({
          ...claim,
          values: [TENANT, JSON.stringify([ORIGIN]), seats(shape.batch, claimer), 'bench'],
        })
        afterCommit()
        await client.query({
          ...complete,
          values: [
            TENANT,
            JSON.stringify(rows.map(() => ORIGIN)),
            JSON.stringify(
              rows.map(({ execution, token }) => ({
                execution_id: execution.id,
                success: true,
                cost: 0,
                token,
              })),
            ),
          ],
        })
        afterCommit()
        return rows.length
      })
      if (name === 'with record and its server') await settle(first)
      else await first.query('DELETE FROM record_pending')
      return drained
    },
    close: () => Promise.resolve(),
  }
}

function report(figures: Figures, names: readonly string[]): string {
  const rows = SHAPES.flatMap(([claimers, batch]) =>
    names.map((name) => {
      const shape = nameOf({ claimers, batch })
      const key = `${shape} ${name}`
      return [
        shape,
        name,
        figures.median(key).toFixed(0),
        `${spread(figures.rounds(key) ?? []).toFixed(0)} %`,
        figures.ratio(key, `${shape} ${names[0] ?? ''}`).toFixed(2),
      ]
    }),
  )
  return table(['claimers x batch', 'statements', 'tasks/s', 'spread', 'x without'], rows)
}
