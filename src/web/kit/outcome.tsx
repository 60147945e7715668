import {
  IconArrowBackUp,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconUnlink,
} from '@tabler/icons-react'
import { memo } from 'react'
import type { Outcome } from '../../features/executions/schema.ts'
import type { Icon } from './screen.ts'
import classes from './status-badge.module.css'

/** How the end of an execution looks, or that it runs: a word, an icon and a colour, none of them alone. */
export const OUTCOME_LOOKS: Readonly<
  Record<Outcome | 'open', { label: string; icon: Icon; colour: string }>
> = {
  open: { label: 'Running', icon: IconPlayerPlayFilled, colour: 'var(--status-in_progress)' },
  succeeded: { label: 'Succeeded', icon: IconCircleCheckFilled, colour: 'var(--status-completed)' },
  failed: { label: 'Failed', icon: IconCircleXFilled, colour: 'var(--status-failed)' },
  lost: { label: 'Lost', icon: IconUnlink, colour: 'var(--status-assigned)' },
  released: { label: 'Released', icon: IconArrowBackUp, colour: 'var(--soft)' },
  preempted: { label: 'Preempted', icon: IconPlayerPauseFilled, colour: 'var(--soft)' },
}

/** How an execution ended; null: it runs. */
export const OutcomeBadge = memo(function OutcomeBadge({ outcome }: { outcome: Outcome | null }) {
  const { label, icon: Each, colour } = OUTCOME_LOOKS[outcome ?? 'open']
  return (
    <span className={classes.badge} style={{ color: colour }}>
      <Each size={14} />
      <span className={classes.word}>{label}</span>
    </span>
  )
})
