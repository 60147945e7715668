import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { dollarsText } from '../../../web/kit/money.tsx'
import { STATUS_LOOKS } from '../../../web/kit/status-badge.tsx'
import { TaskLink } from '../../../web/kit/task-link.tsx'
import { durationText } from '../../../web/kit/time.tsx'
import type { Dashboard } from '../schema.ts'
import classes from './dashboard.module.css'

const count = new Intl.NumberFormat(undefined)

function StatusTile({
  look,
  value,
  search,
}: {
  look: keyof typeof STATUS_LOOKS
  value: number
  search: Readonly<Record<string, string>>
}) {
  const { label, icon: Icon, colour } = STATUS_LOOKS[look]
  return (
    <Link to="/tasks" search={search} className={classes.tile}>
      <span className={classes.label}>
        <span style={{ color: colour, display: 'inline-flex' }}>
          <Icon size={14} />
        </span>
        {label}
      </span>
      <span className={classes.value}>{count.format(value)}</span>
    </Link>
  )
}

function Tile({ label, value, children }: { label: string; value: string; children?: ReactNode }) {
  return (
    <div className={classes.tile}>
      <span className={classes.label}>{label}</span>
      <span className={classes.value}>{value}</span>
      <span className={`cut ${classes.aside}`}>{children}</span>
    </div>
  )
}

/** How many tasks there are of each status; each leads to its list. */
export function StatusTiles({ tasks, queue }: Pick<Dashboard, 'tasks' | 'queue'>) {
  return (
    <div className={classes.tiles}>
      <StatusTile look="ready" value={queue.startable} search={{ startable: 'true' }} />
      <StatusTile look="waiting" value={tasks.blocked} search={{ status: 'ready' }} />
      <StatusTile look="assigned" value={tasks.assigned} search={{ status: 'assigned' }} />
      <StatusTile look="in_progress" value={tasks.in_progress} search={{ status: 'in_progress' }} />
      <StatusTile look="completed" value={tasks.completed} search={{ status: 'completed' }} />
      <StatusTile look="failed" value={tasks.failed} search={{ status: 'failed' }} />
      {tasks.split > 0 && <StatusTile look="split" value={tasks.split} search={{ status: 'split' }} />}
    </div>
  )
}

/** An average; below a dollar to two digits, since more would say nothing and not fit the tile. */
function averageOf(total: number, count: number): number {
  const average = total / count
  return average < 1 ? Number(average.toPrecision(2)) : average
}

/** What of the time that is looked at one would ask for first. */
export function HeadTiles({ dashboard }: { dashboard: Dashboard }) {
  const { throughput, queue, working, hours } = dashboard
  const sum = (name: 'completed' | 'failed' | 'cost_dollars'): number =>
    throughput.reduce((total, point) => total + point[name], 0)
  const [completed, failed] = [sum('completed'), sum('failed')]
  const verdicts = completed + failed
  return (
    <div className={classes.tiles}>
      <Tile label="Success" value={verdicts === 0 ? '–' : `${Math.round((completed / verdicts) * 100)} %`}>
        {verdicts === 0 ? 'no execution had a verdict' : `of ${count.format(verdicts)} with a verdict`}
      </Tile>
      <Tile label="An hour" value={count.format(Math.round((completed / hours) * 10) / 10)}>
        completed, on average
      </Tile>
      <Tile label="Cost" value={dollarsText(sum('cost_dollars'))}>
        {completed === 0
          ? 'nothing was completed'
          : `${dollarsText(averageOf(sum('cost_dollars'), completed))} a completion`}
      </Tile>
      <Tile label="Running" value={count.format(working.open)}>
        {working.stale === 0 ? 'none too long' : `${count.format(working.stale)} too long`}
      </Tile>
      <Tile
        label="Half wait longer than"
        value={queue.median_seconds === null ? '–' : durationText(queue.median_seconds)}
      >
        {queue.startable === 0
          ? 'nothing waits to be claimed'
          : `of ${count.format(queue.startable)} that can start`}
      </Tile>
      <Tile
        label="The oldest waits"
        value={queue.oldest_seconds === null ? '–' : durationText(queue.oldest_seconds)}
      >
        {queue.oldest && <TaskLink number={queue.oldest.number} title={queue.oldest.title} />}
      </Tile>
    </div>
  )
}
