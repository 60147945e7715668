import { Button, CloseButton, Group, Menu, Popover, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { ApiProblem, get, patch, post, remove } from '../../../../web/kit/api.ts'
import { useCaller } from '../../../../web/kit/caller.ts'
import { confirm } from '../../../../web/kit/confirm.tsx'
import { notifyDone } from '../../../../web/kit/problem.tsx'
import { notifications } from '@mantine/notifications'
import { renew } from '../../../../web/kit/queries.ts'
import type { Task } from '../../schema.ts'
import { priorityText } from '../priority.tsx'
import classes from './bulk-bar.module.css'

/** So many calls are on their way at once. */
const AT_ONCE = 6

/** Does the same to each of several tasks. Resolves to what was refused, and of which task. */
async function eachOf(
  tasks: readonly Task[],
  act: (task: Task) => Promise<unknown>,
): Promise<{ task: Task; problem: ApiProblem }[]> {
  const refused: { task: Task; problem: ApiProblem }[] = []
  const waiting = [...tasks]
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      try {
        await act(task)
      } catch (problem) {
        refused.push({ task, problem: problem as ApiProblem })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return refused
}

/** Whether it is certain that nothing was done. */
const isRefusal = ({ status }: ApiProblem): boolean => status >= 400 && status < 500

/** Adds a tag to those that a task has, also where the list does not show all of them yet. */
async function addTag(task: Task, tag: string, turn = 0): Promise<void> {
  if (task.tags.includes(tag)) return
  try {
    await post(`/tasks/${task.id}/tags`, [...task.tags, tag], { version: task.version })
  } catch (problem) {
    if (!(problem instanceof ApiProblem) || problem.status !== 412 || turn === 3) throw problem
    await addTag(await get<Task>(`/tasks/${task.id}`), tag, turn + 1)
  }
}

/** What may be done to all chosen tasks at once. */
export function BulkBar({ tasks, clear }: { tasks: readonly Task[]; clear: () => void }) {
  const { may } = useCaller()
  const [busy, setBusy] = useState(false)

  async function run(done: string, act: (task: Task) => Promise<unknown>) {
    setBusy(true)
    const refused = await eachOf(tasks, act)
    setBusy(false)
    await renew({ queryKey: ['tasks'] })
    const first = refused[0]
    if (tasks.length > refused.length) notifyDone(`${tasks.length - refused.length} ${done}`)
    if (first)
      notifications.show({
        color: 'red',
        autoClose: 12_000,
        title: `${refused.length} of ${tasks.length} were ${refused.every(({ problem }) => isRefusal(problem)) ? 'refused' : 'not confirmed'}`,
        message: `Task ${first.task.number}: ${first.problem.message}`,
      })
    else clear()
  }

  async function removeAll() {
    const yes = await confirm({
      title: `Delete ${tasks.length} tasks?`,
      text: 'Their dependencies and executions go with them; what waited for them waits no more. This cannot be undone.',
      action: 'Delete',
      destructive: true,
    })
    if (yes) await run('deleted', (task) => remove(`/tasks/${task.id}`))
  }

  return (
    <div className={classes.bar} role="toolbar" aria-label="What to do with the chosen tasks">
      <strong>
        <span className="number">{tasks.length}</span> chosen
      </strong>
      <Group gap={6}>
        {may('update_tasks') && (
          <Menu>
            <Menu.Target>
              <Button variant="default" disabled={busy}>
                Priority
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {[5, 4, 3, 2, 1].map((priority) => (
                <Menu.Item
                  key={priority}
                  onClick={() => void run('changed', (task) => patch(`/tasks/${task.id}`, { priority }))}
                >
                  {priorityText(priority)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {may('assign_tasks') && (
          <WordButton
            label="Assign"
            field="Worker"
            disabled={busy}
            submit={(worker_id) =>
              void run('assigned', (task) => post(`/tasks/${task.id}/assign`, { worker_id }))
            }
          />
        )}
        {may('update_tasks') && (
          <WordButton
            label="Add a tag"
            field="Tag"
            disabled={busy}
            submit={(tag) => void run('tagged', (task) => addTag(task, tag))}
          />
        )}
        {may('update_tasks') && (
          <Button
            variant="default"
            disabled={busy || !tasks.some(({ status }) => status === 'failed')}
            onClick={() => void run('made ready again', (task) => post(`/tasks/${task.id}/retry`))}
          >
            Retry
          </Button>
        )}
        {may('delete_tasks') && (
          <Button variant="default" c="var(--bad)" disabled={busy} onClick={() => void removeAll()}>
            Delete
          </Button>
        )}
      </Group>
      <CloseButton ml="auto" aria-label="Choose none" onClick={clear} />
    </div>
  )
}

interface WordProps {
  readonly label: string
  readonly field: string
  readonly disabled: boolean
  readonly submit: (word: string) => void
}

/** A button that asks for a word first. */
function WordButton({ label, field, disabled, submit }: WordProps) {
  const [opened, setOpened] = useState(false)
  const [word, setWord] = useState('')
  function send(event: FormEvent) {
    event.preventDefault()
    if (word.trim() === '') return
    setOpened(false)
    setWord('')
    submit(word.trim())
  }
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus>
      <Popover.Target>
        <Button variant="default" disabled={disabled} onClick={() => setOpened(!opened)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <form onSubmit={send}>
          <Group gap={6} wrap="nowrap">
            <TextInput
              aria-label={field}
              placeholder={field}
              maxLength={200}
              value={word}
              onChange={(event) => setWord(event.currentTarget.value)}
            />
            <Button type="submit">{label}</Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
