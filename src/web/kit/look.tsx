import type { Icon } from './screen.ts'
import classes from './look.module.css'

/** How a state looks: a word, an icon and a colour, none of them alone. */
export interface Look {
  readonly label: string
  readonly icon: Icon
  /** A colour's name of the shell's, as `var(--…)`. */
  readonly colour: string
}

/** A state, as icon and word. */
export function LookBadge({ look: { label, icon: Each, colour } }: { look: Look }) {
  return (
    <span className={classes.badge} style={{ color: colour }}>
      <Each size={14} />
      <span className={classes.word}>{label}</span>
    </span>
  )
}
