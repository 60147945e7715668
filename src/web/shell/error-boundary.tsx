import { Button, Code, Stack, Text, Title } from '@mantine/core'
import { Component, type ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
}

/** Catches what a screen throws: the rest of the app stays usable, and the fault can be read. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <Broken error={error} again={() => this.setState({ error: undefined })} />
  }
}

/** What stands in place of a screen that broke. */
export function Broken({ error, again }: { error: unknown; again: () => void }) {
  return (
    <Stack role="alert" p="lg" gap="sm" align="flex-start" maw={640}>
      <Title order={1}>This screen broke</Title>
      <Text size="sm">
        Nothing of your data is lost. Try again; where that does not help, reload the page.
      </Text>
      <Code block>{error instanceof Error ? error.message : String(error)}</Code>
      <Button onClick={again}>Try again</Button>
      <Button variant="default" onClick={() => location.reload()}>
        Reload the page
      </Button>
    </Stack>
  )
}
