import {
  IconCircle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconHourglass,
  IconPlayerPlayFilled,
  IconSitemap,
  IconUserCircle,
} from '@tabler/icons-react'
import { memo } from 'react'
import type { Status } from '../../features/tasks/schema.ts'
import type { Icon } from './screen.ts'
import classes from './status-badge.module.css'

/** How a status looks: a word, an icon, and a colour (`--status-…` in the shell's colours), none of them alone. */
export const STATUS_LOOKS: Readonly<
  Record<Status | 'waiting', { label: string; icon: Icon; colour: string }>
> = {
  ready: { label: 'Ready', icon: IconCircle, colour: 'var(--status-ready)' },
  waiting: { label: 'Waiting', icon: IconHourglass, colour: 'var(--status-waiting)' },
  assigned: { label: 'Assigned', icon: IconUserCircle, colour: 'var(--status-assigned)' },
  in_progress: { label: 'In progress', icon: IconPlayerPlayFilled, colour: 'var(--status-in_progress)' },
  completed: { label: 'Completed', icon: IconCircleCheckFilled, colour: 'var(--status-completed)' },
  failed: { label: 'Failed', icon: IconCircleXFilled, colour: 'var(--status-failed)' },
  split: { label: 'Split', icon: IconSitemap, colour: 'var(--status-split)' },
}

const UNKNOWN = { label: 'Unknown', icon: IconCircleDashed, colour: 'var(--soft)' }

/** What a task looks like in a list: ready, with something unmet, is waiting. */
export const lookOf = (status: Status, unmet = 0) =>
  (status === 'ready' && unmet > 0 ? STATUS_LOOKS.waiting : STATUS_LOOKS[status]) ?? UNKNOWN

/** A task's status, as icon and word. `unmet`: its hard prerequisites that are not completed. */
export const StatusBadge = memo(function StatusBadge({
  status,
  unmet = 0,
}: {
  status: Status
  unmet?: number
}) {
  const { label, icon: Each, colour } = lookOf(status, unmet)
  return (
    <span className={classes.badge} style={{ color: colour }}>
      <Each size={14} />
      <span className={classes.word}>{label}</span>
    </span>
  )
})
