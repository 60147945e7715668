import { Alert, Button, Group, List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ApiProblem } from './api.ts'

/** What the server refused, in its own words, and a way to try again. */
export function ProblemAlert({ problem, again }: { problem: ApiProblem; again?: () => void }) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={problem.status === 0 ? 'No connection to the server' : 'That did not work'}
    >
      <Text size="sm" className="text">
        {problem.message}
      </Text>
      {problem.errors.length > 1 && (
        <List size="sm">
          {problem.errors.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>
              {path}: {message}
            </List.Item>
          ))}
        </List>
      )}
      {again && (
        <Group mt="xs">
          <Button variant="default" onClick={again}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  )
}

/** Tells in a corner what was refused, for what has no place of its own for it. */
export function notifyProblem(problem: ApiProblem): void {
  notifications.show({
    color: 'red',
    title: problem.status === 0 ? 'No connection to the server' : 'That did not work',
    message: problem.message,
    autoClose: 10_000,
  })
}

/** Tells in a corner that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ color: 'teal', message, autoClose: 3_000 })
}
