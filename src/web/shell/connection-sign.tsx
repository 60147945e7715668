import { Tooltip } from '@mantine/core'
import { useConnection, type Connection } from '../kit/live.ts'
import classes from './connection-sign.module.css'

const WORDS: Record<Connection, { label: string; meaning: string }> = {
  live: { label: 'Live', meaning: 'What changes shows by itself within a second.' },
  connecting: { label: 'Connecting', meaning: 'Live updates are on their way.' },
  refused: {
    label: 'Not live',
    meaning: 'Your key may not follow what happens: what you see may be old until you reload it.',
  },
  offline: {
    label: 'Offline',
    meaning: 'The server is out of reach: what you see may be old. It is fetched again once it is back.',
  },
}

/** Whether what is on screen follows what happens; always visible. */
export function ConnectionSign({ compact = false }: { compact?: boolean }) {
  const connection = useConnection()
  const { label, meaning } = WORDS[connection]
  return (
    <Tooltip label={meaning} multiline w={240} position="top-start">
      <div className={classes.sign} data-connection={connection} data-compact={compact} role="status">
        <span className={classes.dot} />
        {label}
      </div>
    </Tooltip>
  )
}
