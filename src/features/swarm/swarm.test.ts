import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testServer, type TestServer } from '../../../test/server.ts'
import { Coordinator } from './coordinator.ts'
import { holdsTrue } from './proof.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** Layers of tasks, each waiting for two of the layer before. */
async function plan(layers: number, width: number): Promise<void> {
  const items = Array.from({ length: layers * width }, (_, n) => {
    const layer = Math.floor(n / width)
    const before = (offset: number): string => `t${(layer - 1) * width + ((n + offset) % width)}`
    return { ref: `t${n}`, title: `task ${n}`, depends_on: layer === 0 ? [] : [before(0), before(1)] }
  })
  assert.equal((await server.post('/tasks/batch', items)).status, 201)
}

const options = (url: string) => ({
  url,
  key: server.key,
  workers: 4,
  work_milliseconds: 60,
  fail_rate: 0.15,
  kill_every_seconds: 1,
  lease_seconds: 2,
  agent_type: 'swarm',
})

test('worker processes that fail and are killed drain a graph, and the record proves it', async () => {
  await plan(10, 8)
  const report = await new Coordinator(options(server.url)).run()
  assert.deepEqual(report.double_runs, [])
  assert.deepEqual(report.overtaken_prerequisites, [])
  assert.deepEqual(report.lost_work, [])
  assert.deepEqual([report.tasks, report.completed], [80, 80])
  assert.equal(
    report.executions,
    80 + report.failed_attempts + report.lost_attempts + report.released_attempts,
  )
  assert.ok(report.workers_killed > 0)
})

test('a second run over a drained graph does nothing and is proven, too', async () => {
  const report = await new Coordinator(options(server.url)).run()
  assert.ok(holdsTrue(report))
  assert.equal(report.executions, 0)
})
