import type { Execution } from '../../../executions/schema.ts'
import { Dollars } from '../../../../web/kit/money.tsx'
import { OUTCOME_LOOKS } from '../../../../web/kit/outcome.tsx'
import { ProblemAlert } from '../../../../web/kit/problem.tsx'
import { Ago, durationText, useNow } from '../../../../web/kit/time.tsx'
import classes from './attempts.module.css'
import { Section } from './section.tsx'
import { useAttempts, type DetailedTask } from './task-data.ts'

/** Every attempt at the task on a line of time, the newest first: by whom, how long, for how much, and what went wrong. */
export function Attempts({ task }: { task: DetailedTask }) {
  const { data, error, refetch } = useAttempts(task.id)
  const executions = data?.executions ?? []
  return (
    <Section
      title="Attempts"
      count={executions.length}
      aside={
        data &&
        executions.length > 0 && (
          <span className={classes.total}>
            in all <Dollars amount={data.summary.total_cost} />
          </span>
        )
      }
      none={data && executions.length === 0 ? 'None yet.' : undefined}
    >
      {error && !data && <ProblemAlert problem={error} again={() => void refetch()} />}
      {executions.length > 0 && (
        <ol className={classes.timeline}>
          {executions.map((execution) => (
            <Attempt key={execution.id} execution={execution} />
          ))}
        </ol>
      )}
    </Section>
  )
}

function Attempt({ execution }: { execution: Execution }) {
  const now = useNow()
  const { label, icon: Each, colour } = OUTCOME_LOOKS[execution.outcome ?? 'open']
  const seconds = execution.duration_seconds ?? (now - Date.parse(execution.started_at)) / 1000
  return (
    <li className={classes.attempt}>
      <span className={classes.mark} style={{ color: colour }}>
        <Each size={13} stroke={2.5} />
      </span>
      <div className={classes.head}>
        <strong style={{ color: colour }}>{label}</strong>
        <span className="cut">
          {execution.worker_id} <span className={classes.kind}>({execution.agent_type})</span>
        </span>
        <span className={classes.figures}>
          <span className="number">{durationText(seconds)}</span>
          <Dollars amount={execution.cost_dollars} />
          <Ago time={execution.started_at} />
        </span>
      </div>
      {execution.error_message !== null && <pre className={classes.error}>{execution.error_message}</pre>}
      {execution.note !== null && <p className="text">{execution.note}</p>}
      {execution.progress !== null && execution.outcome === null && (
        <Json name="Progress" value={execution.progress} />
      )}
      {execution.result !== null && <Json name="Result" value={execution.result} />}
    </li>
  )
}

function Json({ name, value }: { name: string; value: unknown }) {
  return (
    <details>
      <summary>{name}</summary>
      <pre className={classes.json}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  )
}
