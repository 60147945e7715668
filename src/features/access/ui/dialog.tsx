import { Button, Group, Modal, Stack } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { useState, type ReactNode } from 'react'
import type { z } from 'zod'
import type { ApiProblem } from '../../../web/kit/api.ts'
import { checkedBy, showFaults, useAttempt } from '../../../web/kit/form.ts'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { reload } from './requests.ts'

/** A form in a dialog, checked by the operation's own schema before and by the server after. */
export function Dialog<Values extends Record<string, unknown>>({
  title,
  action,
  initial,
  schema,
  bodyOf,
  send,
  close,
  children,
}: {
  title: string
  action: string
  initial: Values
  schema: z.ZodType
  bodyOf: (values: Values) => object
  /** The same key makes the same thing once. */
  send: (body: object, idempotencyKey: string) => Promise<unknown>
  close: () => void
  children: (form: UseFormReturnType<Values>) => ReactNode
}) {
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const attempt = useAttempt()
  const form = useForm<Values>({
    initialValues: initial,
    validateInputOnBlur: true,
    onValuesChange: attempt.renew,
    validate: checkedBy(schema, bodyOf),
  })
  async function submit(values: Values) {
    setBusy(true)
    setProblem(null)
    try {
      await send(bodyOf(values), attempt.key)
      close()
      await reload()
    } catch (error) {
      const refused = error as ApiProblem
      attempt.refused(refused)
      if (refused.code === 'name_taken') form.setFieldError('name', refused.message)
      else if (!showFaults(form, refused)) setProblem(refused)
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={close} title={title}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="sm">
          {problem && <ProblemAlert problem={problem} />}
          {children(form)}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
