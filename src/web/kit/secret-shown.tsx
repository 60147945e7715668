import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/**
 * A secret that is shown this once, and how to copy it; null: what was asked for again was made before, and the secret went
 * with the lost answer. `close` forgets it.
 */
export function SecretShown({
  title,
  secret,
  instead,
  children,
  close,
}: {
  title: string
  secret: string | null
  /** What to do where it is lost, in a sentence. */
  instead: string
  /** What it is for. */
  children: ReactNode
  close: () => void
}) {
  if (secret === null)
    return (
      <Modal opened onClose={close} title={title}>
        <Stack gap="sm">
          <Text size="sm">
            It was made once, and its secret was in an answer that was lost: nobody can show it again.{' '}
            {instead}
          </Text>
          <Group justify="flex-end">
            <Button onClick={close}>Close</Button>
          </Group>
        </Stack>
      </Modal>
    )
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap="sm">
        <Alert color="yellow" variant="light" icon={<IconAlertTriangle size={18} />}>
          <Text size="sm">Copy it now: it is shown this once, and nobody can show it again.</Text>
        </Alert>
        <Code block className="text" data-testid="secret">
          {secret}
        </Code>
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <CopyButton value={secret} timeout={2_000}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button onClick={close}>I have it</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
