import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layOutGraph } from '../../src/features/dependencies/picture/layout.ts'
import { taskGraph } from '../../src/features/dependencies/picture/task-graph.ts'
import type { GraphEdge, GraphNode } from '../../src/features/dependencies/schema.ts'
import { fit, reveal, shown, zoomAt } from '../../src/features/dependencies/ui/camera.ts'
import { afterEvents } from '../../src/features/dependencies/ui/live-graph.ts'
import { neighbour, sceneOf, taskAt, type Way } from '../../src/features/dependencies/ui/scene.ts'

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
const edgeOf = (source: number, target: number): GraphEdge => ({
  id: `edge-${source}-${target}`,
  source: `task-${source}`,
  target: `task-${target}`,
  type: 'hard',
})

/** 0 leads to 1 and 2, both lead to 3; 4, 5 and 6 stand alone. */
function scene() {
  const graph = taskGraph(
    Array.from({ length: 7 }, (_, nth) => nodeOf(nth)),
    [edgeOf(0, 1), edgeOf(0, 2), edgeOf(1, 3), edgeOf(2, 3)],
  )
  return sceneOf(graph, layOutGraph({ size: 7, from: graph.from, to: graph.to }), [])
}

test('arrow keys follow edges, go up and down a column, and walk the grid of what stands alone', () => {
  const drawn = scene()
  const go = (from: number, ...ways: Way[]): number | undefined =>
    ways.reduce<number | undefined>((at, way) => (at === undefined ? at : neighbour(drawn, at, way)), from)
  assert.equal(go(0, 'right', 'right'), 3)
  assert.equal(go(3, 'left', 'left'), 0)
  assert.deepEqual(new Set([go(1, 'down') ?? go(1, 'up'), 1]), new Set([1, 2]))
  assert.deepEqual([go(4, 'right'), go(4, 'right', 'right'), go(6, 'left')], [5, 6, 5])
  assert.deepEqual([go(3, 'right'), go(0, 'left')], [undefined, undefined])
})

test('every task is found at the middle of its box, and none beside it', () => {
  const drawn = scene()
  const { x, y } = drawn.picture
  for (let task = 0; task < 7; task++) assert.equal(taskAt(drawn, x[task]! + 100, y[task]! + 20), task)
  assert.equal(taskAt(drawn, -5, -5), undefined)
})

test('what is fitted is in the window; what is zoomed at stays where it is; what is revealed shows', () => {
  const window = { width: 800, height: 600 }
  const box = { x: 100, y: -50, width: 5_000, height: 900 }
  const seen = shown(fit(box, window), window)
  assert.ok(seen.x <= box.x && seen.y <= box.y)
  assert.ok(seen.x + seen.width >= box.x + box.width && seen.y + seen.height >= box.y + box.height)
  const near = zoomAt({ x: 10, y: 20, zoom: 0.5 }, 2, { x: 300, y: 100 })
  assert.deepEqual([near.x + 300 / near.zoom, near.y + 100 / near.zoom], [10 + 600, 20 + 200])
  const far = { x: 9_000, y: 9_000, width: 200, height: 40 }
  const there = shown(reveal({ x: 0, y: 0, zoom: 1 }, far, window), window)
  assert.ok(there.x <= far.x && there.x + there.width >= far.x + far.width)
})

test('events recolour what is there, and ask again only where the graph may be another', () => {
  const graph = { nodes: [nodeOf(1), nodeOf(2)], edges: [edgeOf(1, 2)] }
  const task = (type: string, values: object) => ({ type: `task.${type}`, data: { task: values } })
  const started = task('started', { ...nodeOf(1), status: 'in_progress', description: 'long' })
  const after = afterEvents(graph, [started], {})
  assert.deepEqual(after.graph.nodes, [nodeOf(1, { status: 'in_progress' }), nodeOf(2)])
  assert.equal(after.stale, false)
  assert.equal(afterEvents(graph, [task('updated', nodeOf(2))], {}).graph, graph)
  const stale = (event: { type: string; data: object }, cut = {}): boolean =>
    afterEvents(graph, [event as never], cut).stale
  assert.equal(stale(task('created', nodeOf(3))), true)
  assert.equal(stale(task('deleted', nodeOf(2))), true)
  assert.equal(stale({ type: 'dependency.added', data: {} }), true)
  assert.equal(stale({ type: 'execution.started', data: {} }), false)
  assert.equal(stale(task('updated', nodeOf(3)), { root: '1' }), false, 'only an edge brings it there')
  assert.equal(stale(started, { status: ['ready'] }), true, 'it left what is shown')
  assert.equal(stale(task('failed', nodeOf(9, { status: 'failed' })), { status: ['ready'] }), false)
})
