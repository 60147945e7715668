import { useMemo, useState } from 'react'
import type { Drawing } from '../picture/layout.ts'
import { taskGraph, type TaskGraph } from '../picture/task-graph.ts'
import type { GraphAddress } from './graph-address.ts'
import { lanesOf } from './lanes.ts'
import type { GraphAnswer } from './live-graph.ts'
import { recoloured, sceneOf, type Scene } from './scene.ts'
import { sameShape, usePicture, type Laid } from './use-picture.ts'

/** What of the answer the address leaves: tasks with one of the tags, or with dependencies. */
function cutDown(answer: GraphAnswer, tags: readonly string[], joined: boolean): TaskGraph {
  const tagged =
    tags.length === 0
      ? answer.nodes
      : answer.nodes.filter((node) => node.tags.some((tag) => tags.includes(tag)))
  const graph = taskGraph(tagged, answer.edges)
  if (!joined) return graph
  const ends = new Set(graph.edges.flatMap(({ source, target }) => [source, target]))
  return taskGraph(
    tagged.filter((node) => ends.has(node.id)),
    graph.edges,
  )
}

interface Shown {
  readonly laid: Laid
  readonly scene: Scene
}

/**
 * The graph that the answer and the address make, and the scene of it. While a new picture is laid out, the scene is the
 * former one; where only colours changed, it is the same picture in them.
 */
export function useScene(
  answer: GraphAnswer | undefined,
  { tags, joined, group }: GraphAddress,
): {
  graph: TaskGraph | undefined
  scene: Scene | undefined
  busy: boolean
  failed: boolean
  again: () => void
} {
  const tagsText = tags.join('\n')
  const graph = useMemo(
    () => answer && cutDown(answer, tagsText === '' ? [] : tagsText.split('\n'), joined),
    [answer, tagsText, joined],
  )
  const lanes = useMemo(() => (graph && group ? lanesOf(graph.nodes, group) : undefined), [graph, group])
  const drawing = useMemo<Drawing | undefined>(
    () =>
      graph && {
        size: graph.nodes.length,
        from: graph.from,
        to: graph.to,
        ...(lanes && { lane: lanes.lane }),
      },
    [graph, lanes],
  )
  const { laid, failed, again } = usePicture(drawing)
  const [shown, setShown] = useState<Shown>()
  const fits = laid !== undefined && drawing !== undefined && sameShape(laid.drawing, drawing)
  // The last scene that fitted stays until the next one does.
  if (fits && graph && (shown?.laid !== laid || shown.scene.graph !== graph))
    setShown({
      laid,
      scene:
        shown?.laid === laid
          ? { ...recoloured(shown.scene, graph), laneNames: lanes?.names ?? [] }
          : sceneOf(graph, laid.picture, lanes?.names ?? []),
    })
  return { graph, scene: shown?.scene, busy: drawing !== undefined && !fits, failed, again }
}
