import { openBare } from './claim-bare.ts'
import { openGraphileWorker } from './claim-graphile-worker.ts'
import { openEngineLoops, openHttpLoops } from './claim-ours.ts'
import { openPgBoss } from './claim-pg-boss.ts'
import { drainInTurn, type Contender } from './contender.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { install } from './installation.ts'
import { spread, table } from './statistics.ts'

const SHAPES: readonly (readonly [claimers: number, batch: number])[] = [
  [1, 1],
  [4, 1],
  [10, 1],
  [40, 1],
  [1, 10],
  [4, 10],
  [10, 10],
  [1, 100],
  [4, 100],
  [10, 100],
]

const MOST_CLAIMERS = Math.max(...SHAPES.map(([claimers]) => claimers))

/**
 * Claimed and completed tasks a second, the work itself empty: the product called in its process and over HTTP, in turn
 * with its peers and with the bare statements, each in a database of its own on one PostgreSQL, with as many waiting.
 */
export async function measureClaim({ rounds, quick }: Effort): Promise<Measured> {
  const [waiting, seconds, warmUp] = quick ? [1_000, 0.1, 0.1] : [20_000, 2, 10]
  // The peers that have a connection a claimer keep some of them from shape to shape.
  const installation = await install({ max_connections: '400' })
  const contenders: Contender[] = []
  try {
    contenders.push(
      await openBare(installation, MOST_CLAIMERS),
      ...(await openEngineLoops(installation)),
      ...(await openHttpLoops(installation, { name: 'HTTP' })),
      ...(await openHttpLoops(installation, { name: 'HTTP, keys', retries: true })),
      ...(await openHttpLoops(installation, {
        name: 'HTTP, two servers',
        servers: 2,
        suits: ({ claimers, batch }) => claimers >= 10 && batch === 1,
      })),
      await openGraphileWorker(installation, { asDocumented: false }),
      await openGraphileWorker(installation, { asDocumented: true }),
      ...(await openPgBoss(installation)),
    )
    // What a server runs is still being compiled in its first ten thousand calls, and takes up to twice as long.
    for (const contender of contenders) {
      await contender.stock(waiting)
      await contender.drain({ claimers: 10, batch: 1, seconds: warmUp })
    }
    const figures = new Figures()
    for (const [claimers, batch] of SHAPES) {
      // In batches the fastest would be through with what waits.
      const shape = { claimers, batch, seconds: batch === 1 ? seconds : seconds / 3 }
      await drainInTurn(contenders, shape, { rounds, waiting, figures })
    }
    return {
      text: report(
        figures,
        contenders.map(({ name }) => name),
      ),
      figures: figures.all(),
    }
  } finally {
    for (const contender of contenders) await contender.close()
    await installation.close()
  }
}

function report(figures: Figures, names: readonly string[]): string {
  const peers = ['graphile-worker', 'pg-boss fetch', 'bare statements']
  const rows = SHAPES.flatMap(([claimers, batch]) =>
    names
      .map((name) => ({ name, key: `${claimers} x ${batch} ${name}` }))
      .filter(({ key }) => figures.rounds(key))
      .map(({ name, key }) => [
        `${claimers} x ${batch}`,
        name,
        figures.median(key).toFixed(0),
        `${spread(figures.rounds(key) ?? []).toFixed(0)} %`,
        ...peers.map((peer) => figures.ratio(key, `${claimers} x ${batch} ${peer}`).toFixed(2)),
        figures.ratio(key, `${claimers} x ${batch} engine`).toFixed(2),
      ]),
  )
  return table(
    ['claimers x batch', 'who', 'tasks/s', 'spread', ...peers.map((peer) => `x ${peer}`), 'x engine'],
    rows,
  )
}
