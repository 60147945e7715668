import { UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { memo, useState } from 'react'
import { Copyable } from '../../../web/kit/copyable.tsx'
import { changesOf, Diff } from '../../../web/kit/diff.tsx'
import { TaskLink } from '../../../web/kit/task-link.tsx'
import { Ago, exactTime } from '../../../web/kit/time.tsx'
import type { RecordRow as Row } from '../schema.ts'
import classes from './audit.module.css'

type Values = Readonly<Record<string, unknown>>

/** What a person would call the thing: a task's number and title, a name, an address, or its id's beginning. */
function nameOf(row: Row): string {
  const entity: Values = row.new_values ?? row.old_values ?? {}
  if (typeof entity['title'] === 'string') return `#${String(entity['number'])} ${entity['title']}`
  for (const member of ['name', 'url', 'worker_id'])
    if (typeof entity[member] === 'string') return entity[member]
  return `${row.entity_type} ${row.entity_id.slice(0, 8)}…`
}

/** What changes of itself with every change, and tells nothing. */
const SILENT = ['version', 'updated_at']

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === ''

const changedFields = (row: Row): string =>
  row.old_values === null || row.new_values === null
    ? ''
    : Object.keys(row.old_values)
        .filter((field) => !SILENT.includes(field))
        .join(', ')

/** A row of the record: who did what to what; opened, what changed. */
export const RecordRow = memo(function RecordRow({ row }: { row: Row }) {
  const [opened, setOpened] = useState(false)
  return (
    <li className={classes.row}>
      <UnstyledButton className={classes.summary} aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <IconChevronRight size={14} className={opened ? classes.turned : undefined} aria-hidden />
        <span className={classes.when}>
          <Ago time={row.created_at} />
        </span>
        <span className="cut">{row.actor.name}</span>
        <span className={`cut ${classes.type}`}>{row.event_type}</span>
        <span className={`cut ${classes.what}`}>
          {nameOf(row)} <span className={classes.fields}>{changedFields(row)}</span>
        </span>
      </UnstyledButton>
      {opened && <Opened row={row} />}
    </li>
  )
})

function Opened({ row }: { row: Row }) {
  const { new_values, old_values } = row
  const entity: Values = new_values ?? old_values ?? {}
  const changes = changesOf(old_values, new_values).filter(
    ({ field, before, after }) => !SILENT.includes(field) && !(isNothing(before) && isNothing(after)),
  )
  return (
    <div className={classes.open}>
      {row.entity_type === 'task' && typeof entity['number'] === 'number' && new_values !== null && (
        <TaskLink number={entity['number']} title={String(entity['title'])} />
      )}
      {changes.length === 0 ? (
        <span className={classes.fields}>No field changed.</span>
      ) : (
        <Diff changes={changes} />
      )}
      <div className={classes.facts}>
        <span>{exactTime(row.created_at)}</span>
        <span>
          by {row.actor.name} ({row.actor.kind})
        </span>
        <span>{row.sequence === null ? 'not yet in the feed' : `event ${row.sequence}`}</span>
        <span>
          {row.entity_type} <Copyable value={row.entity_id} />
        </span>
        {row.request_id !== null && (
          <span>
            request <Copyable value={row.request_id} />
          </span>
        )}
      </div>
    </div>
  )
}
