import { useEffect, type ReactNode } from 'react'
import { EmptyState } from '../kit/empty-state.tsx'
import { useCaller } from '../kit/caller.ts'

/** A screen for those who hold its permission; the others read which one they lack. */
export function Permitted({
  permission,
  title,
  children,
}: {
  permission: string
  title: string
  children: ReactNode
}) {
  const { may } = useCaller()
  useEffect(() => {
    document.title = `${title} · Cairn Codex`
  }, [title])
  if (may(permission)) return children
  return (
    <EmptyState title="Your key does not open this screen">
      It needs the permission {permission}. Ask an administrator for a role that holds it.
    </EmptyState>
  )
}

export function NotFound() {
  return (
    <EmptyState title="There is no such screen">
      Choose one from the navigation, or press Ctrl K (⌘K) and type its name.
    </EmptyState>
  )
}
