import { setImmediate as turn } from 'node:timers/promises'
import type { Ctx } from '../../kernel/context.ts'
import { operation } from '../../kernel/operation.ts'
import { requireTask, type Status } from '../tasks/index.ts'
import { Graph, GraphQuestion, type GraphEdge, type GraphNode } from './schema.ts'
import * as sql from './sql.ts'

/** What is reached from a task in one direction within `depth` steps, each a round trip; the task is part of it. */
async function walkSteps(
  ctx: Ctx,
  root: string,
  direction: sql.Direction,
  depth: number,
): Promise<Iterable<string>> {
  const reached = new Set([root])
  let frontier = [root]
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const [row] = await sql.stepOf[direction](ctx, frontier)
    frontier = row!.ids.filter((id) => !reached.has(id))
    for (const id of frontier) reached.add(id)
  }
  return reached
}

async function tasksAround(ctx: Ctx, root: string, question: GraphQuestion): Promise<string[]> {
  const { direction = 'both', depth } = question
  const around = new Set<string>()
  for (const way of direction === 'both' ? (['up', 'down'] as const) : [direction]) {
    const reached =
      depth === undefined
        ? (await sql.reachOf[way](ctx, root))[0]!.ids
        : await walkSteps(ctx, root, way, depth)
    for (const id of reached) around.add(id)
  }
  return [...around]
}

async function nodesOf(ctx: Ctx, question: GraphQuestion): Promise<GraphNode[]> {
  const statuses: readonly Status[] | null = question.status ?? null
  if (question.root === undefined) return sql.allNodes(ctx, statuses)
  const { id } = await requireTask(ctx, question.root)
  return sql.nodesAmong(ctx, statuses, await tasksAround(ctx, id, question))
}

/** How many edges are looked at before other requests get their turn: of 300,000, all at once would take a third of a second. */
const SLICE = 10_000

/** The edges with both ends among the nodes. Also of a whole graph: tasks come and go while the two are read. */
async function edgesBetween(edges: readonly GraphEdge[], nodes: readonly GraphNode[]): Promise<GraphEdge[]> {
  const drawn = new Set(nodes.map((node) => node.id))
  const kept: GraphEdge[] = []
  for (let from = 0; from < edges.length; from += SLICE) {
    if (from > 0) await turn()
    for (const edge of edges.slice(from, from + SLICE))
      if (drawn.has(edge.source) && drawn.has(edge.target)) kept.push(edge)
  }
  return kept
}

async function edgesOf(ctx: Ctx, question: GraphQuestion, nodes: readonly GraphNode[]): Promise<GraphEdge[]> {
  const whole = question.root === undefined && question.status === undefined
  const edges = whole
    ? await sql.allEdges(ctx)
    : await sql.edgesOf(
        ctx,
        nodes.map((node) => node.id),
      )
  return edgesBetween(edges, nodes)
}

/** The graph of tasks, for drawing and for analysis. */
export const dependencyGraph = operation({
  name: 'dependencies.graph',
  summary: 'Get the graph of tasks and dependencies',
  description:
    'Arrows run with the work: source is the prerequisite, target the task that waits. Only edges with both ends in the answer are in it. Without a root it is the whole graph.',
  http: { method: 'GET', path: '/tasks/dependency-graph', status: 200 },
  permission: 'read_tasks',
  runs: 'read',
  input: GraphQuestion,
  output: Graph,
  problems: { task_not_found: 404 },
  examples: [
    {
      summary: 'What a task waits for, one step',
      input: { root: 17, direction: 'up', depth: 1 },
      output: {
        nodes: [
          {
            id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f',
            number: 16,
            title: 'Write the retry rules',
            status: 'in_progress',
            priority: 4,
            unmet_dependencies: 0,
            assigned_worker: 'bifrost-7',
            effort_estimate: 20,
            tags: [],
          },
          {
            id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10',
            number: 17,
            title: 'Add the retry endpoint',
            status: 'ready',
            priority: 4,
            unmet_dependencies: 1,
            assigned_worker: null,
            effort_estimate: 30,
            tags: ['api'],
          },
        ],
        edges: [
          {
            id: '019aaf3e-5c00-7b11-8d2e-6f1a2b3c4d5e',
            source: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f',
            target: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10',
            type: 'hard',
          },
        ],
      },
    },
  ],
  async run(ctx, question) {
    const nodes = await nodesOf(ctx, question)
    return { nodes, edges: await edgesOf(ctx, question, nodes) }
  },
})
