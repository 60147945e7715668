import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core'
import { IconBookmark, IconTrash } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import { parseParameters, printParameters, useParameters } from '../../../../web/kit/address.ts'
import { NO_FILTER, ownParameters } from './filter.ts'
import { BUILT_IN, useViews } from './views.ts'

/** Named filters: those that everybody has, and one's own. */
export function ViewMenu() {
  const [parameters, change] = useParameters()
  const { own, keep, forget } = useViews()
  const [name, setName] = useState('')
  const here = printParameters(ownParameters(parameters))
  const current = [...BUILT_IN, ...own].find(
    ({ search }) => printParameters(ownParameters(parseParameters(search))) === here,
  )
  const show = (search: string) => change({ ...NO_FILTER, ...parseParameters(search) })

  function save(event: FormEvent) {
    event.preventDefault()
    if (name.trim() === '') return
    keep(name.trim(), ownParameters(parameters))
    setName('')
  }

  return (
    <Menu position="bottom-start" width={250} trapFocus={false}>
      <Menu.Target>
        <Button variant="subtle" color="gray" px={8} leftSection={<IconBookmark size={14} />}>
          {current?.name ?? 'View'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Views</Menu.Label>
        {BUILT_IN.map((view) => (
          <Menu.Item key={view.name} aria-current={view === current} onClick={() => show(view.search)}>
            {view.name}
          </Menu.Item>
        ))}
        {own.length > 0 && <Menu.Divider />}
        {own.map((view) => (
          <Group key={view.name} gap={0} wrap="nowrap">
            <Menu.Item aria-current={view === current} onClick={() => show(view.search)}>
              {view.name}
            </Menu.Item>
            <ActionIcon aria-label={`Forget the view ${view.name}`} onClick={() => forget(view.name)}>
              <IconTrash size={13} />
            </ActionIcon>
          </Group>
        ))}
        <Menu.Divider />
        <form onSubmit={save}>
          <Group gap={6} p={6} wrap="nowrap">
            <TextInput
              aria-label="Name of the view"
              placeholder="Keep this as…"
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => event.stopPropagation()}
            />
            <Button type="submit" variant="default">
              Keep
            </Button>
          </Group>
        </form>
      </Menu.Dropdown>
    </Menu>
  )
}
