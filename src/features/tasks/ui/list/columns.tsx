import { Checkbox } from '@mantine/core'
import { StatusBadge } from '../../../../web/kit/status-badge.tsx'
import { Ago, effortText } from '../../../../web/kit/time.tsx'
import type { Column } from '../../../../web/kit/virtual-table.tsx'
import type { Task, TaskOrder } from '../../schema.ts'
import { Priority } from '../priority.tsx'
import { TagRow } from '../tags.tsx'

/** A column of the list, and how its head sorts: what a click asks for, and what the next one does. */
export interface TaskColumn extends Column<Task> {
  readonly label: string
  readonly orders?: readonly TaskOrder[]
}

export const COLUMNS: readonly TaskColumn[] = [
  {
    key: 'number',
    label: 'No.',
    width: '68px',
    align: 'end',
    cell: ({ number }) => <span className="number">{number}</span>,
  },
  {
    key: 'status',
    label: 'Status',
    width: '116px',
    cell: (task) => <StatusBadge status={task.status} unmet={task.unmet_dependencies} />,
  },
  { key: 'title', label: 'Title', width: 'minmax(220px, 1fr)', cell: ({ title }) => title },
  {
    key: 'priority',
    label: 'Priority',
    width: '76px',
    orders: ['priority'],
    cell: ({ priority }) => <Priority priority={priority} />,
  },
  { key: 'tags', label: 'Tags', width: '170px', cell: ({ tags }) => <TagRow tags={tags} /> },
  {
    key: 'assigned_worker',
    label: 'Worker',
    width: '120px',
    cell: ({ assigned_worker }) => assigned_worker,
  },
  {
    key: 'unmet_dependencies',
    label: 'Unmet',
    width: '64px',
    align: 'end',
    cell: ({ unmet_dependencies }) => <span className="number">{unmet_dependencies || ''}</span>,
  },
  {
    key: 'effort_estimate',
    label: 'Effort',
    width: '70px',
    align: 'end',
    cell: ({ effort_estimate }) => (
      <span className="number">{effort_estimate === null ? '' : effortText(effort_estimate)}</span>
    ),
  },
  {
    key: 'priority_score',
    label: 'Score',
    width: '70px',
    align: 'end',
    cell: ({ priority_score }) => <span className="number">{priority_score?.toFixed(2) ?? ''}</span>,
  },
  {
    key: 'created_at',
    label: 'Created',
    width: '104px',
    align: 'end',
    orders: ['newest', 'oldest'],
    cell: ({ created_at }) => <Ago time={created_at} />,
  },
  {
    key: 'updated_at',
    label: 'Updated',
    width: '104px',
    align: 'end',
    orders: ['updated'],
    cell: ({ updated_at }) => <Ago time={updated_at} />,
  },
]

/** What everybody sees until they choose otherwise; number and title are always there. */
export const FIRST_CHOICE = ['status', 'priority', 'tags', 'assigned_worker', 'created_at']
export const ALWAYS = ['number', 'title']
/** What has a place on a phone, and beside an open task. */
export const ON_A_PHONE = ['status', 'title', 'priority']
export const BESIDE_A_TASK = ['number', ...ON_A_PHONE]

/** The column of boxes that choose rows for what is done to several. */
export const boxColumn = (chosen: ReadonlySet<string>, toggle: (task: Task) => void): Column<Task> => ({
  key: 'box',
  label: '',
  width: '34px',
  cell: (task) => (
    <Checkbox
      size="xs"
      checked={chosen.has(task.id)}
      onChange={() => toggle(task)}
      onClick={(event) => event.stopPropagation()}
      tabIndex={-1}
      aria-label={`Choose ${task.number}`}
    />
  ),
})
