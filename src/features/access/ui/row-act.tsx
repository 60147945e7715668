import { Button } from '@mantine/core'

/** What may be done with one thing of a list. `destructive`: it asks, and looks so. */
export function RowAct({
  act,
  to,
  destructive = false,
  onClick,
}: {
  act: string
  /** The thing's name: a reader who hears the button alone must know which it is. */
  to: string
  destructive?: boolean
  onClick: () => void
}) {
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      {...(destructive && { c: 'var(--bad)' })}
      aria-label={`${act} ${to}`}
      onClick={onClick}
    >
      {act}
    </Button>
  )
}
