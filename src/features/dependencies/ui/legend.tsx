import { useEffect, useRef } from 'react'
import { lookOf } from '../../../web/kit/status-badge.tsx'
import classes from './graph.module.css'
import type { Palette } from './palette.ts'
import { lookOfNode, type Look, type Scene } from './scene.ts'
import { drawBlock, drawIcon } from './status-signs.ts'

const ORDER: readonly Look[] = ['ready', 'waiting', 'assigned', 'in_progress', 'completed', 'failed', 'split']

const labelOf = (look: Look): string => (look === 'waiting' ? lookOf('ready', 1) : lookOf(look)).label

/** Minutes in the words of a plan. */
const durationText = (minutes: number): string => {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [...(hours > 0 ? [`${hours} h`] : []), ...(rest > 0 || hours === 0 ? [`${rest} min`] : [])].join(' ')
}

/** What the colours, signs and lines mean, and how many tasks there are of each status. */
export function Legend({ scene, palette, critical }: { scene: Scene; palette: Palette; critical: boolean }) {
  const counts = new Map<Look, number>()
  for (const node of scene.graph.nodes) {
    const look = lookOfNode(node)
    counts.set(look, (counts.get(look) ?? 0) + 1)
  }
  const { path, minutes } = scene.critical
  return (
    <div className={classes.legend}>
      <ul aria-label="Statuses">
        {ORDER.filter((look) => counts.has(look)).map((look) => (
          <li key={look}>
            <Sign look={look} palette={palette} />
            {labelOf(look)} <span className="number">{counts.get(look)}</span>
          </li>
        ))}
        {scene.graph.edges.some(({ type }) => type === 'soft') && (
          <li>
            <span className={classes.soft} aria-hidden /> Advice only
          </li>
        )}
        {critical && (
          <li>
            <span className={classes.critical} aria-hidden />
            {path.length < 2
              ? 'No chain of open work'
              : `Critical path: ${path.length} tasks${minutes === null ? '' : `, ${durationText(minutes)} estimated`}`}
          </li>
        )}
      </ul>
    </div>
  )
}

/** As the picture draws it: from afar, and near by. */
function Sign({ look, palette }: { look: Look; palette: Palette }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !canvas.current) return
    canvas.current.width = 36 * devicePixelRatio
    canvas.current.height = 14 * devicePixelRatio
    context.scale(devicePixelRatio, devicePixelRatio)
    context.fillStyle = palette.status[look]
    drawBlock(context, look, 0, 3, 18, 8, palette.raised)
    drawIcon(context, look, 28, 7, 5.5, palette.status[look], palette.raised)
  }, [look, palette])
  return <canvas ref={canvas} className={classes.sign} aria-hidden />
}
