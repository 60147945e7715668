import { CopyButton, Tooltip, UnstyledButton } from '@mantine/core'
import classes from './copyable.module.css'

/** An id or a code that a click copies. `shown` is what stands there, where that is less than what is copied. */
export function Copyable({ value, shown = value }: { value: string; shown?: string }) {
  return (
    <CopyButton value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${value}`}>
          <UnstyledButton className={classes.copyable} onClick={copy} aria-label={`Copy ${value}`}>
            {shown}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}
