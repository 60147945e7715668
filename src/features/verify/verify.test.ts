import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimOne, claimTasks, complete, runOutLease } from '../../../test/claims.ts'
import { eventually } from '../../../test/eventually.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyWith } from '../../../test/people.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, patchTask } from '../../../test/tasks.ts'
import { DEFAULT_TENANT } from '../access/index.ts'
import type { Task } from '../tasks/index.ts'
import { EFFECTS } from './effects.ts'
import { KINDS, WITHOUT_TABLE } from './kinds.ts'
import type { VerifyReport } from './schema.ts'
import { verify } from './verification.ts'

let server: TestServer
before(async () => {
  server = await testServer()
  await liveThroughEverything()
})
after(() => server.close())

const idOf = async (path: string, body: object): Promise<string> =>
  bodyOf<{ id: string }>(await server.post(path, body), 201).id

const verified = async (key = server.key): Promise<VerifyReport> =>
  bodyOf<VerifyReport>(await server.get('/verify', { key }))

/** An answer that says yes. */
async function done(answer: Promise<TestAnswer>): Promise<TestAnswer> {
  const { status, body } = await answer
  assert.ok(status < 300, `${status} ${JSON.stringify(body)}`)
  return answer
}

/** One of each change of state that there is. */
async function liveThroughEverything(): Promise<void> {
  const [first, second, third, doomed] = (await createTasks(server, [
    { title: 'first', metadata: { branch: 'x', agent_type: 'coder' }, tags: ['a'], priority: 5 },
    { title: 'second' },
    { title: 'third', priority: 4 },
    { title: 'doomed' },
  ])) as [Task, Task, Task, Task]
  const edge = await addEdge(server, second.id, first.id)
  await addEdge(server, third.id, second.id, 'soft')
  await addEdge(server, doomed.id, second.id)
  const single = await createTask(server, { title: 'single', depends_on: [doomed.id] })
  await patchTask(server, first.id, { title: 'first, renamed', description: 'text', effort_estimate: 5 })
  await done(server.post(`/tasks/${first.id}/metadata`, { key: 'note', value: 'y' }))
  await done(server.del(`/tasks/${first.id}/metadata/branch`))
  await done(server.post(`/tasks/${second.id}/tags`, ['b', 'c']))
  const claim = await claimOne(server, { agent_type: 'coder' })
  await done(
    server.post(`/executions/${claim.execution.id}/heartbeat`, {
      lease_token: claim.lease.token,
      lease_seconds: 600,
      progress: { done: 0.5 },
    }),
  )
  await done(
    server.post(`/tasks/${first.id}/executions`, {
      agent_type: 'helper',
      worker_id: 'h',
      parent_execution_id: claim.execution.id,
    }),
  )
  bodyOf(
    await complete(server, claim, { cost_dollars: 0.25, result: { b: 1, a: [null, 1e21] }, claim_next: {} }),
  )
  await done(server.del(`/tasks/${second.id}/dependencies/${edge.id}`))
  const failing = await createTask(server, { title: 'failing' })
  await moveTask(server, failing.id, 'assigned', 'in_progress', 'failed')
  await done(server.post(`/tasks/${failing.id}/retry`, {}))
  await done(server.post(`/tasks/${failing.id}/assign`, { worker_id: 'somebody' }))
  await done(server.post(`/tasks/${failing.id}/release`, {}))
  await done(server.del(`/tasks/${doomed.id}`))
  await done(server.patch(`/tasks/${single.id}`, { priority: 2 }))
  const waiting = await createTask(server, { title: 'assigned' })
  await moveTask(server, waiting.id, 'assigned')
  await patchTask(server, waiting.id, { title: 'assigned, renamed' })
  const lost = await createTask(server, { title: 'lost', priority: 5 })
  const [run] = await claimTasks(server)
  await runOutLease(server, run!.execution.id)
  await eventually('the lost task is ready again', async () => {
    const [row] = (await server.sql('SELECT status FROM tasks WHERE id = $1', [lost.id])) as {
      status: string
    }[]
    return row!.status === 'ready'
  })
  const ran = await createTask(server, { title: 'ran, then deleted', priority: 5 })
  await claimOne(server)
  await done(server.del(`/tasks/${ran.id}`))
  await livePeople()
  const tasks = '{"id":"bd-1","title":"imported","status":"closed","created_at":"2025-01-01T00:00:00Z"}\n'
  for (const content of [tasks, tasks.replace('imported', 'imported again')])
    bodyOf(
      await server.http('POST', '/import/beads', content, {
        headers: { 'content-type': 'application/x-ndjson' },
      }),
    )
}

async function livePeople(): Promise<void> {
  const role = await idOf('/roles', { name: 'reviewer', permissions: ['read_tasks'] })
  const user = await idOf('/users', { name: 'bifrost', roles: ['agent', 'reviewer'], email: 'b@example.com' })
  await done(server.patch(`/roles/${role}`, { name: 'auditor', permissions: ['read_audit', 'read_tasks'] }))
  await done(server.patch(`/users/${user}`, { active: false }))
  await done(server.patch(`/users/${user}`, { active: true, roles: ['auditor'] }))
  const key = bodyOf<{ id: string; key: string }>(
    await done(server.post('/keys', { name: 'k', user_id: user })),
    201,
  )
  await server.get('/whoami', { key: key.key })
  const worker = await keyWith(server, ['create_tasks'])
  bodyOf(await server.post('/tasks', { title: "a user's" }, { key: worker }), 201)
  await done(server.patch(`/keys/${key.id}`, { revoked: true }))
  const gone = await idOf('/users', { name: 'gone', roles: ['viewer'] })
  await idOf('/keys', { name: 'goes too', user_id: gone })
  await done(server.del(`/users/${gone}`))
  await done(server.del(`/roles/${await idOf('/roles', { name: 'idle', permissions: [] })}`))
  const hook = await idOf('/webhooks', { url: 'http://127.0.0.1:9/', event_types: ['key.*'] })
  await done(server.post(`/webhooks/${hook}/rotate-secret`, {}))
  await done(server.patch(`/webhooks/${hook}`, { active: false }))
  await done(
    server.del(`/webhooks/${await idOf('/webhooks', { url: 'http://127.0.0.1:9/', event_types: ['*'] })}`),
  )
  const tenant = await idOf('/tenants', { name: 'acme' })
  await done(server.patch(`/tenants/${tenant}`, { configuration: { b: 1, a: 2 } }))
  await done(server.del(`/tenants/${await idOf('/tenants', { name: 'short-lived' })}`))
}

test('after one of each change, nothing differs', async () => {
  const report = await verified()
  assert.deepEqual(report.mismatches, [])
  assert.equal(report.consistent, true)
  for (const { name } of KINDS) assert.ok(report.tables[name]! > 0, `no ${name} was compared`)
  const [{ rows }] = (await server.sql(
    `SELECT count(*) AS rows FROM audit_log WHERE tenant_id = '${DEFAULT_TENANT}'`,
  )) as [{ rows: number }]
  assert.equal(report.record.rows, rows)
})

test("a tenant's own record gives its own tables, from its first day", async () => {
  const key = bodyOf<{ key: string }>(await server.post('/tenants', { name: 'other' }), 201).key
  bodyOf(await server.post('/tasks', { title: 'mine' }, { key }), 201)
  const report = await verified(key)
  assert.deepEqual(report.mismatches, [])
  assert.deepEqual([report.tables['task'], report.tables['role'], report.tables['tenant']], [1, 4, 0])
})

const FIRST = `(SELECT task_id FROM task_texts WHERE title = 'first, renamed')`
const RECORD_OF_FIRST = `(SELECT max(position) FROM audit_log WHERE entity_id = ${FIRST} AND event_type = 'task.updated')`
const ENDED = `(SELECT id FROM executions WHERE outcome = 'succeeded' LIMIT 1)`

/** What somebody may do to the tables behind our back, and the sentence that tells of it. */
const TAMPERING: readonly [what: string, statement: string, told: RegExp][] = [
  [
    'a status',
    `UPDATE tasks SET status = 'failed' WHERE id = ${FIRST}`,
    /^task \S+ is not as it was recorded last: status is "failed" in the table and "completed" in the record\.$/,
  ],
  [
    'a title',
    `UPDATE task_texts SET title = 'other' WHERE title = 'first, renamed'`,
    /title is "other" in the table and "first, renamed" in the record/,
  ],
  [
    'metadata',
    `UPDATE task_metadata SET metadata_value = 'z' WHERE metadata_key = 'note'`,
    /^task \S+ .*metadata is .*"z".* in the table/,
  ],
  [
    'the agent type that claims read',
    `UPDATE tasks SET agent_type = 'reviewer' WHERE id = ${FIRST}`,
    /is handed out by another agent_type than its metadata says/,
  ],
  [
    'a count of unmet prerequisites',
    `UPDATE tasks SET unmet_dependencies = 7 WHERE status = 'ready'
       AND id = (SELECT id FROM tasks WHERE status = 'ready' LIMIT 1)`,
    /^task \S+ counts 7 unmet prerequisites, and has 0\.$/,
  ],
  [
    'an execution that was reopened',
    `UPDATE executions SET completed_at = NULL, outcome = NULL, success = NULL, duration_seconds = NULL WHERE id = ${ENDED}`,
    /^task \S+ is completed and has 1 open executions of its own, not 0\.$/,
  ],
  [
    "an ended execution's progress",
    `UPDATE executions SET progress = '{"done": 1}' WHERE id = ${ENDED}`,
    /^execution \S+ is not as it was recorded last: progress is {"done":1} in the table and {"done":0.5} in the record/,
  ],
  [
    'a fencing token',
    `UPDATE executions SET lease_token = 99, lease_expires_at = now() + interval '1 hour' WHERE outcome IS NULL AND NOT beside`,
    /holds the fencing token 99, and task \S+ has given out 1 at most/,
  ],
  [
    'a fence that was set back',
    `UPDATE tasks SET fence = 0 WHERE id = (SELECT task_id FROM executions WHERE id = ${ENDED})`,
    /had the fencing token 1, and task \S+ has given out 0 at most/,
  ],
  [
    'an edge that went',
    `DELETE FROM dependencies WHERE dependency_type = 'soft'`,
    /^dependency \S+ is in the record, and not in its table\.$/,
  ],
  [
    'a loop',
    `INSERT INTO dependencies (tenant_id, task_id, depends_on_task_id, dependency_type)
     SELECT tenant_id, depends_on_task_id, task_id, 'soft' FROM dependencies`,
    /^the tasks (\S+) -> \S+ -> \1 wait for each other in a loop\.$/,
  ],
  [
    'a task that came by itself',
    `WITH t AS (INSERT INTO tasks (tenant_id, id) VALUES ('${DEFAULT_TENANT}', gen_random_uuid()) RETURNING *)
     INSERT INTO task_texts (tenant_id, task_id, title) SELECT tenant_id, id, 'stray' FROM t`,
    /^task \S+ is in its table, and not in the record\.$/,
  ],
  [
    'a role of a user',
    `DELETE FROM user_roles WHERE user_id = (SELECT id FROM users WHERE name = 'bifrost')`,
    /^user \S+ .*roles is \[\] in the table and \["auditor"\] in the record/,
  ],
  [
    'a permission of a role',
    `UPDATE roles SET permissions = '{admin_all}' WHERE name = 'auditor'`,
    /^role \S+ .*permissions/,
  ],
  [
    'a key that lives again',
    `UPDATE api_keys SET revoked_at = NULL WHERE name = 'k'`,
    /^key \S+ .*revoked_at is null in the table/,
  ],
  ['a webhook', `UPDATE webhooks SET url = 'http://127.0.0.1:10/'`, /^webhook \S+ .*url is/],
  [
    'a tenant',
    `UPDATE tenants SET configuration = '{"a": 3}' WHERE name = 'acme'`,
    /^tenant \S+ .*configuration is/,
  ],
  [
    'a row of the record that was changed',
    `UPDATE audit_log SET new_values = (new_values::jsonb || '{"priority": 1}')::json WHERE position = ${RECORD_OF_FIRST}`,
    /^event \d+ \(task\.\w+\) does not follow on what was recorded of task \S+: priority was 5 by its own account and 1 by the rows before it\.$/,
  ],
  [
    'the start of an assignment',
    `UPDATE tasks SET assigned_at = assigned_at - interval '1 day' WHERE status = 'assigned'`,
    /^task \S+ is assigned since another time than the record says\.$/,
  ],
  [
    'the length of a lease',
    `UPDATE executions SET lease_seconds = 86400 WHERE id = ${ENDED}`,
    /^execution \S+ has a lease of 86400 s in its table, and began with one of \d{3} s\.$/,
  ],
  [
    'a permission of a built-in role',
    `UPDATE roles SET permissions = '{admin_all}' WHERE name = 'viewer' AND tenant_id = '${DEFAULT_TENANT}'`,
    /^role \S+ is not as the installation made it, .*: permissions is \["admin_all"\], and was made \["read_tasks"\]\.$/,
  ],
  [
    'a version of a built-in role',
    `UPDATE roles SET version = 2 WHERE name = 'agent' AND tenant_id = '${DEFAULT_TENANT}'`,
    /^role \S+ is not as the installation made it, .*: version is 2, and was made 1\.$/,
  ],
  [
    'a built-in role that went',
    `DELETE FROM roles WHERE name = 'orchestrator' AND tenant_id = '${DEFAULT_TENANT}'`,
    /^the built-in role orchestrator is not in its table\.$/,
  ],
  [
    'a built-in role that came',
    `INSERT INTO roles (tenant_id, id, name, permissions, built_in)
     VALUES ('${DEFAULT_TENANT}', gen_random_uuid(), 'superuser', '{admin_all}', true)`,
    /^role \S+ is in its table, and not in the record\.$/,
  ],
  [
    'the tenant that was there first',
    `UPDATE tenants SET configuration = '{"a": 1}' WHERE id = '${DEFAULT_TENANT}'`,
    /^tenant \S+ is not as the installation made it, .*: configuration is {"a":1}, and was made {}\.$/,
  ],
  [
    'a type of event that there is not',
    `UPDATE audit_log SET event_type = 'task.improved' WHERE position = ${RECORD_OF_FIRST}`,
    /^event \d+ \(task\.improved\) is about a task, and of no type that is recorded of one\.$/,
  ],
  [
    'a type of event of other things',
    `UPDATE audit_log SET event_type = 'role.updated' WHERE position = ${RECORD_OF_FIRST}`,
    /^event \d+ \(role\.updated\) is about a task, and of no type that is recorded of one\.$/,
  ],
  [
    'a change that is called another',
    `UPDATE audit_log SET event_type = 'task.completed' WHERE position = ${RECORD_OF_FIRST}`,
    /^event \d+ \(task\.completed\) is not what became of task \S+ by its own account\.$/,
  ],
  [
    'a verdict that is called a loss',
    `UPDATE audit_log SET event_type = 'execution.lost' WHERE event_type = 'execution.completed'`,
    /^event \d+ \(execution\.lost\) is not what became of execution/,
  ],
  [
    'the event of a key that was revoked',
    `UPDATE audit_log SET event_type = 'key.updated' WHERE event_type = 'key.revoked'`,
    /^event \d+ \(key\.updated\) is not what became of key/,
  ],
  ...['task.updated', 'execution.started', 'execution.completed', 'dependency.added', 'user.created'].map(
    (type): (typeof TAMPERING)[number] => [
      `the time of an event ${type}`,
      `UPDATE audit_log SET created_at = created_at - interval '1 hour'
         WHERE position = (SELECT max(position) FROM audit_log WHERE event_type = '${type}' AND tenant_id = '${DEFAULT_TENANT}')`,
      /^event \d+ \(\w+\.\w+\) is dated \S+, and what it tells of \w+ \S+ is of \S+\.$/,
    ],
  ),
  [
    'who did it, as a user who never was',
    `UPDATE audit_log SET actor_kind = 'user', actor_id = gen_random_uuid() WHERE position = ${RECORD_OF_FIRST}`,
    /^event \d+ \(task\.\w+\) is said to be of the user \S+, of whom the record does not know\.$/,
  ],
  [
    'who did it, as a user without an id',
    `UPDATE audit_log SET actor_kind = 'user' WHERE position = ${RECORD_OF_FIRST}`,
    /is said to be of the user without an id, of whom/,
  ],
  [
    'a user who did it, as the operator',
    `UPDATE audit_log SET actor_kind = 'operator' WHERE position = (SELECT max(position) FROM audit_log WHERE actor_id IS NOT NULL AND tenant_id = '${DEFAULT_TENANT}')`,
    /is said to be of the operator \S+, of whom/,
  ],
  [
    'a row of the record that was lost',
    `DELETE FROM audit_log WHERE position = ${RECORD_OF_FIRST}`,
    /^the sequence goes from \d+ to \d+: what lies between is in no feed\.$/,
  ],
  [
    'a row that no reader will see',
    `DELETE FROM record_feed WHERE sequence = (SELECT max(sequence) FROM record_feed)
       AND tenant_id = '${DEFAULT_TENANT}'`,
    /has no sequence, and waits for none\.$/,
  ],
]

test('whatever is tampered with is found, and told in one sentence', async (t) => {
  await server.app.duties.stop()
  for (const [what, statement, told] of TAMPERING)
    await t.test(what, async () => {
      const db = await server.app.pool.connect()
      try {
        // Within a transaction that is taken back, so that each finds the tables as they were.
        await db.query('BEGIN')
        await db.query(`SELECT set_config('session_replication_role', 'replica', true)`)
        for (const table of ['tasks', 'executions'])
          await db.query(
            `ALTER TABLE ${table} DROP CONSTRAINT ${table}_check, DROP CONSTRAINT ${table}_check2`,
          )
        const { rowCount } = await db.query(statement)
        assert.ok(rowCount! > 0, 'the tampering changed nothing')
        const report = await verify({ db, tenant: DEFAULT_TENANT })
        assert.equal(report.consistent, false)
        assert.ok(
          report.mismatches.some((sentence) => told.test(sentence)),
          report.mismatches.join('\n') || 'nothing was found',
        )
      } finally {
        await db.query('ROLLBACK')
        db.release()
      }
    })
})

test('a row that is committed and not numbered yet counts', async () => {
  const task = await createTask(server, { title: 'just now' })
  const report = await verified()
  assert.deepEqual(report.mismatches, [])
  assert.ok(report.record.not_numbered_yet > 0, `${task.id} is numbered, though no duty runs`)
})

test('every kind of thing that events tell of is compared, or named as having no table', () => {
  const told = new Set(Object.keys(server.app.events).map((type) => type.slice(0, type.indexOf('.'))))
  const known = new Set([...KINDS.map(({ name }) => name), ...WITHOUT_TABLE])
  assert.deepEqual(
    [...told].filter((name) => !known.has(name)),
    [],
  )
})

test('of every event that is declared it is known what it does to its thing', () => {
  // What is sent on request to try a webhook is in no record.
  const apart = (type: string): boolean => type === 'webhook.test' || /^event_store\./.test(type)
  assert.deepEqual(
    Object.keys(EFFECTS).sort(),
    Object.keys(server.app.events)
      .filter((type) => !apart(type))
      .sort(),
  )
})

test('who may not read the audit trail may not verify', async () => {
  const key = await keyWith(server, ['read_tasks'])
  problemOf(await server.get('/verify', { key }), 403, 'forbidden')
})

test('one verification at a time', async () => {
  const answers = await Promise.all([server.get('/verify'), server.get('/verify'), server.get('/verify')])
  const statuses = answers.map(({ status }) => status)
  assert.ok(statuses.includes(200))
  for (const answer of answers.filter(({ status }) => status !== 200))
    problemOf(answer, 409, 'verification_running')
  bodyOf(await server.get('/verify'))
})
