import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { features } from '../../src/features/index.ts'
import type { Claim } from '../../src/features/executions/schema.ts'
import { assemble } from '../../src/kernel/application.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import type { FieldError } from '../../src/kernel/problem.ts'
import { makeGatherer } from '../../src/surfaces/http/input.ts'
import { requestTarget, splitInput } from '../../src/surfaces/openapi/request.ts'
import { bodyOf, problemOf } from '../answers.ts'
import { claimOne } from '../claims.ts'
import { addEdge } from '../graph.ts'
import { keyOfNewTenant } from '../people.ts'
import { testServer, type CallOptions, type TestAnswer, type TestServer } from '../server.ts'
import { createTasks } from '../tasks.ts'

/** What holds of every field of every operation, of every POST and of every condition, whoever adds one. */
const operations = [...assemble(features).operations.values()]

type Input = Record<string, unknown>

interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

interface Field {
  name: string
  source: 'path' | 'query' | 'body'
  schema: JsonSchema
  required: boolean
}

const NOWHERE = '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2aff'

let server: TestServer
let stranger: string
/** Ids of things of the operator's tenant, by the fields that may name them. */
const things: Record<string, string> = {}
before(async () => {
  server = await testServer()
  stranger = await keyOfNewTenant(server)
  const [task, other] = await createTasks(server, [{ priority: 5 }, {}])
  const claim: Claim = await claimOne(server)
  things['task_id'] = task!.id
  things['depends_on_task_id'] = other!.id
  things['execution_id'] = things['parent_execution_id'] = claim.execution.id
  things['dependency_id'] = (await addEdge(server, other!.id, task!.id)).id
  const make = async (path: string, body: object): Promise<string> =>
    bodyOf<{ id: string }>(await server.post(path, body), 201).id
  things['role_id'] = await make('/roles', { name: 'r', permissions: [] })
  things['user_id'] = await make('/users', { name: 'u', roles: ['r'] })
  things['key_id'] = await make('/keys', { name: 'k', user_id: things['user_id'] })
  things['webhook_id'] = await make('/webhooks', {
    url: 'http://127.0.0.1:9/',
    event_types: ['task.*'],
  })
  const test = await server.post(`/webhooks/${things['webhook_id']}/test`)
  things['delivery_id'] = bodyOf<{ id: string }>(test).id
  things['tenant_id'] = await make('/tenants', { name: 't' })
})
after(() => server.close())

function fieldsOf(op: Operation): Field[] {
  const root = z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const resolve = (schema: JsonSchema): JsonSchema =>
    schema.$ref ? resolve(root.$defs![schema.$ref.split('/').at(-1)!]!) : schema
  const { sources } = makeGatherer(op)
  return Object.entries(root.properties ?? {}).map(([name, schema]) => ({
    name,
    source: sources[name]!,
    schema: resolve(schema),
    required: root.required?.includes(name) ?? false,
  }))
}

/** Whether a field names one thing that must be there; what a worker, an entity or a message is called need not be. */
const namesAThing = ({ name, source }: Field): boolean =>
  /(^|_)id$/.test(name) && !/^((entity|worker)_)?id$/.test(name) && source !== 'query'

function thingOf({ name }: Field): string {
  const id = things[name]
  assert.ok(id, `this test knows no ${name}: teach it one`)
  return id
}

/** The operation's example, with things in its path that are there. It waits for nothing, and is no dry run. */
function inputFor(op: Operation, other: Input = {}): Input {
  const input: Input = { ...((op.examples?.[0]?.input ?? {}) as Input) }
  if ('wait_seconds' in input) input['wait_seconds'] = 0
  if ('dry_run' in input) input['dry_run'] = false
  for (const field of fieldsOf(op))
    if (field.source === 'path' && namesAThing(field)) input[field.name] = thingOf(field)
    else if (field.source === 'path') input[field.name] ??= field.schema.enum?.[0] ?? 'x'
  return { ...input, ...other }
}

function call(op: Operation, input: Input, options: CallOptions = {}): Promise<TestAnswer> {
  const parts = splitInput(op, input)
  return server.http(op.http.method, requestTarget(op, parts), parts.body, options)
}

/** A test with one part for each operation of which something can be said. */
function each(what: string, list: readonly Operation[], check: (op: Operation) => Promise<void>): void {
  test(what, async (t) => {
    assert.ok(list.length > 0)
    for (const op of list) await t.test(op.name, () => check(op))
  })
}

const having = (says: (field: Field) => boolean): Operation[] =>
  operations.filter((op) => fieldsOf(op).some(says))

test('the examples of every operation fit its schemas', () => {
  for (const op of operations)
    for (const { input, output, summary } of op.examples ?? []) {
      assert.deepEqual(op.input.safeParse(input).error?.issues, undefined, `${op.name}, input: ${summary}`)
      if (op.http.status !== 204)
        assert.deepEqual(
          op.output.safeParse(output).error?.issues,
          undefined,
          `${op.name}, output: ${summary}`,
        )
    }
})

/** What no value of a field may be, whatever else it may; undefined where anything may stand there. */
function misfit({ schema, source }: Field): unknown {
  const types = [schema, ...(schema.anyOf ?? [])].flatMap(({ type, enum: words, const: one }) =>
    type ? [type] : words || one !== undefined ? ['string'] : [],
  )
  if (types.length === 0 || (types.includes('object') && types.includes('array'))) return undefined
  if (source === 'body') return types.includes('object') ? 17 : { no: 'such thing' }
  const texts = types.includes('array') ? [schema.items?.type ?? 'string'] : types
  return texts.every((type) => type === 'string') ? '' : '{}'
}

const optional = (field: Field): boolean => field.source !== 'path' && misfit(field) !== undefined

each('a value that does not fit is 400, and its field is named', having(optional), async (op) => {
  for (const field of fieldsOf(op).filter(optional)) {
    const answer = await call(op, inputFor(op, { [field.name]: misfit(field) }))
    const problem = problemOf(answer, 400, 'validation_failed')
    const paths = (problem['errors'] as FieldError[]).map(({ path }) => path.split('.')[0])
    assert.ok(paths.includes(field.name), `${field.name}: ${JSON.stringify(problem)}`)
  }
})

const needed = ({ required, source }: Field): boolean => required && source === 'body'

each('what is required and left out is 400, and named', having(needed), async (op) => {
  for (const field of fieldsOf(op).filter(needed)) {
    const answer = await call(op, inputFor(op, { [field.name]: undefined }))
    const problem = problemOf(answer, 400, 'validation_failed')
    const paths = (problem['errors'] as FieldError[]).map(({ path }) => path.split('.')[0])
    assert.ok(paths.includes(field.name), `${field.name}: ${JSON.stringify(problem)}`)
  }
})

const named = (field: Field): boolean => namesAThing(field) && field.source === 'body'

each(
  "a thing that a body names is 404 when it is another tenant's, like one that is nowhere",
  having(named),
  async (op) => {
    const title = { title: 'own' }
    const own = bodyOf<{ id: string }>(await server.post('/tasks', title, { key: stranger }), 201).id
    for (const field of fieldsOf(op).filter(named))
      for (const id of [thingOf(field), NOWHERE]) {
        const input = inputFor(op, { [field.name]: id })
        const answer = await call(op, 'task_id' in input ? { ...input, task_id: own } : input, {
          key: stranger,
        })
        assert.equal(answer.status, 404, JSON.stringify(answer.body))
        assert.match((answer.body as { code: string }).code, /_not_found$/)
      }
  },
)

/** Another input that fits, for what must be the same under one key. */
function otherThan(op: Operation, input: Input): Input {
  for (const { name, schema } of fieldsOf(op)) {
    const was = input[name]
    const others: unknown[] =
      typeof was === 'string'
        ? [`${was}x`, NOWHERE, ...(schema.enum ?? [])]
        : typeof was === 'number'
          ? [was + 1]
          : Array.isArray(was)
            ? [[...(was as unknown[]), ...(was as unknown[])], []]
            : [!was]
    const other = others.find(
      (value) => value !== was && op.input.safeParse({ ...input, [name]: value }).success,
    )
    if (other !== undefined) return { ...input, [name]: other }
  }
  throw new Error(`no other input of ${op.name} is known: teach this test one`)
}

each(
  'every POST honours an Idempotency-Key',
  operations.filter((op) => op.http.method === 'POST'),
  async (op) => {
    const headers = { 'idempotency-key': `conformance of ${op.name}` }
    const input = inputFor(op)
    const first = await call(op, input, { headers })
    const second = await call(op, input, { headers })
    assert.ok(first.status < 500, JSON.stringify(first.body))
    assert.notEqual((first.body as { code?: string }).code, 'validation_failed')
    assert.equal(second.status, first.status)
    const kept = first.status >= 400 || !op.longPoll || op.longPoll.satisfied(first.body)
    assert.equal(second.headers.get('idempotency-replayed'), kept ? 'true' : null)
    const third = await call(op, otherThan(op, input), { headers })
    if (kept) problemOf(third, 422, 'idempotency_key_reused')
  },
)

each(
  'an If-Match that is stale is 412',
  operations.filter((op) => op.precondition),
  async (op) => {
    const answer = await call(op, inputFor(op), { headers: { 'if-match': '"12345"' } })
    problemOf(answer, 412, 'version_mismatch')
  },
)

each(
  'an If-Match where it has no meaning is 400',
  operations.filter((op) => op.http.method !== 'GET' && !op.precondition),
  async (op) => {
    const answer = await call(op, inputFor(op), { headers: { 'if-match': '"1"' } })
    problemOf(answer, 400, 'precondition_not_supported')
  },
)

each(
  'a thing that has versions is answered with its version as ETag',
  operations.filter((op) => op.versioned && op.http.method === 'GET'),
  async (op) => {
    const answer = await call(op, inputFor(op))
    const { version } = bodyOf<{ version: number }>(answer)
    assert.equal(answer.headers.get('etag'), `"${version}"`)
  },
)
