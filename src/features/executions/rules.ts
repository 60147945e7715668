import { Problem } from '../../kernel/problem.ts'
import type { Status, Task } from '../tasks/index.ts'
import type { Held } from './sql.ts'

const leaseLost = (detail: string): Problem => new Problem('lease_lost', 409, detail)

/**
 * Why an execution can't be ended, extended or released with `token`; undefined when it could be, so that what refused
 * it a moment ago must be tried again.
 */
export function whyNotHeld(held: Held, token: number | null): Problem | undefined {
  const { execution, lease_token } = held
  const given = token !== null
  if (execution.outcome !== null) {
    if (execution.outcome === 'lost' || execution.outcome === 'preempted' || (given && token !== lease_token))
      return leaseLost(
        `This execution ended as ${execution.outcome} and its work does not count any more; drop it and claim again.`,
      )
    return new Problem(
      'execution_completed',
      409,
      `This execution ended already, as ${execution.outcome}; nothing was changed. Claim the next task.`,
      { outcome: execution.outcome },
    )
  }
  if (lease_token === null) return undefined
  if (!given)
    return new Problem(
      'lease_held',
      409,
      "This execution has a lease; send the claim's lease_token to finish it.",
    )
  if (token !== lease_token)
    return leaseLost(
      'The lease_token is not that of the current lease; another claim has the task. Drop the work and claim again.',
    )
  if (!held.live)
    return leaseLost('The lease ran out; the task goes to somebody else. Drop the work and claim again.')
  return undefined
}

const NOT_STARTABLE: Partial<Record<Status, string>> = {
  completed: 'it is completed; there is nothing left to do',
  failed: 'it has failed; POST /tasks/:id/retry makes it ready again',
  split: 'it is split; work on its subtasks',
}

/**
 * Why a task can't be started by a worker, or undefined. `open` is its open execution, `beside` whether the call names
 * that one as parent.
 */
export function whyNotStartable(
  task: Task,
  worker: string,
  unmet: readonly string[],
  open: Held | undefined,
  beside: boolean,
): Problem | undefined {
  const reason = NOT_STARTABLE[task.status]
  if (reason)
    return new Problem('task_not_startable', 409, `The task can't be started: ${reason}.`, {
      task_status: task.status,
    })
  if (open && !beside)
    return new Problem(
      'execution_open',
      409,
      `The task is being worked on in execution ${open.execution.id} by ${open.execution.worker_id}; claim another task.`,
      { execution_id: open.execution.id },
    )
  if (task.status === 'assigned' && task.assigned_worker !== null && task.assigned_worker !== worker)
    return new Problem(
      'assigned_to_other_worker',
      409,
      `The task is assigned to ${task.assigned_worker}; claim another task, or have it reassigned.`,
      { assigned_worker: task.assigned_worker },
    )
  if (unmet.length > 0) return dependenciesUnmet(unmet)
  return undefined
}

/** 409: hard prerequisites are not completed; their ids come with it. */
export const dependenciesUnmet = (ids: readonly string[]): Problem =>
  new Problem(
    'dependencies_unmet',
    409,
    `${ids.length} hard ${ids.length === 1 ? 'prerequisite is' : 'prerequisites are'} not completed; complete those first.`,
    { unsatisfied_dependencies: ids },
  )
