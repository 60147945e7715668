import { Problem } from '../../kernel/problem.ts'
import type { Status } from '../tasks/index.ts'
import { MOVES } from './schema.ts'

/** Whether a task may go from one status to another (B14's validateStatusTransition). The status it has is no move. */
export const mayMove = (from: Status, to: Status): boolean =>
  from === to || MOVES[from].some((each: Status) => each === to)

/** 400 with the moves that are allowed from here. */
export function requireMove(from: Status, to: Status): void {
  if (mayMove(from, to)) return
  const allowed: readonly Status[] = MOVES[from]
  throw new Problem(
    'invalid_status_transition',
    400,
    allowed.length > 0
      ? `A task that is ${from} can go to ${allowed.join(' or ')}, not to ${to}.`
      : `A task that is ${from} stays so; make a new task instead.`,
    { from, to, allowed },
  )
}

/** The record's event type of a move to a status. */
export const EVENT_OF_MOVE = {
  ready: 'task.retried',
  assigned: 'task.assigned',
  in_progress: 'task.started',
  completed: 'task.completed',
  failed: 'task.failed',
  split: 'task.split',
} as const satisfies Record<Status, string>
