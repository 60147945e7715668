import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './screen-page.module.css'

/**
 * The frame of a screen: its title, what one may do at the right of it, and what it shows below, which scrolls by itself.
 * `flush`: what is below fills the place and scrolls inside.
 */
export function ScreenPage({
  title,
  actions,
  flush = false,
  children,
}: {
  title: string
  actions?: ReactNode
  flush?: boolean
  children: ReactNode
}) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Title order={1}>{title}</Title>
        {actions}
      </header>
      <div
        className={classes.body}
        data-flush={flush || undefined}
        {...(flush ? {} : { tabIndex: 0, role: 'region', 'aria-label': title })}
      >
        {children}
      </div>
    </div>
  )
}
