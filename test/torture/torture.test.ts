import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { checkAcknowledged, checkCourse, checkFeed } from './checks.ts'
import type { Ground } from './ground.ts'
import type { RoundResult } from './round.ts'
import { control, torture } from './torture.ts'

/** What the checks say when they are told of what never was: each must be noticed, or none of them proves anything. */
async function noticeInventions(ground: Ground, { tenant, acknowledged }: RoundResult): Promise<void> {
  const sql = ground.sql.bind(ground)
  const [task, execution, id] = [randomUUID(), randomUUID(), randomUUID()]
  const token = 1
  const worker = acknowledged.flatMap((each) =>
    each.kind === 'claimed' && each.claims.length > 0 ? each.worker : [],
  )[0]!
  const done = acknowledged.flatMap((each) =>
    each.kind === 'ended' && each.outcome === 'succeeded' ? each.execution : [],
  )[0]!
  const inventions = await checkAcknowledged(sql, tenant, [
    ...acknowledged,
    { kind: 'created', title: 'never made', task },
    { kind: 'claimed', worker: 'nobody', claims: [{ task, execution, token }] },
    { kind: 'found nothing', worker, sent: new Date().toISOString() },
    { kind: 'ended', execution, outcome: 'succeeded' },
    { kind: 'refused as completed', execution: done },
    { kind: 'edge', id, task, prerequisite: task },
    { kind: 'retried', task, version: 3 },
    { kind: 'completed twice', execution },
  ])
  assert.equal(inventions.length, 8, inventions.join('\n'))
  assert.equal((await checkFeed(sql, tenant, [])).length, 1)
  // Its lease is good, so that it is not taken for lost before the check.
  await sql(
    `UPDATE executions SET completed_at = NULL, outcome = NULL, success = NULL, duration_seconds = NULL,
       lease_expires_at = now() + interval '1 hour'
     WHERE id = (SELECT id FROM executions WHERE tenant_id = $1 AND outcome = 'succeeded' LIMIT 1)`,
    [tenant],
  )
  await sql(
    `UPDATE audit_log SET event_type = 'execution.started'
     WHERE id = (SELECT id FROM audit_log WHERE tenant_id = $1 AND event_type = 'execution.completed' LIMIT 1)`,
    [tenant],
  )
  const course = (await checkCourse(sql, tenant)).join('\n')
  assert.match(course, /the lease of execution \S+ never ended/)
  assert.match(course, /was started as \S+ while \S+ ran/)
}

test('three rounds of faults lose nothing and double nothing, and the checks would have noticed', async (t) => {
  let rounds = 0
  const faults = await torture({
    rounds: 3,
    seed: 1,
    say: (line) => t.diagnostic(line),
    async afterRound(ground, result) {
      assert.deepEqual(result.faults, [])
      assert.ok(result.acknowledged.length > 0 && result.events > 0)
      rounds += 1
      if (rounds === 3) await noticeInventions(ground, result)
    },
  })
  assert.deepEqual([faults, rounds], [0, 3])
})

test('the control: only a PostgreSQL that does not wait for its disk loses what was acknowledged', async (t) => {
  const { durable, forgetful } = await control({ rounds: 10, seed: 1, say: (line) => t.diagnostic(line) })
  assert.equal(durable, 0)
  assert.ok(forgetful > 0)
})
