import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GraphEdge, GraphNode } from '../schema.ts'
import { layOutGraph } from './layout.ts'
import { around, criticalPath } from './reach.ts'
import { taskGraph, type TaskGraph } from './task-graph.ts'

const nodeOf = (number: number, values: Partial<GraphNode> = {}): GraphNode => ({
  id: `task-${number}`,
  number,
  title: `Task ${number}`,
  status: 'ready',
  priority: 3,
  unmet_dependencies: 0,
  assigned_worker: null,
  effort_estimate: null,
  tags: [],
  ...values,
})

const edgeOf = (source: number, target: number, type: GraphEdge['type'] = 'hard'): GraphEdge => ({
  id: `edge-${source}-${target}`,
  source: `task-${source}`,
  target: `task-${target}`,
  type,
})

const marked = (graph: TaskGraph, tasks: Uint8Array): number[] =>
  graph.nodes.filter((_, nth) => tasks[nth]).map((node) => node.number)

const nodes = (count: number, values: Partial<GraphNode>[] = []): GraphNode[] =>
  Array.from({ length: count }, (_, nth) => nodeOf(nth, values[nth]))

test('around a task there is what it waits for and what waits for it, but not what else those lead to', () => {
  const graph = taskGraph(nodes(7), [
    edgeOf(0, 1),
    edgeOf(1, 2),
    edgeOf(2, 3, 'soft'),
    edgeOf(0, 4),
    edgeOf(5, 3),
  ])
  const { tasks, edges } = around(graph, 2)
  assert.deepEqual(marked(graph, tasks), [0, 1, 2, 3])
  assert.deepEqual(
    graph.edges.filter((_, nth) => edges[nth]).map((edge) => edge.id),
    ['edge-0-1', 'edge-1-2', 'edge-2-3'],
  )
  const lonely = around(graph, 6)
  assert.deepEqual(marked(graph, lonely.tasks), [6])
  assert.ok(lonely.edges.every((mark) => mark === 0))
})

test('edges that lost an end, and those from a task to itself, are no part of a graph', () => {
  const graph = taskGraph(nodes(2), [edgeOf(0, 1), edgeOf(1, 9), edgeOf(9, 0), edgeOf(1, 1)])
  assert.deepEqual(graph.edges, [edgeOf(0, 1)])
})

test('the picture is the same whatever the order of the rows', () => {
  const pairs = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 40 })
  fc.assert(
    fc.property(
      pairs,
      fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 }),
      fc.infiniteStream(fc.nat()),
      (ends, order, random) => {
        const unique = new Map(ends.map(([a, b]) => [`${a} ${b}`, edgeOf(Math.min(a, b), Math.max(a, b))]))
        const edges = [...unique.values()]
        const all = nodes(20)
        const shuffled = edges
          .map((edge) => ({ edge, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ edge }) => edge)
        const draw = (graph: TaskGraph) =>
          layOutGraph({ size: graph.nodes.length, from: graph.from, to: graph.to })
        const one = draw(taskGraph(all, edges))
        const other = draw(
          taskGraph(
            order.map((nth) => all[nth]!),
            shuffled,
          ),
        )
        assert.deepEqual(other, one)
      },
    ),
  )
})

test('the critical path is the longest chain of open work by effort, over hard edges', () => {
  // 0 > 1 > 4 takes 60, 2 > 4 takes 90; 3 is a long way that is only advised; 5 is completed.
  const graph = taskGraph(
    nodes(
      6,
      [10, 20, 60, 500, 30, 1_000].map((effort_estimate, nth) => ({
        effort_estimate,
        status: nth === 5 ? ('completed' as const) : ('ready' as const),
      })),
    ),
    [edgeOf(0, 1), edgeOf(1, 4), edgeOf(2, 4), edgeOf(5, 2)],
  )
  const withoutLong = taskGraph(
    graph.nodes.filter((node) => node.number !== 3),
    graph.edges,
  )
  const path = criticalPath(withoutLong)
  assert.deepEqual(
    path.path.map((task) => withoutLong.nodes[task]!.number),
    [2, 4],
  )
  assert.equal(path.minutes, 90)
  assert.deepEqual(
    withoutLong.edges.filter((_, nth) => path.edges[nth]).map((edge) => edge.id),
    ['edge-2-4'],
  )
  const soft = taskGraph(nodes(3, [{ effort_estimate: 5 }, { effort_estimate: 5 }, { effort_estimate: 7 }]), [
    edgeOf(0, 1, 'soft'),
  ])
  assert.deepEqual(criticalPath(soft).path, [2])
})

test('without efforts the critical path is the chain of most tasks; a task of unknown effort counts as the middle one', () => {
  const counted = taskGraph(nodes(5), [edgeOf(0, 4), edgeOf(1, 2), edgeOf(2, 3)])
  assert.deepEqual(criticalPath(counted).path, [1, 2, 3])
  assert.equal(criticalPath(counted).minutes, null)
  const mixed = taskGraph(
    nodes(4, [{ effort_estimate: 10 }, {}, { effort_estimate: 19 }, { effort_estimate: 2 }]),
    [edgeOf(0, 1)],
  )
  assert.deepEqual(criticalPath(mixed).path, [0, 1], '10 and the middle one of 2, 10, 19')
})

test('no chain of the critical path is beaten by any other chain', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 }),
      (ends, efforts) => {
        const edges = ends.filter(([a, b]) => a < b).map(([a, b]) => edgeOf(a, b))
        const graph = taskGraph(
          nodes(
            10,
            efforts.map((effort_estimate) => ({ effort_estimate })),
          ),
          edges,
        )
        const longestFrom = (task: number): number =>
          efforts[task]! +
          Math.max(
            0,
            ...edges
              .filter((edge) => edge.source === `task-${task}`)
              .map((edge) => longestFrom(Number(edge.target.slice(5)))),
          )
        const { path, minutes } = criticalPath(graph)
        assert.equal(minutes, Math.max(...graph.nodes.map((_, task) => longestFrom(task))))
        for (let nth = 1; nth < path.length; nth++)
          assert.ok(
            edges.some(
              (edge) => edge.source === `task-${path[nth - 1]}` && edge.target === `task-${path[nth]}`,
            ),
          )
      },
    ),
  )
})

test('a loop, which the server never sends, has no critical path and is walked once', () => {
  const graph = taskGraph(nodes(3), [edgeOf(0, 1), edgeOf(1, 2), edgeOf(2, 0)])
  assert.deepEqual(criticalPath(graph).path, [])
  assert.deepEqual(marked(graph, around(graph, 1).tasks), [0, 1, 2])
})
