import type { ReactNode } from 'react'
import classes from './task-details.module.css'

/** A part of the panel under its heading. `none` stands there when there is nothing in it. */
export function Section({
  title,
  count,
  aside,
  none,
  children,
}: {
  title: string
  count?: number | undefined
  aside?: ReactNode
  none?: string | undefined
  children?: ReactNode
}) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.heading}>
        <h2>{title}</h2>
        {count !== undefined && count > 0 && <span className="number">{count}</span>}
        {aside}
      </div>
      {none !== undefined && <p className={classes.none}>{none}</p>}
      {children}
    </section>
  )
}
