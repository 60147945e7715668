import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { features } from '../../src/features/index.ts'
import { assemble } from '../../src/kernel/application.ts'
import type { Operation } from '../../src/kernel/operation.ts'
import { bodyOf } from '../answers.ts'
import { testServer, type TestServer } from '../server.ts'
import { callWith, inputOf, plantMarks, type Marked } from './marks.ts'

/** Every operation, called by every built-in role. */
const operations = [...assemble(features).operations.values()]

const ROLES = ['admin', 'orchestrator', 'agent', 'viewer'] as const
type Role = (typeof ROLES)[number]

/** Who holds what, as it is promised; written down here anew, so that no change of it goes unnoticed. */
const HOLDERS: Readonly<Record<string, readonly Role[]>> = {
  read_tasks: ['admin', 'orchestrator', 'agent', 'viewer'],
  create_tasks: ['admin', 'orchestrator', 'agent'],
  update_tasks: ['admin', 'orchestrator', 'agent'],
  execute_tasks: ['admin', 'orchestrator', 'agent'],
  assign_tasks: ['admin', 'orchestrator'],
  delete_tasks: ['admin', 'orchestrator'],
  import_tasks: ['admin', 'orchestrator'],
  read_audit: ['admin', 'orchestrator'],
  manage_workers: ['admin', 'orchestrator'],
  manage_webhooks: ['admin'],
  manage_access: ['admin'],
  admin_all: ['admin'],
  authenticated: ['admin', 'orchestrator', 'agent', 'viewer'],
  operator: [],
}

/** What the routes of each kind need; the first one that fits says it. */
const NEEDS: readonly (readonly [route: RegExp, permission: string])[] = [
  [/^GET \/(whoami|event-types)$/, 'authenticated'],
  [/^POST \/webhooks\/verify$/, 'authenticated'],
  [/ \/tenants\b/, 'operator'],
  [/ \/(users|roles|keys)\b/, 'manage_access'],
  [/ \/webhooks\b/, 'manage_webhooks'],
  [/ \/(audit|event-store|verify)\b/, 'read_audit'],
  [/^POST \/import\b/, 'import_tasks'],
  [/^POST \/tasks\/metadata\/batch$/, 'read_tasks'],
  [/^POST \/tasks(\/batch)?$/, 'create_tasks'],
  [/^DELETE \/tasks\/:task_id$/, 'delete_tasks'],
  [/^POST \/tasks\/:task_id\/assign$/, 'assign_tasks'],
  [/^POST (\/executions\/|\/tasks\/claim$|\/tasks\/:task_id\/(executions|release)$)/, 'execute_tasks'],
  [/^(POST|PATCH|DELETE) \/tasks\/:task_id\b/, 'update_tasks'],
  [/^GET /, 'read_tasks'],
]

const routeOf = ({ http }: Operation): string => `${http.method} ${http.path}`

/** What an operation should need, by its route. */
const permissionOf = (op: Operation): string =>
  NEEDS.find(([route]) => route.test(routeOf(op)))?.[1] ?? `nothing is written down for ${routeOf(op)}`

let server: TestServer
let marked: Marked
const keys = new Map<Role, string>()
before(async () => {
  server = await testServer({ environment: { CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/' } })
  marked = await plantMarks(server)
  for (const role of ROLES) {
    const user = bodyOf<{ id: string }>(await server.post('/users', { name: role, roles: [role] }), 201)
    const key = bodyOf<{ key: string }>(await server.post('/keys', { name: role, user_id: user.id }), 201)
    keys.set(role, key.key)
  }
})
after(() => server.close())

test('every operation needs the permission that its route is written down with', () => {
  const declared = operations.map((op) => `${routeOf(op)}: ${op.permission}`)
  assert.deepEqual(
    declared,
    operations.map((op) => `${routeOf(op)}: ${permissionOf(op)}`),
  )
})

test('the permissions that are written down are all there are', () => {
  const known = Object.keys(assemble(features).permissions)
  assert.deepEqual(Object.keys(HOLDERS).sort(), [...known, 'authenticated', 'operator'].sort())
})

for (const role of ROLES)
  test(`the role ${role} may do what it holds the permission for, and nothing else`, async (t) => {
    for (const op of operations)
      await t.test(op.name, async () => {
        const answer = await callWith(server, op, inputOf(op, marked.things), { key: keys.get(role)! })
        const refused = answer.status === 403 && (answer.body as { code: string }).code === 'forbidden'
        assert.notEqual(answer.status, 401)
        assert.ok(answer.status < 500, JSON.stringify(answer.body))
        assert.notEqual(
          (answer.body as { code?: string } | null)?.code,
          'validation_failed',
          JSON.stringify(answer.body),
        )
        assert.equal(refused, !HOLDERS[permissionOf(op)]?.includes(role), `${answer.status} for ${role}`)
      })
  })
