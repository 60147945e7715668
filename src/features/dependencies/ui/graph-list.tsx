import { useMemo, useState, type KeyboardEvent } from 'react'
import { StatusBadge } from '../../../web/kit/status-badge.tsx'
import { VirtualTable, type Column } from '../../../web/kit/virtual-table.tsx'
import { inOrder } from '../picture/layers.ts'
import type { TaskGraph } from '../picture/task-graph.ts'
import type { GraphNode } from '../schema.ts'
import classes from './graph.module.css'

/** A task with what the picture says of it by lines. */
interface Row {
  readonly node: GraphNode
  readonly waitsFor: string
  readonly waitedForBy: string
}

/** So many numbers stand in a cell; who has more neighbours says how many. */
const MOST_NUMBERS = 100

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'number',
    label: 'No.',
    width: '64px',
    cell: ({ node }) => <span className="number">{node.number}</span>,
  },
  {
    key: 'status',
    label: 'Status',
    width: '120px',
    cell: ({ node }) => <StatusBadge status={node.status} unmet={node.unmet_dependencies} />,
  },
  { key: 'title', label: 'Title', width: 'minmax(180px, 2fr)', cell: ({ node }) => node.title },
  {
    key: 'waits',
    label: 'Waits for',
    width: 'minmax(110px, 1fr)',
    cell: ({ waitsFor }) => <Numbers text={waitsFor} />,
  },
  {
    key: 'waited',
    label: 'Waited for by',
    width: 'minmax(110px, 1fr)',
    cell: ({ waitedForBy }) => <Numbers text={waitedForBy} />,
  },
]

function Numbers({ text }: { text: string }) {
  return (
    <span className="number" title={text}>
      {text}
    </span>
  )
}

function numbersAlong(graph: TaskGraph, task: number, way: 'up' | 'down'): string {
  const { start, to, edge } = graph[way]
  const entries = Array.from({ length: start[task + 1]! - start[task]! }, (_, nth) => start[task]! + nth)
  const named = entries.slice(0, MOST_NUMBERS).map((entry) => {
    const { number } = graph.nodes[to[entry]!]!
    return graph.edges[edge[entry]!]!.type === 'soft' ? `${number} (advice)` : String(number)
  })
  const more = entries.length - named.length
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const idOf = ({ node }: Row): string => node.id

/** The same graph in words: the tasks in the order of the work, each with what it waits for and what waits for it. */
export function GraphList({
  graph,
  shows,
  onOpen,
}: {
  graph: TaskGraph
  /** Which tasks the filters leave. */
  shows: (task: number) => boolean
  onOpen: (node: GraphNode) => void
}) {
  const [active, setActive] = useState<string>()
  const rows = useMemo(
    () =>
      Array.from(inOrder(graph.down, graph.up).order)
        .filter(shows)
        .map((task) => ({
          node: graph.nodes[task]!,
          waitsFor: numbersAlong(graph, task, 'up'),
          waitedForBy: numbersAlong(graph, task, 'down'),
        })),
    [graph, shows],
  )
  function move(event: KeyboardEvent): void {
    const at = rows.findIndex((row) => idOf(row) === active)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))]
      if (next) setActive(idOf(next))
    } else if (event.key === 'Enter' && at >= 0) onOpen(rows[at]!.node)
    else return
    event.preventDefault()
  }
  return (
    <div className={classes.list} onKeyDown={move}>
      <VirtualTable
        label="Tasks of the graph, in the order of the work"
        columns={COLUMNS}
        rows={rows}
        keyOf={idOf}
        active={active}
        onOpen={({ node }) => onOpen(node)}
      />
    </div>
  )
}
