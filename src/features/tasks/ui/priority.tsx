import { memo } from 'react'
import classes from './priority.module.css'

const WORDS = ['', 'lowest', 'low', 'normal', 'high', 'most urgent']

export const priorityText = (priority: number): string => `${priority}, ${WORDS[priority] ?? ''}`

/** A priority as a number and rising bars; 5 is the most urgent. */
export const Priority = memo(function Priority({ priority }: { priority: number }) {
  return (
    <span
      className={classes.priority}
      data-urgent={priority === 5}
      title={`Priority ${priorityText(priority)}`}
    >
      <svg width="15" height="12" viewBox="0 0 15 12" aria-hidden>
        {[1, 2, 3, 4, 5].map((step) => (
          <rect
            key={step}
            x={(step - 1) * 3}
            y={12 - 2 - step * 2}
            width="2"
            height={2 + step * 2}
            rx="0.5"
            fill="currentColor"
            opacity={step <= priority ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className="number">{priority}</span>
    </span>
  )
})
