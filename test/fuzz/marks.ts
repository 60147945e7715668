import { bodyOf } from '../answers.ts'
import type { TestServer } from '../server.ts'
import { requestTarget, splitInput } from '../../src/surfaces/openapi/request.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import type { CallOptions, TestAnswer } from '../server.ts'

/** A tenant with one marked thing of each kind. */
export interface Marked {
  /** Ids and names by the fields that may name them. */
  readonly things: Readonly<Record<string, string>>
  /** Every value that another tenant must never see. */
  readonly marks: readonly string[]
  /** What its own calls were given under this Idempotency-Key, and where its list goes on. */
  readonly idempotencyKey: string
  readonly cursor: string
}

/** Plants one thing of each kind in the operator's tenant; each text in it is a mark of its own. */
export async function plantMarks(server: TestServer): Promise<Marked> {
  const marks: string[] = []
  const mark = (what: string): string => {
    const text = `mark-${what}-${marks.length}`
    marks.push(text)
    return text
  }
  const make = async (path: string, body?: object, status = 201): Promise<Record<string, string>> =>
    bodyOf(await server.post(path, body), status)
  const idempotencyKey = 'one key for both'
  const task = await make('/tasks', {
    title: mark('title'),
    description: mark('description'),
    tags: [mark('tag')],
    metadata: { [mark('key')]: mark('value'), branch: mark('branch') },
    priority: 5,
  })
  const first = await server.post(
    '/tasks',
    { title: mark('replayed') },
    { headers: { 'idempotency-key': idempotencyKey } },
  )
  const other = bodyOf<{ id: string }>(first, 201)
  const edge = await make(`/tasks/${other.id}/dependencies`, { depends_on_task_id: task['id'] })
  const worker = mark('worker')
  const claims = bodyOf<{ execution: { id: string }; lease: { token: number } }[]>(
    await server.post('/tasks/claim', { worker_id: worker, agent_type: mark('agent'), lease_seconds: 3600 }),
  )
  const { execution, lease } = claims[0]!
  await make(
    `/executions/${execution.id}/heartbeat`,
    { lease_token: lease.token, progress: { at: mark('progress') } },
    200,
  )
  const role = await make('/roles', { name: mark('role'), description: mark('about'), permissions: [] })
  const user = await make('/users', {
    name: mark('user'),
    email: `${mark('email')}@example.com`,
    roles: [role['id']],
  })
  const key = await make('/keys', { name: mark('api-key'), user_id: user['id'] })
  const tenant = await make('/tenants', { name: mark('tenant') })
  const webhook = await make('/webhooks', {
    url: `http://127.0.0.1:9/${mark('webhook')}`,
    event_types: ['task.*'],
  })
  const delivery = await make(`/webhooks/${webhook['id']}/test`, undefined, 200)
  const run = await make('/tasks', { title: mark('done') })
  const done = await make(`/tasks/${run['id']}/executions`, { worker_id: worker, agent_type: 'coder' })
  await make(
    `/executions/${done['id']}/complete`,
    { success: false, error_message: mark('error'), result: { of: mark('result') } },
    200,
  )
  await make('/tasks', { title: mark('last') })
  const page = await server.get('/tasks?limit=1')
  const cursor = /cursor=([^&>]+)/.exec(page.headers.get('link') ?? '')![1]!
  const things = {
    task_id: task['id']!,
    depends_on_task_id: other.id,
    dependency_id: edge['id']!,
    execution_id: execution.id,
    parent_execution_id: execution.id,
    role_id: role['id']!,
    user_id: user['id']!,
    key_id: key['id']!,
    tenant_id: tenant['id']!,
    webhook_id: webhook['id']!,
    delivery_id: delivery['id']!,
    tag: marks.find((each) => each.startsWith('mark-tag'))!,
    key: 'branch',
    agent_type: marks.find((each) => each.startsWith('mark-agent'))!,
    format: 'markdown',
  }
  marks.push(...Object.values(things).filter((each) => /^[0-9a-f-]{36}$/.test(each)), key['key']!)
  return { things, marks, idempotencyKey, cursor: decodeURIComponent(cursor) }
}

/**
 * An input that fits the operation's schema: its example, where every field that names a thing by its id, or stands in the
 * path, names one of these; it waits for nothing, and follows from the beginning.
 */
export function inputOf(op: Operation, things: Readonly<Record<string, string>>): Record<string, unknown> {
  const example = (op.examples?.[0]?.input ?? {}) as Record<string, unknown>
  const path = op.http.path.match(/(?<=:)\w+/g) ?? []
  const named = [...Object.keys(example).filter((name) => name.endsWith('_id')), ...path]
  const given = named.filter((name) => Object.hasOwn(things, name)).map((name) => [name, things[name]])
  const atOnce = 'wait_seconds' in example ? { wait_seconds: 0 } : {}
  const fromStart = 'after' in example ? { after: 0 } : {}
  return { ...example, ...Object.fromEntries(given), ...atOnce, ...fromStart }
}

/** Calls an operation over HTTP. */
export function callWith(
  server: TestServer,
  op: Operation,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<TestAnswer> {
  const parts = splitInput(op, input)
  return server.http(op.http.method, requestTarget(op, parts), parts.body, options)
}
