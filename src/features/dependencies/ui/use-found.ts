import { useMemo } from 'react'
import type { Marks } from '../picture/reach.ts'
import type { TaskGraph } from '../picture/task-graph.ts'

export interface Found {
  /** By number, the smallest first. */
  readonly hits: readonly number[]
  /** undefined where nothing is looked for. */
  readonly marks: Marks | undefined
}

/** The tasks whose titles hold all of the words, or whose number it is; and the edges between them. */
export function findTasks(graph: TaskGraph, text: string): Found {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return { hits: [], marks: undefined }
  const number = words.length === 1 ? words[0]!.replace(/^#/, '') : undefined
  const tasks = Uint8Array.from(graph.nodes, (node) => {
    const title = node.title.toLowerCase()
    return Number(String(node.number) === number || words.every((word) => title.includes(word)))
  })
  const edges = Uint8Array.from(graph.edges, (_, edge) => tasks[graph.from[edge]!]! & tasks[graph.to[edge]!]!)
  const hits = [...tasks.keys()].filter((task) => tasks[task])
  // The very number is gone to before all titles that hold it.
  return {
    hits: hits.sort(
      (a, b) =>
        Number(String(graph.nodes[b]!.number) === number) -
          Number(String(graph.nodes[a]!.number) === number) || a - b,
    ),
    marks: { tasks, edges },
  }
}

const NOTHING: Found = { hits: [], marks: undefined }

export const useFound = (graph: TaskGraph | undefined, text: string): Found =>
  useMemo(() => (graph ? findTasks(graph, text) : NOTHING), [graph, text])
