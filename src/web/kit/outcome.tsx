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
import { LookBadge, type Look } from './look.tsx'

/** How the end of an execution looks, or that it runs. */
export const OUTCOME_LOOKS: Readonly<Record<Outcome | 'open', Look>> = {
  open: { label: 'Running', icon: IconPlayerPlayFilled, colour: 'var(--status-in_progress)' },
  succeeded: { label: 'Succeeded', icon: IconCircleCheckFilled, colour: 'var(--status-completed)' },
  failed: { label: 'Failed', icon: IconCircleXFilled, colour: 'var(--status-failed)' },
  lost: { label: 'Lost', icon: IconUnlink, colour: 'var(--status-assigned)' },
  released: { label: 'Released', icon: IconArrowBackUp, colour: 'var(--soft)' },
  preempted: { label: 'Preempted', icon: IconPlayerPauseFilled, colour: 'var(--soft)' },
}

/** How an execution ended; null: it runs. */
export const OutcomeBadge = memo(function OutcomeBadge({ outcome }: { outcome: Outcome | null }) {
  return <LookBadge look={OUTCOME_LOOKS[outcome ?? 'open']} />
})
