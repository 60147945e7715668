import { NumberInput, Select, TagsInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Copyable } from '../../../../web/kit/copyable.tsx'
import { effortText, exactTime } from '../../../../web/kit/time.tsx'
import { priorityText } from '../priority.tsx'
import { TagRow } from '../tags.tsx'
import classes from './fields.module.css'
import type { DetailedTask } from './task-data.ts'
import type { SaveEdit } from './task-edit.ts'

/** The task's fields, each edited where it stands. */
export function Fields({ task, save }: { task: DetailedTask; save: SaveEdit | undefined }) {
  return (
    <dl className={classes.fields}>
      <Field name="Priority">
        {save ? (
          <Select
            aria-label="Priority"
            data={['5', '4', '3', '2', '1'].map((value) => ({ value, label: priorityText(Number(value)) }))}
            value={String(task.priority)}
            onChange={(value) => value !== null && void save(task, { priority: Number(value) })}
            allowDeselect={false}
            w={150}
          />
        ) : (
          priorityText(task.priority)
        )}
      </Field>
      <Field name="Effort">
        {save ? (
          <Effort key={task.effort_estimate} task={task} save={save} />
        ) : task.effort_estimate === null ? (
          'none'
        ) : (
          effortText(task.effort_estimate)
        )}
      </Field>
      <Field name="Tags">{save ? <Tags task={task} save={save} /> : <TagRow tags={task.tags} />}</Field>
      <Field name="Worker">{task.assigned_worker ?? <span className={classes.none}>nobody</span>}</Field>
      {task.priority_score !== null && (
        <Field name="Score">
          <span className="number">{task.priority_score}</span>
        </Field>
      )}
      <Field name="Unmet">
        <span className="number">{task.unmet_dependencies}</span>
      </Field>
      <Field name="Created">{exactTime(task.created_at)}</Field>
      <Field name="Updated">{exactTime(task.updated_at)}</Field>
      <Field name="Version">
        <span className="number">{task.version}</span>
      </Field>
      <Field name="Id">
        <Copyable value={task.id} />
      </Field>
    </dl>
  )
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.field}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Effort({ task, save }: { task: DetailedTask; save: SaveEdit }) {
  const [minutes, setMinutes] = useState<number | string>(task.effort_estimate ?? '')
  const send = () => {
    const effort_estimate = minutes === '' ? null : Number(minutes)
    if (effort_estimate !== task.effort_estimate) void save(task, { effort_estimate })
  }
  return (
    <NumberInput
      aria-label="Effort in minutes"
      placeholder="none"
      suffix=" min"
      min={0}
      max={2_147_483_647}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="strict"
      hideControls
      w={150}
      value={minutes}
      onChange={setMinutes}
      onBlur={send}
      onKeyDown={(event) => event.key === 'Enter' && send()}
    />
  )
}

function Tags({ task, save }: { task: DetailedTask; save: SaveEdit }) {
  /** What is on its way, shown until the task has it. */
  const [sent, setSent] = useState<string[] | null>(null)
  const tags = sent ?? task.tags
  async function send(wanted: string[]) {
    setSent(wanted)
    await save(task, { tags: wanted })
    setSent((latest) => (latest === wanted ? null : latest))
  }
  return (
    <TagsInput
      aria-label="Tags"
      placeholder={tags.length === 0 ? 'Type a tag, Enter' : ''}
      value={tags}
      maxTags={50}
      onChange={(wanted) => void send(wanted)}
    />
  )
}
