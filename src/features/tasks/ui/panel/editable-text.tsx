import { Button, Group, Textarea } from '@mantine/core'
import { useState } from 'react'
import classes from './editable-text.module.css'

interface Props {
  readonly label: string
  readonly value: string
  readonly className: string | undefined
  readonly placeholder?: string
  readonly maxLength: number
  readonly multiline?: boolean
  readonly required?: boolean
  /** Resolves to whether the text is kept; where not, it stays in the field. Undefined for who may only read. */
  readonly save: ((text: string) => Promise<boolean>) | undefined
}

/**
 * A text that a click makes a field. What it is saved against is the task as it was when the field was opened, since
 * `save` is kept from then.
 */
export function EditableText(props: Props) {
  const { label, value, className, placeholder, save } = props
  const [editing, setEditing] = useState<{ save: NonNullable<Props['save']> } | null>(null)
  if (editing) return <Field {...props} save={editing.save} done={() => setEditing(null)} />
  const text = value === '' ? <span className={classes.placeholder}>{placeholder}</span> : value
  if (!save) return <div className={`${className ?? ''} text`}>{text}</div>
  return (
    <button
      type="button"
      className={`${classes.text ?? ''} ${className ?? ''} text`}
      onClick={() => setEditing({ save })}
    >
      <span className="heard">{label}: </span>
      {text}
    </button>
  )
}

function Field({
  label,
  value,
  maxLength,
  multiline = false,
  required = false,
  save,
  done,
}: Props & { save: NonNullable<Props['save']>; done: () => void }) {
  const [text, setText] = useState(value)
  const [busy, setBusy] = useState(false)
  const empty = required && text.trim() === ''

  async function submit() {
    if (empty) return
    if (text === value) return done()
    setBusy(true)
    if (await save(text)) done()
    else setBusy(false)
  }

  return (
    <div>
      <Textarea
        aria-label={label}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            done()
          }
          if (event.key === 'Enter' && (!multiline || event.metaKey || event.ctrlKey)) {
            event.preventDefault()
            void submit()
          }
        }}
        maxLength={maxLength}
        error={empty && 'must not be empty'}
        autosize
        minRows={multiline ? 5 : 1}
        maxRows={24}
        autoFocus
        disabled={busy}
      />
      <Group gap={6} mt={6}>
        <Button onClick={() => void submit()} loading={busy} disabled={empty}>
          Save
        </Button>
        <Button variant="default" onClick={done}>
          Cancel
        </Button>
      </Group>
    </div>
  )
}
