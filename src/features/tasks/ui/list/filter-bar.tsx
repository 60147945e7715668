import { ActionIcon, Button, Group, Menu, Popover, TagsInput, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconColumns3, IconPlus, IconSearch, IconX } from '@tabler/icons-react'
import { useState, type RefObject } from 'react'
import { STATUS_LOOKS } from '../../../../web/kit/status-badge.tsx'
import { STATUSES, type TaskOrder } from '../../schema.ts'
import { priorityText } from '../priority.tsx'
import { ALWAYS, COLUMNS } from './columns.tsx'
import { isNarrowed, type TaskFilter } from './filter.ts'
import classes from './filter-bar.module.css'
import { ViewMenu } from './view-menu.tsx'

export const ORDER_NAMES: Readonly<Record<TaskOrder, string>> = {
  priority: 'Most urgent',
  newest: 'Newest',
  oldest: 'Oldest',
  updated: 'Recently changed',
}

interface Props {
  readonly filter: TaskFilter
  readonly change: (filter: Partial<TaskFilter>) => void
  readonly clear: () => void
  readonly search: RefObject<HTMLInputElement | null>
  readonly columns: readonly string[]
  readonly chooseColumns: (columns: string[]) => void
  /** Undefined for who may not create tasks. */
  readonly create: (() => void) | undefined
}

/** Views, search, filter chips, order, columns: what the list shows, all of it in the address. */
export function FilterBar({ filter, change, clear, search, columns, chooseColumns, create }: Props) {
  return (
    <div className={classes.bar}>
      <ViewMenu />
      <SearchField filter={filter} change={change} search={search} />
      <ChoiceChip
        label="Status"
        options={STATUSES.map((status) => ({ value: status, label: STATUS_LOOKS[status].label }))}
        chosen={filter.status}
        choose={(status) => change({ status: status as TaskFilter['status'] })}
      />
      <ChoiceChip
        label="Priority"
        options={['5', '4', '3', '2', '1'].map((value) => ({ value, label: priorityText(Number(value)) }))}
        chosen={filter.priority.map(String)}
        choose={(priority) => change({ priority: priority.map(Number) })}
      />
      <TextChip
        label="Tags"
        placeholder="Type a tag, Enter"
        chosen={filter.tag}
        choose={(tag) => change({ tag })}
      />
      <TextChip
        label="Worker"
        placeholder="Type its name, Enter"
        single
        chosen={filter.assigned_worker === undefined ? [] : [filter.assigned_worker]}
        choose={(workers) => change({ assigned_worker: workers.at(-1) })}
      />
      <Button
        variant={filter.startable === true ? 'light' : 'default'}
        aria-pressed={filter.startable === true}
        className={classes.chip}
        onClick={() => change({ startable: filter.startable === true ? undefined : true })}
      >
        Can start
      </Button>
      {isNarrowed(filter) && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={13} />}
          className={classes.chip}
          onClick={clear}
        >
          Clear
        </Button>
      )}
      <Group gap={6} ml="auto" wrap="nowrap">
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle" color="gray" className={classes.chip}>
              {ORDER_NAMES[filter.sort]}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Order</Menu.Label>
            {(Object.keys(ORDER_NAMES) as TaskOrder[]).map((sort) => (
              <Menu.Item key={sort} aria-current={sort === filter.sort} onClick={() => change({ sort })}>
                {ORDER_NAMES[sort]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <ColumnMenu columns={columns} choose={chooseColumns} />
        {create && (
          <Tooltip label="Key: c">
            <Button leftSection={<IconPlus size={14} />} onClick={create}>
              New task
            </Button>
          </Tooltip>
        )}
      </Group>
    </div>
  )
}

function SearchField({ filter, change, search }: Pick<Props, 'filter' | 'change' | 'search'>) {
  const [text, setText] = useState(filter.q)
  const [seen, setSeen] = useState(filter.q)
  const [sent, setSent] = useState(filter.q)
  // The address may change by itself: a view, Back, Clear. What comes back from one's own typing changes nothing.
  if (filter.q !== seen) {
    setSeen(filter.q)
    if (filter.q !== sent) setText(filter.q)
  }
  const send = useDebouncedCallback((q: string) => {
    setSent(q)
    change({ q })
  }, 250)
  return (
    <TextInput
      ref={search}
      className={classes.search}
      leftSection={<IconSearch size={14} />}
      placeholder="Search (key: /)"
      aria-label="Search titles and descriptions"
      maxLength={200}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly options: readonly { value: string; label: string }[]
  readonly chosen: readonly string[]
  readonly choose: (values: string[]) => void
}

/** A chip that opens boxes to tick; it says what is ticked. */
function ChoiceChip({ label, options, chosen, choose }: ChoiceProps) {
  const names = options.filter(({ value }) => chosen.includes(value)).map((each) => each.label)
  return (
    <Menu closeOnItemClick={false} position="bottom-start">
      <Menu.Target>
        <Button variant={names.length > 0 ? 'light' : 'default'} className={classes.chip}>
          <span className="cut">{names.length > 0 ? `${label}: ${names.join(', ')}` : label}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map(({ value, label: name }) => (
          <Menu.CheckboxItem
            key={value}
            checked={chosen.includes(value)}
            onChange={() =>
              choose(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value])
            }
          >
            {name}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface TextProps {
  readonly label: string
  readonly placeholder: string
  readonly single?: boolean
  readonly chosen: readonly string[]
  readonly choose: (values: string[]) => void
}

/** A chip that takes words. */
function TextChip({ label, placeholder, single = false, chosen, choose }: TextProps) {
  return (
    <Popover position="bottom-start" width={240} trapFocus shadow="md">
      <Popover.Target>
        <Button variant={chosen.length > 0 ? 'light' : 'default'} className={classes.chip}>
          <span className="cut">{chosen.length > 0 ? `${label}: ${chosen.join(', ')}` : label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <TagsInput
          aria-label={label}
          placeholder={placeholder}
          value={[...chosen]}
          maxTags={single ? 1 : 50}
          onChange={choose}
          data-autofocus
          clearable
        />
      </Popover.Dropdown>
    </Popover>
  )
}

function ColumnMenu({
  columns,
  choose,
}: {
  columns: readonly string[]
  choose: (columns: string[]) => void
}) {
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Columns" visibleFrom="sm">
          <IconColumns3 size={16} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Columns</Menu.Label>
        {COLUMNS.filter(({ key }) => !ALWAYS.includes(key)).map(({ key, label }) => (
          <Menu.CheckboxItem
            key={key}
            checked={columns.includes(key)}
            onChange={() =>
              choose(columns.includes(key) ? columns.filter((each) => each !== key) : [...columns, key])
            }
          >
            {label}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
