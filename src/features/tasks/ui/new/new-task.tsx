import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useHotkeys } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { CreateTask } from '../../../lifecycle/schema.ts'
import { ApiProblem, newIdempotencyKey, post } from '../../../../web/kit/api.ts'
import { useParameters } from '../../../../web/kit/address.ts'
import { ProblemAlert } from '../../../../web/kit/problem.tsx'
import type { AsideProps } from '../../../../web/kit/screen.ts'
import type { Task } from '../../schema.ts'
import { priorityText } from '../priority.tsx'
import { tasksChanged } from '../panel/task-data.ts'
import { TaskLine } from '../task-line.tsx'
import { TaskPicker } from '../task-picker.tsx'
import classes from './new-task.module.css'

interface Draft {
  readonly title: string
  readonly description: string
  readonly priority: string
  readonly effort: number | string
  readonly tags: string[]
}

const EMPTY: Draft = { title: '', description: '', priority: '3', effort: '', tags: [] }

/** The API's name of each field, and the form's. */
const FIELDS: Readonly<Record<string, keyof Draft>> = {
  title: 'title',
  description: 'description',
  priority: 'priority',
  effort_estimate: 'effort',
  tags: 'tags',
}

const inputOf = (draft: Draft, prerequisites: readonly Task[]) => ({
  title: draft.title.trim(),
  description: draft.description,
  priority: Number(draft.priority),
  effort_estimate: draft.effort === '' ? null : Number(draft.effort),
  tags: draft.tags,
  depends_on: prerequisites.map(({ id }) => id),
})

/** What the feature's own schema says of a draft, by the form's fields. */
function faultsOf(draft: Draft): Partial<Record<keyof Draft, string>> {
  const parsed = CreateTask.safeParse(inputOf(draft, []))
  const faults: Partial<Record<keyof Draft, string>> = {}
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = FIELDS[String(path[0])]
    if (field && !faults[field])
      faults[field] = field === 'title' && draft.title.trim() === '' ? 'A task needs a title' : message
  }
  return faults
}

/** A form for one task after the other: it empties itself, and the list shows what it made. */
export default function NewTask({ close }: AsideProps) {
  const [, change] = useParameters()
  const [prerequisites, setPrerequisites] = useState<readonly Task[]>([])
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [made, setMade] = useState<Task | null>(null)
  const [busy, setBusy] = useState(false)
  // An answer that was lost is asked for again, and makes no second task.
  const [attempt, setAttempt] = useState(newIdempotencyKey)
  const changePrerequisites = (change: (before: readonly Task[]) => readonly Task[]) => {
    setPrerequisites(change)
    setAttempt(newIdempotencyKey())
  }
  const form = useForm<Draft>({
    initialValues: EMPTY,
    validate: faultsOf,
    validateInputOnChange: true,
    onValuesChange: () => setAttempt(newIdempotencyKey()),
  })
  useHotkeys([['Escape', close]], [])

  async function create(draft: Draft) {
    setBusy(true)
    setProblem(null)
    try {
      const task = await post<Task>('/tasks', inputOf(draft, prerequisites), {
        idempotencyKey: attempt,
      })
      form.reset()
      setPrerequisites([])
      setMade(task)
      setAttempt(newIdempotencyKey())
      await tasksChanged()
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      const elsewhere = thrown.errors.filter(({ path, message }) => {
        const field = FIELDS[path.split('.')[0] ?? '']
        if (field) form.setFieldError(field, message)
        return !field
      })
      if (thrown.errors.length === 0 || elsewhere.length > 0) setProblem(thrown)
    } finally {
      setBusy(false)
      form.getInputNode('title')?.focus()
    }
  }

  return (
    <form
      className={classes.form}
      aria-label="New task"
      noValidate
      onSubmit={form.onSubmit((draft) => void create(draft))}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.requestSubmit()
      }}
    >
      <Group justify="space-between">
        <Title order={1}>New task</Title>
        <ActionIcon onClick={close} aria-label="Close">
          <IconX size={16} />
        </ActionIcon>
      </Group>
      <TextInput
        label="Title"
        placeholder="What is to be done"
        withAsterisk
        data-autofocus
        autoFocus
        key={form.key('title')}
        {...form.getInputProps('title')}
      />
      <Textarea
        label="Description"
        autosize
        minRows={4}
        maxRows={16}
        {...form.getInputProps('description')}
      />
      <Group grow align="start">
        <Select
          label="Priority"
          data={['5', '4', '3', '2', '1'].map((value) => ({ value, label: priorityText(Number(value)) }))}
          allowDeselect={false}
          {...form.getInputProps('priority')}
        />
        <NumberInput
          label="Effort in minutes"
          placeholder="not estimated"
          allowDecimal={false}
          hideControls
          {...form.getInputProps('effort')}
        />
      </Group>
      <TagsInput label="Tags" placeholder="Type a tag, Enter" {...form.getInputProps('tags')} />
      <Stack gap={4}>
        <TaskPicker
          label="Waits for"
          placeholder="Words of a title, or a number"
          without={new Set(prerequisites.map(({ id }) => id))}
          pick={(task) => changePrerequisites((before) => [...before, task])}
        />
        {prerequisites.map((task) => (
          <TaskLine key={task.id} task={task}>
            <ActionIcon
              size="sm"
              aria-label={`Do not wait for ${task.number}`}
              onClick={() => changePrerequisites((before) => before.filter(({ id }) => id !== task.id))}
            >
              <IconX size={13} />
            </ActionIcon>
          </TaskLine>
        ))}
      </Stack>
      {problem && <ProblemAlert problem={problem} />}
      <Group gap="sm">
        <Button type="submit" loading={busy}>
          Create
        </Button>
        <span className={classes.hint}>Ctrl Enter (⌘ Enter)</span>
      </Group>
      <div role="status" className={classes.made}>
        {made && (
          <>
            Created:{' '}
            <button type="button" onClick={() => change({ task: String(made.number), new: undefined })}>
              {made.number} {made.title}
            </button>
          </>
        )}
      </div>
    </form>
  )
}
