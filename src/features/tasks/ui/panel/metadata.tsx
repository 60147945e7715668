import { ActionIcon, Button, Group, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import { post, remove, type ApiProblem } from '../../../../web/kit/api.ts'
import { notifyProblem } from '../../../../web/kit/problem.tsx'
import { MetadataKey, RESERVED_KEYS } from '../../schema.ts'
import { EditableText } from './editable-text.tsx'
import classes from './metadata.module.css'
import { Section } from './section.tsx'
import { tasksChanged, type DetailedTask } from './task-data.ts'

const RESERVED: ReadonlySet<string> = new Set(RESERVED_KEYS)

async function tryTo(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (problem) {
    notifyProblem(problem as ApiProblem)
    return false
  } finally {
    await tasksChanged()
  }
}

/** The task's metadata, each value edited in place; what other operations keep is read only. */
export function Metadata({ task, editable }: { task: DetailedTask; editable: boolean }) {
  const [adding, setAdding] = useState(false)
  // Tags and worker have their own fields above.
  const entries = Object.entries(task.metadata ?? {}).filter(
    ([key]) => key !== 'tags' && key !== 'assigned_worker',
  )
  const set = (key: string, value: string) => tryTo(() => post(`/tasks/${task.id}/metadata`, { key, value }))
  return (
    <Section
      title="Metadata"
      count={entries.length}
      aside={
        editable && (
          <ActionIcon
            ml="auto"
            size="sm"
            aria-label="Add metadata"
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            <IconPlus size={14} />
          </ActionIcon>
        )
      }
      none={entries.length === 0 && !adding ? 'None.' : undefined}
    >
      {adding && (
        <AddEntry
          add={async (key, value) => {
            if (await set(key, value)) setAdding(false)
          }}
        />
      )}
      <dl className={classes.entries}>
        {entries.map(([key, value]) => {
          const own = editable && !RESERVED.has(key)
          return (
            <div key={key} className={classes.entry}>
              <dt>{key}</dt>
              <dd>
                <EditableText
                  label={key}
                  value={value}
                  className={classes.value}
                  placeholder="empty"
                  maxLength={65_536}
                  multiline={value.includes('\n')}
                  save={own ? (text) => set(key, text) : undefined}
                />
                {own && (
                  <ActionIcon
                    size="sm"
                    aria-label={`Remove ${key}`}
                    onClick={() =>
                      void tryTo(() => remove(`/tasks/${task.id}/metadata/${encodeURIComponent(key)}`))
                    }
                  >
                    <IconX size={13} />
                  </ActionIcon>
                )}
              </dd>
            </div>
          )
        })}
      </dl>
    </Section>
  )
}

function AddEntry({ add }: { add: (key: string, value: string) => Promise<void> }) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const fault = key === '' ? undefined : MetadataKey.safeParse(key).error?.issues[0]?.message
  function send(event: FormEvent) {
    event.preventDefault()
    if (key !== '' && fault === undefined) void add(key, value)
  }
  return (
    <form onSubmit={send}>
      <Group gap={6} align="start" wrap="nowrap" mb={8}>
        <TextInput
          aria-label="Key"
          placeholder="Key"
          autoFocus
          value={key}
          error={fault}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <TextInput
          flex={1}
          aria-label="Value"
          placeholder="Value"
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button type="submit" disabled={key === ''}>
          Add
        </Button>
      </Group>
    </form>
  )
}
