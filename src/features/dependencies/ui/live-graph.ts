import type { GraphEdge, GraphNode } from '../schema.ts'

export interface GraphAnswer {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** As much of an event of the record as matters here. */
export interface RecordEvent {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

type TaskOfEvent = Partial<GraphNode> & { readonly id?: unknown }

/** What of a node an event of its task tells; undefined where nothing of it changed. */
function changed(node: GraphNode, task: TaskOfEvent): GraphNode | undefined {
  const next: GraphNode = { ...node }
  let differs = false
  const take = <K extends keyof GraphNode>(member: K): void => {
    const value = task[member] as GraphNode[K] | undefined
    if (value === undefined || JSON.stringify(value) === JSON.stringify(node[member])) return
    next[member] = value
    differs = true
  }
  for (const member of [
    'title',
    'status',
    'priority',
    'unmet_dependencies',
    'assigned_worker',
    'effort_estimate',
    'tags',
  ] as const)
    take(member)
  return differs ? next : undefined
}

/** How a graph was cut down: to what is around a task, to some statuses, or not at all. */
export interface Cut {
  readonly root?: string
  readonly status?: readonly string[]
}

/**
 * The graph after some events, as far as they only change tasks that are in it; `stale` where they may change which
 * tasks and edges it holds, so that it must be asked for again.
 */
export function afterEvents(
  graph: GraphAnswer,
  events: readonly RecordEvent[],
  { root, status: statuses = [] }: Cut,
): { graph: GraphAnswer; stale: boolean } {
  const place = new Map(graph.nodes.map((node, nth) => [node.id, nth]))
  const nodes = [...graph.nodes]
  let [stale, differs] = [false, false]
  for (const event of events) {
    if (event.type.startsWith('dependency.') || event.type === 'task.deleted') stale = true
    const task = event.data['task'] as TaskOfEvent | undefined
    if (!event.type.startsWith('task.') || typeof task?.id !== 'string') continue
    const nth = place.get(task.id)
    const fits = statuses.length === 0 || statuses.includes(String(task.status))
    if (nth === undefined) {
      // Around a root only an edge brings new tasks, unless statuses kept a task out until now.
      stale ||= fits && (root === undefined || statuses.length > 0)
      continue
    }
    stale ||= !fits
    const next = changed(nodes[nth]!, task)
    if (!next) continue
    nodes[nth] = next
    differs = true
  }
  return { graph: differs ? { ...graph, nodes } : graph, stale }
}
