import { Alert, Button, Group } from '@mantine/core'
import { IconArrowsSplit2 } from '@tabler/icons-react'
import classes from './conflict.module.css'
import type { Conflict, Edit } from './task-edit.ts'

const NAMES: Readonly<Record<keyof Edit, string>> = {
  title: 'Title',
  description: 'Description',
  priority: 'Priority',
  effort_estimate: 'Effort',
  tags: 'Tags',
}

const shown = (value: unknown): string =>
  value === null || value === ''
    ? 'none'
    : typeof value === 'string'
      ? value
      : Array.isArray(value)
        ? value.join(', ') || 'none'
        : JSON.stringify(value)

/** Somebody else changed the same field first: both versions, and which one is to stay. */
export function ConflictNotice({
  conflict: { edit, base, current },
  settle,
}: {
  conflict: Conflict
  settle: (mine: boolean) => Promise<void>
}) {
  return (
    <Alert
      role="alert"
      color="yellow"
      variant="outline"
      icon={<IconArrowsSplit2 size={18} />}
      title="Somebody else changed this meanwhile"
    >
      {(Object.keys(edit) as (keyof Edit)[]).map((field) => (
        <dl key={field} className={classes.versions}>
          <dt>{NAMES[field]} before</dt>
          <dd className="text">{shown(base[field])}</dd>
          <dt>Theirs (version {current.version})</dt>
          <dd className="text">{shown(current[field])}</dd>
          <dt>Yours</dt>
          <dd className="text">{shown(edit[field])}</dd>
        </dl>
      ))}
      <Group gap="xs" mt="sm">
        <Button onClick={() => void settle(true)}>Save mine over it</Button>
        <Button variant="default" onClick={() => void settle(false)}>
          Keep theirs
        </Button>
      </Group>
    </Alert>
  )
}
