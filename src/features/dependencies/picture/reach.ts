import type { Rows } from './rows.ts'
import type { TaskGraph } from './task-graph.ts'

/** Which tasks and edges stand out: 1 for each that does, by its number in the graph. */
export interface Marks {
  tasks: Uint8Array
  edges: Uint8Array
}

/** All that is reached from a task along the rows, breadth first, and the edges that lead there; itself included. */
function walk(root: number, { start, to, edge }: Rows, marks: Marks): void {
  const reached = [root]
  const seen = new Uint8Array(marks.tasks.length)
  seen[root] = 1
  for (const task of reached) {
    marks.tasks[task] = 1
    for (let entry = start[task]!; entry < start[task + 1]!; entry++) {
      marks.edges[edge[entry]!] = 1
      const next = to[entry]!
      if (seen[next]) continue
      seen[next] = 1
      reached.push(next)
    }
  }
}

const noMarks = (graph: TaskGraph): Marks => ({
  tasks: new Uint8Array(graph.nodes.length),
  edges: new Uint8Array(graph.edges.length),
})

/** All that a task waits for and all that waits for it, directly or through others. */
export function around(graph: TaskGraph, task: number): Marks {
  const marks = noMarks(graph)
  walk(task, graph.up, marks)
  walk(task, graph.down, marks)
  return marks
}

export interface CriticalPath extends Marks {
  /** The tasks from the first to the last. */
  path: number[]
  /** Minutes, the sum of the efforts that are known; null where none is. */
  minutes: number | null
}

/**
 * The longest chain of work that is left, over hard edges: by effort, a task of unknown effort counting as the middle one of those
 * that are known; by the number of tasks where no effort is known. Between equals the lowest numbers win. What no order
 * holds, a loop, is left out.
 */
export function criticalPath(graph: TaskGraph): CriticalPath {
  const { nodes, edges, down, up } = graph
  const efforts = nodes
    .filter((node) => node.status !== 'completed')
    .flatMap((node) => (node.effort_estimate === null ? [] : [node.effort_estimate]))
    .sort((a, b) => a - b)
  const middle = efforts[Math.floor(efforts.length / 2)] ?? 1
  const isLeft = (task: number): boolean => nodes[task]!.status !== 'completed'
  const longest = Float64Array.from(nodes, (node, task) =>
    isLeft(task) ? (node.effort_estimate ?? middle) : 0,
  )
  const own = longest.slice()
  /** How many tasks the longest chain to each holds: what decides where efforts are zero. */
  const count = Int32Array.from(nodes, (_, task) => Number(isLeft(task)))
  const before = new Int32Array(nodes.length).fill(-1)
  const by = new Int32Array(nodes.length).fill(-1)
  const missing = Int32Array.from(nodes, (_, task) => up.start[task + 1]! - up.start[task]!)
  const order = [...missing.keys()].filter((task) => missing[task] === 0)
  for (const task of order)
    for (let entry = down.start[task]!; entry < down.start[task + 1]!; entry++) {
      const next = down.to[entry]!
      if (--missing[next]! === 0) order.push(next)
      if (edges[down.edge[entry]!]!.type !== 'hard' || !isLeft(task) || !isLeft(next)) continue
      const [length, tasks] = [longest[task]! + own[next]!, count[task]! + 1]
      if (length < longest[next]! || (length === longest[next] && tasks <= count[next]!)) continue
      longest[next] = length
      count[next] = tasks
      before[next] = task
      by[next] = down.edge[entry]!
    }
  const isLonger = (task: number, than: number): boolean =>
    longest[task]! > longest[than]! || (longest[task] === longest[than] && count[task]! > count[than]!)
  let end = -1
  for (const task of order.sort((a, b) => a - b))
    if (isLeft(task) && (end < 0 || isLonger(task, end))) end = task
  const marks = noMarks(graph)
  const path: number[] = []
  for (let task = end; task >= 0; task = before[task]!) {
    path.unshift(task)
    marks.tasks[task] = 1
    if (by[task]! >= 0) marks.edges[by[task]!] = 1
  }
  const known = path.flatMap((task) => nodes[task]!.effort_estimate ?? [])
  return { ...marks, path, minutes: known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) }
}
