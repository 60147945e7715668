import { ActionIcon, Button, Divider, Group, Popover, TextInput } from '@mantine/core'
import { IconBookmark, IconTrash } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import { parseParameters, printParameters, useParameters } from '../../../../web/kit/address.ts'
import { NO_FILTER, ownParameters } from './filter.ts'
import { BUILT_IN, useViews, type View } from './views.ts'

/** Named filters: those that everybody has, and one's own. */
export function ViewMenu() {
  const [parameters, change] = useParameters()
  const { own, keep, forget } = useViews()
  const [name, setName] = useState('')
  const [opened, setOpened] = useState(false)
  const here = printParameters(ownParameters(parameters))
  const current = [...BUILT_IN, ...own].find(
    ({ search }) => printParameters(ownParameters(parseParameters(search))) === here,
  )
  const show = (search: string) => {
    setOpened(false)
    change({ ...NO_FILTER, ...parseParameters(search) })
  }

  function save(event: FormEvent) {
    event.preventDefault()
    if (name.trim() === '') return
    keep(name.trim(), ownParameters(parameters))
    setName('')
  }

  return (
    <Popover position="bottom-start" width={250} opened={opened} onChange={setOpened} shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          px={8}
          leftSection={<IconBookmark size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {current?.name ?? 'View'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label="Views">
        {BUILT_IN.map((view) => (
          <Choice key={view.name} view={view} current={view === current} show={show} />
        ))}
        {own.length > 0 && <Divider my={4} />}
        {own.map((view) => (
          <Group key={view.name} gap={0} wrap="nowrap">
            <Choice view={view} current={view === current} show={show} />
            <ActionIcon aria-label={`Forget the view ${view.name}`} onClick={() => forget(view.name)}>
              <IconTrash size={13} />
            </ActionIcon>
          </Group>
        ))}
        <Divider my={4} />
        <form onSubmit={save}>
          <Group gap={6} p={6} wrap="nowrap">
            <TextInput
              aria-label="Name of the view"
              placeholder="Keep this as…"
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default">
              Keep
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

function Choice({ view, current, show }: { view: View; current: boolean; show: (search: string) => void }) {
  return (
    <Button
      variant={current ? 'light' : 'subtle'}
      {...(current ? {} : { color: 'gray' })}
      fullWidth
      justify="start"
      aria-current={current}
      onClick={() => show(view.search)}
    >
      {view.name}
    </Button>
  )
}
