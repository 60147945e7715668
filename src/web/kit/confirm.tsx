import { Button, Group, Modal, Text } from '@mantine/core'
import { useSyncExternalStore } from 'react'

export interface Question {
  readonly title: string
  /** What will happen, in a sentence. */
  readonly text: string
  /** What the button says: a verb. */
  readonly action: string
  /** Whether it can't be undone. */
  readonly destructive?: boolean
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void
}

let asked: Asked | null = null
const watchers = new Set<() => void>()

function set(next: Asked | null): void {
  asked = next
  for (const watcher of watchers) watcher()
}

/** Asks before something is done. Resolves to whether to do it. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false)
  return new Promise((answer) => set({ ...question, answer }))
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

/** The dialog of `confirm`; once in the app. */
export function Confirmations() {
  const question = useSyncExternalStore(subscribe, () => asked)
  const answer = (yes: boolean) => {
    question?.answer(yes)
    set(null)
  }
  return (
    <Modal opened={question !== null} onClose={() => answer(false)} title={question?.title} size="sm">
      <Text size="sm" className="text">
        {question?.text}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => answer(false)}>
          Cancel
        </Button>
        <Button
          data-autofocus
          {...(question?.destructive ? { color: 'red' } : {})}
          onClick={() => answer(true)}
        >
          {question?.action}
        </Button>
      </Group>
    </Modal>
  )
}
