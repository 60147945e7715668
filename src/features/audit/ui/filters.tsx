import { Button, Select, TagsInput, TextInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import { useDebouncedCallback, useId } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { all, one, type ChangeParameters, type Parameters } from '../../../web/kit/address.ts'
import { get } from '../../../web/kit/api.ts'
import { ListAudit } from '../schema.ts'
import classes from './audit.module.css'

const TEXTS = ['actor', 'entity_id'] as const
const MOMENTS = ['since', 'until'] as const
const NAMES = [...TEXTS, 'entity_type', 'event_type', ...MOMENTS] as const

/** What the address asks for, and which parts of it do not fit. */
export interface Filter {
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly faults: Readonly<Record<string, string>>
}

/** Reads the filter out of the address; what does not fit is named, and not asked for. */
export function filterOf(parameters: Parameters): Filter {
  const query: Record<string, string | readonly string[]> = {}
  const faults: Record<string, string> = {}
  for (const name of NAMES) {
    const value = name === 'event_type' ? all(parameters, name) : one(parameters, name)
    if (value === undefined || value.length === 0) continue
    const { error } = ListAudit.shape[name].safeParse(value)
    if (error) faults[name] = error.issues[0]?.message ?? 'does not fit'
    else query[name] = value
  }
  return { query, faults }
}

const useEventTypes = () =>
  useQuery({
    queryKey: ['event-types'],
    queryFn: ({ signal }) => get<{ type: string }[]>('/event-types', { signal }),
    staleTime: Infinity,
  })

/** A text that is asked for when typing rests. */
function Asked({
  label,
  width,
  value,
  fault,
  ask,
}: {
  label: string
  width: number
  value: string
  fault: string | undefined
  ask: (text: string) => void
}) {
  const [text, setText] = useState(value)
  const askSoon = useDebouncedCallback(ask, 300)
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      w={width}
      value={text}
      error={fault}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        askSoon(currentTarget.value.trim())
      }}
    />
  )
}

/** `2026-11-22 09:00:00`, in the reader's own zone, as RFC 3339; and back. */
const toMoment = (local: string | null): string | undefined =>
  local === null ? undefined : new Date(local.replace(' ', 'T')).toISOString()
function toLocal(moment: string | undefined): string | null {
  const time = moment === undefined ? NaN : Date.parse(moment)
  if (Number.isNaN(time)) return null
  const shifted = new Date(time - new Date(time).getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 19).replace('T', ' ')
}

const CALENDAR = {
  previousMonth: 'Previous month',
  nextMonth: 'Next month',
  previousYear: 'Previous year',
  nextYear: 'Next year',
  previousDecade: 'Previous decade',
  nextDecade: 'Next decade',
}

interface MomentProps {
  label: string
  value: string | undefined
  fault: string | undefined
  /** The moment as RFC 3339; undefined for none. */
  ask: (value: string | undefined) => void
}

/** A day and a time. What opens is named by the field, whose id it must share for that. */
function Moment({ label, value, fault, ask }: MomentProps) {
  const id = useId()
  return (
    <DateTimePicker
      id={id}
      popoverProps={{ id }}
      size="xs"
      w={165}
      aria-label={label}
      placeholder={label}
      valueFormat="DD MMM YYYY HH:mm"
      hideOutsideDates
      weekendDays={[]}
      ariaLabels={CALENDAR}
      submitButtonProps={{ 'aria-label': 'Done' }}
      timePickerProps={{ hoursInputLabel: 'Hour', minutesInputLabel: 'Minute' }}
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
      value={toLocal(value)}
      error={fault}
      onChange={(next) => ask(toMoment(next))}
    />
  )
}

/** Which rows of the record; all of it stands in the address. */
export function Filters({
  parameters,
  faults,
  change,
}: {
  parameters: Parameters
  faults: Filter['faults']
  change: ChangeParameters
}) {
  const types = (useEventTypes().data ?? []).map(({ type }) => type)
  const kinds = [...new Set(types.map((type) => type.split('.')[0] ?? ''))]
  const ask = (name: string) => (text: string) => change({ [name]: text || undefined }, { replace: true })
  const [cleared, setCleared] = useState(0)
  const narrowed = NAMES.some((name) => parameters[name] !== undefined)
  return (
    <div className={classes.filters} key={cleared}>
      <Asked
        label="Who (a name, operator, system)"
        width={200}
        value={one(parameters, 'actor') ?? ''}
        fault={faults['actor']}
        ask={ask('actor')}
      />
      <Select
        aria-label="Kind of thing"
        placeholder="Any kind"
        clearable
        clearButtonProps={{ 'aria-label': 'Any kind' }}
        w={130}
        data={kinds}
        value={one(parameters, 'entity_type') ?? null}
        error={faults['entity_type']}
        onChange={(value) => change({ entity_type: value ?? undefined }, { replace: true })}
      />
      <TagsInput
        aria-label="Event types"
        placeholder={all(parameters, 'event_type').length === 0 ? 'Event types' : ''}
        w={210}
        data={[...kinds.map((kind) => `${kind}.*`), ...types]}
        maxDropdownHeight={240}
        value={[...all(parameters, 'event_type')]}
        error={faults['event_type']}
        onChange={(value) =>
          change({ event_type: value.length === 0 ? undefined : value }, { replace: true })
        }
      />
      <Asked
        label="Id of a thing"
        width={150}
        value={one(parameters, 'entity_id') ?? ''}
        fault={faults['entity_id']}
        ask={ask('entity_id')}
      />
      {MOMENTS.map((name) => (
        <Moment
          key={name}
          label={name === 'since' ? 'Since' : 'Until'}
          value={one(parameters, name)}
          fault={faults[name]}
          ask={(value) => change({ [name]: value }, { replace: true })}
        />
      ))}
      {narrowed && (
        <Button
          variant="subtle"
          onClick={() => {
            change(Object.fromEntries(NAMES.map((name) => [name, undefined])))
            setCleared(cleared + 1)
          }}
        >
          Clear
        </Button>
      )}
    </div>
  )
}
