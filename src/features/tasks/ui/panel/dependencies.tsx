import { ActionIcon, Button, SegmentedControl, Stack } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { DependencyType } from '../../../dependencies/schema.ts'
import { post, remove, type ApiProblem } from '../../../../web/kit/api.ts'
import { notifyProblem, ProblemAlert } from '../../../../web/kit/problem.tsx'
import type { Task } from '../../schema.ts'
import { RefusedEdge } from '../cycle.tsx'
import { TaskLine } from '../task-line.tsx'
import { TaskPicker } from '../task-picker.tsx'
import { Section } from './section.tsx'
import { tasksChanged, useDependents, usePrerequisites, type DetailedTask } from './task-data.ts'

/** A list that is longer is cut, and can be shown whole. */
const SHOWN = 20

/** What the task waits for; prerequisites are added by search, and taken away. */
export function Prerequisites({ task, editable }: { task: DetailedTask; editable: boolean }) {
  const { data, error, refetch } = usePrerequisites(task.id)
  const [adding, setAdding] = useState(false)
  const [whole, setWhole] = useState(false)
  const edges = data ?? []

  async function take(id: string) {
    try {
      await remove(`/tasks/${task.id}/dependencies/${id}`)
    } catch (problem) {
      notifyProblem(problem as ApiProblem)
    }
    await tasksChanged()
  }

  return (
    <Section
      title="Waits for"
      count={edges.length}
      aside={
        editable && (
          <ActionIcon
            ml="auto"
            size="sm"
            aria-label="Add a prerequisite"
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            <IconPlus size={14} />
          </ActionIcon>
        )
      }
      none={data && edges.length === 0 && !adding ? 'Nothing.' : undefined}
    >
      {error && !data && <ProblemAlert problem={error} again={() => void refetch()} />}
      {adding && (
        <AddPrerequisite
          task={task}
          known={new Set(edges.map(({ depends_on_task_id }) => depends_on_task_id))}
        />
      )}
      {edges.slice(0, whole ? undefined : SHOWN).map((edge) => (
        <TaskLine key={edge.id} task={edge.task}>
          {edge.dependency_type === 'soft' && <Soft />}
          {editable && (
            <ActionIcon
              size="sm"
              aria-label={`No longer wait for ${edge.task.number}`}
              onClick={() => void take(edge.id)}
            >
              <IconX size={13} />
            </ActionIcon>
          )}
        </TaskLine>
      ))}
      <ShowAll count={edges.length} whole={whole} show={() => setWhole(true)} />
    </Section>
  )
}

/** What waits for the task. */
export function Dependents({ task }: { task: DetailedTask }) {
  const { data, error, refetch } = useDependents(task.id)
  const [whole, setWhole] = useState(false)
  const tasks = data?.tasks ?? []
  return (
    <Section title="Is waited for by" count={data?.count} none={data?.count === 0 ? 'Nothing.' : undefined}>
      {error && !data && <ProblemAlert problem={error} again={() => void refetch()} />}
      {tasks.slice(0, whole ? undefined : SHOWN).map((each) => (
        <TaskLine key={each.id} task={each}>
          {each.dependency_type === 'soft' && <Soft />}
        </TaskLine>
      ))}
      <ShowAll count={tasks.length} whole={whole} show={() => setWhole(true)} />
    </Section>
  )
}

function ShowAll({ count, whole, show }: { count: number; whole: boolean; show: () => void }) {
  if (whole || count <= SHOWN) return null
  return (
    <Button variant="subtle" color="gray" onClick={show}>
      Show all {count}
    </Button>
  )
}

const Soft = () => <span title="Advice only: it never blocks">soft</span>

function AddPrerequisite({ task, known }: { task: DetailedTask; known: ReadonlySet<string> }) {
  const [type, setType] = useState<DependencyType>('hard')
  const [refused, setRefused] = useState<ApiProblem | null>(null)

  async function add(prerequisite: Task) {
    setRefused(null)
    try {
      await post(`/tasks/${task.id}/dependencies`, {
        depends_on_task_id: prerequisite.id,
        dependency_type: type,
      })
      await tasksChanged()
    } catch (problem) {
      setRefused(problem as ApiProblem)
    }
  }

  return (
    <Stack gap={6} mb={8}>
      <SegmentedControl
        aria-label="How it waits"
        value={type}
        onChange={(value) => setType(value)}
        data={[
          { value: 'hard', label: 'Blocks (hard)' },
          { value: 'soft', label: 'Advice (soft)' },
        ]}
        w={220}
      />
      <TaskPicker
        label="Prerequisite"
        placeholder="Words of its title, or its number"
        without={new Set([...known, task.id])}
        pick={(prerequisite) => void add(prerequisite)}
        autoFocus
      />
      {refused && <RefusedEdge problem={refused} />}
    </Stack>
  )
}
