import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { claimOne, complete, runOutLease } from '../../../test/claims.ts'
import { runDuty } from '../../../test/duties.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import type { Task } from '../tasks/index.ts'
import { reapLeases } from './duties.ts'
import type { Claim, Execution } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
})
after(() => server.close())

let made = 0

async function claimed(agent_type: string, fields: object = {}): Promise<Claim> {
  const tags = [`only-${++made}`]
  await createTask(server, { tags, ...fields })
  return claimOne(server, { tags, agent_type })
}

/** Makes an execution look as if it had run and ended so many seconds ago, for so many seconds. */
const backdate = (id: string, endedAgo: number, duration: number): Promise<unknown> =>
  server.sql(
    `UPDATE executions SET completed_at = now() - make_interval(secs => $2::integer), duration_seconds = $3::integer,
       started_at = now() - make_interval(secs => $2::integer + $3::integer) WHERE id = $1`,
    [id, endedAgo, duration],
  )

interface History {
  executions: Execution[]
  summary: Record<string, number | null>
}

test('the history of a task has its attempts, newest first, and what they came to', async () => {
  const { task, ...first } = await claimed('coder')
  const again = async (): Promise<Claim> => {
    await server.post(`/tasks/${task.id}/retry`)
    return claimOne(server, { tags: task.tags })
  }
  await complete(server, first, { success: false, cost_dollars: 0.1 })
  const second = await again()
  await complete(server, second, { success: false, cost_dollars: 0.2 })
  const third = await again()
  await runOutLease(server, third.execution.id)
  await runDuty(server, reapLeases)
  const fourth = await claimOne(server, { tags: task.tags })
  await complete(server, fourth, { cost_dollars: 0.000001 })
  const ids = [fourth, third, second, first].map(({ execution }) => execution.id)
  for (const [nth, id] of ids.entries())
    await server.sql('UPDATE executions SET duration_seconds = $2 WHERE id = $1', [id, [10, 20, 30, 41][nth]])

  const { executions, summary } = bodyOf<History>(await server.get(`/tasks/${task.number}/executions`))
  assert.deepEqual(
    executions.map(({ id }) => id),
    ids,
  )
  assert.deepEqual(summary, {
    total_attempts: 4,
    success_count: 1,
    failure_count: 2,
    total_cost: 0.300001,
    average_duration: 25.25,
  })
})

test('a task without attempts has an empty history, one that is not there has none', async () => {
  const { id } = await createTask(server)
  assert.deepEqual(bodyOf<History>(await server.get(`/tasks/${id}/executions`)), {
    executions: [],
    summary: { total_attempts: 0, success_count: 0, failure_count: 0, total_cost: 0, average_duration: null },
  })
  problemOf(await server.get('/tasks/019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10/executions'), 404, 'task_not_found')
})

test('the metrics of an agent type go by hour, day and ever; lost and released ones are no failures', async () => {
  const type = 'measured agent/ü'
  const end = async (endedAgo: number, duration: number, fields: object): Promise<void> => {
    const claim = await claimed(type)
    bodyOf(await complete(server, claim, fields))
    await backdate(claim.execution.id, endedAgo, duration)
  }
  await end(60, 10, { cost_dollars: 1 })
  await end(120, 30, { success: false, cost_dollars: 3 })
  await end(7_200, 20, { cost_dollars: 2 })
  await end(200_000, 40, { cost_dollars: 4 })
  const lost = await claimed(type)
  await runOutLease(server, lost.execution.id)
  await runDuty(server, reapLeases)
  const released = await claimed(type)
  await server.post(`/executions/${released.execution.id}/release`, { lease_token: released.lease.token })
  const open = await claimed(type)
  const other = await claimed('another')
  await complete(server, other, { cost_dollars: 100 })

  const { agent_type, metrics } = bodyOf<{ agent_type: string; metrics: Record<string, object> }>(
    await server.get(`/agents/${encodeURIComponent(type)}/metrics`),
  )
  assert.equal(agent_type, type)
  const apart = { lost: 1, released: 1, preempted: 0 }
  assert.deepEqual(metrics, {
    last_hour: {
      total_executions: 2,
      success_rate: 50,
      average_duration: 20,
      average_cost: 2,
      total_cost: 4,
      ...apart,
    },
    last_day: {
      total_executions: 3,
      success_rate: 66.67,
      average_duration: 20,
      average_cost: 2,
      total_cost: 6,
      ...apart,
    },
    all_time: {
      total_executions: 4,
      success_rate: 75,
      average_duration: 25,
      average_cost: 2.5,
      total_cost: 10,
      ...apart,
    },
  })
  assert.ok(open)
})

test('an agent type that never ran has a success rate of null', async () => {
  const none = {
    total_executions: 0,
    success_rate: null,
    average_duration: null,
    average_cost: null,
    total_cost: 0,
    lost: 0,
    released: 0,
    preempted: 0,
  }
  const { metrics } = bodyOf<{ metrics: object }>(await server.get('/agents/nobody/metrics'))
  assert.deepEqual(metrics, { last_hour: none, last_day: none, all_time: none })
})

test('stale executions are open ones that are too old, or over twice their estimate, each with its reasons', async () => {
  const startedMinutesAgo = async (minutes: number, effort_estimate: number | null): Promise<Claim> => {
    const claim = await claimed('stale', { effort_estimate })
    await server.sql(`UPDATE executions SET started_at = now() - make_interval(mins => $2) WHERE id = $1`, [
      claim.execution.id,
      minutes,
    ])
    return claim
  }
  const old = await startedMinutesAgo(121, null)
  const both = await startedMinutesAgo(130, 30)
  const over = await startedMinutesAgo(61, 30)
  await startedMinutesAgo(59, 30)
  await startedMinutesAgo(119, null)
  const ended = await startedMinutesAgo(500, 1)
  await complete(server, ended)

  type Stale = Execution & { task: Task; reasons: string[] }
  const stale = async (query = ''): Promise<[string, string[]][]> => {
    const rows = bodyOf<Stale[]>(await server.get(`/executions/stale${query}`))
    for (const row of rows) assert.equal(row.task.id, row.task_id)
    return rows.map(({ id, reasons }) => [id, reasons])
  }
  assert.deepEqual(await stale(), [
    [both.execution.id, ['over_age', 'over_estimate']],
    [old.execution.id, ['over_age']],
    [over.execution.id, ['over_estimate']],
  ])
  assert.deepEqual(await stale('?older_than_minutes=125'), [
    [both.execution.id, ['over_age', 'over_estimate']],
    [over.execution.id, ['over_estimate']],
  ])
  assert.deepEqual(await stale('?limit=1'), [[both.execution.id, ['over_age', 'over_estimate']]])
  for (const bad of ['older_than_minutes=0', 'limit=1001', 'older_than_minutes=x', 'minutes=3'])
    assert.deepEqual(faultsOf(await server.get(`/executions/stale?${bad}`)), [bad.split('=')[0]])
})
