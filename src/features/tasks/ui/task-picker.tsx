import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem, get } from '../../../web/kit/api.ts'
import { StatusBadge } from '../../../web/kit/status-badge.tsx'
import type { Task } from '../schema.ts'
import classes from './task-picker.module.css'

/** Tasks by words of their titles, or by their number; at most 20. */
async function find(q: string, signal: AbortSignal): Promise<Task[]> {
  const number = /^#?([1-9]\d{0,14})$/.exec(q)?.[1]
  const [named, found] = await Promise.all([
    number === undefined
      ? []
      : get<Task>(`/tasks/${number}`, { signal }).then(
          (task) => [task],
          (problem: unknown) => {
            if (problem instanceof ApiProblem && problem.status === 404) return []
            throw problem
          },
        ),
    get<Task[]>('/tasks/search', { query: { q }, signal }),
  ])
  return [...named, ...found.filter(({ id }) => id !== named[0]?.id)].slice(0, 20)
}

interface Props {
  readonly label: string
  readonly placeholder: string
  /** Ids that are not offered. */
  readonly without: ReadonlySet<string>
  readonly pick: (task: Task) => void
  readonly error?: string | undefined
  readonly autoFocus?: boolean
}

/** Finds a task as one types. */
export function TaskPicker({ label, placeholder, without, pick, error, autoFocus }: Props) {
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const found = useQuery<Task[], ApiProblem>({
    queryKey: ['tasks', 'pick', q],
    queryFn: ({ signal }) => find(q, signal),
    enabled: q !== '',
    placeholderData: (before) => before,
  })
  const offered = q === '' ? [] : (found.data ?? []).filter(({ id }) => !without.has(id))
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const task = offered.find((each) => each.id === id)
        if (task) pick(task)
        setText('')
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <TextInput
          label={label}
          placeholder={placeholder}
          value={text}
          error={error}
          autoFocus={autoFocus}
          maxLength={200}
          rightSection={found.isFetching ? <Loader size={12} /> : undefined}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.openDropdown()
            combobox.updateSelectedOptionIndex()
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={q === ''}>
        <Combobox.Options aria-label="Tasks found" mah={240} className={classes.options}>
          {offered.map((task) => (
            <Combobox.Option key={task.id} value={task.id}>
              <span className={classes.option}>
                <span className="number">{task.number}</span>
                <span className="cut">{task.title}</span>
                <StatusBadge status={task.status} unmet={task.unmet_dependencies} />
              </span>
            </Combobox.Option>
          ))}
          {offered.length === 0 && (
            <Combobox.Empty>
              {found.error?.message ?? (found.isFetching ? 'Searching…' : 'No such task')}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
