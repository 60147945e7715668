import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, faultsOf, problemOf } from '../../../test/answers.ts'
import { addEdge } from '../../../test/graph.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import { newId } from '../../kernel/ids.ts'
import type { GraphEdge, GraphNode } from './schema.ts'

interface Graph {
  nodes: GraphNode[]
  edges: GraphEdge[]
}

let server: TestServer
/** Ids by name: a waits for b, b for c softly, c for d; e waits for b; f stands alone; d is completed. */
const id: Record<string, string> = {}
before(async () => {
  server = await testServer()
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const tasks = await createTasks(
    server,
    names.map((title, nth) => ({
      title,
      priority: 1 + (nth % 5),
      effort_estimate: 10 * nth,
      tags: nth % 2 === 0 ? ['even', 'named'] : [],
    })),
  )
  names.forEach((name, nth) => (id[name] = tasks[nth]!.id))
  await addEdge(server, id['a']!, id['b']!)
  await addEdge(server, id['b']!, id['c']!, 'soft')
  await addEdge(server, id['c']!, id['d']!)
  await addEdge(server, id['e']!, id['b']!)
  await moveTask(server, id['d']!, 'assigned', 'in_progress', 'completed')
})
after(() => server.close())

const ask = async (question: string): Promise<Graph> =>
  bodyOf<Graph>(await server.get(`/tasks/dependency-graph${question}`))

const nameOf = (wanted: string): string => Object.keys(id).find((name) => id[name] === wanted)!
/** The graph in short: node names, and edges as `source>target`. */
const drawn = ({ nodes, edges }: Graph): [string, string] => [
  nodes.map((node) => nameOf(node.id)).join(''),
  edges
    .map((edge) => `${nameOf(edge.source)}>${nameOf(edge.target)}`)
    .toSorted()
    .join(' '),
]

test('without a root the graph holds every task by number, and every edge from prerequisite to dependent', async () => {
  const graph = await ask('')
  assert.deepEqual(drawn(graph), ['abcdef', 'b>a b>e c>b d>c'])
  const types = graph.edges.map((edge) => [nameOf(edge.source), edge.type]).toSorted()
  assert.deepEqual(types, [
    ['b', 'hard'],
    ['b', 'hard'],
    ['c', 'soft'],
    ['d', 'hard'],
  ])
})

test('a node tells what a drawing needs, as the task has it', async () => {
  const { nodes } = await ask('')
  for (const node of nodes) {
    const task = await readTask(server, node.id)
    const { number, title, status, priority, unmet_dependencies, assigned_worker, effort_estimate, tags } =
      task
    assert.deepEqual(node, {
      id: task.id,
      number,
      title,
      status,
      priority,
      unmet_dependencies,
      assigned_worker,
      effort_estimate,
      tags,
    })
  }
})

test('an edge has the id by which it can be removed', async () => {
  const [task, prerequisite] = await createTasks(server, [{}, {}])
  const { id: edge } = await addEdge(server, task!.id, prerequisite!.id)
  const { edges } = await ask(`?root=${task!.number}`)
  assert.deepEqual(
    edges.map((each) => each.id),
    [edge],
  )
  bodyOf(await server.del(`/tasks/${task!.id}/dependencies/${edge}`), 204)
  assert.deepEqual((await ask(`?root=${task!.number}`)).edges, [])
  for (const each of [task!, prerequisite!]) bodyOf(await server.del(`/tasks/${each.id}`), 204)
})

test('around a root there is what it waits for, what waits for it, or both, as far as it goes', async () => {
  assert.deepEqual(drawn(await ask(`?root=${id['b']}&direction=up`)), ['bcd', 'c>b d>c'])
  assert.deepEqual(drawn(await ask(`?root=${id['b']}&direction=down`)), ['abe', 'b>a b>e'])
  assert.deepEqual(drawn(await ask(`?root=${id['b']}&direction=both`)), ['abcde', 'b>a b>e c>b d>c'])
  assert.deepEqual(drawn(await ask(`?root=${id['b']}`)), ['abcde', 'b>a b>e c>b d>c'])
  assert.deepEqual(drawn(await ask(`?root=${id['a']}`)), ['abcd', 'b>a c>b d>c'])
  assert.deepEqual(drawn(await ask(`?root=${id['f']}`)), ['f', ''])
})

test('depth counts the steps from the root', async () => {
  assert.deepEqual(drawn(await ask(`?root=${id['b']}&depth=0`)), ['b', ''])
  assert.deepEqual(drawn(await ask(`?root=${id['b']}&depth=1`)), ['abce', 'b>a b>e c>b'])
  assert.deepEqual(drawn(await ask(`?root=${id['a']}&depth=2&direction=up`)), ['abc', 'b>a c>b'])
  assert.deepEqual(drawn(await ask(`?root=${id['a']}&depth=100`)), ['abcd', 'b>a c>b d>c'])
})

test('with statuses only their tasks and the edges between them are left, and the walk passes through the rest', async () => {
  assert.deepEqual(drawn(await ask('?status=completed')), ['d', ''])
  assert.deepEqual(drawn(await ask('?status=ready')), ['abcef', 'b>a b>e c>b'])
  assert.deepEqual(drawn(await ask('?status=ready&status=completed')), ['abcdef', 'b>a b>e c>b d>c'])
  assert.deepEqual(drawn(await ask(`?root=${id['a']}&direction=up&status=completed`)), ['d', ''])
  assert.deepEqual(drawn(await ask('?status=failed')), ['', ''])
})

test('another tenant sees nothing of it', async () => {
  const key = await keyOfNewTenant(server)
  assert.deepEqual(bodyOf(await server.get('/tasks/dependency-graph', { key })), { nodes: [], edges: [] })
  problemOf(await server.get(`/tasks/dependency-graph?root=${id['a']}`, { key }), 404, 'task_not_found')
})

test('a question that makes no sense is 400 and named, an unknown root 404', async () => {
  const wrong = async (question: string) => faultsOf(await server.get(`/tasks/dependency-graph?${question}`))
  assert.deepEqual(await wrong('depth=2'), ['root'])
  assert.deepEqual(await wrong('direction=up'), ['root'])
  assert.deepEqual(await wrong(`root=${id['a']}&depth=101`), ['depth'])
  assert.deepEqual(await wrong(`root=${id['a']}&depth=-1`), ['depth'])
  assert.deepEqual(await wrong(`root=${id['a']}&direction=left`), ['direction'])
  assert.deepEqual(await wrong('status=waiting'), ['status.0'])
  assert.deepEqual(await wrong('root=soon'), ['root'])
  problemOf(await server.get(`/tasks/dependency-graph?root=${newId()}`), 404, 'task_not_found')
})

test('an edge that appears with its task between the two reads leaves no arrow without an end', async () => {
  const busy = { going: true }
  const growing = (async () => {
    while (busy.going) await createTask(server, { depends_on: [id['f']!] })
  })()
  try {
    for (let round = 0; round < 40; round++) {
      const { nodes, edges } = await ask('')
      const known = new Set(nodes.map((node) => node.id))
      for (const edge of edges) assert.ok(known.has(edge.source) && known.has(edge.target))
    }
  } finally {
    busy.going = false
    await growing
  }
})
