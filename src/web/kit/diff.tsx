import classes from './diff.module.css'

type Values = Readonly<Record<string, unknown>>

export interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * What changed, field by field, as the record tells it: `before` holds the former values of the fields that changed
 * (null for a create), `after` the whole entity (null after a delete). What is objects is compared member by member.
 */
export function changesOf(before: Values | null, after: Values | null): FieldChange[] {
  const fields = before === null ? Object.keys(after ?? {}) : Object.keys(before)
  return fields.flatMap((field) => {
    const [was, is] = [before?.[field], after?.[field]]
    if (isPlain(was) && isPlain(is))
      return [...new Set([...Object.keys(was), ...Object.keys(is)])]
        .filter((member) => !same(was[member], is[member]))
        .map((member) => ({ field: `${field}.${member}`, before: was[member], after: is[member] }))
    return same(was, is) ? [] : [{ field, before: was, after: is }]
  })
}

const isPlain = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Fields with their former and their new values, under each other; an absent value is shown as none. */
export function Diff({ changes }: { changes: readonly FieldChange[] }) {
  return (
    <dl className={classes.diff}>
      {changes.map(({ field, before, after }) => (
        <div key={field} className={classes.field}>
          <dt>{field}</dt>
          <dd>
            <Value className={classes.removed} sign="−" word="was" value={before} />
            <Value className={classes.added} sign="+" word="is now" value={after} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Value({
  className,
  sign,
  word,
  value,
}: {
  className: string | undefined
  sign: string
  word: string
  value: unknown
}) {
  if (value === undefined || value === null || value === '') return null
  return (
    <div className={className}>
      <span className={classes.sign} aria-hidden>
        {sign}
      </span>
      <span className="heard">{word} </span>
      <span className="text">{textOf(value)}</span>
    </div>
  )
}
