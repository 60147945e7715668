import { useCallback, useEffect, useRef } from 'react'
import type { Event as RecordEvent } from '../../features/audit/schema.ts'
import { useEvents } from './live.ts'

/** The least time between two refetches, in milliseconds. */
const PAUSE = 5_000

/**
 * Fetches again when something of these kinds happened, at most every five seconds: for what is dear to make, such as
 * figures over everything. What is cheap says what it follows instead (`meta.follows`).
 */
export function useRefresh(kinds: readonly string[], refetch: () => unknown): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(refetch)
  useEffect(() => {
    latest.current = refetch
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  const words = kinds.join(' ')
  useEvents(
    useCallback(
      (events: readonly RecordEvent[]) => {
        const followed = words.split(' ')
        if (
          timer.current !== undefined ||
          !events.some(({ type }) => followed.includes(type.split('.')[0] ?? ''))
        )
          return
        timer.current = setTimeout(() => {
          timer.current = undefined
          latest.current()
        }, PAUSE)
      },
      [words],
    ),
  )
}
