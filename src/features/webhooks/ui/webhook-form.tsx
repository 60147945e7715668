import { Button, Group, Modal, Stack, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import type { ApiProblem } from '../../../web/kit/api.ts'
import { checkedBy, showFaults, useAttempt } from '../../../web/kit/form.ts'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { CreateWebhook, type Webhook } from '../schema.ts'
import { changeWebhook, createWebhook, useEventPatterns, type NewWebhook } from './requests.ts'

interface Values extends Record<string, unknown> {
  url: string
  event_types: string[]
  secret: string
}

const bodyOf = ({ url, event_types, secret }: Values) => ({
  url: url.trim(),
  event_types,
  ...(secret.trim() === '' ? {} : { secret: secret.trim() }),
})

/** Registers a webhook, or changes the one given. */
export function WebhookForm({
  webhook,
  close,
  created,
}: {
  webhook?: Webhook
  close: () => void
  created: (made: NewWebhook) => void
}) {
  const patterns = useEventPatterns()
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const attempt = useAttempt()
  const form = useForm<Values>({
    initialValues: { url: webhook?.url ?? '', event_types: webhook?.event_types ?? ['task.*'], secret: '' },
    validateInputOnBlur: true,
    onValuesChange: attempt.renew,
    validate: checkedBy(CreateWebhook, bodyOf),
  })

  async function submit(values: Values) {
    setBusy(true)
    setProblem(null)
    try {
      if (webhook) await changeWebhook(webhook, { url: values.url.trim(), event_types: values.event_types })
      else created(await createWebhook(bodyOf(values), attempt.key))
      close()
    } catch (error) {
      const refused = error as ApiProblem
      attempt.refused(refused)
      if (refused.code === 'address_refused') form.setFieldError('url', refused.message)
      else if (!showFaults(form, refused)) setProblem(refused)
      setBusy(false)
    }
  }

  return (
    <Modal opened onClose={close} title={webhook ? 'Change the webhook' : 'Register a webhook'}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="sm">
          {problem && <ProblemAlert problem={problem} />}
          <TextInput
            label="URL"
            description="http or https; each event is posted there."
            placeholder="https://example.com/hooks/cairn"
            data-autofocus
            {...form.getInputProps('url')}
          />
          <TagsInput
            label="Event types"
            description="Names of event types, task.* for all of tasks, or * for all."
            data={patterns.data ?? []}
            maxDropdownHeight={220}
            clearable
            clearButtonProps={{ 'aria-label': 'Take all event types out' }}
            {...form.getInputProps('event_types')}
          />
          {!webhook && (
            <TextInput
              label="Secret"
              description="Leave it empty to have one made: it is shown once."
              placeholder="whsec_…"
              autoComplete="off"
              {...form.getInputProps('secret')}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              {webhook ? 'Save' : 'Register'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
