import type { ReactNode } from 'react'
import { dollarsText } from '../../../web/kit/money.tsx'
import { OutcomeBadge } from '../../../web/kit/outcome.tsx'
import { StatusBadge } from '../../../web/kit/status-badge.tsx'
import { TaskLink } from '../../../web/kit/task-link.tsx'
import { Ago, durationText } from '../../../web/kit/time.tsx'
import type { NamedTask } from '../../executions/schema.ts'
import type { Dashboard } from '../schema.ts'
import classes from './dashboard.module.css'
import { Panel } from './panel.tsx'

interface Row {
  readonly key: string
  readonly task: NamedTask
  readonly cells: readonly ReactNode[]
}

/** A list of tasks, each with some facts; `heads` are those of the facts, `numbers` which of them are numbers. */
function TaskTable({
  heads,
  numbers,
  rows,
}: {
  heads: readonly string[]
  numbers: number
  rows: readonly Row[]
}) {
  const isNumber = (nth: number): true | undefined => nth >= heads.length - numbers || undefined
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Task</th>
          {heads.map((head, nth) => (
            <th key={head} scope="col" data-number={isNumber(nth)}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, task, cells }) => (
          <tr key={key}>
            <td className={classes.task}>
              <TaskLink number={task.number} title={task.title} />
            </td>
            {cells.map((cell, nth) => (
              <td key={heads[nth]} data-number={isNumber(nth)}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What most others wait for, and could be done. */
export function Blockers({ blocking: { blockers, exact } }: Pick<Dashboard, 'blocking'>) {
  return (
    <Panel title="What blocks most">
      {blockers.length === 0 ? (
        <div className={classes.nothing}>No task waits for another.</div>
      ) : (
        <TaskTable
          heads={['Status', 'Direct', exact ? 'In all' : 'At least']}
          numbers={2}
          rows={blockers.map(({ task, direct, total }) => ({
            key: task.id,
            task,
            cells: [<StatusBadge key="status" status={task.status} />, direct, total],
          }))}
        />
      )}
    </Panel>
  )
}

const REASONS = { over_age: 'over 2 hours', over_estimate: 'over twice its estimate' }

/** What runs longer than expected. */
export function Stale({ stale, working }: Pick<Dashboard, 'stale' | 'working'>) {
  return (
    <Panel title={working.stale > stale.length ? `Runs too long (${working.stale})` : 'Runs too long'}>
      {stale.length === 0 ? (
        <div className={classes.nothing}>Nothing runs longer than expected.</div>
      ) : (
        <TaskTable
          heads={['Worker', 'Why', 'Runs for']}
          numbers={1}
          rows={stale.map(({ execution_id, task, worker_id, reasons, running_seconds }) => ({
            key: execution_id,
            task,
            cells: [
              worker_id,
              reasons.map((reason) => REASONS[reason]).join(', '),
              durationText(running_seconds),
            ],
          }))}
        />
      )}
    </Panel>
  )
}

/** What ended last. */
export function Recent({ recent }: Pick<Dashboard, 'recent'>) {
  return (
    <Panel title="Ended last" wide>
      {recent.length === 0 ? (
        <div className={classes.nothing}>Nothing ended in this time.</div>
      ) : (
        <TaskTable
          heads={['Outcome', 'Agent', 'Worker', 'Took', 'Cost', 'When']}
          numbers={3}
          rows={recent.map((each) => ({
            key: each.execution_id,
            task: each.task,
            cells: [
              <OutcomeBadge key="outcome" outcome={each.outcome} />,
              each.agent_type,
              each.worker_id,
              durationText(each.duration_seconds),
              dollarsText(each.cost_dollars),
              <Ago key="when" time={each.completed_at} />,
            ],
          }))}
        />
      )}
    </Panel>
  )
}
