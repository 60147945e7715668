import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { bodyOf } from '../../../test/answers.ts'
import { addEdge, miscounts } from '../../../test/graph.ts'
import { recordEnd, recordSince } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import { dispatch } from '../../kernel/dispatch.ts'
import { newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { addImportedEdges, type EdgeOutcome } from './imported-edges.ts'
import { findCycle, type Ends } from './rules.ts'
import { DependencyType, type Edge } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const someTasks = async (count: number): Promise<string[]> => {
  const tasks = []
  for (let made = 0; made < count; made += 100) {
    const batch = Array.from({ length: Math.min(100, count - made) }, () => ({}))
    tasks.push(...(await createTasks(server, batch)))
  }
  return tasks.map((task) => task.id)
}

const edge = (
  task_id: string,
  depends_on_task_id: string,
  dependency_type: DependencyType = 'hard',
): Edge => ({
  task_id,
  depends_on_task_id,
  dependency_type,
})

/** An operation whose whole effect is `addImportedEdges`: what an import does in its transaction. */
const importEdges = operation({
  name: 'test.import_edges',
  summary: 'Add edges as an import does',
  http: { method: 'POST', path: '/test/edges', status: 200 },
  permission: 'import_tasks',
  runs: 'transaction',
  input: z.strictObject({
    edges: z.array(
      z.strictObject({
        task_id: z.string(),
        depends_on_task_id: z.string(),
        dependency_type: DependencyType,
      }),
    ),
  }),
  output: z.array(z.string()),
  run: (ctx, { edges }) => addImportedEdges(ctx, edges),
})

async function imported(edges: readonly Edge[]): Promise<EdgeOutcome[]> {
  const caller = await server.app.authenticate(`Bearer ${server.key}`)
  const { body } = await dispatch(
    server.app,
    importEdges,
    caller,
    { edges },
    {
      requestId: newId(),
      ifMatch: undefined,
      idempotencyKey: undefined,
      signal: undefined,
      authenticateAgain: undefined,
      progress: undefined,
    },
  )
  return body as EdgeOutcome[]
}

const edgesAmong = async (tasks: readonly string[]): Promise<Ends[]> =>
  (await server.sql('SELECT task_id, depends_on_task_id FROM dependencies WHERE task_id = ANY($1)', [
    tasks,
  ])) as Ends[]

test('each edge of an import is told what became of it, at its place', async () => {
  const [a, b, c, d, started] = await someTasks(5)
  await addEdge(server, a!, b!)
  await moveTask(server, started!, 'assigned', 'in_progress')
  assert.deepEqual(
    await imported([
      edge(a!, a!),
      edge(a!, b!),
      edge(b!, c!),
      edge(c!, a!),
      edge(c!, a!, 'soft'),
      edge(b!, c!, 'soft'),
      edge(started!, d!),
      edge(d!, started!),
      edge(d!, a!),
    ]),
    ['self', 'exists', 'added', 'loop', 'loop', 'exists', 'already_started', 'added', 'added'],
  )
  assert.deepEqual(await miscounts(server), [])
  assert.equal((await readTask(server, d!)).unmet_dependencies, 2)
})

test('imported edges are counted by the status of their prerequisite, and recorded each', async () => {
  const [task, open, done, soft] = await someTasks(4)
  await moveTask(server, done!, 'assigned', 'in_progress', 'completed')
  const end = await recordEnd(server)
  await imported([edge(task!, open!), edge(task!, done!), edge(task!, soft!, 'soft')])
  assert.equal((await readTask(server, task!)).unmet_dependencies, 1)
  const rows = await recordSince(server, end)
  assert.deepEqual(
    rows.map((row) => [
      row.event_type,
      row.entity_id === row.new_values!['id'],
      row.new_values!['depends_on_task_id'],
    ]),
    [open, done, soft].map((prerequisite) => ['dependency.added', true, prerequisite]),
  )
  await moveTask(server, open!, 'assigned', 'in_progress', 'completed')
  assert.equal((await readTask(server, task!)).unmet_dependencies, 0)
})

test('the same import a second time adds and records nothing', async () => {
  const [a, b, c] = await someTasks(3)
  const edges = [edge(a!, b!), edge(b!, c!), edge(a!, c!, 'soft')]
  assert.deepEqual(await imported(edges), ['added', 'added', 'added'])
  const end = await recordEnd(server)
  assert.deepEqual(await imported(edges), ['exists', 'exists', 'exists'])
  assert.deepEqual(await recordSince(server, end), [])
  assert.deepEqual(await imported([]), [])
})

test('an edge to a task that is not there is left out, and the others are added', async () => {
  const [a, b] = await someTasks(2)
  assert.deepEqual(await imported([edge(a!, b!), edge(b!, newId()), edge(newId(), a!)]), [
    'added',
    'dangling',
    'dangling',
  ])
  assert.equal((await edgesAmong([a!, b!])).length, 1)
})

test('whatever edges come, in whatever pieces, the graph keeps no loop and true counts, and takes what it can', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.boolean()), { maxLength: 25, size: 'max' }), {
        minLength: 1,
        maxLength: 3,
      }),
      async (pieces) => {
        const tasks = await someTasks(10)
        const kept: Edge[] = []
        for (const piece of pieces) {
          const edges = piece.map(([a, b, hard]) => edge(tasks[a]!, tasks[b]!, hard ? 'hard' : 'soft'))
          const outcomes = await imported(edges)
          outcomes.forEach((outcome, nth) => {
            const one = edges[nth]!
            const there = kept.some(
              (each) => each.task_id === one.task_id && each.depends_on_task_id === one.depends_on_task_id,
            )
            const closes = findCycle([...kept, one]) !== undefined
            const self = one.task_id === one.depends_on_task_id
            assert.equal(outcome, self ? 'self' : there ? 'exists' : closes ? 'loop' : 'added')
            if (outcome === 'added') kept.push(one)
          })
        }
        assert.equal((await edgesAmong(tasks)).length, kept.length)
        assert.deepEqual(await miscounts(server), [])
      },
    ),
    { numRuns: 40 },
  )
})

test('more edges than fit one statement all arrive, and are counted', async () => {
  const tasks = await someTasks(400)
  const edges: Edge[] = []
  for (let task = 1; task < tasks.length; task++)
    for (let prerequisite = Math.max(0, task - 15); prerequisite < task; prerequisite++)
      edges.push(edge(tasks[task]!, tasks[prerequisite]!))
  assert.ok(edges.length > 5_000)
  const outcomes = await imported([...edges, edge(tasks[0]!, tasks[399]!)])
  assert.equal(outcomes.pop(), 'loop')
  assert.deepEqual(new Set(outcomes), new Set(['added']))
  assert.equal((await edgesAmong(tasks)).length, edges.length)
  assert.deepEqual(await miscounts(server), [])
})

test('an import and an edge that is added by hand meanwhile make no loop together', async () => {
  for (let round = 0; round < 40; round++) {
    const [a, b, c, d] = await someTasks(4)
    await imported([edge(b!, c!), edge(d!, a!)])
    const [outcomes, answer] = await Promise.all([
      imported([edge(a!, b!)]),
      server.post(`/tasks/${c}/dependencies`, { depends_on_task_id: d }),
    ])
    const facts = JSON.stringify([outcomes, answer.body])
    assert.equal(outcomes[0], answer.status === 201 ? 'loop' : 'added', facts)
    assert.equal((await edgesAmong([a!, b!, c!, d!])).length, 3, facts)
  }
})

test('a task that an import made wait is freed like any other', async () => {
  const prerequisite = await createTask(server)
  const task = await createTask(server)
  await imported([edge(task.id, prerequisite.id)])
  bodyOf(await server.del(`/tasks/${prerequisite.id}`), 204)
  assert.deepEqual(await readTask(server, task.id), task)
})
