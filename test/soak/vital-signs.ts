import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { driftBetween, thirds, type Drift, type Tolerance } from './drift.ts'

/** The server's memory and that of PostgreSQL's processes in MiB, and counts. */
export interface Sample {
  readonly rss: number
  readonly heap: number
  readonly files: number
  readonly connections: number
  /**
   * What the process behind a connection has for itself, the mean; 0 where there is no /proc. Of each, since how many there are goes
   * up and down with what else the machine has to do.
   */
  readonly backend: number
  /** Prepared statements in a session, the mean. */
  readonly statements: number
  readonly deadRows: number
}

/** What each may grow by from the middle third to the last. */
export const TOLERANCES = {
  rss: { share: 0.1, room: 16 },
  // The collector's saw-tooth is known by its floor.
  heap: { share: 0.15, room: 8, quantile: 0.25 },
  files: { share: 0.1, room: 4 },
  connections: { share: 0, room: 1 },
  backend: { share: 0.1, room: 1 },
  statements: { share: 0.02, room: 3 },
  // Autovacuum comes when a fifth of a table is dead.
  deadRows: { share: 0.3, room: 300 },
} as const satisfies Record<keyof Sample, Tolerance>

const NAMES = {
  rss: ["the server's resident memory", 'MiB'],
  heap: ["the server's heap in use, its floor", 'MiB'],
  files: ["the server's open files", ''],
  connections: ['connections of the database', ''],
  backend: ["PostgreSQL's process of a connection, private", 'MiB'],
  statements: ['prepared statements of a connection', ''],
  deadRows: ['dead rows', ''],
} as const satisfies Record<keyof Sample, readonly [string, string]>

const MIB = 1024 * 1024

function privateMib(pid: number): number {
  try {
    const kilobytes = [
      ...readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+)/gm),
    ]
    return kilobytes.reduce((sum, [, each]) => sum + Number(each), 0) / 1024
  } catch {
    return 0
  }
}

/** Samples a server by its own /metrics, and its database by PostgreSQL's statistics. */
export async function takeSample(url: string, key: string, database: pg.Client): Promise<Sample> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } })
  const metrics = await answer.text()
  const figure = (name: string): number => {
    const found = metrics.split('\n').find((line) => line.startsWith(`${name} `))
    if (!found) throw new Error(`/metrics does not tell ${name}: ${answer.status}`)
    return Number(found.slice(name.length + 1))
  }
  const sessions = await database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()`,
  )
  const dead = await database.query<{ rows: string }>(
    'SELECT sum(n_dead_tup) AS rows FROM pg_stat_user_tables',
  )
  const connections = sessions.rows.length
  return {
    rss: figure('process_resident_memory_bytes') / MIB,
    heap: figure('nodejs_heap_size_used_bytes') / MIB,
    files: process.platform === 'linux' ? figure('process_open_fds') : 0,
    connections,
    backend: sessions.rows.reduce((sum, { pid }) => sum + privateMib(pid), 0) / connections,
    statements: figure('cairn_database_prepared_statements') / connections,
    deadRows: Number(dead.rows[0]!.rows),
  }
}

/** What became of each vital sign from the middle third of the samples to the last. */
export function driftsOf(samples: readonly Sample[]): Drift[] {
  const [middle, last] = thirds(samples)
  return (Object.keys(TOLERANCES) as (keyof Sample)[]).map((sign) => {
    const [name, unit] = NAMES[sign]
    const values = [middle.map((each) => each[sign]), last.map((each) => each[sign])] as const
    return driftBetween(name, unit, values, TOLERANCES[sign])
  })
}
