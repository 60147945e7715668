import { ActionIcon, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconArrowsDiagonal, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { AsideProps } from '../../../../web/kit/screen.ts'
import { TaskDetails } from './task-details.tsx'

/** A task beside the screen from which it was opened. */
export default function TaskPanel({ value, close }: AsideProps) {
  useHotkeys([['Escape', close]])
  return (
    <TaskDetails
      reference={value}
      gone={close}
      tools={
        <>
          <Tooltip label="As a screen of its own">
            <ActionIcon
              component={Link}
              to={`/tasks/${encodeURIComponent(value)}`}
              aria-label="Open as a screen of its own"
            >
              <IconArrowsDiagonal size={15} />
            </ActionIcon>
          </Tooltip>
          <ActionIcon onClick={close} aria-label="Close">
            <IconX size={16} />
          </ActionIcon>
        </>
      }
    />
  )
}
