import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { Parameters } from './address.ts'
import classes from './task-link.module.css'

/** A task by its number and title; opens it beside the screen that is there. */
export const TaskLink = memo(function TaskLink({ number, title }: { number: number; title: string }) {
  return (
    <Link
      to="."
      search={(before: Parameters) => ({ ...before, task: String(number) })}
      className={classes.link}
      title={title}
    >
      <span className={`number ${classes.number}`}>#{number}</span>
      <span className={`cut ${classes.title}`}>{title}</span>
    </Link>
  )
})
