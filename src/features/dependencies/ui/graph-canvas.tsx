import { ActionIcon, useComputedColorScheme } from '@mantine/core'
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react'
import { useEffect, useId, useImperativeHandle, useRef, useState, type Ref } from 'react'
import type { Marks } from '../picture/reach.ts'
import type { GraphNode } from '../schema.ts'
import { GraphView } from './graph-view.ts'
import classes from './graph.module.css'
import { Legend } from './legend.tsx'
import { paletteOf, type Palette } from './palette.ts'
import { lookOfNode, type Scene } from './scene.ts'

/** What others may ask of the picture. */
export interface CanvasHandle {
  goTo(task: number): void
}

export interface GraphCanvasProps {
  readonly scene: Scene
  /** What is found: all else is dimmed. */
  readonly found: Marks | undefined
  readonly critical: boolean
  /** The task whose panel is open. */
  readonly opened: number | undefined
  readonly onOpen: (node: GraphNode) => void
  /** Escape, or a click beside everything. */
  readonly onClear: () => void
  readonly onPalette: (palette: Palette) => void
  readonly handle: Ref<CanvasHandle>
}

/** What a reader is told of the task that the keys are at. */
function telling({ graph }: Scene, task: number): string {
  const node = graph.nodes[task]!
  const count = (rows: typeof graph.up): number => rows.start[task + 1]! - rows.start[task]!
  return `${node.number} ${node.title}, ${lookOfNode(node).replace('_', ' ')}; waits for ${count(graph.up)}, ${count(graph.down)} wait for it`
}

/** The graph as a picture: a canvas with its minimap, its legend and its keys. */
export function GraphCanvas(props: GraphCanvasProps) {
  const { scene, found, critical, opened, handle } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const minimap = useRef<HTMLCanvasElement>(null)
  const view = useRef<GraphView>(null)
  const latest = useRef(props)
  const [selected, setSelected] = useState(opened)
  const [before, setBefore] = useState(opened)
  const [hovered, setHovered] = useState<number>()
  const [palette, setPalette] = useState<Palette>()
  if (before !== opened) {
    setBefore(opened)
    setSelected(opened)
  }
  const scheme = useComputedColorScheme()
  const help = useId()
  useEffect(() => {
    latest.current = props
  })

  useEffect(() => {
    const made = new GraphView(canvas.current!, minimap.current!, {
      onSelect(task) {
        setSelected(task)
        if (task === undefined) latest.current.onClear()
      },
      onHover: setHovered,
      onOpen: (task) => latest.current.onOpen(latest.current.scene.graph.nodes[task]!),
    })
    view.current = made
    return () => {
      made.close()
      view.current = null
    }
  }, [])
  useEffect(() => {
    const read = paletteOf(canvas.current!.parentElement!)
    view.current!.palette = read
    setPalette(read)
    latest.current.onPalette(read)
  }, [scheme])
  useEffect(() => view.current!.select(opened), [opened])
  useEffect(() => view.current!.show(scene), [scene])
  useEffect(() => {
    view.current!.critical = critical
  }, [critical])
  useEffect(() => {
    view.current!.found = found
  }, [found])
  useImperativeHandle(handle, () => ({
    goTo(task) {
      setSelected(task)
      view.current?.select(task, true)
    },
  }))

  return (
    <div className={classes.picture}>
      <canvas
        ref={canvas}
        className={classes.canvas}
        tabIndex={0}
        role="application"
        aria-label={`Graph of ${scene.graph.nodes.length} tasks`}
        aria-describedby={help}
      />
      <p id={help} className={classes.spoken}>
        Arrow keys follow dependencies, Enter opens a task, Escape clears. The list says the same in words.
      </p>
      <p className={classes.spoken} role="status">
        {selected !== undefined && scene.graph.nodes[selected] ? telling(scene, selected) : ''}
      </p>
      {hovered !== undefined && scene.graph.nodes[hovered] && (
        <div className={classes.card} aria-hidden>
          {telling(scene, hovered)}
        </div>
      )}
      {palette && <Legend scene={scene} palette={palette} critical={critical} />}
      <div className={classes.corner}>
        <canvas ref={minimap} className={classes.minimap} aria-hidden />
        <div className={classes.zooms}>
          <ActionIcon variant="default" aria-label="Nearer" onClick={() => view.current?.zoom(1.4)}>
            <IconPlus size={14} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label="Farther" onClick={() => view.current?.zoom(1 / 1.4)}>
            <IconMinus size={14} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label="Show all" onClick={() => view.current?.fitAll()}>
            <IconMaximize size={14} />
          </ActionIcon>
        </div>
      </div>
    </div>
  )
}
