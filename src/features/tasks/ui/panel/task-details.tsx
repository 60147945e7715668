import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconTrash } from '@tabler/icons-react'
import { useEffect, type ReactNode } from 'react'
import { remove, type ApiProblem } from '../../../../web/kit/api.ts'
import { useCaller } from '../../../../web/kit/caller.ts'
import { confirm } from '../../../../web/kit/confirm.tsx'
import { Copyable } from '../../../../web/kit/copyable.tsx'
import { EmptyState } from '../../../../web/kit/empty-state.tsx'
import { notifyProblem, ProblemAlert } from '../../../../web/kit/problem.tsx'
import { StatusBadge } from '../../../../web/kit/status-badge.tsx'
import { TaskRef } from '../../schema.ts'
import { Attempts } from './attempts.tsx'
import { ConflictNotice } from './conflict.tsx'
import { Dependents, Prerequisites } from './dependencies.tsx'
import { EditableText } from './editable-text.tsx'
import { Fields } from './fields.tsx'
import { History } from './history.tsx'
import { Metadata } from './metadata.tsx'
import { Moves } from './moves.tsx'
import { tasksChanged, useTask, type DetailedTask } from './task-data.ts'
import classes from './task-details.module.css'
import { Loading } from '../../../../web/kit/loading.tsx'
import { useTaskEdit } from './task-edit.ts'

interface Props {
  /** A task's number or id. */
  readonly reference: string
  /** Called after the task was deleted. */
  readonly gone: () => void
  readonly tools: ReactNode
}

/** Everything about a task, and what may be done to it. */
export function TaskDetails({ reference, gone, tools }: Props) {
  const named = TaskRef.safeParse(/^\d+$/.test(reference) ? Number(reference) : reference).success
  const { data: task, error, refetch } = useTask(reference, named)
  useEffect(() => {
    if (task) document.title = `${task.number} ${task.title} · Cairn Codex`
  }, [task])
  if (!named || error?.status === 404)
    return (
      <>
        <div className={classes.bar}>
          <span className={classes.tools}>{tools}</span>
        </div>
        <EmptyState title={`There is no task ${reference}`}>It was deleted, or never was here.</EmptyState>
      </>
    )
  if (error && !task) return <ProblemAlert problem={error} again={() => void refetch()} />
  if (!task) return <Loading />
  return <Details key={task.id} task={task} gone={gone} tools={tools} />
}

function Details({ task, gone, tools }: { task: DetailedTask; gone: () => void; tools: ReactNode }) {
  const { may } = useCaller()
  const { save, conflict, settle } = useTaskEdit()
  const editable = may('update_tasks')
  return (
    <article className={classes.details} aria-label={`Task ${task.number}`}>
      <div className={classes.bar}>
        <span className="number">
          <Copyable value={String(task.number)} shown={`#${task.number}`} />
        </span>
        <StatusBadge status={task.status} unmet={task.unmet_dependencies} />
        <span className={classes.tools}>
          {may('delete_tasks') && <More task={task} gone={gone} />}
          {tools}
        </span>
      </div>
      <div className={classes.body}>
        <EditableText
          label="Title"
          value={task.title}
          className={classes.title}
          maxLength={500}
          save={editable ? (title) => save(task, { title }) : undefined}
          required
        />
        <Moves task={task} />
        {conflict && <ConflictNotice conflict={conflict} settle={settle} />}
        <Fields task={task} save={editable ? save : undefined} />
        <EditableText
          label="Description"
          value={task.description}
          className={classes.description}
          placeholder={editable ? 'Describe what is to be done' : 'No description'}
          maxLength={65_536}
          multiline
          save={editable ? (description) => save(task, { description }) : undefined}
        />
        <Prerequisites task={task} editable={editable} />
        <Dependents task={task} />
        <Attempts task={task} />
        <Metadata task={task} editable={editable} />
        {may('read_audit') && <History task={task} />}
      </div>
    </article>
  )
}

function More({ task, gone }: { task: DetailedTask; gone: () => void }) {
  async function destroy() {
    const yes = await confirm({
      title: `Delete task ${task.number}?`,
      text: `“${task.title.slice(0, 120)}” goes with its dependencies, executions and metadata. This cannot be undone.`,
      action: 'Delete',
      destructive: true,
    })
    if (!yes) return
    try {
      await remove(`/tasks/${task.id}`)
      gone()
      await tasksChanged()
    } catch (problem) {
      notifyProblem(problem as ApiProblem)
    }
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item c="var(--bad)" leftSection={<IconTrash size={14} />} onClick={() => void destroy()}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
