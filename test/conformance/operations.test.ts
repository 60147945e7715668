import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { features } from '../../src/features/index.ts'
import { assemble } from '../../src/kernel/application.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import { requestTarget, splitInput } from '../../src/surfaces/openapi/request.ts'
import { bodyOf } from '../answers.ts'
import { keyOfNewTenant, keyWith } from '../people.ts'
import { testServer, type CallOptions, type TestAnswer, type TestServer } from '../server.ts'

/** The same rules for every operation of the list; one that is added is held to them without a word here. */
const operations = [...assemble(features).operations.values()]

type Input = Record<string, unknown>

let server: TestServer
/** One thing of each kind in the operator's tenant, by the path field that names it. */
let things: Readonly<Record<string, string>>

before(async () => {
  // Nobody answers there: what tells of an event store has one to tell of.
  server = await testServer({ environment: { CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/' } })
  const task = bodyOf<{ id: string }>(await server.post('/tasks', { title: 'one' }), 201)
  const other = bodyOf<{ id: string }>(await server.post('/tasks', { title: 'two', priority: 1 }), 201)
  const edge = bodyOf<{ id: string }>(
    await server.post(`/tasks/${other.id}/dependencies`, { depends_on_task_id: task.id }),
    201,
  )
  await server.post(`/tasks/${task.id}/metadata`, { key: 'branch', value: 'x' })
  const start = { agent_type: 'coder', worker_id: 'w', lease_seconds: 3600 }
  const execution = bodyOf<{ id: string }>(await server.post(`/tasks/${task.id}/executions`, start), 201)
  const role = bodyOf<{ id: string }>(
    await server.post('/roles', { name: 'r', permissions: ['read_tasks'] }),
    201,
  )
  const user = bodyOf<{ id: string }>(await server.post('/users', { name: 'u', roles: ['r'] }), 201)
  const key = bodyOf<{ id: string }>(await server.post('/keys', { name: 'k', user_id: user.id }), 201)
  const tenant = bodyOf<{ id: string }>(await server.post('/tenants', { name: 't' }), 201)
  const webhook = bodyOf<{ id: string }>(
    await server.post('/webhooks', { url: 'http://127.0.0.1:9/', event_types: ['task.*'] }),
    201,
  )
  const delivery = bodyOf<{ id: string }>(await server.post(`/webhooks/${webhook.id}/test`))
  things = {
    webhook_id: webhook.id,
    delivery_id: delivery.id,
    task_id: task.id,
    dependency_id: edge.id,
    execution_id: execution.id,
    role_id: role.id,
    user_id: user.id,
    key_id: key.id,
    tenant_id: tenant.id,
    tag: 'api',
    key: 'branch',
    agent_type: 'coder',
    format: 'markdown',
  }
})
after(() => server.close())

const pathFields = (op: Operation): string[] => op.http.path.match(/(?<=:)\w+/g) ?? []

/** An input that fits the operation's schema: its example, with the path's fields naming what is there. */
function inputFor(op: Operation): Input {
  const example = (op.examples?.[0]?.input ?? {}) as Input
  return { ...example, ...Object.fromEntries(pathFields(op).map((field) => [field, things[field]])) }
}

function call(op: Operation, input: Input, options: CallOptions = {}): Promise<TestAnswer> {
  const parts = splitInput(op, input)
  return server.http(op.http.method, requestTarget(op, parts), parts.body, options)
}

/** A test with one part for each operation of a list. */
function each(what: string, check: (op: Operation) => Promise<void>, list = operations): void {
  void test(what, async (t) => {
    assert.ok(list.length > 0)
    for (const op of list) await t.test(op.name, () => check(op))
  })
}

const codeOf = (answer: TestAnswer): unknown => (answer.body as { code?: unknown } | null)?.code

each('without a key each answers 401, with a request id', async (op) => {
  const answer = await call(op, inputFor(op), { key: null })
  assert.deepEqual([answer.status, codeOf(answer)], [401, 'unauthorized'])
  assert.ok(answer.headers.get('x-request-id'))
})

each('an unknown field is 400 and named', async (op) => {
  const answer = await call(op, { ...inputFor(op), no_such_field: 1 })
  assert.equal(answer.status, 400)
  assert.ok(JSON.stringify(answer.body.errors).includes('no_such_field'), JSON.stringify(answer.body))
})

each(
  'an id that is none is 400 invalid_id',
  async (op) => {
    for (const field of pathFields(op).filter((name) => name.endsWith('_id'))) {
      const answer = await call(op, { ...inputFor(op), [field]: 'no-id' })
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'invalid_id'], field)
    }
  },
  operations.filter((op) => pathFields(op).some((name) => name.endsWith('_id'))),
)

const STRANGE: readonly unknown[] = [null, [], {}, -1, 1e300, 'x'.repeat(70_000), true]

each(
  'a body with a value of a wrong kind is 400, and never 500',
  async (op) => {
    const fields = Object.entries(splitInput(op, inputFor(op)).body as Input).map(([name]) => name)
    for (const field of fields)
      for (const value of STRANGE) {
        const parts = splitInput(op, { ...inputFor(op), [field]: value })
        // Inputs alone are the matter: what a schema takes may do its work on another task of the conformance test.
        if (op.input.safeParse({ ...inputFor(op), [field]: value }).success) continue
        const answer = await server.http(op.http.method, requestTarget(op, parts), parts.body)
        assert.equal(answer.status, 400, `${field}: ${JSON.stringify(value).slice(0, 40)}`)
      }
  },
  operations.filter((op) => {
    const { body } = op.examples?.length
      ? splitInput(op, { ...(op.examples[0]!.input as Input) })
      : { body: undefined }
    return body !== undefined && !op.http.body
  }),
)

each(
  'without the permission each answers 403',
  async (op) => {
    permissionless ??= await keyWith(server, [])
    const answer = await call(op, inputFor(op), { key: permissionless })
    assert.deepEqual([answer.status, codeOf(answer)], [403, 'forbidden'])
  },
  operations.filter((op) => op.permission !== 'authenticated'),
)
let permissionless: string | undefined

each(
  "another tenant's thing is 404, like one that is not there",
  async (op) => {
    stranger ??= await keyOfNewTenant(server)
    const answer = await call(op, inputFor(op), { key: stranger })
    assert.equal(answer.status, 404, JSON.stringify(answer.body))
    assert.match(String(codeOf(answer)), /_not_found$/)
  },
  operations.filter(
    (op) => op.permission !== 'operator' && pathFields(op).some((name) => name.endsWith('_id')),
  ),
)
let stranger: string | undefined

each(
  "a list shows nothing of another tenant's",
  async (op) => {
    stranger ??= await keyOfNewTenant(server)
    const answer = await call(op, {}, { key: stranger })
    assert.equal(answer.status, 200)
    const text = JSON.stringify(answer.body)
    for (const id of Object.values(things).filter((thing) => thing.length === 36))
      assert.ok(!text.includes(id), id)
  },
  operations.filter(
    (op) => op.http.method === 'GET' && op.permission !== 'operator' && op.input.safeParse({}).success,
  ),
)

test('each table of tenants has the tenant first in its primary key, its unique constraints and its foreign keys', async () => {
  const exempt = ['api_keys', 'leadership', 'schema_migrations', 'tenants']
  const keys = await server.sql(
    `SELECT c.conrelid::regclass::text AS name, c.conname, a.attname AS first
     FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.contype IN ('p', 'u', 'f') AND c.connamespace = 'public'::regnamespace
     UNION ALL
     SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
     FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     JOIN pg_class r ON r.oid = i.indrelid WHERE r.relnamespace = 'public'::regnamespace`,
  )
  const faults = (keys as { name: string; conname: string; first: string }[]).filter(
    ({ name, first }) => !exempt.includes(name) && first !== 'tenant_id',
  )
  assert.deepEqual(faults, [])
  assert.ok(keys.length > 30)
})

test('what the record holds after all this are declared events alone, without a secret', async () => {
  const types = await server.sql('SELECT DISTINCT event_type FROM audit_log')
  const undeclared = (types as { event_type: string }[]).filter(
    ({ event_type }) => !(event_type in server.app.events),
  )
  assert.deepEqual(undeclared, [])
  const leaks = await server.sql(
    `SELECT event_type FROM audit_log
     WHERE coalesce(new_values::text, '') || coalesce(old_values::text, '') ~ '"(lease_token|token|hash|secret)"'`,
  )
  assert.deepEqual(leaks, [])
})
