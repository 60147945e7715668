import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** What stands where there is nothing: says so, and what to do next. `actions` are buttons. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <Stack align="center" gap="xs" py={64} px="md" ta="center">
      <Title order={2}>{title}</Title>
      {children !== undefined && (
        <Text c="dimmed" size="sm" maw={460}>
          {children}
        </Text>
      )}
      {actions}
    </Stack>
  )
}
