import { VisuallyHidden } from '@mantine/core'
import { dollarsText } from '../../../web/kit/money.tsx'
import { OUTCOME_LOOKS, OutcomeBadge } from '../../../web/kit/outcome.tsx'
import { TaskLink } from '../../../web/kit/task-link.tsx'
import { durationText, exactTime } from '../../../web/kit/time.tsx'
import type { Column } from '../../../web/kit/virtual-table.tsx'
import type { ListedExecution } from '../schema.ts'
import classes from './runs.module.css'
import { placeOf, ticksOf, tickText, type Stretch } from './timeline.ts'

const TICKS = 6

function Axis({ stretch }: { stretch: Stretch }) {
  const { moments, step } = ticksOf(stretch, TICKS)
  return (
    <div className={classes.axis}>
      {moments.map((moment) => {
        const place = placeOf(moment, stretch)
        return (
          <span key={moment} className={classes.tick} style={{ left: `${place}%` }}>
            {place < 76 && tickText(moment, step)}
          </span>
        )
      })}
    </div>
  )
}

/** How long an execution took, or has taken by now, in seconds. */
const secondsOf = (run: ListedExecution, now: number): number =>
  run.duration_seconds ?? Math.max(0, (now - Date.parse(run.started_at)) / 1_000)

function Track({ run, stretch, now }: { run: ListedExecution; stretch: Stretch; now: number }) {
  const start = Date.parse(run.started_at)
  const could = Date.parse(run.startable_since)
  const [waits, begins, ends] = [
    placeOf(could, stretch),
    placeOf(start, stretch),
    placeOf(run.completed_at === null ? now : Date.parse(run.completed_at), stretch),
  ]
  const { label, colour } = OUTCOME_LOOKS[run.outcome ?? 'open']
  const waited = durationText((start - could) / 1_000)
  const took = durationText(secondsOf(run, now))
  return (
    <div
      className={classes.track}
      title={`${label}. Waited ${waited}, then ${run.outcome === null ? 'has run' : 'ran'} ${took}, since ${exactTime(run.started_at)}.${run.error_message ? `\n${run.error_message.slice(0, 300)}` : ''}`}
    >
      {ticksOf(stretch, TICKS).moments.map((moment) => (
        <span key={moment} className={classes.line} style={{ left: `${placeOf(moment, stretch)}%` }} />
      ))}
      {begins > waits && (
        <span className={classes.waiting} style={{ left: `${waits}%`, width: `${begins - waits}%` }} />
      )}
      <span
        className={classes.working}
        data-open={run.outcome === null || undefined}
        style={{ left: `min(${begins}%, 100% - 3px)`, width: `${ends - begins}%`, color: colour }}
      />
    </div>
  )
}

/** The columns of the waterfall for a stretch of time; `now` is where open executions end. */
export const columnsOf = (stretch: Stretch, now: number): readonly Column<ListedExecution>[] => [
  {
    key: 'task',
    label: 'Task',
    width: 'minmax(160px, 270px)',
    cell: (run) => (
      <span className={classes.task}>
        <TaskLink number={run.task.number} title={run.task.title} />
        {run.attempt > 1 && (
          <span className={classes.attempt} title={`Attempt ${run.attempt}`}>
            <span aria-hidden>×{run.attempt}</span>
            <VisuallyHidden>attempt {run.attempt}</VisuallyHidden>
          </span>
        )}
      </span>
    ),
  },
  { key: 'outcome', label: 'Outcome', width: '104px', cell: (run) => <OutcomeBadge outcome={run.outcome} /> },
  { key: 'agent', label: 'Agent', width: '92px', cell: (run) => run.agent_type },
  { key: 'worker', label: 'Worker', width: '110px', cell: (run) => run.worker_id },
  {
    key: 'waited',
    label: 'Waited',
    width: '78px',
    align: 'end',
    cell: (run) => (
      <span className="number">
        {durationText((Date.parse(run.started_at) - Date.parse(run.startable_since)) / 1_000)}
      </span>
    ),
  },
  {
    key: 'took',
    label: 'Took',
    width: '78px',
    align: 'end',
    cell: (run) => <span className="number">{durationText(secondsOf(run, now))}</span>,
  },
  {
    key: 'cost',
    label: 'Cost',
    width: '84px',
    align: 'end',
    cell: (run) => <span className="number">{dollarsText(run.cost_dollars)}</span>,
  },
  {
    key: 'time',
    label: <Axis stretch={stretch} />,
    width: 'minmax(280px, 1fr)',
    cell: (run) => <Track run={run} stretch={stretch} now={now} />,
  },
]
