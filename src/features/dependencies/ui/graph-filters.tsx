import {
  Button,
  Chip,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Popover,
  SegmentedControl,
  Switch,
  TextInput,
} from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import type { ChangeParameters } from '../../../web/kit/address.ts'
import { lookOf } from '../../../web/kit/status-badge.tsx'
import { STATUSES } from '../../tasks/schema.ts'
import type { Direction, GraphAddress } from './graph-address.ts'
import classes from './graph.module.css'

const DIRECTIONS: readonly { value: Direction; label: string }[] = [
  { value: 'both', label: 'Both ways' },
  { value: 'up', label: 'What it waits for' },
  { value: 'down', label: 'What waits for it' },
]

/** What cuts the graph down, all of it in the address. */
export function GraphFilters({
  address,
  change,
  tags,
}: {
  address: GraphAddress
  change: ChangeParameters
  /** Those that tasks of the graph have. */
  tags: readonly string[]
}) {
  const { statuses, root, depth, direction, joined } = address
  const count =
    Number(statuses.length > 0) +
    Number(address.tags.length > 0) +
    Number(root !== undefined) +
    Number(joined)
  return (
    <Popover width={340} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={14} />}>
          {count === 0 ? 'Filter' : `Filter (${count})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.filters}>
        <Input.Wrapper label="Statuses" labelElement="div">
          <Chip.Group
            multiple
            value={[...statuses]}
            onChange={(chosen) => change({ status: chosen.length > 0 ? chosen : undefined })}
          >
            <Group gap={6} mt={4}>
              {STATUSES.map((status) => (
                <Chip key={status} value={status} size="xs" variant="outline">
                  {lookOf(status).label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
        <MultiSelect
          label="Tags"
          placeholder={address.tags.length === 0 ? 'Any' : ''}
          data={[...new Set([...tags, ...address.tags])].sort()}
          value={[...address.tags]}
          onChange={(chosen) => change({ tag: chosen.length > 0 ? chosen : undefined })}
          searchable
          clearable
          limit={50}
          comboboxProps={{ withinPortal: false }}
        />
        <Root key={root ?? ''} root={root} change={change} />
        {root !== undefined && (
          <Group gap="xs" align="end" grow>
            <SegmentedControl
              aria-label="Direction"
              data={[...DIRECTIONS]}
              value={direction}
              orientation="vertical"
              onChange={(chosen) => change({ direction: chosen === 'both' ? undefined : chosen })}
            />
            <NumberInput
              label="Steps at most"
              placeholder="All"
              min={0}
              max={100}
              value={depth ?? ''}
              onChange={(chosen) => change({ depth: chosen === '' ? undefined : String(chosen) })}
            />
          </Group>
        )}
        <Switch
          size="xs"
          label="Only tasks with dependencies"
          checked={joined}
          onChange={(event) => change({ joined: event.currentTarget.checked ? '1' : undefined })}
        />
        <Button
          variant="subtle"
          disabled={count === 0}
          onClick={() =>
            change({
              status: undefined,
              tag: undefined,
              root: undefined,
              depth: undefined,
              direction: undefined,
              joined: undefined,
            })
          }
        >
          Show everything
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}

/** The task that the graph is cut down to: its number, taken when it is whole. */
function Root({ root, change }: { root: string | undefined; change: ChangeParameters }) {
  const [text, setText] = useState(root ?? '')
  const wanted = text.trim().replace(/^#/, '')
  const isWrong = wanted !== '' && !/^[1-9][0-9]{0,15}$/.test(wanted) && wanted !== root
  function take(): void {
    if (isWrong || wanted === (root ?? '')) return
    change({ root: wanted || undefined, ...(wanted ? {} : { depth: undefined, direction: undefined }) })
  }
  return (
    <TextInput
      label="Around one task"
      placeholder="Its number, such as 17"
      value={text}
      error={isWrong ? 'A task number is a whole number from 1.' : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  )
}
