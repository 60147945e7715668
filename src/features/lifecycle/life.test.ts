import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { miscounts } from '../../../test/graph.ts'
import { compareLife, LIFE_COMMANDS, type Completion, type Life } from '../../../test/life-commands.ts'
import { LifeModel } from '../../../test/life-model.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { declaredStatements } from '../../kernel/database.ts'
import { DEFAULT_TENANT } from '../access/index.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  // The tests move the clock and reap by themselves: what happens when is then no matter of chance.
  await server.app.duties.stop()
})
after(() => server.close())

const overHttp = (id: string, body: Completion): Promise<TestAnswer> =>
  server.post(`/executions/${id}/complete`, body)

async function live(
  commands: Iterable<fc.AsyncCommand<LifeModel, Life>>,
  complete: Life['complete'],
): Promise<void> {
  await server.sql('DELETE FROM dependencies; DELETE FROM tasks')
  const [model, life] = [new LifeModel(), { server, complete }]
  await fc.asyncModelRun(() => ({ model, real: life }), commands)
  await compareLife(model, life)
  assert.deepEqual(await miscounts(server), [], 'every count is what its edges say')
  const doubles = await server.sql(
    `SELECT task_id FROM executions WHERE completed_at IS NULL AND NOT beside GROUP BY 1 HAVING count(*) > 1`,
  )
  assert.deepEqual(doubles, [], 'no task is worked on twice at once')
}

/**
 * How long a control may look for what it must find, in seconds: it takes some seven to forty lives, of half a second each
 * on a machine that has nothing else to do, and chance may ask for ten times as many.
 */
const PATIENCE = 400

/** Plays one life after another against the model, until the time is over or one of them differs. */
async function play(complete: Life['complete'], seconds: number, parameters: fc.Parameters<unknown> = {}) {
  let last: Promise<void> | undefined
  const details = await fc.check(
    fc.asyncProperty(
      fc.commands(LIFE_COMMANDS, { size: 'max', maxCommands: 120 }),
      (commands) => (last = live(commands, complete)),
    ),
    { numRuns: 10_000, interruptAfterTimeLimit: seconds * 1_000, ...parameters },
  )
  // The life that the time's end interrupted goes on, and would play into the next test's.
  await last?.catch(() => undefined)
  return details
}

test('whatever happens to tasks, they and their executions are where the contract has them', async (t) => {
  const details = await play(overHttp, 20)
  assert.equal(details.counterexample, null, fc.defaultReportMessage(details) ?? '')
  assert.ok(details.numRuns >= 5, `only ${details.numRuns} lives were played`)
  t.diagnostic(`${details.numRuns} lives of up to 120 steps`)
})

/** A server whose completion lacks a guard: its own statement, with something else in that part of its text. */
function completingWith(guard: string, instead: string): Life['complete'] {
  const { text } = declaredStatements().find(({ name }) => name === 'executions.complete:waits')!
  assert.ok(text.includes(guard), `the guard is in the statement: ${guard}`)
  const unguarded = text.replaceAll(guard, instead)
  return async (id, body) => {
    if (body.claim_next) return overHttp(id, body)
    const origins = '[{"kind": "system", "name": "test"}]'
    const ending = { execution_id: id, success: body.success, cost: 0, token: body.lease_token ?? null }
    const values = [DEFAULT_TENANT, origins, JSON.stringify([ending])]
    const rows = (await server.sql(unguarded, values)) as { ended: object }[]
    if (rows.length === 0) return overHttp(id, body)
    return { status: 200, body: rows[0]!.ended, headers: new Headers() }
  }
}

test('the same statement with nothing taken out of it passes', async () => {
  const details = await play(completingWith('e.lease_token', 'e.lease_token'), 3)
  assert.equal(details.counterexample, null, fc.defaultReportMessage(details) ?? '')
})

for (const [what, guard, instead] of [
  ['the fence', 'e.lease_token = h.token', 'h.token IS NOT NULL'],
  ['the end of the lease', ' AND e.lease_expires_at > now()', ''],
  ['the end of the execution', 'e.outcome IS NULL', 'true'],
] as const)
  test(`the same lives find a completion without ${what}`, async (t) => {
    const details = await play(completingWith(guard, instead), PATIENCE, { endOnFailure: true })
    assert.ok(details.counterexample, `not found in ${details.numRuns} lives`)
    assert.ok(details.errorInstance instanceof assert.AssertionError, String(details.errorInstance))
    t.diagnostic(`found in life ${details.numRuns}: ${details.errorInstance.message.split('\n')[0]}`)
  })
