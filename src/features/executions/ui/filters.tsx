import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { one, type ChangeParameters, type Parameters } from '../../../web/kit/address.ts'
import { OUTCOME_LOOKS } from '../../../web/kit/outcome.tsx'
import { OUTCOMES } from '../schema.ts'

export const SPANS = [
  { value: 'latest', label: 'Latest', hours: 0 },
  { value: '1h', label: '1 hour', hours: 1 },
  { value: '24h', label: 'Day', hours: 24 },
  { value: '7d', label: 'Week', hours: 168 },
] as const

const STATES = [
  { value: 'open', label: 'Running' },
  ...OUTCOMES.map((outcome) => ({ value: outcome, label: OUTCOME_LOOKS[outcome].label })),
]

/** What the address asks for. */
export interface Wish {
  readonly agent_type: string | undefined
  readonly worker_id: string | undefined
  readonly state: string | undefined
  readonly span: (typeof SPANS)[number]
  readonly grouped: boolean
}

export const wishOf = (parameters: Parameters): Wish => ({
  agent_type: one(parameters, 'agent_type'),
  worker_id: one(parameters, 'worker_id'),
  state: STATES.find(({ value }) => value === one(parameters, 'state'))?.value,
  span: SPANS.find(({ value }) => value === one(parameters, 'span')) ?? SPANS[0],
  grouped: one(parameters, 'by') === 'task',
})

/** A text that is asked for when typing rests. */
function Asked({ label, value, ask }: { label: string; value: string; ask: (text: string) => void }) {
  const [text, setText] = useState(value)
  const askSoon = useDebouncedCallback(ask, 300)
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      w={120}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        askSoon(currentTarget.value.trim())
      }}
    />
  )
}

/** Which runs, over which time, in which order. */
export function Filters({ wish, change }: { wish: Wish; change: ChangeParameters }) {
  const ask = (name: string) => (text: string) => change({ [name]: text || undefined }, { replace: true })
  return (
    <>
      <Asked label="Agent type" value={wish.agent_type ?? ''} ask={ask('agent_type')} />
      <Asked label="Worker" value={wish.worker_id ?? ''} ask={ask('worker_id')} />
      <Select
        aria-label="Outcome"
        placeholder="Any outcome"
        clearable
        clearButtonProps={{ 'aria-label': 'Any outcome' }}
        w={130}
        data={STATES}
        value={wish.state ?? null}
        onChange={(value) => change({ state: value ?? undefined }, { replace: true })}
      />
      <SegmentedControl
        aria-label="Order"
        data={[
          { value: 'time', label: 'By time' },
          { value: 'task', label: 'By task' },
        ]}
        value={wish.grouped ? 'task' : 'time'}
        onChange={(value) => change({ by: value === 'task' ? 'task' : undefined }, { replace: true })}
      />
      <SegmentedControl
        aria-label="How far back"
        data={SPANS.map(({ value, label }) => ({ value, label }))}
        value={wish.span.value}
        onChange={(value) => change({ span: value === 'latest' ? undefined : value }, { replace: true })}
      />
    </>
  )
}
