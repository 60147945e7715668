import type { ReactNode } from 'react'
import { useParameters } from '../../../web/kit/address.ts'
import { StatusBadge } from '../../../web/kit/status-badge.tsx'
import type { Task } from '../schema.ts'
import classes from './task-line.module.css'

type Shown = Pick<Task, 'number' | 'title' | 'status' | 'unmet_dependencies'>

/** A task in a line; a click opens it beside the screen that is there. `children` stand at its end. */
export function TaskLine({ task, children }: { task: Shown; children?: ReactNode }) {
  const [, change] = useParameters()
  return (
    <div className={classes.line}>
      <button
        type="button"
        className={classes.task}
        onClick={() => change({ task: String(task.number), new: undefined })}
      >
        <span className="number">{task.number}</span>
        <span className="cut" title={task.title}>
          {task.title}
        </span>
        <StatusBadge status={task.status} unmet={task.unmet_dependencies} />
      </button>
      {children}
    </div>
  )
}
