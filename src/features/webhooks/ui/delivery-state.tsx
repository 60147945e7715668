import {
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
  IconPlayerPauseFilled,
} from '@tabler/icons-react'
import type { Delivery, Webhook } from '../schema.ts'
import classes from './webhooks.module.css'

export const arrived = ({ status_code }: Delivery): boolean =>
  status_code !== null && status_code >= 200 && status_code < 300

/** What came of an attempt, as a word and an icon. */
export function DeliveryState({ delivery }: { delivery: Delivery }) {
  if (arrived(delivery))
    return (
      <span className={classes.state} data-good>
        <IconCircleCheckFilled size={14} /> Delivered
      </span>
    )
  if (delivery.next_attempt_at !== null)
    return (
      <span className={classes.state} data-pending>
        <IconClock size={14} /> To be tried again
      </span>
    )
  return (
    <span className={classes.state} data-bad>
      <IconCircleXFilled size={14} /> Failed
    </span>
  )
}

/** Whether a webhook is sent events; switched off by the server is another thing than parked by a person. */
export function WebhookState({ webhook: { active, disabled_reason } }: { webhook: Webhook }) {
  if (active)
    return (
      <span className={classes.state} data-good>
        <IconCircleCheckFilled size={14} /> Active
      </span>
    )
  if (disabled_reason === null)
    return (
      <span className={classes.state}>
        <IconPlayerPauseFilled size={14} /> Parked
      </span>
    )
  return (
    <span className={classes.state} data-bad>
      <IconCircleXFilled size={14} /> Switched off
    </span>
  )
}
