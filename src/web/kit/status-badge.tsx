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
import { LookBadge, type Look } from './look.tsx'

/** How a status looks; its colour is `--status-…` of the shell's colours. */
export const STATUS_LOOKS: Readonly<Record<Status | 'waiting', Look>> = {
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
export const lookOf = (status: Status, unmet = 0): Look =>
  (status === 'ready' && unmet > 0 ? STATUS_LOOKS.waiting : STATUS_LOOKS[status]) ?? UNKNOWN

/** A task's status, as icon and word. `unmet`: its hard prerequisites that are not completed. */
export const StatusBadge = memo(function StatusBadge({
  status,
  unmet = 0,
}: {
  status: Status
  unmet?: number
}) {
  return <LookBadge look={lookOf(status, unmet)} />
})
