import { install } from '../../bench/installation.ts'
import { Random } from '../torture/random.ts'
import { faultsOf, type Ends, type Told } from './verdict.ts'

export interface EdgesOptions {
  /** How many edges are tried, by all clients together. */
  readonly edges: number
  readonly clients: number
  /** Among how many tasks. */
  readonly tasks: number
  readonly seed: number
  readonly say: (line: string) => void
}

export interface EdgesResult {
  readonly seconds: number
  readonly added: number
  readonly existing: number
  readonly refused: number
  readonly deferred: number
  /** What must not be; empty when all holds. */
  readonly faults: readonly string[]
}

interface Problem {
  code?: string
  cycle?: string[]
  retry_after?: number
}

/** Has clients try random edges at once in either direction, and then holds the graph against what each was told. */
export async function tryEdges({ edges, clients, tasks, seed, say }: EdgesOptions): Promise<EdgesResult> {
  const installation = await install()
  try {
    const { key } = installation
    const { url } = await installation.serve({
      CAIRN_RATE_LIMIT_PER_KEY: '0',
      CAIRN_RATE_LIMIT_PER_TENANT: '0',
    })
    const post = async (path: string, body: unknown): Promise<{ status: number; body: unknown }> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, body: await answer.json() }
    }
    const ids: string[] = []
    while (ids.length < tasks) {
      const titles = Array.from({ length: Math.min(100, tasks - ids.length) }, (_, n) => ({
        title: `task ${n}`,
      }))
      const { status, body } = await post('/tasks/batch', titles)
      if (status !== 201) throw new Error(JSON.stringify(body))
      ids.push(...(body as { id: string }[]).map(({ id }) => id))
    }

    const told = { added: [] as Ends[], existing: [] as Ends[], refused: [] as Told['refused'][number][] }
    const faults: string[] = []
    let [left, deferred] = [edges, 0]
    const began = performance.now()
    const client = async (nth: number): Promise<void> => {
      const random = new Random(seed * 1_000 + nth)
      while (left > 0) {
        const ends = { task: random.one(ids), prerequisite: random.one(ids) }
        if (ends.task === ends.prerequisite) continue
        if (--left % 5_000 === 0) say(`${edges - left} edges sent, ${told.added.length} added`)
        const dependency_type = random.happens(0.7) ? 'hard' : 'soft'
        for (;;) {
          const { status, body } = await post(`/tasks/${ends.task}/dependencies`, {
            depends_on_task_id: ends.prerequisite,
            dependency_type,
          })
          const { code, cycle, retry_after } = body as Problem
          if (retry_after !== undefined) {
            deferred++
            await new Promise((resolve) => setTimeout(resolve, retry_after * 1_000))
            continue
          }
          if (status === 201) told.added.push(ends)
          else if (code === 'dependency_exists') told.existing.push(ends)
          else if (code === 'dependency_cycle' && cycle) told.refused.push({ ...ends, cycle })
          else faults.push(`${status} ${JSON.stringify(body).slice(0, 300)}`)
          break
        }
      }
    }
    await Promise.all(Array.from({ length: clients }, (_, nth) => client(nth)))
    const seconds = Math.round((performance.now() - began) / 100) / 10

    const database = await installation.connect()
    const { rows } = await database.query<Ends>(
      'SELECT task_id AS task, depends_on_task_id AS prerequisite FROM dependencies',
    )
    faults.push(...faultsOf(rows, told))
    const { rows: miscounted } = await database.query<{ number: string }>(
      `SELECT t.number FROM tasks t LEFT JOIN dependencies d
         ON d.tenant_id = t.tenant_id AND d.task_id = t.id AND d.dependency_type = 'hard'
       GROUP BY t.tenant_id, t.id HAVING t.unmet_dependencies <> count(d.id)`,
    )
    faults.push(...miscounted.map(({ number }) => `task ${number} has a wrong count of unmet prerequisites`))
    const answer = await fetch(`${url}/verify`, { headers: { authorization: `Bearer ${key}` } })
    const report = (await answer.json()) as { consistent?: boolean; mismatches?: string[] }
    if (!report.consistent)
      faults.push(...(report.mismatches ?? [`${answer.status}`]).map((each) => `cairn verify: ${each}`))
    const { added, existing, refused } = told
    return {
      seconds,
      added: added.length,
      existing: existing.length,
      refused: refused.length,
      deferred,
      faults,
    }
  } finally {
    await installation.close()
  }
}
