import { Button, Group, NumberInput, Popover, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { MOVES } from '../../../lifecycle/schema.ts'
import { patch, post, type ApiProblem } from '../../../../web/kit/api.ts'
import { useCaller } from '../../../../web/kit/caller.ts'
import { confirm } from '../../../../web/kit/confirm.tsx'
import { notifyProblem } from '../../../../web/kit/problem.tsx'
import type { Status } from '../../schema.ts'
import classes from './moves.module.css'
import { tasksChanged, useAttempts, type DetailedTask } from './task-data.ts'

/** The moves that are allowed from where the task is now, and no others. */
export function Moves({ task }: { task: DetailedTask }) {
  const { may } = useCaller()
  const attempts = useAttempts(task.id)
  const [busy, setBusy] = useState(false)
  const open = attempts.data?.executions.find(({ outcome }) => outcome === null)
  const allowed: readonly Status[] = may('update_tasks') ? MOVES[task.status] : []

  async function act(call: () => Promise<unknown>): Promise<void> {
    setBusy(true)
    try {
      await call()
    } catch (problem) {
      notifyProblem(problem as ApiProblem)
    }
    await tasksChanged()
    setBusy(false)
  }

  /** Whether what it cost and what went wrong can be told: only of an execution that is nobody's lease. */
  const told = open !== undefined && open.lease_expires_at === null && may('execute_tasks')

  /** Ends the open execution; one whose lease is another's only after a question, and by who may override. */
  async function end(success: boolean, cost_dollars: number, error_message: string): Promise<void> {
    if (open && told)
      return act(() =>
        post(`/executions/${open.id}/complete`, {
          success,
          cost_dollars,
          ...(error_message === '' ? {} : { error_message }),
        }),
      )
    const status = success ? 'completed' : 'failed'
    await act(async () => {
      try {
        await patch(`/tasks/${task.id}`, { status })
      } catch (problem) {
        if ((problem as ApiProblem).code !== 'lease_held' || !may('assign_tasks')) throw problem
        const yes = await confirm({
          title: `Take the task from ${open?.worker_id ?? 'its worker'}?`,
          text: `${open?.worker_id ?? 'A worker'} holds a lease on it and is at work. Ended from here, that work does not count any more.`,
          action: success ? 'Complete it all the same' : 'Fail it all the same',
          destructive: true,
        })
        if (yes) await patch(`/tasks/${task.id}`, { status, override: true })
      }
    })
  }

  const waiting = task.unmet_dependencies > 0
  return (
    <Group gap={6} className={classes.moves} role="toolbar" aria-label="Moves">
      {allowed.includes('assigned') && may('assign_tasks') && (
        <Ask label="Assign" disabled={busy || waiting} primary>
          {(done) => (
            <AssignForm
              submit={(worker_id) => {
                done()
                void act(() => post(`/tasks/${task.id}/assign`, { worker_id }))
              }}
            />
          )}
        </Ask>
      )}
      {allowed.includes('in_progress') && (
        <Button
          disabled={busy || waiting}
          onClick={() => void act(() => patch(`/tasks/${task.id}`, { status: 'in_progress' }))}
        >
          Start
        </Button>
      )}
      {allowed.includes('completed') && (
        <Ask label="Complete" disabled={busy} primary>
          {(done) => (
            <EndForm
              action="Complete"
              told={told}
              submit={(cost) => {
                done()
                void end(true, cost, '')
              }}
            />
          )}
        </Ask>
      )}
      {allowed.includes('failed') && (
        <Ask label="Fail" disabled={busy}>
          {(done) => (
            <EndForm
              action="Fail"
              told={told}
              submit={(cost, error) => {
                done()
                void end(false, cost, error)
              }}
            />
          )}
        </Ask>
      )}
      {allowed.includes('ready') && (
        <Button disabled={busy} onClick={() => void act(() => post(`/tasks/${task.id}/retry`))}>
          Retry
        </Button>
      )}
      {waiting && task.status === 'ready' && (
        <Text size="xs" c="dimmed">
          It can be assigned once{' '}
          {task.unmet_dependencies === 1
            ? 'its prerequisite is'
            : `its ${task.unmet_dependencies} prerequisites are`}{' '}
          completed.
        </Text>
      )}
    </Group>
  )
}

/** A button that opens a small form. */
function Ask({
  label,
  disabled,
  primary = false,
  children,
}: {
  label: string
  disabled: boolean
  primary?: boolean
  children: (done: () => void) => ReactNode
}) {
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="bottom-start" width={280}>
      <Popover.Target>
        <Button
          variant={primary ? 'filled' : 'default'}
          disabled={disabled}
          aria-haspopup="dialog"
          onClick={() => setOpened(!opened)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm">{children(() => setOpened(false))}</Popover.Dropdown>
    </Popover>
  )
}

function AssignForm({ submit }: { submit: (worker: string) => void }) {
  const [worker, setWorker] = useState('')
  function send(event: FormEvent) {
    event.preventDefault()
    if (worker.trim() !== '') submit(worker.trim())
  }
  return (
    <form onSubmit={send}>
      <Group gap={6} align="end" wrap="nowrap">
        <TextInput
          label="Worker"
          placeholder="bifrost-7"
          maxLength={200}
          data-autofocus
          value={worker}
          onChange={(event) => setWorker(event.currentTarget.value)}
        />
        <Button type="submit">Assign</Button>
      </Group>
    </form>
  )
}

function EndForm({
  action,
  told,
  submit,
}: {
  action: 'Complete' | 'Fail'
  told: boolean
  submit: (cost: number, error: string) => void
}) {
  const [cost, setCost] = useState<number | string>('')
  const [error, setError] = useState('')
  function send(event: FormEvent) {
    event.preventDefault()
    submit(cost === '' ? 0 : Number(cost), error.trim())
  }
  return (
    <form onSubmit={send}>
      <Stack gap="xs">
        {told && (
          <NumberInput
            label="What it cost"
            prefix="$"
            placeholder="$0"
            min={0}
            max={99_999_999}
            decimalScale={6}
            allowNegative={false}
            hideControls
            value={cost}
            onChange={setCost}
            data-autofocus
          />
        )}
        {told && action === 'Fail' && (
          <Textarea
            label="What went wrong"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={65_536}
            value={error}
            onChange={(event) => setError(event.currentTarget.value)}
          />
        )}
        <Button type="submit" {...(action === 'Fail' ? { color: 'red' } : {})}>
          {action}
        </Button>
      </Stack>
    </form>
  )
}
