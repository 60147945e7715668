import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { keptPlans } from '../../../test/plans.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import { query, type Scope } from '../../kernel/database.ts'
import { idsOfNumbers, listTasks, lockTasks, readTasks, TASKS, type ListFilter } from './sql.ts'

// What is called most must not be planned anew at each call: that would be most of its time.

const MANY = 5_000
const CALLS = 10

let server: TestServer
let tasks: { id: string; number: number }[]
before(async () => {
  server = await testServer()
  await createTask(server)
  await server.sql(
    `WITH made AS (
       INSERT INTO tasks (tenant_id, id, number, status, priority)
       SELECT tenant_id, uuid_v7(), number + n, status, priority FROM tasks, generate_series(1, $1) AS n RETURNING tenant_id, id
     ) INSERT INTO task_texts (tenant_id, task_id, title)
     SELECT tenant_id, id, 'one of many' FROM made`,
    [MANY],
  )
  await server.sql('ANALYZE')
  tasks = await server.sql('SELECT id, number FROM tasks ORDER BY number LIMIT $1', [CALLS])
})
after(() => server.close())

const ofEach = (call: (scope: Scope, task: { id: string; number: number }) => Promise<unknown>) =>
  keptPlans(
    server,
    tasks.map((task) => (scope: Scope) => call(scope, task)),
  )

const page = (scope: Scope, filter: Partial<ListFilter> & { limit: number }) =>
  listTasks(scope, { sort: 'priority', withMetadata: false, offset: 0, ...filter })

const kept: Record<string, (scope: Scope, task: { id: string; number: number }) => Promise<unknown>> = {
  'tasks by their ids': (scope, { id }) => readTasks(scope, [id]),
  'tasks by their numbers': (scope, { number }) => idsOfNumbers(scope, [number]),
  'locked tasks': (scope, { id }) => lockTasks(scope, [id]),
  'ten tasks': (scope) => page(scope, { limit: 11 }),
  'a page of tasks': (scope) => page(scope, { limit: 101 }),
  'a thousand tasks': (scope) => page(scope, { limit: 1001 }),
  'ten startable tasks': (scope) => page(scope, { startable: true, limit: 11 }),
  'the page after a task': (scope, { id }) =>
    page(scope, { after: [3, '2020-01-01T00:00:00Z', id], limit: 101 }),
}

for (const [name, call] of Object.entries(kept))
  test(`the plan of ${name} is kept`, async () => {
    assert.equal(await ofEach(call), CALLS - 5)
  })

test('with the parameter as it is, each call would be planned', async () => {
  const plain = query(
    'test.plain',
    z.object({}),
    `SELECT FROM ${TASKS} WHERE t.tenant_id = $1 AND t.id = ANY($2::uuid[])`,
  )
  assert.equal(await ofEach((scope, { id }) => plain(scope, [id])), 0)
})
