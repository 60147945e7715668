import type pg from 'pg'
import { startEngine, type Engine } from './engine.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { install } from './installation.ts'
import { reportTimes, timeInTurn } from './latency.ts'
import { addTasks, TENANT } from './stock.ts'

const IMPACT = `
  WITH RECURSIVE reached (id) AS (
    SELECT $2::uuid
    UNION
    SELECT d.task_id FROM reached r
    JOIN dependencies d ON d.tenant_id = $1 AND d.depends_on_task_id = r.id AND d.dependency_type = 'hard'
  ) SELECT id FROM reached`

/**
 * The graph: the completion of a task by what waits for it, and, in a graph with three edges a task, the blocking impact
 * of one task and the whole graph, in turn with a bare recursive query and with bare rows.
 */
export async function measureGraph({ rounds, quick }: Effort): Promise<Measured> {
  const tasks = quick ? 5_000 : 100_000
  const fans = quick ? [0, 1, 100, 1_000] : [0, 1, 100, 10_000]
  const installation = await install()
  const url = await installation.database('graph')
  const engine = await startEngine(url)
  try {
    const client = await installation.connect(url)
    const figures = new Figures()
    const completions = await Promise.all(fans.map((fan) => fanIn(engine, fan)))
    for (const fan of completions) for (let round = 0; round <= rounds; round++) await fan.make(client)
    await client.query('VACUUM (ANALYZE)')
    for (let round = 0; round <= rounds; round++)
      for (const fan of completions) {
        const milliseconds = await fan.complete()
        if (round > 0) figures.add(`complete, ${fan.dependents} dependents`, 'ms', milliseconds)
      }

    const ids = await makeGraph(client, tasks)
    await client.query('VACUUM (ANALYZE)')
    const middle = ids[Math.floor(tasks / 10)]!
    const { rows } = await client.query(IMPACT, [TENANT, middle])
    const reach = `${rows.length - 1} of ${tasks}`
    await timeInTurn(
      [
        {
          name: `bare recursive query, ${reach}`,
          run: () => client.query({ name: 'impact', text: IMPACT, values: [TENANT, middle] }),
        },
        {
          name: `blocking impact, ${reach}`,
          run: () => engine.call('dependencies.blocking_impact', { task_id: middle }),
        },
        {
          name: `bare rows of ${tasks} tasks and their edges`,
          run: async () => {
            await client.query('SELECT * FROM tasks WHERE tenant_id = $1', [TENANT])
            await client.query('SELECT * FROM dependencies WHERE tenant_id = $1', [TENANT])
          },
        },
        { name: 'the whole graph', run: () => engine.call('dependencies.graph', {}) },
      ],
      { rounds, turns: quick ? 2 : 3, figures },
    )
    const text = reportTimes(figures, (name) => {
      if (name.startsWith('complete')) return `complete, ${fans[0]} dependents`
      if (name.startsWith('blocking')) return `bare recursive query, ${reach}`
      return name === 'the whole graph' ? `bare rows of ${tasks} tasks and their edges` : undefined
    })
    return { text, figures: figures.all() }
  } finally {
    await engine.close()
    await installation.close()
  }
}

/** Tasks with so many dependents each, made beforehand, claimed and completed one after the other. */
async function fanIn(engine: Engine, dependents: number) {
  const made: string[] = []
  return {
    dependents,
    async make(client: pg.Client): Promise<void> {
      const { id } = await engine.call<{ id: string }>('tasks.create', {
        title: `before ${dependents}`,
        priority: 5,
      })
      made.push(id)
      if (dependents === 0) return
      await addTasks(client, TENANT, dependents)
      await client.query(
        `WITH waiting AS (
           UPDATE tasks SET unmet_dependencies = 1 WHERE tenant_id = $1 AND id IN (
             SELECT id FROM tasks WHERE tenant_id = $1 AND status = 'ready' AND unmet_dependencies = 0 AND id <> ALL ($4)
               AND dependents_version = 0 ORDER BY number DESC LIMIT $3)
           RETURNING id
         ), edges AS (
           INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id) SELECT $1, id, $2 FROM waiting
         )
         UPDATE tasks SET dependents_version = $3 WHERE tenant_id = $1 AND id = $2`,
        [TENANT, id, dependents, made],
      )
    },
    async complete(): Promise<number> {
      const task_id = made.shift()!
      const { id, lease } = await engine.call<{ id: string; lease: { token: number } }>('executions.start', {
        task_id,
        agent_type: 'bench',
        worker_id: 'bench',
        lease_seconds: 3_600,
      })
      const begin = performance.now()
      await engine.call('executions.complete', { execution_id: id, lease_token: lease.token, success: true })
      return performance.now() - begin
    },
  }
}

/** A graph of so many tasks, each waiting for up to three of the thousand before it; answers the ids in their order. */
async function makeGraph(client: pg.Client, count: number): Promise<string[]> {
  await client.query('DELETE FROM dependencies')
  await client.query('DELETE FROM tasks')
  await addTasks(client, TENANT, count)
  await addEdges(client, count)
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM tasks WHERE tenant_id = $1 ORDER BY number',
    [TENANT],
  )
  return rows.map(({ id }) => id)
}

/** Lets each of the newest `count` tasks wait for up to three of the thousand before it. */
export async function addEdges(client: pg.Client, count: number): Promise<void> {
  await client.query('SELECT setseed(0.5)')
  await client.query(
    `WITH placed AS MATERIALIZED (
       SELECT id, row_number() OVER (ORDER BY number) AS place FROM (
         SELECT id, number FROM tasks WHERE tenant_id = $1 ORDER BY number DESC LIMIT $2) AS newest
     ), drawn AS MATERIALIZED (
       SELECT p.id, p.place - 1 - floor(random() * least(1000, p.place - 1))::bigint AS before
       FROM placed p, generate_series(1, 3) WHERE p.place > 1
     )
     INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id)
     SELECT DISTINCT $1::uuid, d.id, p.id FROM drawn d JOIN placed p ON p.place = d.before`,
    [TENANT, count],
  )
  await client.query(
    `UPDATE tasks t SET unmet_dependencies = e.unmet FROM (
       SELECT task_id, count(*)::integer AS unmet FROM dependencies WHERE tenant_id = $1 GROUP BY task_id) AS e
     WHERE t.tenant_id = $1 AND t.id = e.task_id`,
    [TENANT],
  )
}
