import { useQuery } from '@tanstack/react-query'
import { get } from '../../../web/kit/api.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { StatusBadge } from '../../../web/kit/status-badge.tsx'
import { Ago } from '../../../web/kit/time.tsx'
import { VirtualTable, type Column } from '../../../web/kit/virtual-table.tsx'
import type { Task } from '../schema.ts'

const COLUMNS: readonly Column<Task>[] = [
  {
    key: 'number',
    label: 'No.',
    width: '64px',
    cell: (task) => <span className="number">{task.number}</span>,
  },
  {
    key: 'status',
    label: 'Status',
    width: '120px',
    cell: (task) => <StatusBadge status={task.status} unmet={task.unmet_dependencies} />,
  },
  { key: 'title', label: 'Title', width: 'minmax(200px, 1fr)', cell: (task) => task.title },
  { key: 'created', label: 'Created', width: '90px', cell: (task) => <Ago time={task.created_at} /> },
]

const idOf = (task: Task): string => task.id

/** The list of tasks. */
export default function TasksScreen() {
  const tasks = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => get<Task[]>('/tasks', { signal }),
    meta: { follows: { kinds: ['task'] } },
  })
  if (tasks.error) return <ProblemAlert problem={tasks.error} again={() => void tasks.refetch()} />
  if (!tasks.data) return null
  if (tasks.data.length === 0) return <EmptyState title="No tasks yet">Create the first one.</EmptyState>
  return <VirtualTable label="Tasks" columns={COLUMNS} rows={tasks.data} keyOf={idOf} />
}
