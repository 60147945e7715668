import { Alert, Badge, Button, Group, Menu, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import type { ApiProblem } from '../../../web/kit/api.ts'
import { confirm } from '../../../web/kit/confirm.tsx'
import { notifyDone, notifyProblem, ProblemAlert } from '../../../web/kit/problem.tsx'
import { queries } from '../../../web/kit/queries.ts'
import { exactTime, useNow } from '../../../web/kit/time.tsx'
import { Since, type Webhook } from '../schema.ts'
import { Deliveries } from './deliveries.tsx'
import { arrived, WebhookState } from './delivery-state.tsx'
import {
  changeWebhook,
  deleteWebhook,
  redeliverSince,
  resumeWebhook,
  rotateSecret,
  testWebhook,
  type NewWebhook,
} from './requests.ts'
import { WebhookForm } from './webhook-form.tsx'
import classes from './webhooks.module.css'

const reload = () => void queries.invalidateQueries({ queryKey: ['webhooks'] })

/** Does what was asked, and tells in a corner where that failed. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    notifyProblem(error as ApiProblem)
  }
  reload()
}

/** One webhook: what it is, what may be done with it, and what was sent. */
export function WebhookDetail({
  webhook,
  deleted,
  secretMade,
}: {
  webhook: Webhook
  deleted: () => void
  secretMade: (made: NewWebhook) => void
}) {
  const [dialog, setDialog] = useState<'edit' | 'rotate' | 'again' | null>(null)
  const [testing, setTesting] = useState(false)
  const now = useNow()
  const close = () => {
    setDialog(null)
    reload()
  }

  async function test() {
    setTesting(true)
    await attempt(async () => {
      const sent = await testWebhook(webhook)
      if (arrived(sent)) notifyDone(`The test arrived: ${sent.status_code} after ${sent.duration_ms} ms.`)
      await queries.invalidateQueries({ queryKey: ['deliveries', webhook.id] })
    })
    setTesting(false)
  }

  async function askDelete() {
    const yes = await confirm({
      title: 'Delete the webhook?',
      text: `${webhook.url} gets nothing more, and the log of its deliveries is gone.`,
      action: 'Delete',
      destructive: true,
    })
    if (yes)
      await attempt(async () => {
        await deleteWebhook(webhook)
        deleted()
      })
  }

  async function askPark() {
    const yes = await confirm({
      title: 'Park the webhook?',
      text: 'What waits for it is dropped, and nothing is sent until you resume it. You can then let it catch up.',
      action: 'Park',
    })
    if (yes) await attempt(() => changeWebhook(webhook, { active: false }))
  }

  return (
    <div className={classes.detail}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <span className={`text ${classes.url}`}>{webhook.url}</span>
          <Group gap="sm">
            <WebhookState webhook={webhook} />
            <span className={classes.types}>
              {webhook.event_types.map((type) => (
                <Badge key={type} variant="default" size="sm" radius={4} tt="none" fw={500}>
                  {type}
                </Badge>
              ))}
            </span>
          </Group>
        </Stack>
        <Group gap={6} wrap="nowrap">
          <Button variant="default" onClick={() => void test()} loading={testing}>
            Send a test
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label="More actions" px={8}>
                <IconDots size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setDialog('edit')}>Change…</Menu.Item>
              <Menu.Item onClick={() => setDialog('rotate')}>Rotate the secret…</Menu.Item>
              {webhook.active && (
                <Menu.Item onClick={() => setDialog('again')}>Send past events again…</Menu.Item>
              )}
              {webhook.active && <Menu.Item onClick={() => void askPark()}>Park…</Menu.Item>}
              <Menu.Divider />
              <Menu.Item c="var(--bad)" onClick={() => void askDelete()}>
                Delete…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {!webhook.active && <Inactive webhook={webhook} />}
      {webhook.previous_secret_expires_at !== null &&
        Date.parse(webhook.previous_secret_expires_at) > now && (
          <Text size="xs" c="dimmed">
            The secret before the last rotation signs as well until{' '}
            {exactTime(webhook.previous_secret_expires_at)}.
          </Text>
        )}
      <Deliveries key={webhook.id} webhook={webhook} />
      {dialog === 'edit' && <WebhookForm webhook={webhook} close={close} created={secretMade} />}
      {dialog === 'rotate' && <Rotate webhook={webhook} close={close} secretMade={secretMade} />}
      {dialog === 'again' && <SendAgain webhook={webhook} close={close} />}
    </div>
  )
}

/** Why a webhook is not active, and how it catches up. */
function Inactive({ webhook }: { webhook: Webhook }) {
  const { disabled_reason, missed_after } = webhook
  return (
    <Alert
      color={disabled_reason === null ? 'gray' : 'red'}
      variant="light"
      title={disabled_reason === null ? 'Somebody parked it' : 'The server switched it off'}
    >
      <Text size="sm" className="text">
        {disabled_reason === null ? 'Nothing is sent to it.' : `After its last try: ${disabled_reason}.`}
        {missed_after !== null &&
          ` It has not got everything after event ${missed_after}. Send a test first; where that arrives, let it catch up.`}
      </Text>
      <Group mt="xs" gap="xs">
        {missed_after !== null && (
          <Button onClick={() => void attempt(() => resumeWebhook(webhook, missed_after))}>
            Resume and catch up
          </Button>
        )}
        <Button variant="default" onClick={() => void attempt(() => resumeWebhook(webhook, null))}>
          Resume from now on
        </Button>
      </Group>
    </Alert>
  )
}

interface DialogProps {
  webhook: Webhook
  close: () => void
}

function Rotate({ webhook, close, secretMade }: DialogProps & { secretMade: (made: NewWebhook) => void }) {
  const [hours, setHours] = useState<number | string>(24)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    setBusy(true)
    try {
      const made = await rotateSecret(webhook, Number(hours))
      close()
      secretMade(made)
    } catch (error) {
      setProblem(error as ApiProblem)
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={close} title="Rotate the secret?">
      <Stack gap="sm">
        {problem && <ProblemAlert problem={problem} />}
        <Text size="sm">
          A new secret is made and shown once. Until the overlap ends, each request is signed by both, so that
          the receiver can change over at its own time.
        </Text>
        <NumberInput
          label="Overlap in hours"
          description="0 ends the old secret at once; a week at most."
          min={0}
          max={168}
          allowDecimal={false}
          value={hours}
          onChange={setHours}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button color="red" disabled={hours === ''} loading={busy} onClick={() => void submit()}>
            Rotate
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function SendAgain({ webhook, close }: DialogProps) {
  const [since, setSince] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    const checked = Since.safeParse(since.trim())
    if (!checked.success) return setFault(checked.error.issues[0]?.message ?? 'does not fit')
    setBusy(true)
    try {
      const { events } = await redeliverSince(webhook, since.trim())
      notifyDone(`${events} events are on their way.`)
      close()
    } catch (error) {
      setFault((error as ApiProblem).message)
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={close} title="Send past events again">
      <Stack gap="sm">
        <Text size="sm">
          All events of its types since then are sent in their order; those that it got before come again
          under the same ids.
        </Text>
        <TextInput
          label="Since"
          description="A sequence such as 4711 (what comes after it), or a time such as 2026-11-22T09:00:00Z."
          value={since}
          error={fault}
          onChange={({ currentTarget }) => {
            setSince(currentTarget.value)
            setFault(null)
          }}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button loading={busy} onClick={() => void submit()}>
            Send again
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
