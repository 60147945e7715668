import type pg from 'pg'
import { startEngine } from './engine.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { addEdges } from './graph.ts'
import { install } from './installation.ts'
import { reportTimes, timeInTurn } from './latency.ts'
import { addHistory, addTasks, TENANT } from './stock.ts'

/**
 * The dashboard and the list of executions in a database that has been in use: a million tasks, half of them completed, each with
 * its execution, those spread over a month and ten agent types, and a graph of 300,000 edges among 100,000 of the others. In
 * turn with the bare count of tasks by status, which no dashboard can do without.
 */
export async function measureDashboard({ rounds, quick }: Effort): Promise<Measured> {
  const [ended, graph, others] = quick ? [5_000, 2_000, 3_000] : [500_000, 100_000, 400_000]
  const installation = await install()
  const url = await installation.database('dashboard')
  const engine = await startEngine(url)
  try {
    const client = await installation.connect(url)
    for (let done = 0; done < ended; done += 50_000)
      await addHistory(client, TENANT, Math.min(50_000, ended - done))
    await spread(client)
    await addTasks(client, TENANT, graph)
    await addEdges(client, graph)
    await addTasks(client, TENANT, others)
    await client.query('VACUUM (ANALYZE)')
    await client.query('CHECKPOINT')
    const { rows } = await client.query<{ id: string }>(
      'SELECT id FROM executions WHERE tenant_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1',
      [TENANT, Math.floor(ended / 2)],
    )
    const middle = rows[0]!.id
    // Each an hour longer than the one before: the same would be answered with what was made for that (`sharing.ts`).
    const ask = (least: number) => {
      let hours = least
      return () => engine.call('dashboard.get', { hours: hours++ })
    }
    const things = [
      {
        name: 'bare: count by status',
        run: () =>
          client.query('SELECT status, count(*) FROM tasks WHERE tenant_id = $1 GROUP BY status', [TENANT]),
      },
      { name: 'dashboard of a day', run: ask(24) },
      { name: 'dashboard of a week', run: ask(168) },
      { name: 'dashboard of a month', run: ask(720) },
      {
        name: 'bare: 100 executions from the middle on',
        run: () =>
          client.query({
            name: 'list',
            text: 'SELECT * FROM executions WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT 100',
            values: [TENANT, middle],
          }),
      },
      { name: '100 executions, newest', run: () => engine.call('executions.list', {}) },
      {
        name: '100 executions of one agent type',
        run: () => engine.call('executions.list', { agent_type: 'agent-3' }),
      },
      { name: '100 open executions', run: () => engine.call('executions.list', { open: true }) },
      {
        name: 'executions of a worker that there is not',
        run: () => engine.call('executions.list', { worker_id: 'nobody' }),
      },
    ]
    const figures = await timeInTurn(things, { rounds, turns: 3, figures: new Figures() })
    const text = reportTimes(figures, (name) => {
      if (name.startsWith('dashboard')) return 'bare: count by status'
      return name.includes('executions') ? 'bare: 100 executions from the middle on' : undefined
    })
    return { text, figures: figures.all() }
  } finally {
    await engine.close()
    await installation.close()
  }
}

/** Spreads what has ended over a month and ten agent types. */
const spread = (client: pg.Client): Promise<unknown> =>
  client.query(
    `UPDATE executions SET agent_type = 'agent-' || floor(random() * 10), cost_dollars = 0.01,
       completed_at = now() - random() * interval '30 days', duration_seconds = 60
     WHERE tenant_id = $1`,
    [TENANT],
  )
