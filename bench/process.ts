import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '../src/features/executions/index.ts'
import { Workplace, type Running } from '../src/surfaces/cli/testing.ts'
import { drainBy } from './contender.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { openHttp } from './http-client.ts'
import { median, spread, table } from './statistics.ts'

const KEY = 'a key for the benchmark alone, which nobody else has'.replaceAll(/\W/g, '_')

/**
 * The product as it is started by a user, with its own PostgreSQL: how long until it serves, in a new directory and in
 * one that it has made, and what memory it takes at rest and under ten workers. Memory is read from /proc: Linux only.
 */
export async function measureProcess({ rounds, quick }: Effort): Promise<Measured> {
  const figures = new Figures()
  for (let round = 0; round < rounds; round++) {
    const place = new Workplace()
    try {
      const first = await start(place, figures, 'start-up, first')
      await stop(first.running)
      const second = await start(place, figures, 'start-up, second')
      await sleep(quick ? 500 : 5_000)
      weigh(figures, second.running, 'at rest')
      await work(second.url, quick ? 0.5 : 15)
      weigh(figures, second.running, 'under load')
      await stop(second.running)
    } finally {
      await place.close()
    }
  }
  const rows = figures
    .all()
    .map(({ name, unit, rounds: values }) => [
      name,
      `${median(values).toFixed(0)} ${unit}`,
      `${spread(values).toFixed(0)} %`,
    ])
  return { text: table(['what', 'median', 'spread'], rows), figures: figures.all() }
}

async function start(
  place: Workplace,
  figures: Figures,
  name: string,
): Promise<{ running: Running; url: string }> {
  const begin = performance.now()
  const running = place.start(['serve', '--json'], { PORT: '0', CAIRN_API_KEY: KEY, CAIRN_LOG_LEVEL: 'warn' })
  const [line] = await running.said(/^\{.*\}$/m)
  figures.add(name, 'ms', performance.now() - begin)
  return { running, url: (JSON.parse(line) as { url: string }).url }
}

async function stop(running: Running): Promise<void> {
  running.child.kill('SIGTERM')
  await running.ended()
}

/** Ten workers that create, claim and complete. */
async function work(url: string, seconds: number): Promise<void> {
  const http = openHttp(url, KEY, 10)
  await drainBy({ claimers: 10, batch: 10, seconds }, (worker) => async () => {
    await http.call(
      'POST',
      '/tasks/batch',
      Array.from({ length: 10 }, (_, n) => ({ title: `work ${n}` })),
    )
    const claims = await http.call<Claim[]>('POST', '/tasks/claim', {
      worker_id: `worker-${worker}`,
      agent_type: 'bench',
      count: 10,
    })
    for (const { execution, lease } of claims)
      await http.call('POST', `/executions/${execution.id}/complete`, {
        success: true,
        lease_token: lease.token,
      })
    return 1
  })
  await http.close()
}

function weigh(figures: Figures, { child }: Running, when: string): void {
  const server = child.pid!
  const postgres = descendantsOf(server)
  figures.add(`server's memory ${when}`, 'MB', megabytesOf(server))
  // What its processes share is counted once.
  figures.add(
    `PostgreSQL's memory ${when}`,
    'MB',
    postgres.map(megabytesOf).reduce((sum, each) => sum + each, 0),
  )
}

/** The proportional set size. */
function megabytesOf(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(found?.[1] ?? 0) / 1024
}

/** The processes below one, whatever session they are in. */
function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each)))
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended in between.
    }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}
