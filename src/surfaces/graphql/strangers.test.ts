import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { bodyOf } from '../../../test/answers.ts'
import { ask, type GraphAnswer } from '../../../test/graph-client.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { fieldName } from './names.ts'
import { makeGraphSchema } from './schema.ts'

/** A word that stands in everything of the operator's tenant that a text can be put into. */
const MARK = 'kept-among-us'

let server: TestServer
let schema: GraphQLSchema
const things: Record<string, unknown> = {}
before(async () => {
  server = await testServer({ environment: { CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/' } })
  schema = makeGraphSchema(server.app)
  const made = async (path: string, body: object): Promise<string> =>
    bodyOf<{ id: string }>(await server.post(path, body), 201).id
  const task = await made('/tasks', { title: MARK, tags: [MARK], metadata: { [MARK]: MARK } })
  const waits = await made('/tasks', { title: MARK, depends_on: [task] })
  const edges = bodyOf<{ id: string }[]>(await server.get(`/tasks/${waits}/dependencies`))
  const start = { agent_type: MARK, worker_id: MARK, lease_seconds: 3600 }
  const execution = await made(`/tasks/${task}/executions`, start)
  const role = await made('/roles', { name: MARK, permissions: ['read_tasks'] })
  const user = await made('/users', { name: MARK, roles: [role] })
  const key = await made('/keys', { name: MARK, user_id: user })
  const tenant = await made('/tenants', { name: MARK })
  const webhook = await made('/webhooks', { url: `http://127.0.0.1:9/${MARK}`, event_types: ['task.*'] })
  const delivery = bodyOf<{ id: string }>(await server.post(`/webhooks/${webhook}/test`)).id
  Object.assign(things, {
    task_id: task,
    root: task,
    depends_on_task_id: waits,
    dependency_id: edges[0]!.id,
    execution_id: execution,
    role_id: role,
    user_id: user,
    key_id: key,
    tenant_id: tenant,
    webhook_id: webhook,
    delivery_id: delivery,
    agent_type: MARK,
    key: MARK,
    q: MARK,
    title: 'mine',
    url: 'http://127.0.0.1:9/mine',
    event_types: ['task.*'],
    lease_token: 1,
    roles: [],
    permissions: ['read_tasks'],
    since: '0',
  })
})
after(() => server.close())

/** A value that fits a type; names of things are those of the operator's tenant. */
function valueFor(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return valueFor(type.ofType, name)
  if (name in things) return things[name]
  if (isListType(type)) return [valueFor(type.ofType, name)]
  if (isEnumType(type)) return type.getValues()[0]!.name
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, valueFor(field.type, field.name)]),
    )
  const values: Record<string, unknown> = { Int: 1, Long: 1, Float: 1, Boolean: true, JSON: {} }
  return values[getNamedType(type).name] ?? 'x'
}

/** All fields of a type, and those of what they lead to, some steps far. */
function selection(type: GraphQLObjectType, steps: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const target = getNamedType(field.type)
    if (!isObjectType(target)) return [field.name]
    return steps > 0 ? [`${field.name} ${selection(target, steps - 1)}`] : []
  })
  return `{ __typename ${fields.join(' ')} }`
}

/** Asks for one field of the root with all that hangs on it, by one key. `given` says which optional arguments to name. */
async function askFor(
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  key: string,
  steps = 3,
): Promise<GraphAnswer> {
  const args = field.args.filter(
    (arg) => isNonNullType(arg.type) || (kind === 'query' && arg.name in things && arg.name !== 'since'),
  )
  const variables = Object.fromEntries(args.map((arg) => [arg.name, valueFor(arg.type, arg.name)]))
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ')
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')
  const target = getNamedType(field.type)
  for (; ; steps--) {
    const fields = isObjectType(target) ? selection(target, steps) : ''
    const text = `${kind} ${declared ? `(${declared})` : ''} { ${field.name}${passed ? `(${passed})` : ''} ${fields} }`
    const answer = await ask(server, text, variables, { key })
    const code = answer.data === undefined ? answer.errors![0]!.extensions.code : ''
    // Every field there is, as far as the limits go.
    if (!['query_too_broad', 'query_too_large', 'query_too_deep'].includes(code)) return answer
    assert.ok(steps > 0, `${field.name}: ${code}`)
  }
}

const fieldsOf = (type: GraphQLObjectType | null | undefined): GraphQLField<unknown, unknown>[] =>
  Object.values(type!.getFields())

function mentions(answer: GraphAnswer): string[] {
  const text = JSON.stringify(answer.data)
  const ids = Object.values(things).filter(
    (each) => typeof each === 'string' && each.length === 36,
  ) as string[]
  return [MARK, ...ids].filter((each) => text.includes(each))
}

test('every operation is a field, or says that a relation does the same', () => {
  const parts = server.app.features.flatMap((feature) => feature.graph ?? [])
  const names = [...server.app.operations.values()]
    .map((op) => fieldName(op, parts))
    .filter((name) => name !== null)
  const fields = [...fieldsOf(schema.getQueryType()), ...fieldsOf(schema.getMutationType())].map(
    (field) => field.name,
  )
  assert.deepEqual(names.sort(), fields.sort())
  assert.ok(fields.length > 60)
})

test('whoever walks every field of the schema from another tenant finds nothing', async () => {
  const stranger = await keyOfNewTenant(server)
  const found: string[] = []
  for (const field of fieldsOf(schema.getQueryType())) {
    const ours = mentions(await askFor('query', field, server.key))
    if (ours.length > 0) found.push(field.name)
    const theirs = await askFor('query', field, stranger)
    // What was asked for by name is named in what is told of it.
    const told =
      field.name === 'agent_metrics' ? mentions(theirs).filter((each) => each !== MARK) : mentions(theirs)
    assert.deepEqual(told, [], field.name)
  }
  // The same walk by the tenant's own key comes upon its things in most places.
  assert.ok(found.length > 15, found.join(', '))
})

/** Everything that the operator's tenant has, but for what moves by itself. */
async function contents(): Promise<string> {
  const tables = server.app.tables.filter(
    (name) => !/record_|^idempotency_keys$|event_store_|webhook_(cursors|queue)/.test(name),
  )
  const parts = await Promise.all(
    [...tables, 'tenants'].map(async (name) => {
      const where =
        name === 'tenants'
          ? `name = '${MARK}'`
          : `tenant_id = (SELECT tenant_id FROM tasks WHERE id = '${String(things['task_id'])}')`
      const rows = await server.sql(
        `SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS sum FROM ${name} t WHERE ${where}`,
      )
      return `${name} ${String(rows[0].sum)}`
    }),
  )
  return parts.join('\n')
}

test('no mutation from another tenant, or without permissions, changes anything', async () => {
  const [stranger, powerless] = [await keyOfNewTenant(server), await keyWith(server, [])]
  await server.sql('UPDATE api_keys SET last_used_at = NULL')
  const before = await contents()
  let refused = 0
  for (const field of fieldsOf(schema.getMutationType()))
    for (const key of [stranger, powerless]) {
      const answer = await askFor('mutation', field, key, 1)
      const code = answer.errors?.[0]?.extensions.code
      if (key === powerless && field.name !== 'verify_webhook_signature')
        assert.equal(code, 'forbidden', field.name)
      if (code !== undefined) refused++
      // What was asked for by name is named in what is told of it.
      const asked = field.name === 'complete_executions' ? [MARK, things['execution_id']] : [MARK]
      assert.deepEqual(
        mentions(answer).filter((each) => !asked.includes(each)),
        [],
        field.name,
      )
    }
  assert.equal(await contents(), before)
  assert.ok(refused > 50, String(refused))
})

test('without permissions every query is refused but those that need none', async () => {
  const powerless = await keyWith(server, [])
  const open: string[] = []
  for (const field of fieldsOf(schema.getQueryType())) {
    const answer = await askFor('query', field, powerless, 2)
    if (answer.errors?.[0]?.extensions.code === 'forbidden') assert.equal(answer.data[field.name], null)
    else open.push(field.name)
  }
  assert.deepEqual(open, ['event_types', 'whoami'])
})
